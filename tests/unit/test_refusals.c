/* The list of refusals tells them apart, counts them, and is bounded. */
#include "explain/refusals.h"

#include <stdint.h>

#include "tap.h"

static struct refusals list;

static struct fh_refusal refusal_of(const char *call, const char *object,
				    int code, uint32_t times)
{
	struct fh_refusal refusal = { .layer = FH_LAYER_SECCOMP, .code = code,
				      .times = times };

	snprintf(refusal.call, sizeof(refusal.call), "%s", call);
	snprintf(refusal.object, sizeof(refusal.object), "%s", object);
	return refusal;
}

static void add(const struct fh_refusal *refusal)
{
	check_int(refusals_add(&list, refusal), 0);
}

static void test_apart(void)
{
	struct fh_refusal first = refusal_of("socket", "AF_PACKET", EPERM, 2);
	struct fh_refusal other = first;

	first.pid = 7;
	add(&first);
	other.pid = 9;
	other.times = 3;
	add(&other); /* the same */
	check_int(list.n, 1);
	check_int(list.rows[0].times, 5);
	check_int(list.rows[0].pid, 7); /* the first that asked */
	other.layer = FH_LAYER_NETWORK;
	add(&other);
	other = first, other.code = EACCES;
	add(&other);
	other = first, other.object[0] = 'X';
	add(&other);
	other = first, other.call[0] = 'X';
	add(&other);
	other = first, other.wanted[0] = 'X';
	add(&other);
	check_int(list.n, 6);
	check_int(list.rows[0].times, 5);
	check_int(list.lost, 0);
	refusals_done(&list);
	check(!list.rows && !list.n);
	refusals_done(&list);
}

static void test_most(void)
{
	struct fh_refusal row = refusal_of("mount", "", EPERM, UINT32_MAX - 1);

	add(&row);
	row.times = 5;
	add(&row);
	check_int(list.rows[0].times, UINT32_MAX);
}

static void test_bounded(void)
{
	for (int i = 0; i < REFUSALS_MAX + 50; i++) {
		char object[16];
		struct fh_refusal row;

		snprintf(object, sizeof(object), "%d", i);
		row = refusal_of("prctl", object, EPERM, 2);
		add(&row);
	}
	check_int(list.n, REFUSALS_MAX);
	check_int(list.lost, 100);
	check_str(list.rows[0].object, "0");
	check_str(list.rows[REFUSALS_MAX - 1].object, "255");
	/* What has a row is still counted. */
	struct fh_refusal row = refusal_of("prctl", "3", EPERM, 4);
	add(&row);
	check_int(list.rows[3].times, 6);
	check_int(list.lost, 100);
	refusals_done(&list);
}

static void test_layers(void)
{
	check_str(refusal_layer_name(FH_LAYER_SECCOMP), "seccomp");
	check_str(refusal_layer_name(FH_LAYER_MOUNTS), "mount namespace");
	for (int i = 0; i <= FH_LAYER_LIMITS; i++)
		check(refusal_layer_name(i) && *refusal_layer_name(i));
	check(!refusal_layer_name(FH_LAYER_LIMITS + 1));
	check(!refusal_layer_name(-1));
}

static const struct tap_test tests[] = {
	{ .name = "what is the same and what is not", .run = test_apart },
	{ .name = "the number stays at its most", .run = test_most },
	{ .name = "no more than there is room for", .run = test_bounded },
	{ .name = "names of layers", .run = test_layers },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
