#!/usr/bin/env bats
# The shipped profiles of converters, each with its program on a real file.

load ../helpers/profiles

@test "pdftotext: the text of a PDF, by its name alone" {
  make_victim
  cp "$STAGE/examples/sample.pdf" upload.pdf
  outside pdftotext upload.pdf expected
  grep -q benzaldehyde expected
  run_box -p pdftotext -- pdftotext upload.pdf -
  expect_success "$(cat expected)"
  expect_equal "" "$stderr"
  run_box -p pdftotext -- pdftotext -layout "$WORK/upload.pdf" -
  expect_status 0
  expect_in_output benzaldehyde
  box -p pdftotext -- pdftotext - - <upload.pdf >got
  cmp expected got
  # Other programs of the same package.
  run_box -p pdftotext -- pdfinfo upload.pdf
  expect_status 0
  expect_in_output "Pages:"
}

@test "pdftotext: no file is made, beside the input or where one may write" {
  cp "$STAGE/examples/sample.pdf" upload.pdf
  mkdir out
  outside pdftotext upload.pdf
  cp upload.txt expected
  rm upload.txt
  expect_refused box -p pdftotext -- pdftotext upload.pdf
  expect_refused box -p pdftotext -w out -- pdftotext upload.pdf out/text
  expect_equal "" "$(ls out)"
  [ ! -e upload.txt ]
  # As its description says.
  run_box -p pdftotext -w out --syscalls file-processor -- pdftotext upload.pdf out/text
  expect_success ""
  cmp expected out/text
}

make_video() { # FILE
  outside ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 \
    -f lavfi -i sine=frequency=440:duration=1 -c:v mpeg4 -c:a pcm_s16le \
    -bitexact "$1" </dev/null
}

@test "ffmpeg: a video transcoded into a directory, and over what was there" {
  mkdir out
  make_video upload.avi
  local -a how=(-v error -nostdin -y -i upload.avi -vf scale=32:24 -c:v mjpeg
    -c:a flac -threads 2 -bitexact)
  outside ffmpeg "${how[@]}" expected.mkv
  run_box -p ffmpeg -w out -- ffmpeg "${how[@]}" out/small.mkv
  expect_success ""
  cmp expected.mkv out/small.mkv
  echo old >out/small.mkv
  run_box -p ffmpeg -w out -- ffmpeg "${how[@]}" out/small.mkv
  expect_success ""
  cmp expected.mkv out/small.mkv
  expect_refused box -p ffmpeg -- ffmpeg "${how[@]}" out/other.mkv
  [ ! -e out/other.mkv ]
}

@test "ffmpeg: encoders with threads, and a scaler that compiles itself" {
  make_video upload.avi
  local codec
  for codec in libx264 libx265 libvpx-vp9; do
    run_box -p ffmpeg -- ffmpeg -v warning -nostdin -i upload.avi -c:v "$codec" -threads 2 -f null -
    expect_status 0
    [[ $stderr != *"No thread pool"* ]] || fail "$(saw)"
  done
  local -a how=(-v error -nostdin -i upload.avi -vf scale=640:480
    -sws_flags fast_bilinear -f rawvideo)
  outside ffmpeg "${how[@]}" expected
  box -p ffmpeg -- ffmpeg "${how[@]}" - >got
  cmp expected got
}

@test "ffmpeg: neither a playlist nor a URL leads anywhere" {
  make_victim
  outside ffmpeg -v error -f lavfi -i sine=duration=1 neighbour.wav </dev/null
  printf "ffconcat version 1.0\nfile %s/neighbour.wav\n" "$WORK" >upload.txt
  local -a how=(-v error -nostdin -f concat -safe 0 -i upload.txt -f null -)
  outside ffmpeg "${how[@]}"
  expect_refused box -p ffmpeg -- ffmpeg "${how[@]}"
  how=(-v error -nostdin -i "http://127.0.0.1:$PORT/" -f null -)
  ffmpeg "${how[@]}" 2>/dev/null || true # what it is told is no video
  expect_equal 1 "$(wc -l <connections)"
  expect_refused box -p ffmpeg -- ffmpeg "${how[@]}"
  expect_equal 1 "$(wc -l <connections)"
}

