/* Fuzzing the reader of strace's logs: whatever the lines are, its bounds hold. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "learn/evidence_store.h"
#include "learn/strace_calls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* Exactly as large as the line, so that a byte too far is seen. */
static void take_line(struct strace_log *log, const uint8_t *line, size_t n)
{
	char *copy = malloc(n + 1);

	must(copy != NULL);
	memcpy(copy, line, n);
	copy[n] = '\0';
	if (!memchr(copy, 0, n))
		must(strace_log_line(log, copy) == 0);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence *evidence = evidence_new("/home/ada");
	struct strace_log *log = strace_log_new(evidence, "/nowhere");

	must(evidence && log);
	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) : size;

		take_line(log, data, n);
		data += n + (end != NULL);
		size -= n + (end != NULL);
	}
	must(log->n_processes <= STRACE_PIDS_MAX &&
	     log->n_pending <= STRACE_PENDING_MAX);
	for (size_t i = 0; i < evidence->n_paths; i++)
		must(*evidence->paths[i].real == '/' &&
		     !strstr(evidence->paths[i].real, "/../"));
	strace_log_free(log);
	evidence_free(evidence);
	return 0;
}
