#!/bin/bash
# A shell script of the design that many start from: unshare with the caller
# mapped to root, mounts by hand, then a Landlock loader that executes the rest.
#
#   article.sh LOADER COMMAND [ARGS...]
set -euo pipefail
loader=$1
shift
setup='
set -euo pipefail
loader=$1
shift
mount -n --make-rprivate /
mount -n -t proc -o nosuid,nodev,noexec proc /proc
mkdir -p /tmp/dev.$$ 2>/dev/null || true
mount -n -t tmpfs -o mode=0755 tmpfs /mnt
for node in null zero random urandom; do
	: >/mnt/$node
	mount -n --bind /dev/$node /mnt/$node
	mount -n -o remount,ro,bind /mnt/$node
done
ln -s /proc/self/fd /mnt/fd
mount -n --move /mnt /dev
mount -n -t tmpfs -o mode=1777,size=256M tmpfs /tmp
exec "$loader" "$@"
'
exec unshare --map-root-user --mount --pid --net --uts --fork \
	/bin/bash -c "$setup" setup "$loader" "$@"
