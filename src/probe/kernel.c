/* Asks the kernel what can be asked without trying it. */
#include "probe/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/number.h"
#include "probe/trial.h"
#include "sys/capability.h"
#include "sys/landlock_calls.h"
#include "sys/process.h"
#include "sys/seccomp_calls.h"


const struct trial_info trial_infos[N_TRIALS] = {
	[TRIAL_CREATE] = { "user namespace", "create a user namespace" },
	[TRIAL_MAP] = { "id maps", "write its id maps" },
	[TRIAL_MOUNT] = { "mount namespace", "mount in it" },
	[TRIAL_LIMIT] = { "namespace limit",
			  "limit further user namespaces" },
	[TRIAL_NET] = { "net namespace", "create a net namespace" },
	[TRIAL_PID] = { "pid namespace", "create a pid namespace" },
	[TRIAL_PROC] = { "fresh /proc", "mount a fresh /proc" },
	[TRIAL_PID_MAX] = { "kernel.pid_max",
			    "set kernel.pid_max of a pid namespace" },
};

static void probe_landlock(struct fh_kernel *ret)
{
	int abi = ll_abi();
	int errata = ll_errata();

	ret->landlock_abi = abi > 0 ? abi : 0;
	ret->landlock_error = abi < 0 ? abi : 0;
	ret->landlock_errata = errata > 0 ? errata : 0;
}

/* In a user namespace that maps one id, setgroups(2) is denied for good. */
static bool probe_groups(const struct fh_kernel *kernel)
{
	char text[16];

	/* Where it cannot be read it is tried: to fail is safer than to keep
	 * the groups. */
	return kernel_has_capability(kernel, CAP_SETGID) &&
	       !(read_small_file(AT_FDCWD, "/proc/thread-self/setgroups", text,
				 sizeof(text)) > 0 &&
		 strcmp(text, "deny") == 0);
}

void kernel_probe_quick(struct fh_kernel *ret)
{
	struct capability_sets sets = { 0 };

	memset(ret, 0, sizeof(*ret));
	ret->is_assumed = true;
	ret->arch = FILTER_ARCH_NATIVE;
	ret->uid = getuid();
	ret->gid = getgid();
	if (capability_get(&sets) == 0)
		ret->capabilities = sets.effective;
	ret->can_clear_groups = probe_groups(ret);
	probe_landlock(ret);
	ret->max_user_namespaces = -1;
	ret->unprivileged_userns_clone = -1;
	ret->apparmor_restrict_userns = -1;
	/* EINVAL means that the kernel does not know the option. */
	ret->has_mdwe = prctl(PR_SET_MDWE + 1, 0, 0, 0, 0) >= 0;
	ret->has_listeners = seccomp_has_listeners();
}

static int64_t read_sysctl(const char *path)
{
	char text[32];
	uint64_t value;

	if (read_small_file(AT_FDCWD, path, text, sizeof(text)) < 0 ||
	    number_parse(text, &value) < 0)
		return -1;
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Read without stdio: where its buffer cannot be had, what is there would be
 * taken for missing. */
static bool has_text(const char *path, const char *needle)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t overlap = strlen(needle) - 1, len = 0;
	char window[4096];

	while (fd >= 0) {
		ssize_t n = read(fd, window + len, sizeof(window) - 1 - len);

		if (n <= 0)
			return false;
		len += (size_t)n;
		window[len] = '\0';
		if (strstr(window, needle))
			return true;
		if (len > overlap) {
			memmove(window, window + len - overlap, overlap);
			len = overlap;
		}
	}
	return false;
}

void kernel_probe_cgroup(struct fh_kernel *kernel)
{
	if (!kernel->cgroup.is_known)
		cgroup_look(&kernel->cgroup);
}

int kernel_probe_full(struct fh_kernel *ret, struct fh_error *err)
{
	struct utsname names;

	kernel_probe_quick(ret);
	ret->is_assumed = false;
	if (uname(&names) == 0)
		snprintf(ret->release, sizeof(ret->release), "%s",
			 names.release);
	ret->max_user_namespaces =
		read_sysctl("/proc/sys/user/max_user_namespaces");
	ret->unprivileged_userns_clone =
		read_sysctl("/proc/sys/kernel/unprivileged_userns_clone");
	ret->apparmor_restrict_userns = read_sysctl(
		"/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	ret->is_filtered = has_text("/proc/thread-self/status", "Seccomp:\t2");
	ret->is_masked_proc = has_text("/proc/thread-self/mountinfo", " /proc/");
	kernel_probe_cgroup(ret);
	return trial_run(ret->trials, err);
}

static const char *error_name(int code)
{
	return strerror(-code);
}

void kernel_namespace_cause(const struct fh_kernel *kernel, char ret_cause[256],
			    char ret_remedy[256])
{
	const char *cause = "", *remedy = "";
	int first = 0, code;

	ret_cause[0] = ret_remedy[0] = '\0';
	while (first < N_TRIALS && kernel->trials[first] == 0)
		first++;
	if (first == N_TRIALS)
		return;
	code = kernel->trials[first];
	if (first == TRIAL_PID_MAX) {
		/* an old kernel: nobody forbids it */
	} else if (first == TRIAL_PROC) {
		cause = "the kernel wants a fully visible /proc outside first, and part of it is covered, as container runtimes do";
		remedy = "run outside the container, or with its /proc unmasked";
	} else if (kernel->max_user_namespaces == 0) {
		cause = "user.max_user_namespaces is 0";
		remedy = "as root: sysctl user.max_user_namespaces=10000";
	} else if (kernel->unprivileged_userns_clone == 0) {
		cause = "kernel.unprivileged_userns_clone is 0";
		remedy = "as root: sysctl kernel.unprivileged_userns_clone=1";
	} else if (kernel->apparmor_restrict_userns == 1 &&
		   (code == -EACCES || code == -EPERM)) {
		cause = "kernel.apparmor_restrict_unprivileged_userns is 1 and no AppArmor profile allows this binary user namespaces";
		remedy = "as root: load an AppArmor profile with `userns,` for this binary's path (SECURITY.md has one)";
	} else if (kernel->is_filtered) {
		cause = "a system-call filter is around us, as in a container or another sandbox";
		remedy = "allow unshare, clone with CLONE_NEW*, mount and pivot_root in the outer filter";
	} else if (code == -ENOSPC) {
		cause = "namespaces are nested too deep or their number is used up";
		remedy = "run outside the other sandbox";
	} else if (code == -EPERM && first == TRIAL_CREATE) {
		cause = "the caller is in a chroot, or a security module forbids it";
		remedy = "run outside the chroot";
	}
	snprintf(ret_cause, 256, "cannot %s (%s)%s%s", trial_infos[first].what,
		 error_name(code), *cause ? ": " : "", cause);
	snprintf(ret_remedy, 256, "%s", remedy);
}
