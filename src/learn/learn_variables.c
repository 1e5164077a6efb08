/* Which variables of our environment an executed file has the names of. */
#include "learn/learn_variables.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "learn/evidence.h"

/*
 * A program that asks for a variable has its name as a string, between two NULs. It
 * is looked for where strings are: in the segments of an ELF file that are not
 * executed, or in all of it where the linker did not separate them. That is done in
 * slices, while no call waits for us.
 */
#define SLICE 16384u /* some microseconds */
#define NAME_MAX_LEN 63u
#define NAMES_MAX 512u
#define QUEUE_MAX 64u	       /* files that are open at once */
#define FILE_BYTES_MAX (64u << 20)
#define ALL_BYTES_MAX (UINT64_C(1) << 30)
#define RANGES_MAX 8u
#define HEADERS_MAX 32u

struct range {
	uint64_t at;
	uint64_t end;
};

struct file {
	int fd;
	char *name;
};

struct learn_variables {
	char *names[NAMES_MAX];
	size_t n_names;
	bool is_odd; /* one begins with neither a letter nor "_" */
	uint64_t lengths[256]; /* by the first character: bit N, some have N */
	struct file queue[QUEUE_MAX];
	size_t n_files;
	struct range ranges[RANGES_MAX]; /* of the first file */
	size_t n_ranges;
	uint64_t bytes_left;
	char slice[SLICE];
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct learn_variables *learn_variables_new(char *const environment[])
{
	struct learn_variables *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->bytes_left = ALL_BYTES_MAX;
	for (size_t i = 0; environment && environment[i]; i++) {
		size_t n = strcspn(environment[i], "=");

		if (n == 0 || n > NAME_MAX_LEN || v->n_names == NAMES_MAX)
			continue;
		v->names[v->n_names] = strndup(environment[i], n);
		if (!v->names[v->n_names]) {
			learn_variables_free(v);
			return NULL;
		}
		v->is_odd |= !(environment[i][0] & 0x40);
		v->n_names++;
		v->lengths[(unsigned char)environment[i][0]] |=
			UINT64_C(1) << n;
	}
	qsort(v->names, v->n_names, sizeof(*v->names), compare_names);
	return v;
}

static void drop_file(struct learn_variables *v)
{
	close(v->queue[0].fd);
	free(v->queue[0].name);
	v->n_files--;
	memmove(v->queue, v->queue + 1, v->n_files * sizeof(*v->queue));
	v->n_ranges = 0;
}

void learn_variables_free(struct learn_variables *v)
{
	if (!v)
		return;
	while (v->n_files)
		drop_file(v);
	for (size_t i = 0; i < v->n_names; i++)
		free(v->names[i]);
	free(v);
}

static void add_range(struct learn_variables *v, uint64_t at, uint64_t len)
{
	if (len > FILE_BYTES_MAX)
		len = FILE_BYTES_MAX;
	if (v->n_ranges < RANGES_MAX && at + len > at)
		v->ranges[v->n_ranges++] =
			(struct range){ .at = at, .end = at + len };
}

/* Nothing of it is believed: a range past the end of the file reads as empty. */
static void find_ranges(struct learn_variables *v, int fd)
{
	Elf64_Phdr headers[HEADERS_MAX];
	Elf64_Ehdr elf;
	bool is_first = true;
	ssize_t n;

	if (pread(fd, &elf, sizeof(elf), 0) != sizeof(elf) ||
	    memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf.e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf.e_phentsize != sizeof(*headers))
		return;
	n = pread(fd, headers, sizeof(headers), (off_t)elf.e_phoff);
	for (size_t i = 0; i < elf.e_phnum && i < HEADERS_MAX; i++) {
		if (n < (ssize_t)((i + 1) * sizeof(*headers)))
			break;
		if (headers[i].p_type != PT_LOAD)
			continue;
		if (is_first && headers[i].p_flags & PF_X) {
			add_range(v, 0, FILE_BYTES_MAX);
			return;
		}
		is_first = false;
		if (!(headers[i].p_flags & PF_X))
			add_range(v, headers[i].p_offset, headers[i].p_filesz);
	}
}

int learn_variables_add(struct learn_variables *v, int fd, const char *file)
{
	bool is_wanted = v->n_files < QUEUE_MAX && v->n_names;
	char *name = is_wanted ? strdup(file) : NULL;

	if (!name) {
		close(fd);
		return is_wanted ? -ENOMEM : 0;
	}
	v->queue[v->n_files++] = (struct file){ .fd = fd, .name = name };
	if (v->n_files == 1)
		find_ranges(v, fd);
	return 0;
}

bool learn_variables_has_work(const struct learn_variables *v)
{
	return v->n_files > 0;
}

static int take_string(struct learn_variables *v, const char *string, size_t n,
		       struct evidence *evidence)
{
	char name[NAME_MAX_LEN + 1];
	const char *key = name;

