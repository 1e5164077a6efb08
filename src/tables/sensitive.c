/* Which paths give away, or take over, more than the program that asks for them. */
#include "tables/sensitive.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"

#define READ(name, text) { .path = (name), .what = (text) }
#define WRITE(name, text)                                                      \
	{ .path = (name), .what = (text), .is_for_writing = true }

/*
 * Sorted by path. READ: who reads it has a secret, a way to a service that does
 * anything for its caller, or the data of other programs. WRITE: reading does no harm,
 * but what is written there is executed or believed later, outside of any box.
 */
const struct sensitive_path sensitive_paths[] = {
	WRITE("/bin", "programs of the system"),
	WRITE("/boot", "kernels"),
	READ("/dev/fuse", "file systems of one's own"),
	READ("/dev/hd*", "a disk"),
	READ("/dev/input", "the keyboard"),
	READ("/dev/kcore", "the kernel's memory"),
	READ("/dev/kmem", "the kernel's memory"),
	READ("/dev/kmsg", "the kernel's log"),
	READ("/dev/kvm", "virtual machines"),
	READ("/dev/loop*", "a disk"),
	READ("/dev/mapper", "disks"),
	READ("/dev/md*", "a disk"),
	READ("/dev/mem", "the machine's memory"),
	READ("/dev/mmcblk*", "a disk"),
	READ("/dev/nvme*", "a disk"),
	READ("/dev/port", "I/O ports"),
	READ("/dev/sd*", "a disk"),
	READ("/dev/tpm*", "the machine's keys"),
	READ("/dev/uinput", "the keyboard"),
	READ("/dev/vd*", "a disk"),
	READ("/dev/vhost-*", "virtual machines"),
	READ("/dev/xvd*", "a disk"),
	WRITE("/etc", "the system's configuration"),
	READ("/etc/NetworkManager/system-connections",
	     "passwords of networks"),
	READ("/etc/gshadow*", "passwords of groups"),
	READ("/etc/krb5.keytab", "the machine's key"),
	READ("/etc/letsencrypt", "private keys"),
	READ("/etc/pki/tls/private", "private keys"),
	READ("/etc/security/opasswd", "old passwords"),
	READ("/etc/shadow*", "passwords"),
	READ("/etc/ssh/ssh_host_*", "the machine's keys of ssh"),
	READ("/etc/ssl/private", "private keys"),
	READ("/etc/sudoers*", "who may become root"),
	READ("/etc/wireguard", "private keys"),
	WRITE("/lib", "libraries of the system"),
	WRITE("/lib32", "libraries of the system"),
	WRITE("/lib64", "libraries of the system"),
	WRITE("/libx32", "libraries of the system"),
	WRITE("/opt", "programs of the system"),
	READ("/proc", "other processes"),
	READ("/root", "the administrator's files"),
	READ("/run/containerd", "the container daemon: root"),
	READ("/run/credentials", "credentials of services"),
	READ("/run/crio", "the container daemon: root"),
	READ("/run/dbus", "every service of the system, by D-Bus"),
	READ("/run/docker*", "the container daemon: root"),
	READ("/run/libvirt", "virtual machines"),
	READ("/run/podman", "the container daemon"),
	READ("/run/secrets", "credentials of services"),
	READ("/run/snapd*", "installing packages"),
	READ("/run/sudo", "who has been root lately"),
	READ("/run/systemd", "the service manager"),
	READ("/run/user", "the agents and services of the session"),
	WRITE("/sbin", "programs of the system"),
	READ("/sys", "the machine's devices"),
	READ("/tmp/.X11-unix", "the screen and the keyboard"),
	READ("/tmp/ssh-*", "the agent of ssh"),
	WRITE("/usr", "programs of the system"),
	READ("/var/backups", "copies of the system's files"),
	READ("/var/lib/containerd", "the container daemon"),
	READ("/var/lib/docker", "the container daemon"),
	READ("/var/lib/mysql", "databases"),
	READ("/var/lib/postgresql", "databases"),
	READ("/var/lib/sss", "passwords"),
	READ("/var/log", "what happened on the system"),
	READ("/var/mail", "mail"),
	READ("/var/run", "the services of the system"),
	WRITE("/var/spool/anacron", "programs that run later"),
	WRITE("/var/spool/at", "programs that run later"),
	WRITE("/var/spool/cron", "programs that run later"),
	READ("/var/spool/mail", "mail"),
	READ("~/.Xauthority", "the screen and the keyboard"),
	READ("~/.aws", "keys of a cloud"),
	READ("~/.azure", "keys of a cloud"),
	WRITE("~/.bash_aliases", "read by each shell"),
	READ("~/.bash_history", "what was typed"),
	WRITE("~/.bash_login", "read by each shell"),
	WRITE("~/.bash_logout", "read by each shell"),
	WRITE("~/.bash_profile", "read by each shell"),
	WRITE("~/.bashrc", "read by each shell"),
	WRITE("~/.bin", "programs that are found first"),
	READ("~/.bitcoin", "a wallet"),
	WRITE("~/.cargo", "programs and settings of cargo"),
	READ("~/.cargo/credentials*", "the key of a registry"),
	READ("~/.claude*", "keys and conversations"),
	READ("~/.composer/auth.json", "the key of a registry"),
	READ("~/.config/1Password", "passwords"),
	READ("~/.config/BraveSoftware", "a browser's passwords and history"),
	READ("~/.config/Signal", "messages"),
	WRITE("~/.config/autostart", "programs that start with the session"),
	WRITE("~/.config/bash*", "read by each shell"),
	READ("~/.config/chromium", "a browser's passwords and history"),
	READ("~/.config/composer/auth.json", "the key of a registry"),
	READ("~/.config/doctl", "keys of a cloud"),
	WRITE("~/.config/environment.d", "variables of the session"),
	WRITE("~/.config/fish", "read by each shell"),
	WRITE("~/.config/fumehood", "profiles of this program"),
	READ("~/.config/gcloud", "keys of a cloud"),
	READ("~/.config/gh", "the key of GitHub"),
	WRITE("~/.config/git", "programs that git runs"),
	READ("~/.config/git/credentials", "passwords of git"),
	READ("~/.config/glab-cli", "the key of GitLab"),
	READ("~/.config/google-chrome*", "a browser's passwords and history"),
	READ("~/.config/gopass", "passwords"),
	READ("~/.config/helm", "keys of a cluster"),
	READ("~/.config/hub", "the key of GitHub"),
	READ("~/.config/keepassxc", "passwords"),
	READ("~/.config/microsoft-edge*", "a browser's passwords and history"),
	READ("~/.config/op", "passwords"),
	READ("~/.config/openstack", "keys of a cloud"),
	WRITE("~/.config/plasma-workspace", "programs that start with the session"),
	READ("~/.config/rclone", "keys of a cloud"),
	READ("~/.config/sops", "keys"),
	WRITE("~/.config/systemd", "services of the session"),
	READ("~/.config/vivaldi*", "a browser's passwords and history"),
	WRITE("~/.config/zsh", "read by each shell"),
	READ("~/.docker", "keys of registries"),
	READ("~/.electrum", "a wallet"),
	WRITE("~/.emacs*", "run by each editor"),
	READ("~/.ethereum", "a wallet"),
	READ("~/.gem/credentials", "the key of a registry"),
	READ("~/.git-credentials", "passwords of git"),
	WRITE("~/.gitconfig", "programs that git runs"),
	READ("~/.gnome2/keyrings", "passwords"),
	READ("~/.gnupg", "keys of GnuPG"),
	WRITE("~/.gradle", "programs and settings of gradle"),
	READ("~/.gradle/gradle.properties", "the key of a registry"),
	READ("~/.histfile", "what was typed"),
	READ("~/.irssi", "passwords"),
	READ("~/.kube", "keys of a cluster"),
	READ("~/.lesshst", "what was typed"),
	WRITE("~/.local/bin", "programs that are found first"),
	WRITE("~/.local/share/applications", "what a click starts"),
	READ("~/.local/share/containers", "the container daemon"),
	READ("~/.local/share/fish/fish_history", "what was typed"),
	READ("~/.local/share/keyrings", "passwords"),
	READ("~/.local/share/kwalletd", "passwords"),
	WRITE("~/.local/share/systemd", "services of the session"),
	READ("~/.local/state/bash", "what was typed"),
	READ("~/.m2/settings*", "the key of a registry"),
	READ("~/.mail", "mail"),
	READ("~/.mozilla", "a browser's passwords and history"),
	READ("~/.msmtprc", "passwords of mail"),
	READ("~/.mutt*", "passwords of mail"),
	READ("~/.my.cnf", "passwords of databases"),
	READ("~/.mylogin.cnf", "passwords of databases"),
	READ("~/.mysql_history", "what was typed"),
	READ("~/.netrc", "passwords"),
	READ("~/.node_repl_history", "what was typed"),
	READ("~/.npmrc", "the key of a registry"),
	READ("~/.nuget/NuGet", "the key of a registry"),
	READ("~/.oci", "keys of a cloud"),
	WRITE("~/.pam_environment", "variables of the session"),
	READ("~/.password-store", "passwords"),
	READ("~/.pgpass", "passwords of databases"),
	READ("~/.pki", "private keys"),
	WRITE("~/.profile", "read by each shell"),
	READ("~/.psql_history", "what was typed"),
	READ("~/.pypirc", "the key of a registry"),
	READ("~/.python_history", "what was typed"),
	READ("~/.rediscli_history", "what was typed"),
	READ("~/.sqlite_history", "what was typed"),
	READ("~/.ssh", "keys of ssh"),
	READ("~/.subversion/auth", "passwords"),
	READ("~/.terraform.d", "keys of a cloud"),
	READ("~/.thunderbird", "mail"),
	READ("~/.vault-token", "the key of a vault"),
	WRITE("~/.vim*", "run by each editor"),
	READ("~/.viminfo", "what was typed"),
	READ("~/.wget-hsts", "what was visited"),
	WRITE("~/.xinitrc", "programs that start with the session"),
	WRITE("~/.xprofile", "programs that start with the session"),
	WRITE("~/.xsession*", "programs that start with the session"),
	WRITE("~/.zlogin", "read by each shell"),
	WRITE("~/.zprofile", "read by each shell"),
	READ("~/.zsh_history", "what was typed"),
	WRITE("~/.zshenv", "read by each shell"),
	WRITE("~/.zshrc", "read by each shell"),
	READ("~/Mail", "mail"),
	READ("~/Maildir", "mail"),
	WRITE("~/bin", "programs that are found first"),
	READ("~/snap/chromium", "a browser's passwords and history"),
	READ("~/snap/firefox", "a browser's passwords and history"),
};
const size_t n_sensitive_paths = ARRAY_SIZE(sensitive_paths);

