/*
 * All that a public call can be tried on, and how to see that a call which
 * failed has changed nothing: objects, outputs, descriptors, memory.
 */
#ifndef FH_TESTS_API_SCENE_H
#define FH_TESTS_API_SCENE_H

#include <fumehood/fumehood.h>
#include <sys/prctl.h>

#include "broker/broker.h"
#include "broker/channel.h"
#include "broker/packet.h"
#include "mech/landlock_builder.h"
#include "no_memory.h"
#include "policy/policy.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED 0x5a

enum scene_need {
	NEED_PLANS = 1, /* .plan and .self */
	NEED_BOX = 2,
	NEED_CHANNEL = 4, /* to a monitor that never answers */
};

/* What calls fill in. */
struct outputs {
	void *made; /* object or text */
	void *text;
	size_t n;
	uint64_t is_allowed; /* a bool's place */
	struct fh_capabilities capabilities;
	struct fh_holding holding;
	struct fh_landlock_status status;
	struct fh_preset preset;
	struct fh_result result;
	struct fh_setting setting;
	struct fh_broker_answer answer;
	uint32_t id;
	char line[64];
};

struct scene {
	struct fh_policy *policy;      /* .plan's, with a bit of all */
	struct fh_policy *self_policy; /* .self's */
	struct fh_plan *plan;
	struct fh_plan *self; /* to confine with */
	struct fh_landlock *landlock;
	struct fh_seccomp *seccomp;
	struct fh_box *box;
	struct fh_channel *channel;
	int monitor_fd; /* its other end */
	struct fh_broker *broker; /* empty */
	struct fh_result result; /* of a box that was never started */
	struct outputs out;

	char *policy_before; /* as JSON */
	char *seccomp_before;
	uint64_t version_before;
	size_t rules_before;
	struct outputs out_before;
	long live_before;
	uint64_t open_before; /* descriptors, a bit each */
	int no_new_privs_before;
};

static struct fh_error scene_err; /* of the making, never to be seen */

static struct fh_kernel *scene_kernel; /* the real one */

/* Runs long enough to be sent a signal, and not so long that its end could not
 * be waited for. */
static char *const scene_running[] = { (char *)"/bin/sleep", (char *)"1",
				       NULL };
static char *const scene_argv[] = { (char *)"/bin/sh", (char *)"-c",
				    (char *)"exit 0", NULL };

#define scene_do(call) scene_must((call), #call)

static inline void scene_must(int r, const char *call)
{
	if (r < 0)
		tap_fail(__FILE__, __LINE__, "%s: %s; %s", call, scene_err.what,
			 scene_err.remedy);
}

static inline uint64_t open_descriptors(void)
{
	uint64_t set = 0;

	for (int fd = 0; fd < 64; fd++)
		set |= (uint64_t)(fcntl(fd, F_GETFD) >= 0) << fd;
	return set;
}

static inline struct fh_policy *scene_policy(void)
{
	static const char *const wishes[][2] = {
		{ "read", "/etc" },	   { "bind", "/etc:/mnt/etc:r" },
		{ "tmpfs", "/scratch:1M" }, { "device", "-/dev/null" },
		{ "env", "A=b" },	   { "keep-env", "PATH" },
		{ "allow-syscall", "@debug" }, { "without", "lifetime" },
		{ "hostname", "scene" },   { "home", "/home/scene" },
		{ "timeout", "60s" },	   { "keep-fd", "2" },
		{ "hide", "-/etc/no-such" },
	};
	struct fh_policy *policy = fh_policy_new();

	check(policy);
	for (size_t i = 0; i < N(wishes); i++)
		scene_do(fh_policy_set_from(policy, wishes[i][0], wishes[i][1],
					    "scene.conf:1", &scene_err));
	return policy;
}

/* One that a process can have. */
static inline struct fh_policy *scene_self_policy(void)
{
	struct fh_policy *policy = fh_policy_new();

	check(policy);
	scene_do(fh_policy_allow(policy, FH_READ, "/etc", &scene_err));
	scene_do(fh_policy_limit(policy, FH_LIMIT_FILE_SIZE, 1 << 20,
				 &scene_err));
	for (int g = 0; fh_guarantee_name(g); g++)
		if (fh_guarantee_is_default(g))
			scene_do(fh_policy_without(
				policy, (enum fh_guarantee)g, &scene_err));
	return policy;
}

static inline void scene_kernel_need(void)
{
	if (!scene_kernel)
		scene_do(fh_kernel_probe(&scene_kernel, &scene_err));
}

static inline void scene_make_channel(struct scene *s)
{
	int ends[2];

	check(packet_pair(ends) == 0);
	s->channel = channel_new(ends[0]);
	s->monitor_fd = ends[1];
	check(s->channel);
}

