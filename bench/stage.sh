# For the other scripts here: copies what is measured to where an ordinary user
# can run it, and runs it as one. Sets stage, which has a home/, and as_user.
user=4242

make_stage() { # FILES...
	stage=$(mktemp -d /var/tmp/fumehood-bench.XXXXXX)
	trap 'rm -rf "$stage"' EXIT
	cp "$@" "$stage/"
	mkdir "$stage/home"
	as_user=(env -i PATH="$PATH" HOME="$stage/home" LANG=C.UTF-8)
	[ "$(id -u)" != 0 ] ||
		as_user=(setpriv --reuid $user --regid $user --clear-groups
			--inh-caps=-all "${as_user[@]}")
}

# Call it when all is on the stage.
open_stage() {
	[ "$(id -u)" != 0 ] || chown -R $user:$user "$stage"
	chmod 755 "$stage"
}

on_stage() { # COMMAND...
	(cd "$stage/home" && "${as_user[@]}" "$@" </dev/null)
}

machine() {
	echo "Linux $(uname -r), $(nproc) processors, $(date +%Y-%m-%d)"
}
