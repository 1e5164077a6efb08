/* The tables of system calls are sorted, complete and right. */
#include "mech/seccomp.h"
#include "tables/syscall_groups.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct known_nr {
	const char *name;
	int nr;
};

#define GENERIC_NR(name, nr)
#define MACHINE_NR(name, nr) { #name, nr },
static const struct known_nr machine[] = {
#include "machine_syscalls.h"
};
#undef GENERIC_NR
#undef MACHINE_NR

#define GENERIC_NR(name, nr) { #name, nr },
#define MACHINE_NR(name, nr)
static const struct known_nr generic[] = {
#include "machine_syscalls.h"
};

static void test_sorted(void)
{
	for (size_t i = 1; i < N_SYSCALLS; i++)
		check(strcmp(syscalls[i - 1].name, syscalls[i].name) < 0);
	for (size_t i = 1; i < N_SYSCALL_GROUPS; i++)
		check(strcmp(syscall_groups[i - 1].name,
			     syscall_groups[i].name) < 0);
}

static void compare(enum filter_arch arch, const struct known_nr *known,
		    size_t n)
{
	check(n > 280);
	for (size_t i = 0; i < n; i++) {
		if (syscall_number(arch, known[i].name) != known[i].nr)
			printf("# %s\n", known[i].name);
		check_int(syscall_number(arch, known[i].name), known[i].nr);
	}
}

static void test_machine(void)
{
	compare(FILTER_ARCH_NATIVE, machine, N(machine));
}

static void test_aarch64(void)
{
	compare(FILTER_ARCH_AARCH64, generic, N(generic));
}

/* Newer than many headers: kernel.org's syscall_64.tbl and syscall.tbl. */
static void test_newest(void)
{
	static const struct known_nr newest[] = {
		{ "cachestat", 451 },	  { "fchmodat2", 452 },
		{ "map_shadow_stack", 453 }, { "futex_wake", 454 },
		{ "futex_wait", 455 },	  { "futex_requeue", 456 },
		{ "statmount", 457 },	  { "listmount", 458 },
		{ "lsm_get_self_attr", 459 }, { "lsm_set_self_attr", 460 },
		{ "lsm_list_modules", 461 }, { "mseal", 462 },
		{ "setxattrat", 463 },	  { "getxattrat", 464 },
		{ "listxattrat", 465 },	  { "removexattrat", 466 },
		{ "open_tree_attr", 467 }, { "file_getattr", 468 },
		{ "file_setattr", 469 },  { "listns", 470 },
		{ "rseq_slice_yield", 471 },
	};

	for (size_t i = 0; i < N(newest); i++) {
		for (int arch = 0; arch < N_FILTER_ARCHES; arch++)
			check_int(syscall_number(arch, newest[i].name),
				  newest[i].nr);
	}
	check_int(syscall_number(FILTER_ARCH_X86_64, "uretprobe"), 335);
	check_int(syscall_number(FILTER_ARCH_X86_64, "uprobe"), 336);
	check_int(syscall_number(FILTER_ARCH_AARCH64, "uprobe"), -ENOENT);
	check_int(syscall_number(FILTER_ARCH_AARCH64, "open"), -ENOENT);
}

/* Two names of one number, or one beyond the filter's table, would be a
 * verdict lost. */
static void test_numbers_unique(void)
{
	for (int arch = 0; arch < N_FILTER_ARCHES; arch++) {
		const char *seen[FILTER_NR_MAX] = { 0 };

		for (size_t i = 0; i < N_SYSCALLS; i++) {
			int nr = arch == FILTER_ARCH_X86_64 ?
					 syscalls[i].x86_64 :
					 syscalls[i].aarch64;

			check(nr >= -1 && nr < FILTER_NR_MAX);
			if (nr < 0)
				continue;
			check_str(seen[nr], NULL);
			seen[nr] = syscalls[i].name;
		}
	}
}