static inline void scene_make(struct scene *s, unsigned int needs)
{
	const struct fh_spawn_options options = { .size = sizeof(options),
						  .kernel = scene_kernel };

	memset(s, 0, sizeof(*s));
	s->policy = scene_policy();
	s->self_policy = scene_self_policy();
	s->broker = fh_broker_new();
	check(s->broker);
	scene_do(fh_landlock_new(0, &s->landlock, &scene_err));
	scene_do(fh_landlock_allow_read(s->landlock, "/etc", &scene_err));
	scene_do(fh_seccomp_new("default", &s->seccomp, &scene_err));
	scene_do(fh_seccomp_deny(s->seccomp, "@file-system", &scene_err));
	if (needs & NEED_PLANS) {
		scene_kernel_need();
		scene_do(fh_plan_new(s->policy, scene_kernel, NULL, &s->plan,
				     &scene_err));
		scene_do(fh_plan_confine(s->self_policy, scene_kernel, &s->self,
					 &scene_err));
	}
	if (needs & NEED_BOX)
		scene_do(fh_spawn(s->policy, scene_running, &options, &s->box,
				  &scene_err));
	if (needs & NEED_CHANNEL)
		scene_make_channel(s);
	s->result = (struct fh_result){ .reason = FH_END_NOT_STARTED,
					.status = -1,
					.exit_code = FH_EXIT_NOT_BOXED };
	scene_do(fh_policy_print(s->policy, FH_JSON, &s->policy_before,
				 &scene_err));
	scene_do(fh_seccomp_print(s->seccomp, FH_JSON, &s->seccomp_before,
				  &scene_err));
	s->version_before = s->policy->version;
	s->rules_before = s->landlock->n_rules + s->landlock->n_places;
	memset(&s->out, UNTOUCHED, sizeof(s->out));
	s->out_before = s->out;
	s->live_before = memory->live;
	s->open_before = open_descriptors();
	s->no_new_privs_before = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static inline void scene_done(struct scene *s)
{
	fh_box_free(s->box);
	if (s->channel) {
		fh_channel_free(s->channel);
		close(s->monitor_fd);
	}
	fh_plan_free(s->plan);
	fh_plan_free(s->self);
	fh_policy_free(s->policy);
	fh_policy_free(s->self_policy);
	fh_landlock_free(s->landlock);
	fh_seccomp_free(s->seccomp);
	fh_broker_free(s->broker);
	free(s->policy_before);
	free(s->seccomp_before);
}

/* Nothing was kept that nobody can free. */
static inline void check_no_leak(const struct scene *s, const char *call)
{
	uint64_t leaked = open_descriptors() & ~s->open_before;
	uint64_t lost = s->open_before & ~open_descriptors();

	if (memory->live != s->live_before)
		tap_fail(__FILE__, __LINE__, "%s: leaks %ld allocations", call,
			 memory->live - s->live_before);
	if (leaked || lost)
		tap_fail(__FILE__, __LINE__,
			 "%s: descriptors %#llx are left open, %#llx closed",
			 call, (unsigned long long)leaked,
			 (unsigned long long)lost);
}

/* A call that failed was none. */
static inline void check_unchanged(const struct scene *s, const char *call)
{
	char *policy = NULL, *seccomp = NULL;

	if (memcmp(&s->out, &s->out_before, sizeof(s->out)) != 0)
		tap_fail(__FILE__, __LINE__, "%s: failed, and wrote an output",
			 call);
	scene_do(fh_policy_print(s->policy, FH_JSON, &policy, &scene_err));
	scene_do(fh_seccomp_print(s->seccomp, FH_JSON, &seccomp, &scene_err));
	if (strcmp(policy, s->policy_before) != 0 ||
	    s->policy->version != s->version_before)
		tap_fail(__FILE__, __LINE__,
			 "%s: failed, and changed the policy", call);
	if (strcmp(seccomp, s->seccomp_before) != 0)
		tap_fail(__FILE__, __LINE__,
			 "%s: failed, and changed the filter", call);
	if (s->landlock->n_rules + s->landlock->n_places != s->rules_before)
		tap_fail(__FILE__, __LINE__,
			 "%s: failed, and added a Landlock rule", call);
	if (s->broker->n_rows || s->broker->worker->is_set ||
	    s->broker->monitor->is_set)
		tap_fail(__FILE__, __LINE__,
			 "%s: failed, and changed the broker", call);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != s->no_new_privs_before)
		tap_fail(__FILE__, __LINE__,
			 "%s: failed, and set no_new_privs", call);
	free(policy);
	free(seccomp);
}

/* The error says what the call returned, and something. */
static inline void check_told(const struct fh_error *err, int r,
			      const char *call)
{
	if (err->code != r || !*err->what || err->stage == FH_STAGE_NONE)
		tap_fail(__FILE__, __LINE__,
			 "%s: %d, but err has code %d, stage %u, what \"%s\"",
			 call, r, err->code, err->stage, err->what);
}

/* --- completeness ------------------------------------------------------------ */

static const char *const exported_names[] = {
#include "exported_names.h"
};

/* The functions that were tried, by their place in exported_names: shared, for
 * each test is a process of its own. */
static bool *scene_tried;

static inline void scene_share(void)
{
	memory_share();
	scene_tried = mmap(NULL, N(exported_names), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(scene_tried != MAP_FAILED);
}

/* Which public function a call is of: the first that it names. */
static inline void note_tried(const char *call)
{
	const char *name = strstr(call, "fh_");
	size_t len = name ? strcspn(name, "(),") : 0;

	for (size_t i = 0; i < N(exported_names); i++) {
		if (strlen(exported_names[i]) != len ||
		    strncmp(exported_names[i], name, len) != 0)
			continue;
		scene_tried[i] = true;
		return;
	}
	tap_fail(__FILE__, __LINE__, "%s is no call of the library", call);
}

/* The last test of a file: none was left out of those that are its own. */
static inline void check_all_tried(bool (*is_own)(const char *name))
{
	size_t n_missing = 0, n_own = 0;

	for (size_t i = 0; i < N(exported_names); i++) {
		n_own += is_own(exported_names[i]);
		if (scene_tried[i] || !is_own(exported_names[i]))
			continue;
		printf("# not tried: %s\n", exported_names[i]);
		n_missing++;
	}
	check_int(n_missing, 0);
	check(n_own >= 8);
}

#endif
