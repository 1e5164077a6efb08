#!/bin/sh
# Makes a static library of one object, in which only exported names are global.
#
#   one_object.sh ARCHIVE OUTPUT DIRECTORY OBJCOPY AR COMPILER...
set -eu
archive=$1 output=$2 directory=$3 objcopy=$4 ar=$5
shift 5
mkdir -p "$directory"
object=$directory/libfumehood.o
"$@" -r -nostdlib -o "$object" \
  -Wl,--whole-archive "$archive" -Wl,--no-whole-archive
"$objcopy" --localize-hidden "$object"
rm -f "$output"
"$ar" rcsD "$output" "$object"