@test "imagemagick: a picture made small, and changed in its place" {
  mkdir out
  outside /usr/bin/convert -size 64x48 gradient:red-blue upload.png
  outside /usr/bin/convert upload.png -rotate 90 -resize 50% ppm:expected
  run_box -p imagemagick -w out -- /usr/bin/convert upload.png -rotate 90 -resize 50% ppm:out/small
  expect_success ""
  cmp expected out/small
  cp upload.png out/turn.png
  run_box -p imagemagick -w out -- mogrify -rotate 90 out/turn.png
  expect_success ""
  run_box -p imagemagick -- identify -format %wx%h out/turn.png
  expect_success 48x64
  # The administrator's policy holds in the box.
  outside /usr/bin/convert -list policy | grep 'pattern:' | sort >expected.policy
  [ ! -e /etc/ImageMagick-6/policy.xml ] || [ -s expected.policy ]
  box -p imagemagick -- /usr/bin/convert -list policy | grep 'pattern:' | sort >policy
  cmp expected.policy policy
}

@test "imagemagick: a drawing cannot have another picture in it" {
  mkdir out
  outside /usr/bin/convert -size 8x8 xc:red neighbour.png
  printf "viewbox 0 0 8 8\nimage Over 0,0 0,0 '%s/neighbour.png'\n" "$WORK" >upload.mvg
  local -a how=(/usr/bin/convert mvg:- -crop 1x1+2+2 txt:-)
  pixel() { grep -qw red <<<"$1"; }
  run --separate-stderr "${how[@]}" <upload.mvg
  pixel "$output" || fail "the control" "$(saw)"
  run_box -p imagemagick -- "${how[@]}" <upload.mvg
  expect_refused pixel "$output"
  run_box -p imagemagick -r neighbour.png -- "${how[@]}" <upload.mvg
  pixel "$output" || fail "granted, it is not there" "$(saw)"
}

@test "ghostscript: pages rendered, as PDF and as PostScript" {
  mkdir out
  cp "$STAGE/examples/sample.pdf" upload.pdf
  printf '%%!PS\n/Helvetica findfont 24 scalefont setfont 20 20 moveto (box) show showpage\n' >upload.ps
  local input
  local -a how=(-q -dBATCH -dNOPAUSE -r30 -sDEVICE=ppmraw)
  for input in upload.pdf upload.ps; do
    outside gs "${how[@]}" -sOutputFile=expected "$input"
    [ "$(tail -c +20 expected | tr -d '\377' | wc -c)" -gt 0 ]
    run_box -p ghostscript -w out -- gs "${how[@]}" -sOutputFile=out/page "$input"
    expect_success ""
    expect_equal "" "$stderr"
    cmp expected out/page
  done
  run_box -p ghostscript -w out -- gs "${how[@]}" -dNumRenderingThreads=4 -sOutputFile=out/page upload.ps
  expect_status 0
  cmp expected out/page
}

@test "ghostscript: a document reads no file and has no shell, with -dNOSAFER" {
  make_victim
  printf '%%!PS\n(%s/.ssh/id_rsa) (r) file 100 string readline pop print flush\n' "$HOME" >read.ps
  printf '%%!PS\n(%%pipe%%echo from a shell) (r) file 100 string readline pop print flush\n' >shell.ps
  local -a how=(gs -q -dNOSAFER -dBATCH -dNOPAUSE -sDEVICE=nullpage)
  expect_equal "PRIVATE KEY OF THE VICTIM" "$(outside "${how[@]}" read.ps)"
  expect_equal "from a shell" "$(outside "${how[@]}" shell.ps)"
  run_box -p ghostscript -- "${how[@]}" read.ps
  expect_not_in_output "PRIVATE KEY"
  run_box -p ghostscript -- "${how[@]}" shell.ps
  expect_equal "" "$(grep -x "from a shell" <<<"$output")"
  # The fence is what it fails at.
  run_box -p ghostscript --allow-syscall clone --allow-syscall vfork -- "${how[@]}" shell.ps
  expect_success "from a shell"
}
