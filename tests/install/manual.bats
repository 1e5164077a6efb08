#!/usr/bin/env bats
# The installed pages are about the library that is installed: every function
# has its page, every name in a page exists, and every example does what it says.
bats_require_minimum_version 1.5.0

prefix=$STAGE/prefix

setup() {
  export PKG_CONFIG_SYSROOT_DIR=$prefix
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name fumehood.pc)")
  export PKG_CONFIG_PATH
  export LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/pkgconfig}
  read -ra cflags < <(pkg-config --cflags fumehood)
  read -ra libs < <(pkg-config --libs fumehood)
  man3=$(dirname "$(find "$prefix" -name fumehood.3)")
  cd "$BATS_TEST_TMPDIR" || return
}

strict=(-std=c11 -Wall -Wextra -Werror)

pages() { find "$man3" -name '*.3' -type f | sort; }

# The functions of the headers, as the compiler sees them.
functions() {
  echo '#include <fumehood/fumehood.h>' |
    "${CC:-cc}" -E -P "${cflags[@]}" -xc - | tr -s '\n\t ' ' ' | tr ';' '\n' |
    grep -oE '\bfh_[a-z_]+\(' | tr -d '(' | sort -u
}

# A page's roff as text with its lines kept.
plain() { # PAGE
  sed -E 's/\\f[BIPR]//g; s/\\&//g; s/\\-/-/g; s/\\\(ti/~/g; s/\\\(ha/^/g
    s/\\\(ga/`/g; s/\\\(aq/'\''/g; s/\\e/\\/g; s/\\\\/\\/g' "$1"
}

# Its literal blocks beneath a heading, a file NUMBER.c each.
blocks() { # PAGE HEADING DIRECTORY
  mkdir -p "$3"
  plain "$1" | awk -v heading=".SH $2" -v directory="$3" '
    /^\.SH/ { inside = $0 == heading }
    /^\.fi/ { literal = 0 }
    literal && inside && $0 != ".RS 4" { print >file }
    /^\.nf/ && inside { literal = 1; file = directory "/" ++n ".c" }'
}

@test "every function of the headers has a page, and its NAME says so" {
  [ "$(functions | wc -l)" -gt 80 ]
  for name in $(functions); do
    [ -e "$man3/$name.3" ] || { echo "no page for $name"; bad=1; continue; }
    plain "$man3/$name.3" | sed -n '/^\.SH NAME/,/^\.SH SYN/p' |
      grep -qw -- "$name" || { echo "$name: not in NAME"; bad=1; }
    plain "$man3/$name.3" | sed -n '/^\.SH SYN/,/^\.SH DES/p' |
      grep -qE "\b$name\(" || { echo "$name: not in SYNOPSIS"; bad=1; }
    plain "$man3/$name.3" | sed -n '/^\.SH DES/,$p' |
      grep -qE "\b$name\(" || { echo "$name: not described"; bad=1; }
  done
  [ -z "${bad:-}" ]
}

@test "every page is there, and every name in it exists in the headers" {
  [ "$(pages | wc -l)" = 17 ]
  headers=$(cat "$prefix"/usr/local/include/fumehood/*.h |
    grep -oE '\b(fh|FH)_[A-Za-z_0-9]+\b' | sort -u)
  for page in $(pages); do
    name=$(basename "$page" .3)
    for word in $(plain "$page" | grep -oE '\b(fh|FH)_[A-Za-z_0-9]+' | sort -u); do
      # A page may be named after the layer that it is about.
      [ -e "$man3/$word.3" ] && [ ! -L "$man3/$word.3" ] && continue
      grep -qxF "$word" <<<"$headers" || { echo "$name: $word"; bad=1; }
    done
    for heading in NAME SYNOPSIS DESCRIPTION "RETURN VALUE" NOTES EXAMPLES \
      "SEE ALSO"; do
      grep -qx ".SH $heading" "$page" || { echo "$name: no $heading"; bad=1; }
    done
  done
  [ -z "${bad:-}" ]
}

@test "every constant of the headers is in a page" {
  for page in $(pages); do plain "$page"; done >all
  for word in $(cat "$prefix"/usr/local/include/fumehood/*.h |
    grep -oE '\bFH_[A-Z_]+[A-Z]\b' | sort -u); do
    grep -qw "$word" all || { echo "$word"; bad=1; }
  done
  [ -z "${bad:-}" ]
}

@test "what the pages refer to exists" {
  for page in $(pages); do
    for ref in $(plain "$page" | grep -oE '\b(fh_[a-z_]+|fumehood[a-z-]*)\([1357]\)'); do
      file=${ref%(*}.${ref: -2:1}
      [ -n "$(find "$prefix" -name "$file")" ] ||
        { echo "$(basename "$page"): $ref"; bad=1; }
    done
  done
  [ -z "${bad:-}" ]
}

# A prototype that differs from the header's is a conflict to the compiler.
@test "the prototypes of each SYNOPSIS are those of the headers" {
  for page in $(pages); do
    name=$(basename "$page" .3)
    blocks "$page" SYNOPSIS "$name"
    "${CC:-cc}" "${strict[@]}" -Wredundant-decls -Wno-error=redundant-decls \
      "${cflags[@]}" -c "$name/1.c" -o /dev/null 2>"$name.log" ||
      { cat "$name.log"; bad=1; }
    # Each one was seen twice: it is not a function that the header lacks.
    n=$(grep -c 'redundant redeclaration' "$name.log" || true)
    [ "$n" = "$(grep -oE '\bfh_[a-z_]+\(' "$name/1.c" | wc -l)" ] ||
      { echo "$name: $n seen twice"; bad=1; }
  done
  [ -z "${bad:-}" ]
}

run_example() { # SOURCE NAME
  local want
  "${CC:-cc}" "${strict[@]}" "${cflags[@]}" "$1" -o "$2" "${libs[@]}" || return
  sed -nE 's@^/\* prints: (.*) \*/$@\1@p' "$1" >"$2.want"
  want=$(sed -nE 's@^/\* exits: (.*) \*/$@\1@p' "$1")
  [ -s "$2.want" ] || [ -n "$want" ] || { echo "$2 promises nothing"; return 1; }
  run -"${want:-0}" --separate-stderr timeout 30 "./$2"
  [ "$status" = "${want:-0}" ] ||
    { echo "$2: status $status, $output, $stderr"; return 1; }
  [ ! -s "$2.want" ] || diff "$2.want" <(echo "$output")
}

@test "every example compiles without a warning, runs, and prints what it says" {
  for page in $(pages); do
    name=$(basename "$page" .3)
    blocks "$page" EXAMPLES "$name"
    [ -e "$name/1.c" ] || { echo "$name: no example"; bad=1; continue; }
    for source in "$name"/*.c; do
      example=$(sed -nE '1s@^/\* example: ([a-z-]+) \*/$@\1@p' "$source")
      [ -n "$example" ] || { echo "$source has no name"; bad=1; continue; }
      echo "$example" >>names
      run_example "$source" "$example" || bad=1
    done
  done
  [ -z "${bad:-}" ]
  [ "$(sort -u names | wc -l)" = "$(wc -l <names)" ]
  [ "$(wc -l <names)" -ge 15 ]
}

@test "the installed examples are the sources, and compile as they are" {
  sources=$(find "$prefix" -path '*/doc/fumehood/examples/*' -name '*.c' -o -path '*/doc/fumehood/examples/*' -name '*.cpp')
  [ "$(wc -w <<<"$sources")" -ge 5 ]
  for source in $sources; do
    case $source in
    *.cpp) "${CXX:-c++}" -std=c++17 -Wall -Wextra -Werror "${cflags[@]}" \
      "$source" -o program "${libs[@]}" ;;
    *) "${CC:-cc}" "${strict[@]}" "${cflags[@]}" "$source" -o program "${libs[@]}" ;;
    esac
    limit=150
    [[ $source != */login_server.c ]] || limit=320 # two roles, and HTTP
    [ "$(wc -l <"$source")" -lt $limit ] || { echo "$source is long"; return 1; }
  done
}

@test "groff and mandoc have nothing to say about the pages" {
  for page in $(pages); do
    groff -man -ww -Tutf8 "$page" 2>>complaints >/dev/null
    # scdoc's paragraph macros are harmless; so is a long line of source.
    if command -v mandoc >/dev/null; then
      mandoc -T lint -W warning "$page" | grep -v 'paragraph macro' \
        >>complaints || true
    fi
  done
  cat complaints
  [ ! -s complaints ]
}
