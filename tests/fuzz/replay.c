/*
 * Gives a fuzzing target every file of its corpus, as a plain test: one that
 * fails there ends by a signal. The corpus is that of FUZZ_TARGET in the working
 * directory's tests/fuzz/corpus, or the folder that is named.
 */
#include <dirent.h>
#include <stdint.h>

#include "tap.h"

#define SIZE_MAX_OF_SEED (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *folder = "tests/fuzz/corpus/" FUZZ_TARGET;

/* A block of exactly its size, so that a sanitizer sees one byte too far. */
static void replay(const char *path)
{
	static uint8_t bytes[SIZE_MAX_OF_SEED];
	FILE *file = fopen(path, "re");
	uint8_t *exact;
	size_t size;

	check(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	check(size < sizeof(bytes));
	exact = malloc(size ? size : 1);
	check(exact);
	memcpy(exact, bytes, size);
	check_int(LLVMFuzzerTestOneInput(exact, size), 0);
	free(exact);
}

static void test_corpus(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	check(dir);
	while ((entry = readdir(dir))) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		/* The last line that is seen names the file that failed. */
		printf("# %s\n", entry->d_name);
		fflush(stdout);
		replay(path);
		n++;
	}
	closedir(dir);
	check(n > 10);
}

static const struct tap_test tests[] = {
	{ .name = "every file of the corpus of " FUZZ_TARGET,
	  .run = test_corpus, .seconds = 120 },
};

int main(int argc, char **argv)
{
	if (argc > 1)
		folder = argv[1];
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
