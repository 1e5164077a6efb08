/* What a helper may be asked for, and what it keeps. */
#include "broker/helper.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "confine/confine_plan.h"
#include "filter_eval.h"
#include "invented.h"
#include "policy/policy.h"
#include "probe/kernel.h"
#include "sys/landlock_calls.h"
#include "tap.h"

static void test_kinds(void)
{
	check_int(helper_for(FH_BROKER_AUTHENTICATE), HELPER_AUTHENTICATOR);
	check_int(helper_for(FH_BROKER_RESOLVE), HELPER_RESOLVER);
	check_int(helper_for(FH_BROKER_BIND), N_HELPERS);
	check_int(helper_for(FH_BROKER_REQUEST), N_HELPERS);
}

static void test_names(void)
{
	static const char *const good[] = { "a", "db.example.org", "a-b.c",
		"_srv.example.org", "3com.com", "example.org.",
		"xn--bcher-kva.example" };
	static const char *const bad[] = { "", ".", "..", "a..b", ".a", "-a.b",
		"a.-b", "a b", "a/b", "a\n", "127.0.0.1", "127.1", "0x7f.0x1",
		"2130706433", "::1", "fe80::1%lo", "a.b..", "\xc3\xa9.org" };
	char name[300];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		check(helper_is_host_name(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check(!helper_is_host_name(bad[i]));
	memset(name, 'a', sizeof(name));
	name[63] = '\0';
	check(helper_is_host_name(name));
	name[63] = 'a';
	name[64] = '\0';
	check(!helper_is_host_name(name));
	for (size_t i = 0; i < sizeof(name); i += 2)
		memcpy(name + i, "a.", 2);
	name[253] = '\0';
	check(helper_is_host_name(name));
	name[253] = '.', name[254] = 'a', name[255] = '\0';
	check(!helper_is_host_name(name));
}

static void test_patterns(void)
{
	check(helper_covers_name("*", "example.org"));
	check(!helper_covers_name("*", "127.0.0.1"));
	check(!helper_covers_name("*", ""));
	check(helper_covers_name("db.example.org", "DB.example.org"));
	check(helper_covers_name("db.example.org", "db.example.org."));
	check(!helper_covers_name("db.example.org", "adb.example.org"));
	check(!helper_covers_name("db.example.org", "db.example.or"));
	check(!helper_covers_name("db.example.org", "db.example.org.uk"));
	check(helper_covers_name("*.example.org", "a.example.org"));
	check(helper_covers_name("*.example.org", "a.b.example.org"));
	check(!helper_covers_name("*.example.org", "example.org"));
	check(!helper_covers_name("*.example.org", "badexample.org"));
	check(!helper_covers_name("*.example.org", ".example.org"));
	check(!helper_covers_name("*.example.org", "org"));
}

static const struct fh_broker empty;

static void test_policies(void)
{
	struct fh_kernel kernel = { .uid = 0, .capabilities = UINT64_MAX };
	struct fh_policy *policy = NULL;

	check_int(helper_policy(HELPER_RESOLVER, &empty, &kernel, &policy,
				NULL), 0);
	check_int(policy->keep_caps, 0);
	check_int(policy->uid, POLICY_UNLIMITED); /* root becomes nobody */
	policy_free(policy);
	check_int(helper_policy(HELPER_AUTHENTICATOR, &empty, &kernel, &policy,
				NULL), 0);
	check_int(policy->keep_caps,
		  1 << CAP_DAC_OVERRIDE | 1 << CAP_KILL | 1 << CAP_SETGID |
			  1 << CAP_SETUID);
	check_int(policy->uid, 0);
	check_int(policy->net, FH_NET_NONE);
	policy_free(policy);
	kernel = (struct fh_kernel){ .uid = 1000, .gid = 1000 };
	check_int(helper_policy(HELPER_AUTHENTICATOR, &empty, &kernel, &policy,
				NULL), 0);
	check_int(policy->keep_caps, 0);
	check_int(policy->uid, POLICY_UNLIMITED);
	policy_free(policy);
}

static bool allows_socket(const struct fh_plan *plan, int family, int type)
{
	const struct seccomp_data call = {
		.nr = syscall_number(plan->kernel.arch, "socket"),
		.arch = eval_arch[plan->kernel.arch],
		.args = { (uint64_t)family, (uint64_t)type },
	};

	return eval(&plan->filter, &call) == SECCOMP_RET_ALLOW;
}

/* A plan of one kind, or of one that is the same without our own wishes. */
static struct fh_plan *plan_of(enum helper_kind kind, int abi,
			       struct fh_policy **ret_policy, bool is_plain)
{
	const struct fh_kernel kernel = invented_root(abi);
	struct fh_plan *plan = NULL;

	check_int(helper_policy(kind, &empty, &kernel, ret_policy, NULL), 0);
	if (is_plain)
		(*ret_policy)->lets_udp_out =
			(*ret_policy)->lets_unix_path = false;
	check_int(confine_plan(*ret_policy, &kernel, &plan, NULL), 0);
	return plan;
}

/* Names are asked for by UDP, and of daemons by sockets with a path: on every
 * kernel, whatever newer ones could refuse. */
static void test_sockets(void)
{
	for (int abi = 4; abi <= 11; abi++) {
		struct fh_policy *policy = NULL;
		struct fh_plan *plan = plan_of(HELPER_RESOLVER, abi, &policy,
					       false);

		check(allows_socket(plan, AF_INET, SOCK_DGRAM));
		check(allows_socket(plan, AF_INET6, SOCK_STREAM));
		check(allows_socket(plan, AF_UNIX, SOCK_STREAM));
		check(!allows_socket(plan, AF_NETLINK, SOCK_RAW));
		check(!allows_socket(plan, AF_INET, SOCK_RAW));
		check(!(plan->landlock.handled_fs & LL_FS_RESOLVE_UNIX));
		check(plan->landlock.handled_net & LL_NET_CONNECT_TCP);
		check_int(plan->uid, FH_NOBODY);
		plan_free(plan);
		policy_free(policy);
		plan = plan_of(HELPER_AUTHENTICATOR, abi, &policy, false);
		check(!allows_socket(plan, AF_INET, SOCK_DGRAM));
		check(!allows_socket(plan, AF_INET, SOCK_STREAM));
		check(allows_socket(plan, AF_UNIX, SOCK_STREAM));
		check_int(plan->uid, 0);
		plan_free(plan);
		policy_free(policy);
		/* Control: it is these wishes that make the difference. */
		plan = plan_of(HELPER_RESOLVER, abi, &policy, true);
		check_int(allows_socket(plan, AF_INET, SOCK_DGRAM), abi >= 10);
		check_int(!!(plan->landlock.handled_fs & LL_FS_RESOLVE_UNIX),
			  abi >= 9);
		plan_free(plan);
		policy_free(policy);
	}
}

static const struct tap_test tests[] = {
	{ .name = "each kind has its helper", .run = test_kinds },
	{ .name = "a host name has its form, a number has not", .run = test_names },
	{ .name = "a pattern covers what is beneath it", .run = test_patterns },
	{ .name = "the resolver keeps nothing, the authenticator some",
	  .run = test_policies },
	{ .name = "UDP and sockets with a path on every kernel", .run = test_sockets },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
