/* The masks of each Landlock ABI, as the kernel's history has them. */
#include "policy/policy.h"
#include "sys/landlock_calls.h"
#include "tables/landlock_rights.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define FILE_RIGHTS 0xc007u /* what the kernel takes in a rule on a file */
#define READ FH_READ
#define WRITE FH_WRITE
#define EXEC FH_EXEC

static void test_masks(void)
{
	static const struct {
		uint64_t fs, net, scope;
	} abis[] = {
		[0] = { 0, 0, 0 },	   [1] = { 0x1fff, 0, 0 },
		[2] = { 0x3fff, 0, 0 },	   [3] = { 0x7fff, 0, 0 },
		[4] = { 0x7fff, 3, 0 },	   [5] = { 0xffff, 3, 0 },
		[6] = { 0xffff, 3, 3 },	   [7] = { 0xffff, 3, 3 },
		[8] = { 0xffff, 3, 3 },	   [9] = { 0x1ffff, 3, 3 },
		[10] = { 0x1ffff, 0xf, 3 }, [11] = { 0x1ffff, 0xf, 3 },
	};

	check_int(N(abis), LANDLOCK_ABI_KNOWN + 1);
	for (int abi = 0; abi <= LANDLOCK_ABI_KNOWN; abi++) {
		check_int(landlock_mask(LANDLOCK_FS, abi), abis[abi].fs);
		check_int(landlock_mask(LANDLOCK_NET, abi), abis[abi].net);
		check_int(landlock_mask(LANDLOCK_SCOPE, abi),
			  abis[abi].scope);
	}
}

static void test_rows(void)
{
	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];
		const struct landlock_right *before = right - 1;

		check(*right->name != '\0');
		check_int(right->bit & (right->bit - 1), 0);
		check(right->bit != 0);
		check(right->abi >= 1 && right->abi <= LANDLOCK_ABI_KNOWN);
		/* What ABI 1 has is never lost; the rest says what is. */
		check((right->abi == 1) == (*right->lost == '\0'));
		for (unsigned int k = 0; k < i; k++)
			check(strcmp(right->name, landlock_rights[k].name));
		if (i == 0)
			continue;
		check(right->kind >= before->kind);
		if (right->kind == before->kind)
			check_int(right->bit, before->bit << 1);
		else
			check_int(right->bit, 1);
	}
}

/* Asking for a directory's right in a rule on a file is EINVAL. */
static void test_files(void)
{
	uint64_t on_files = 0;

	for (unsigned int i = 0; i < n_landlock_rights; i++)
		if (landlock_rights[i].kind == LANDLOCK_FS &&
		    landlock_rights[i].fits_files)
			on_files |= landlock_rights[i].bit;
	check_int(on_files, FILE_RIGHTS | LL_FS_RESOLVE_UNIX);
	for (int abi = 0; abi <= LANDLOCK_ABI_KNOWN; abi++)
		for (unsigned int access = 0; access < 8; access++) {
			uint64_t file = landlock_access(access, false, abi);
			uint64_t tree = landlock_access(access, true, abi);

			check_int(file & ~(uint64_t)FILE_RIGHTS, 0);
			check_int(file & ~tree, 0);
			check_int(tree & FILE_RIGHTS, file);
			check_int(tree & ~landlock_mask(LANDLOCK_FS, abi), 0);
		}
}

static void test_access(void)
{
	check_int(landlock_access(READ, true, 1), 0x000c);
	check_int(landlock_access(READ, false, 1), 0x0004);
	check_int(landlock_access(EXEC, true, 1), 0x0001);
	check_int(landlock_access(READ | EXEC, true, 7), 0x000d);
	/* No device nodes: make-char and make-block are in no grant. */
	check_int(landlock_access(WRITE, true, 1), 0x17b2);
	check_int(landlock_access(WRITE, true, 2), 0x37b2);
	check_int(landlock_access(WRITE, true, 3), 0x77b2);
	/* Without truncate on a file, O_TRUNC would fail. */
	check_int(landlock_access(WRITE, false, 2), 0x0002);
	check_int(landlock_access(WRITE, false, 3), 0x4002);
	/* Neither ioctls nor sockets come with a grant of a path. */
	check_int(landlock_access(READ | WRITE | EXEC, true, 11), 0x77bf);
	check_int(landlock_access(0, true, 11), 0);
	check_int(landlock_access(READ | WRITE | EXEC, true, 0), 0);
}

static const struct tap_test tests[] = {
	{ .name = "masks by ABI", .run = test_masks },
	{ .name = "rows in the order of kind and bit", .run = test_rows },
	{ .name = "rules on files", .run = test_files },
	{ .name = "what a grant means", .run = test_access },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
