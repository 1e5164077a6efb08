/*
 * The longest piece of a secret in the memory, the arguments and the environment of
 * processes; for tests/root/secrets.bats.
 *
 *	helper_scan SECRET_FILE PID...
 *
 * Prints a line for each: "PID: memory 0, cmdline 0, environ 0"; what of a piece
 * was found, and where, goes to standard error. Pieces of 8 bytes and more count.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 8
#define SECRET_MAX 4096
#define MEMORY_MIN (1 << 17)

static char secret[SECRET_MAX];
static size_t secret_size;

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* How many bytes of the secret stands around text[at], which is its byte of_at. */
static size_t extent(const char *text, size_t size, size_t at, size_t of_at)
{
	size_t before = 0, after = 0;

	while (before < at && before < of_at &&
	       text[at - before - 1] == secret[of_at - before - 1])
		before++;
	while (at + after < size && of_at + after < secret_size &&
	       text[at + after] == secret[of_at + after])
		after++;
	return before + after;
}

/* Whatever has 2 * PIECE - 1 bytes of the secret has one of its aligned pieces. */
static size_t longest(const char *text, size_t size, const char *where)
{
	size_t best = 0;

	for (size_t i = 0; i + PIECE <= secret_size; i += PIECE) {
		const char *at = text, *end = text + size;

		while ((at = memmem(at, (size_t)(end - at), secret + i,
				    PIECE))) {
			size_t n = extent(text, size, (size_t)(at - text), i);

			if (n > best)
				fprintf(stderr, "%zu bytes at %zx of %s\n", n,
					(size_t)(at - text), where);
			best = n > best ? n : best;
			at++;
		}
	}
	return best;
}

static size_t in_file(const char *pid, const char *name)
{
	static char text[1 << 20];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (n < 0)
		fail(path);
	close(fd);
	return longest(text, (size_t)n, path);
}

static size_t in_memory(const char *pid)
{
	size_t begin, end, best = 0, n_read = 0;
	char path[64], line[512];
	FILE *maps;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		fail(path);
	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(path);
	while (fgets(line, sizeof(line), maps)) {
		char *text;
		ssize_t n;

		if (sscanf(line, "%zx-%zx r", &begin, &end) != 2 ||
		    strstr(line, "[v"))
			continue;
		text = malloc(end - begin);
		n = text ? pread(fd, text, end - begin, (off_t)begin) : -1;
		if (n > 0) {
			size_t found;

			line[strcspn(line, "\n")] = '\0';
			found = longest(text, (size_t)n, line);

			best = found > best ? found : best;
			n_read += (size_t)n;
		}
		free(text);
	}
	fclose(maps);
	close(fd);
	if (n_read < MEMORY_MIN)
		fail("hardly any memory could be read");
	return best;
}

int main(int argc, char **argv)
{
	int fd = argc > 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd < 0 ? -1 : read(fd, secret, sizeof(secret));

	if (n < 64)
		fail("no secret");
	secret_size = (size_t)n;
	for (int i = 2; i < argc; i++)
		printf("%s: memory %zu, cmdline %zu, environ %zu\n", argv[i],
		       in_memory(argv[i]), in_file(argv[i], "cmdline"),
		       in_file(argv[i], "environ"));
	return 0;
}
