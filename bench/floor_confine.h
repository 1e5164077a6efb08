/* A process confined by hand, to measure fh_confine() against. */
#ifndef FH_BENCH_FLOOR_CONFINE_H
#define FH_BENCH_FLOOR_CONFINE_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

struct floor_rule {
	const char *path;
	uint64_t rights; /* LL_FS_... */
};

/* Return: 0, or the number of the line that failed */
int floor_confine(const struct floor_rule *rules, size_t n,
		  uint64_t open_files, const struct sock_fprog *filter);

#endif