/* Wherever they lie: components; a "*" stands for any characters at one end. Those for
 * writing are whole directories: a .git may name another directory for its settings. */
static const struct sensitive_path components[] = {
	READ("*.kdbx", "passwords"),
	READ("*.key", "private keys"),
	READ("*.keystore", "private keys"),
	READ("*.p12", "private keys"),
	READ("*.pfx", "private keys"),
	READ(".env", "passwords of a project"),
	READ(".env.*", "passwords of a project"),
	WRITE(".envrc", "read by each shell"),
	WRITE(".git", "programs that git runs"),
	READ(".git-credentials", "passwords of git"),
	WRITE(".hg", "programs that hg runs"),
	READ(".htpasswd", "passwords"),
	READ(".netrc", "passwords"),
	READ(".npmrc", "the key of a registry"),
	READ(".pypirc", "the key of a registry"),
	WRITE(".vscode", "programs that an editor runs"),
	READ("id_dsa", "keys of ssh"),
	READ("id_ecdsa", "keys of ssh"),
	READ("id_ecdsa_sk", "keys of ssh"),
	READ("id_ed25519", "keys of ssh"),
	READ("id_ed25519_sk", "keys of ssh"),
	READ("id_rsa", "keys of ssh"),
	READ("privkey*", "private keys"),
	READ("wallet.dat", "a wallet"),
};

