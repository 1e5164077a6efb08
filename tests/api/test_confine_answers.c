/* fh_confine() where a supervisor answers for the kernel, and oddly. */
#include <sys/uio.h>

#include "fenced.h"
#include "supervisor.h"

/* --- a domain that does not stand -------------------------------------------------- */

/* The domain is said to stand, and then nothing can be opened: but not for the
 * domain's sake. */
static int no_domain(const struct seccomp_notif *question)
{
	static bool has_lied;

	if (question->data.nr != SYS_landlock_restrict_self)
		return has_lied ? -EMFILE : ASIDE;
	has_lied = true;
	return 0;
}

static void test_no_domain(void)
{
	const int calls[] = { SYS_landlock_restrict_self, SYS_openat };

	answered_by(no_domain, calls, N(calls));
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, "a directory outside is refused"))
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

/* --- ids that were not given up ---------------------------------------------------- */

static void put(const struct seccomp_notif *question, int i, unsigned int id)
{
	struct iovec from = { &id, sizeof(id) };
	struct iovec to = { (void *)(uintptr_t)question->data.args[i],
			    sizeof(id) };

	check_int(process_vm_writev((pid_t)question->pid, &from, 1, &to, 1, 0),
		  sizeof(id));
}

/* All three are said to be the tester's: there is nothing to change. */
static int pretend(const struct seccomp_notif *question)
{
	for (int i = 0; i < 3; i++)
		put(question, i, TESTER);
	return 0;
}

static void check_saved_id(int asking, unsigned int saved_uid,
			   unsigned int saved_gid, const char *field,
			   const char *what)
{
	answered_by(pretend, &asking, 1);
	check_int(SC(SYS_setresgid, TESTER, TESTER, saved_gid), 0);
	check_int(SC(SYS_setresuid, TESTER, TESTER, saved_uid), 0);
	check_status(field, "4242\t4242\t0\t4242");
	check_int(fh_confine(fh_policy_new(), NULL, NULL, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	if (!strstr(err.what, what))
		tap_fail(__FILE__, __LINE__, "\"%s\" does not say %s", err.what,
			 what);
	/* What was had back is gone, and for good. */
	check_status(field, "4242\t4242\t4242\t4242");
}

/* As root: the supervisor writes into who asks. */
static void test_saved_uid(void)
{
	check_saved_id(SYS_getresuid, 0, TESTER, "Uid", "uid 0 cannot");
}

static void test_saved_gid(void)
{
	check_saved_id(SYS_getresgid, TESTER, 0, "Gid", "gid 0 cannot");
}

#define TEST(function, title) { .name = title, .run = test_##function }

static const struct tap_test anyone[] = {
	TEST(no_domain, "a domain that is not there, and no descriptor"),
};

static const struct tap_test root[] = {
	TEST(saved_uid, "a saved uid 0 that is not told of"),
	TEST(saved_gid, "a saved gid 0 that is not told of"),
};

int main(void)
{
	static struct tests tests;

	tests_add(&tests, anyone, N(anyone));
	if (is_root())
		tests_add(&tests, root, N(root));
	return tap_run(tests.list, tests.n);
}
