# An /etc of the test's own, with PAM services and accounts that exist for a mount
# namespace alone: nothing on the machine changes.

own_etc() { # DIRECTORY
  own_etc=$1
  mkdir "$own_etc" "$own_etc/pam.d"
  cp -a /etc/ld.so.* /etc/nsswitch.conf /etc/login.defs /etc/localtime /etc/security "$own_etc/"
  printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n' >"$own_etc/passwd"
  printf 'root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n' >"$own_etc/group"
  : >"$own_etc/shadow"
  chmod 640 "$own_etc/shadow"
}

own_account() { # NAME HASH [MAX_AGE [EXPIRES]]
  echo "$1:x:4000:4000::/:/bin/sh" >>"$own_etc/passwd"
  echo "$1:$2:19000:0:${3:-99999}:7::${4:-}:" >>"$own_etc/shadow"
}

own_service() { # NAME LINES...
  local name=$1
  shift
  printf '%s\n' "$@" >"$own_etc/pam.d/$name"
}

# Shell commands for a mount namespace of its own, where $etc is the directory.
own_etc_mounts='mount --bind "$etc" /etc && mount -t tmpfs none /run &&
  mkdir -m 755 /run/faillock && mount -t tmpfs none /var/log &&
  mount -t tmpfs none /var/lib'
