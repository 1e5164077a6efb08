#!/bin/sh
# Prints the profiles FILES as a C array, and the DIRECTORY they are installed in:
# builtin_profiles.sh DIRECTORY FILES, which are sorted.
set -eu
directory=$1
shift

quote() { # a text to a C string of many lines
	sed 's/\\/\\\\/g; s/"/\\"/g; s/^/\t  "/; s/$/\\n"/'
}

name() { # FILE
	basename "$1" .conf
}

echo "/* Made by tools/builtin_profiles.sh from profiles/. */"
echo '#include "profile/profile_builtin.h"'
echo
for file; do
	echo "static const char text_$(name "$file" | tr -c 'a-z0-9\n' _)[] ="
	quote <"$file"
	printf '\t  "";\n\n'
done
echo "const struct builtin_profile builtin_profiles[] = {"
for file; do
	text="text_$(name "$file" | tr -c 'a-z0-9\n' _)"
	printf '\t{ "%s", %s, sizeof(%s) - 1 },\n' "$(name "$file")" \
		"$text" "$text"
done
echo "};"
echo "const size_t n_builtin_profiles ="
printf '\tsizeof(builtin_profiles) / sizeof(*builtin_profiles);\n'
printf 'const char builtin_profiles_directory[] = "%s";\n' "$directory"
