/*
 * The control of every attack: without a box it gets through.
 *
 * An attack that fails outside too proves nothing inside. Ordinary ones run as
 * an ordinary user, those that only root can make as root: in a scratch root
 * directory where they would leave traces, against an init without protection
 * where init is what they are after.
 */
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "attack/attack_run.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"
#include "stand.h"
#include "tap.h"

/* Attacks that write to /, /dev, /etc and /usr find empty ones here, in a
 * mount namespace of the test's own: nothing to remove when it dies. */
static void enter_scratch_root(void)
{
	static const char *const dirs[] = { "dev", "etc", "tmp", "usr" };

	check_int(unshare(CLONE_NEWNS), 0);
	check_int(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	check_int(mount("tmpfs", "/tmp", "tmpfs", 0, "size=1m"), 0);
	check_int(chdir("/tmp"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		check_int(mkdir(dirs[i], 0700), 0);
	check_int(chroot("."), 0);
}

/* What the attack gives without a box, as the user that it is meant for. */
static int play_outside(const struct attack *attack)
{
	struct attack_stage stage = set_up();
	int result = -EPROTO;
	int r;

	setenv("HOME", stage.secret_dir, 1);
	r = attack_play(attack, &stage, &result);
	attack_stage_tear_down(&stage);
	check_int(r, 0);
	return result;
}

static void check_got_through(const struct attack *attack)
{
	char scratch[ATTACK_ERRNO_NAME_MAX];
	int result;

	result = play_outside(attack);
	if (result == ATTACK_NOT_APPLICABLE)
		skip("this architecture has nothing to attack here");
	if (result < 0)
		tap_fail(__FILE__, __LINE__, "refused outside: %s",
			 attack_errno_name(result, scratch));
	check_int(result, 0);
}

static void be_init(void *arg)
{
	const struct attack *const *attack = arg;

	check_int(getpid(), 1);
	check_int(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	check_int(mount("proc", "/proc", "proc", 0, NULL), 0);
	become_ordinary();
	check_got_through(*attack);
}

static bool is_about(const struct attack *attack, const char *prefix)
{
	return strncmp(attack->name, prefix, strlen(prefix)) == 0;
}

static void control(const struct attack *attack)
{
	unsetenv("TMPDIR");
	if (attack->needs_root && geteuid() != 0)
		skip("only root can make this attack outside");
	if (is_about(attack, "proc-init-") || is_about(attack, "ptrace-init")) {
		check_int(unshare(CLONE_NEWNS | CLONE_NEWPID), 0);
		check_int(child_status(be_init, &attack), 0);
		return;
	}
	if (is_about(attack, "create-"))
		enter_scratch_root();
	if (!attack->needs_root)
		become_ordinary();
	check_got_through(attack);
}

#define ATTACK(ident)                                                          \
	static void control_##ident(void)                                      \
	{                                                                      \
		control(&attack_##ident);                                      \
	}
#include "attack/attack_list.h"
#undef ATTACK

/* In the order of attacks[]. */
static void (*const controls[])(void) = {
#define ATTACK(ident) control_##ident,
#include "attack/attack_list.h"
#undef ATTACK
};

int main(void)
{
	static struct tap_test tests[ARRAY_SIZE(controls)];
	size_t n_tests = 0;

	for (size_t i = 0; i < n_attacks; i++) {
		if (attacks[i]->no_control) {
			printf("# no control for %s: %s\n", attacks[i]->name,
			       attacks[i]->no_control);
			continue;
		}
		tests[n_tests].name = attacks[i]->name;
		tests[n_tests++].run = controls[i];
	}
	return tap_run(tests, n_tests);
}