static void test_rows_filled(void)
{
	for (size_t i = 0; i < N_SYSCALLS; i++) {
		int major = 0;
		int minor = 0;

		check_int(syscall_find(syscalls[i].name), i);
		check(syscalls[i].x86_64 >= 0 || syscalls[i].aarch64 >= 0);
		check_int(sscanf(syscalls[i].since, "%d.%d", &major, &minor),
			  2);
		check(major >= 2);
	}
	check_int(syscall_find(""), -ENOENT);
	check_int(syscall_find("opena"), -ENOENT);
	check_int(syscall_find("zzz"), -ENOENT);
	check_int(syscall_find("READ"), -ENOENT);
}

/* A depth that no nesting reaches, unless a group contains itself. */
static void check_nesting(const struct syscall_group *group, unsigned depth)
{
	check(depth <= 3);
	for (size_t i = 0; i < group->n_members; i++) {
		uint16_t member = group->members[i];

		check(!(member & MEMBER_NOT));
		if (!(member & MEMBER_GROUP)) {
			check(MEMBER_INDEX(member) < N_SYSCALLS);
			continue;
		}
		check(MEMBER_INDEX(member) < N_SYSCALL_GROUPS);
		check_nesting(&syscall_groups[MEMBER_INDEX(member)], depth + 1);
	}
}

static void test_groups(void)
{
	for (size_t i = 0; i < N_SYSCALL_GROUPS; i++) {
		const struct syscall_group *group = &syscall_groups[i];

		check(group->name[0] == '@');
		check(group->help[0] != '\0');
		check(group->n_members > 0);
		check_int(syscall_group_find(group->name), i);
		check_nesting(group, 0);
	}
	check_int(syscall_group_find("mount"), -ENOENT);
	check_int(syscall_group_find("@"), -ENOENT);
}

static void test_every_call_grouped(void)
{
	struct syscall_set all = { 0 };

	for (uint16_t i = 0; i < N_SYSCALL_GROUPS; i++) {
		uint16_t member = MEMBER_GROUP | i;

		syscall_set_change(&all, &member, 1);
	}
	for (size_t i = 0; i < N_SYSCALLS; i++) {
		if (!all.has[i])
			printf("# %s\n", syscalls[i].name);
		check(all.has[i]);
	}
}

static void test_set_order(void)
{
	static const uint16_t members[] = {
		MEMBER_GROUP | GROUP_KEYRING,
		MEMBER_NOT | CALL_keyctl,
		MEMBER_NOT | MEMBER_GROUP | GROUP_TIMER,
		CALL_alarm,
	};
	struct syscall_set set = { 0 };

	syscall_set_change(&set, members, N(members));
	check(set.has[CALL_add_key]);
	check(!set.has[CALL_keyctl]);
	check(set.has[CALL_alarm]);
	check(!set.has[CALL_setitimer]);
}

static void test_nearest(void)
{
	const char *nearest = NULL;

	check(syscall_name_is_known("openat", NULL));
	check(syscall_name_is_known("@mount", NULL));
	check(!syscall_name_is_known("opneat", &nearest));
	check_str(nearest, "openat");
	check(!syscall_name_is_known("@file-sytem", &nearest));
	check_str(nearest, "@file-system");
	check(!syscall_name_is_known("file-system", &nearest));
	check_str(nearest, "@file-system");
	check(!syscall_name_is_known("xyzzyxyzzy", &nearest));
	check_str(nearest, NULL);
	check(!syscall_name_is_known("", &nearest));
	check_str(nearest, NULL);
	check(!syscall_name_is_known("\033[31m", NULL));
}

static const struct tap_test tests[] = {
	{ .name = "the tables are sorted", .run = test_sorted },
	{ .name = "the machine's headers agree", .run = test_machine },
	{ .name = "the generic headers agree", .run = test_aarch64 },
	{ .name = "calls newer than the headers", .run = test_newest },
	{ .name = "one name a number", .run = test_numbers_unique },
	{ .name = "every row is filled and found", .run = test_rows_filled },
	{ .name = "groups resolve", .run = test_groups },
	{ .name = "every call is in a group", .run = test_every_call_grouped },
	{ .name = "members count in their order", .run = test_set_order },
	{ .name = "the nearest name is suggested", .run = test_nearest },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
