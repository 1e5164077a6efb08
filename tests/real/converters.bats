#!/usr/bin/env bats
# Converters on files as users upload them: the narrowest grants, and the
# same output, byte for byte, as without the box.

load ../helpers/common

CONVERT=/usr/bin/convert-im6.q16

@test "pdftotext: the text of a PDF, given that file alone" {
  cp "$STAGE/examples/sample.pdf" upload.pdf
  outside pdftotext upload.pdf expected
  grep -q benzaldehyde expected
  run_box -r upload.pdf -- pdftotext "$WORK/upload.pdf" -
  expect_success "$(cat expected)"
  expect_in_output "The last line of the document is here: all fences stood."
  expect_in_output "café, naïve, ½, §7"
  expect_equal "" "$stderr"
}

@test "pdftotext: into a directory, under the file-processor policy" {
  cp "$STAGE/examples/sample.pdf" upload.pdf
  mkdir out
  outside pdftotext upload.pdf expected
  run_box --syscalls file-processor -r upload.pdf -w out -- \
    pdftotext "$WORK/upload.pdf" "$WORK/out/text"
  expect_success ""
  cmp expected out/text
}

@test "pdftotext reads what the standard input gives, with no grant at all" {
  outside sh -c 'pdftotext - - <"$1" >expected' sh "$STAGE/examples/sample.pdf"
  box -- pdftotext - - <"$STAGE/examples/sample.pdf" >got
  grep -q 271828 got
  cmp expected got
}

@test "pdftoppm: a picture of a page" {
  cp "$STAGE/examples/sample.pdf" upload.pdf
  mkdir out
  outside pdftoppm -r 30 -f 1 -l 1 upload.pdf expected
  run_box -r upload.pdf -w out -- pdftoppm -r 30 -f 1 -l 1 "$WORK/upload.pdf" "$WORK/out/page"
  expect_success ""
  cmp expected-1.ppm out/page-1.ppm
}

@test "ffmpeg: a video and its tone, transcoded" {
  mkdir out
  outside ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 \
    -f lavfi -i sine=frequency=440:duration=1 -c:v mpeg4 -c:a pcm_s16le \
    -bitexact upload.avi </dev/null
  local -a how=(-v error -nostdin -i "$WORK/upload.avi" -vf scale=32:24
    -c:v mjpeg -c:a flac -threads 2 -bitexact -f matroska)
  outside ffmpeg "${how[@]}" expected.mkv
  run_box -r upload.avi -w out -- ffmpeg "${how[@]}" "$WORK/out/small.mkv"
  expect_success ""
  cmp expected.mkv out/small.mkv
  run_box --syscalls file-processor -r upload.avi -- ffmpeg "${how[@]}" -
  expect_status 0
}

@test "ffmpeg cannot follow a playlist to another file" {
  printf "ffconcat version 1.0\nfile %s/tone.wav\n" "$WORK" >upload.txt
  outside ffmpeg -v error -f lavfi -i sine=duration=1 tone.wav </dev/null
  local -a how=(-v error -nostdin -f concat -safe 0 -i "$WORK/upload.txt" -f null -)
  outside ffmpeg "${how[@]}"
  expect_refused box -r upload.txt -- ffmpeg "${how[@]}"
  grep -q "No such file or directory" refused.out
}

@test "ImageMagick: a picture made, turned and made small" {
  mkdir out
  outside "$CONVERT" -size 64x48 gradient:red-blue upload.png
  outside "$CONVERT" upload.png -rotate 90 -resize 50% ppm:expected
  run_box -r upload.png -w out -- "$CONVERT" "$WORK/upload.png" -rotate 90 -resize 50% "ppm:$WORK/out/small"
  expect_success ""
  cmp expected out/small
}

@test "ImageMagick under its own configuration, by its usual name" {
  [ -d /etc/ImageMagick-6 ]
  outside "$CONVERT" -size 64x48 plasma:fractal upload.png
  outside "$CONVERT" upload.png -negate expected.gif
  box -r upload.png -r /etc/ImageMagick-6 -- /usr/bin/convert "$WORK/upload.png" -negate gif:- >got.gif
  cmp expected.gif got.gif
}