/* Of the system's own trees everybody may read all: the certificates and sample
 * files there are no secrets. */
static const char *const public_trees[] = { "/bin", "/lib", "/sbin", "/usr" };

/* A "*" at either end of the pattern; lengths, for neither is a string of its own. */
static bool name_matches(const char *name, size_t n, const char *pattern,
			 size_t len)
{
	if (len && pattern[len - 1] == '*')
		return n >= len - 1 && memcmp(name, pattern, len - 1) == 0;
	if (len && pattern[0] == '*')
		return n >= len - 1 && memcmp(name + n - (len - 1), pattern + 1,
					      len - 1) == 0;
	return n == len && memcmp(name, pattern, len) == 0;
}

/* Does the pattern's every component match one of the path, from the first?
 * *ret_rest: what is left of the pattern when the path ends before it. */
static bool path_matches(const char *path, const char *pattern,
			 const char **ret_rest)
{
	while (*pattern) {
		size_t n, len;

		path += *path == '/';
		pattern += *pattern == '/';
		n = strcspn(path, "/");
		len = strcspn(pattern, "/");
		if (!n) {
			*ret_rest = pattern;
			return true;
		}
		if (!name_matches(path, n, pattern, len))
			return false;
		path += n;
		pattern += len;
	}
	*ret_rest = pattern;
	return true;
}

