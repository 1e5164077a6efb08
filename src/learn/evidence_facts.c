/* Takes in what a program did besides using paths, within bounds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "learn/evidence.h"
#include "learn/evidence_store.h"

int evidence_arguments(struct evidence *evidence, char *const argv[],
		       const char *cwd)
{
	size_t n = 0;
	char **copy;

	while (argv && argv[n] && n < EVIDENCE_LIST_MAX)
		n++;
	copy = arena_alloc(&evidence->arena, (n + 1) * sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		copy[i] = arena_copy(&evidence->arena, argv[i]);
		if (!copy[i])
			return -ENOMEM;
	}
	if (cwd) {
		cwd = arena_copy(&evidence->arena, cwd);
		if (!cwd)
			return -ENOMEM;
	}
	evidence->argv = argv ? copy : NULL;
	evidence->cwd = cwd;
	return 0;
}

int evidence_add_name(struct evidence *evidence, struct seen_names *list,
		      const char *name, const char *note)
{
	size_t at = 0;
	int r = -E2BIG;

	while (at < list->n && strcmp(list->names[at], name) < 0)
		at++;
	if (at < list->n && strcmp(list->names[at], name) == 0)
		return 0;
	if (list->n < EVIDENCE_LIST_MAX)
		r = evidence_copy(evidence, name, &name);
	if (r == 0 && note)
		r = evidence_copy(evidence, note, &note);
	if (r == -E2BIG)
		evidence->counts.dropped++;
	if (r < 0)
		return r == -E2BIG ? 0 : r;
	memmove(&list->names[at + 1], &list->names[at],
		(list->n - at) * sizeof(*list->names));
	memmove(&list->notes[at + 1], &list->notes[at],
		(list->n - at) * sizeof(*list->notes));
	list->names[at] = name;
	list->notes[at] = note;
	list->n++;
	return 0;
}

int evidence_program(struct evidence *evidence, const char *name)
{
	return evidence_add_name(evidence, &evidence->programs, name, NULL);
}

int evidence_abstract(struct evidence *evidence, const char *name)
{
	return evidence_add_name(evidence, &evidence->abstract, name, NULL);
}

int evidence_variable(struct evidence *evidence, const char *name,
		      const char *file)
{
	return evidence_add_name(evidence, &evidence->variables, name, file);
}

int evidence_temporary(struct evidence *evidence, const char *directory)
{
	char real[PATH_MAX];

	if (!directory || *directory != '/' || !realpath(directory, real))
		return 0;
	evidence->temporary = arena_copy(&evidence->arena, real);
	return evidence->temporary ? 0 : -ENOMEM;
}

bool evidence_is_temporary(const struct evidence *evidence, const char *real)
{
	return strcmp(real, "/tmp") == 0 || strcmp(real, "/var/tmp") == 0 ||
	       (evidence->temporary && strcmp(real, evidence->temporary) == 0);
}

int evidence_comment(struct evidence *evidence, int section, const char *line)
{
	const char *copy;

	if (evidence->n_comments == EVIDENCE_COMMENTS_MAX) {
		evidence->counts.dropped++;
		return 0;
	}
	copy = arena_copy(&evidence->arena, line);
	if (!copy)
		return -ENOMEM;
	evidence->comments[evidence->n_comments++] =
		(struct seen_comment){ section, copy };
	return 0;
}

int evidence_accept(struct evidence *evidence, const char *path)
{
	size_t n_name_bytes = evidence->n_name_bytes;
	char normal[PATH_MAX];
	int r = *path == '/' ? path_normalise("/", path, normal) : -EINVAL;

	if (r == 0 && evidence->accepted.n == EVIDENCE_LIST_MAX)
		r = -E2BIG;
	if (r < 0)
		return r;
	/* What a program floods us with must not use this up. */
	evidence->n_name_bytes = 0;
	r = evidence_add_name(evidence, &evidence->accepted, normal, NULL);
	evidence->n_name_bytes = n_name_bytes;
	return r;
}

void evidence_syscall(struct evidence *evidence, unsigned int call)
{
	if (call < N_SYSCALLS)
		evidence->calls[call] = true;
}

void evidence_blind(struct evidence *evidence, unsigned int call)
{
	if (call < N_SYSCALLS)
		evidence->blind[call] = true;
}

void evidence_family(struct evidence *evidence, int family)
{
	if (family >= 0 && family < EVIDENCE_FAMILIES)
		evidence->families[family] = true;
	else
		evidence->counts.dropped++;
}

static int compare_ports(const struct seen_port *a, const struct seen_port *b)
{
	if (a->is_listen != b->is_listen)
		return a->is_listen - b->is_listen;
	if (a->port != b->port)
		return a->port - b->port;
	if (a->is_loopback != b->is_loopback)
		return a->is_loopback - b->is_loopback;
	return a->family - b->family;
}

void evidence_port(struct evidence *evidence, bool is_listen, int family,
		   uint16_t port, bool is_loopback)
{
	struct seen_port seen = { is_listen, is_loopback, port, family };
	size_t at = 0;

	evidence_family(evidence, family);
	while (at < evidence->n_ports &&
	       compare_ports(&evidence->ports[at], &seen) < 0)
		at++;
	if (at < evidence->n_ports &&
	    compare_ports(&evidence->ports[at], &seen) == 0)
		return;
	if (evidence->n_ports == EVIDENCE_LIST_MAX) {
		evidence->counts.dropped++;
		return;
	}
	memmove(&evidence->ports[at + 1], &evidence->ports[at],
		(evidence->n_ports - at) * sizeof(seen));
	evidence->ports[at] = seen;
	evidence->n_ports++;
}

static void raise(uint64_t *peak, uint64_t value)
{
	if (value > *peak)
		*peak = value;
}

void evidence_peaks(struct evidence *evidence, uint64_t processes,
		    uint64_t memory, uint64_t file_size)
{
	raise(&evidence->counts.processes, processes);
	raise(&evidence->counts.memory_peak, memory);
	raise(&evidence->counts.file_size, file_size);
}

void evidence_count(struct evidence *evidence, uint64_t notifications,
		    uint64_t dropped, uint64_t lines_skipped)
{
	evidence->counts.notifications += notifications;
	evidence->counts.dropped += dropped;
	evidence->counts.lines_skipped += lines_skipped;
}

int evidence_load(struct evidence *evidence, const struct fh_policy *policy,
		  const char *description)
{
	struct fh_policy *copy = policy_copy(policy);
	const char *words = copy ? arena_copy(&evidence->arena, description)
				 : NULL;

	if (!words) {
		policy_free(copy);
		return -ENOMEM;
	}
	evidence->description = *words ? words : NULL;
	policy_free(evidence->loaded);
	evidence->loaded = copy;
	return 0;
}