	if (n == 0 || n > NAME_MAX_LEN ||
	    !(v->lengths[(unsigned char)*string] >> n & 1))
		return 0;
	memcpy(name, string, n);
	name[n] = '\0';
	if (!bsearch(&key, v->names, v->n_names, sizeof(*v->names),
		     compare_names))
		return 0;
	return evidence_variable(evidence, name, v->queue[0].name);
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Which of eight bytes are NUL, and a name may follow: their highest bits. Tables of
 * numbers are full of NULs, but letters and "_" have a bit of their own. What
 * follows a NUL may pass for another. Little-endian, as all that we are built for. */
static uint64_t find_nuls(const struct learn_variables *v, const char *bytes)
{
	uint64_t word, next;

	memcpy(&word, bytes, sizeof(word));
	memcpy(&next, bytes + 1, sizeof(next));
	return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80) &
	       (v->is_odd ? EACH_BYTE(0x80) : next << 1);
}

/* What begins after this NUL, if a name does that begins so. */
static int take_after(struct learn_variables *v, const char *nul,
		      const char *last, struct evidence *evidence)
{
	size_t left = (size_t)(last - nul);
	const char *end;

	if (*nul || !left || !v->lengths[(unsigned char)nul[1]])
		return 0;
	end = memchr(nul + 1, '\0',
		     left < NAME_MAX_LEN + 1 ? left : NAME_MAX_LEN + 1);
	return end ? take_string(v, nul + 1, (size_t)(end - nul - 1), evidence)
		   : 0;
}

/* The strings of the slice that begin and end in it. *ret_used is up to the NUL
 * that the next one begins with. */
static int take_strings(struct learn_variables *v, size_t len,
			struct evidence *evidence, size_t *ret_used)
{
	const char *at = v->slice, *last;
	int r = 0;

	while (len && v->slice[len - 1])
		len--;
	if (!len)
		return 0;
	*ret_used = len - 1;
	last = v->slice + *ret_used;
	for (; r == 0 && last - at > 8; at += 8) {
		uint64_t nuls = find_nuls(v, at);

		for (; r == 0 && nuls; nuls &= nuls - 1)
			r = take_after(v, at + __builtin_ctzll(nuls) / 8, last,
				       evidence);
	}
	for (; r == 0 && at < last; at++)
		r = take_after(v, at, last, evidence);
	return r;
}

/* Looks through a slice of the range. Return: 1 when it has ended; 0; -ENOMEM */
static int take_slice(struct learn_variables *v, struct range *range,
		      struct evidence *evidence)
{
	size_t want = range->end - range->at < SLICE
			      ? (size_t)(range->end - range->at) : SLICE;
	size_t used = 0;
	ssize_t n;
	int r;

	if (v->bytes_left < want)
		return 1;
	v->bytes_left -= want;
	n = pread(v->queue[0].fd, v->slice, want, (off_t)range->at);
	if (n <= 0)
		return 1;
	r = take_strings(v, (size_t)n, evidence, &used);
	/* A string that goes on after the slice is met again in the next. */
	range->at += used ? used : (size_t)n;
	return r < 0 ? r : n < (ssize_t)SLICE;
}

int learn_variables_work(struct learn_variables *v, struct evidence *evidence)
{
	int r;

	if (v->n_ranges) {
		r = take_slice(v, &v->ranges[v->n_ranges - 1], evidence);
		if (r < 0)
			return r;
		v->n_ranges -= (size_t)r;
	}
	if (v->n_ranges == 0) {
		drop_file(v);
		if (v->n_files)
			find_ranges(v, v->queue[0].fd);
	}
	return 0;
}
