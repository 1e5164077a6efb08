/* What the benchmarks share: the clock, samples, medians and their table. */
#ifndef FH_BENCH_MEASURE_H
#define FH_BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct series {
	const char *name;
	double *samples; /* one a round */
};

static inline double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline int compare_samples(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A random order of 0 .. n-1, so that none always follows the same other. */
static inline void shuffle(size_t *ret_order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret_order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)random() % i, swap = ret_order[i - 1];

		ret_order[i - 1] = ret_order[j];
		ret_order[j] = swap;
	}
}

static inline void sort_samples(double *samples, size_t n)
{
	qsort(samples, n, sizeof(*samples), compare_samples);
}

/* The ratios within each round: what slows the machine down for a while slows
 * both, and is not seen. */
static inline void print_pairs(const struct series *a, const struct series *b,
			       size_t rounds)
{
	double *ratios = calloc(rounds, sizeof(*ratios));

	for (size_t i = 0; i < rounds; i++)
		ratios[i] = a->samples[i] / b->samples[i];
	sort_samples(ratios, rounds);
	printf("%s / %s round by round: %.3f (%.3f to %.3f)\n", a->name,
	       b->name, ratios[rounds / 2], ratios[rounds / 4],
	       ratios[rounds * 3 / 4]);
	free(ratios);
}

/* One row each: the median, its quartiles, and its ratio to the median of
 * every one; then the ratios to the first. Sorts the samples. */
static inline void print_series(struct series *all, size_t n, size_t rounds,
				const char *unit)
{
	for (size_t i = 1; i < n; i++)
		print_pairs(&all[i], &all[0], rounds);
	for (size_t i = 0; i < n; i++)
		sort_samples(all[i].samples, rounds);
	printf("%-28s median %2s %9s %9s", "", unit, "25 %", "75 %");
	for (size_t i = 0; i < n; i++)
		printf(" %10.10s", all[i].name);
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		const double *t = all[i].samples;

		printf("%-28s %9.0f %9.0f %9.0f", all[i].name, t[rounds / 2],
		       t[rounds / 4], t[rounds * 3 / 4]);
		for (size_t j = 0; j < n; j++)
			printf(" %10.3f", t[rounds / 2] /
					all[j].samples[rounds / 2]);
		printf("\n");
	}
}

#endif
