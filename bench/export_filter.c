/* Writes the default policy's filter as raw BPF, for tools that take one. */
#include <linux/filter.h>
#include <stdio.h>

#include "mech/seccomp.h"

int main(void)
{
	static struct filter filter;
	struct seccomp_request request = { .arch = FILTER_ARCH_NATIVE };
	struct bpf_program program;
	struct fh_error err;

	if (seccomp_compile(&request, &filter, &err) < 0 ||
	    bpf_emit(&filter, &program, &err) < 0) {
		fprintf(stderr, "export_filter: %s\n", err.what);
		return 1;
	}
	return fwrite(program.code, sizeof(*program.code), program.len,
		      stdout) != program.len;
}