/* The part of a path that a row speaks of; NULL when it lies elsewhere. */
static const char *part_of(const char *path, const char *home,
			   const char **pattern)
{
	if (**pattern != '~')
		return path;
	*pattern += 1;
	if (!home || !path_is_within(path, home))
		return NULL;
	return strcmp(home, "/") == 0 ? path : path + strlen(home);
}

static bool row_holds(const struct sensitive_path *row, const char *path,
		      const char *home)
{
	const char *pattern = row->path, *rest;
	const char *part = part_of(path, home, &pattern);

	return part && path_matches(part, pattern, &rest) && !*rest;
}

static bool component_holds(const struct sensitive_path *row, const char *path)
{
	const char *rest;

	for (; path; path = strchr(path + 1, '/'))
		if (path_matches(path, row->path, &rest) && !*rest)
			return true;
	return false;
}

static bool is_public(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(public_trees); i++)
		if (path_is_within(path, public_trees[i]))
			return true;
	return false;
}

static const struct sensitive_path *find(const char *path, const char *home,
					 bool writing)
{
	for (size_t i = 0; i < n_sensitive_paths; i++)
		if (sensitive_paths[i].is_for_writing == writing &&
		    row_holds(&sensitive_paths[i], path, home))
			return &sensitive_paths[i];
	if (!writing && is_public(path))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(components); i++)
		if (components[i].is_for_writing == writing &&
		    component_holds(&components[i], path))
			return &components[i];
	return NULL;
}

/* What may not even be read is told first: it is the graver of two. */
const struct sensitive_path *sensitive_find(const char *path, const char *home,
					    bool for_writing)
{
	const struct sensitive_path *row = find(path, home, false);

	return row || !for_writing ? row : find(path, home, true);
}

/* Rows may end beneath it: the directory is used up before their pattern is. */
bool sensitive_is_beneath(const char *directory, const char *home)
{
	if (strcmp(directory, "/") == 0 ||
	    (home && path_is_within(home, directory)))
		return true;
	for (size_t i = 0; i < n_sensitive_paths; i++) {
		const char *pattern = sensitive_paths[i].path, *rest;
		const char *part = part_of(directory, home, &pattern);

		if (!part || !path_matches(part, pattern, &rest))
			continue;
		if (*rest || !sensitive_paths[i].is_for_writing ||
		    strlen(part) == strlen(pattern))
			return true;
	}
	return false;
}
