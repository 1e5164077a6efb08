/* fumehood learn: watches a program, and writes the profile that it needs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cli.h"
#include "exit_codes.h"
#include "learn_diff.h"
#include "learn_verify.h"
#include "whole_file.h"

#define ACCEPTED_MAX 64
#define PROFILE_MAX (1u << 20)

struct wanted {
	const char *output, *update, *strace;
	const char *accept[ACCEPTED_MAX];
	size_t n_output, n_update, n_strace, n_accept;
	bool is_quiet, is_yes, has_verify;
	char **argv; /* NULL: nothing is run */
};

static int refuse(const char *what, const char *remedy)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, -EINVAL, "learn: %s", what);
	error_remedy(&err, "%s", remedy);
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

static int fail(const char *what, const char *path, int code)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PREPARE, code, "%s %s: %s", what, path,
		  strerror(-code));
	if (code == -EEXIST)
		error_remedy(&err, "write --update %s to add to it", path);
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

/* --- what is asked for -------------------------------------------------------- */

static int parse(int argc, char **argv, struct wanted *ret)
{
	const struct own_switch own[] = {
		{ "accept", NULL, ret->accept, ACCEPTED_MAX, &ret->n_accept },
		{ "from-strace", NULL, &ret->strace, 1, &ret->n_strace },
		{ "output", NULL, &ret->output, 1, &ret->n_output },
		{ "quiet", .is_set = &ret->is_quiet },
		{ "update", NULL, &ret->update, 1, &ret->n_update },
		{ "verify", .is_set = &ret->has_verify },
		{ "yes", .is_set = &ret->is_yes },
		{ 0 },
	};
	int rest = 0;
	int r = options_parse(argv[0], argc, argv, own, NULL, &rest);

	if (r == 0 && rest < argc)
		ret->argv = argv + rest;
	return r;
}

static bool is_stdout(const struct wanted *wanted)
{
	return wanted->output && strcmp(wanted->output, "-") == 0;
}

/* What would fail in the end fails now: a run may take long. */
static int check(const struct wanted *wanted)
{
	struct stat st;
	int r;

	if (!wanted->argv && !wanted->strace)
		return refuse("no program given",
			      "name one: fumehood learn -o FILE -- PROGRAM");
	if (!wanted->output == !wanted->update)
		return refuse(wanted->output ? "both --output and --update"
					     : "nowhere to write the profile to",
			      "give -o FILE for a new one, or --update FILE");
	if (wanted->has_verify && (is_stdout(wanted) || !wanted->argv))
		return refuse("--verify needs a file and a program",
			      "name both");
	if (is_stdout(wanted))
		return 0;
	if (wanted->output && lstat(wanted->output, &st) == 0)
		return fail("write", wanted->output, -EEXIST);
	r = whole_file_check(wanted->output ? wanted->output : wanted->update);
	return r < 0 ? fail("write", wanted->output ? wanted->output
						    : wanted->update, r) : 0;
}

/* --- learning ------------------------------------------------------------------- */

/* By the name that was given, and by where it leads. */
static int accept_path(struct fh_learner *learner, const char *path,
		       struct fh_error *err)
{
	char here[PATH_MAX], absolute[PATH_MAX * 2], real[PATH_MAX];
	bool is_absolute = *path == '/';
	int r;

	if (!is_absolute && !getcwd(here, sizeof(here)))
		return error_set(err, FH_STAGE_PARSE, -errno,
				 "--accept %s: where are we", path);
	snprintf(absolute, sizeof(absolute), "%s%s%s", is_absolute ? "" : here,
		 is_absolute ? "" : "/", path);
	if (realpath(absolute, real)) {
		r = fh_learner_accept(learner, real, err);
		if (r < 0 || strstr(absolute, "/.."))
			return r;
	}
	return fh_learner_accept(learner, absolute, err);
}

static char *with_slash(const char *file)
{
	char *name = malloc(strlen(file) + 3);

	if (name)
		sprintf(name, "%s%s", strchr(file, '/') ? "" : "./", file);
	return name;
}

static void do_nothing(int signal)
{
	(void)signal;
}

/* Who ends the program by the keyboard wants to see what was learned; the program has
 * its own way with it: handlers end at execve. */
static int run(struct fh_learner *learner, char **argv,
	       struct fh_result *ret, struct fh_error *err)
{
	const struct sigaction handle = { .sa_handler = do_nothing };
	struct sigaction before[2];
	int r;

	sigaction(SIGINT, &handle, &before[0]);
	sigaction(SIGQUIT, &handle, &before[1]);
	r = fh_learner_run(learner, argv, ret, err);
	sigaction(SIGINT, &before[0], NULL);
	sigaction(SIGQUIT, &before[1], NULL);
	return r;
}

static int watch(struct fh_learner *learner, const struct wanted *wanted,
		 struct fh_result *ret, struct fh_error *err)
{
	autofree char *update = wanted->update ? with_slash(wanted->update)
					       : NULL;
	int r = 0;

	if (wanted->update)
		r = update ? fh_learner_load(learner, update, err)
			   : error_set(err, FH_STAGE_PARSE, -ENOMEM, "learn");
	for (size_t i = 0; r == 0 && i < wanted->n_accept; i++)
		r = accept_path(learner, wanted->accept[i], err);
	if (r == 0 && wanted->strace)
		return fh_learner_read_strace(learner, wanted->strace, err);
	return r < 0 ? r : run(learner, wanted->argv, ret, err);
}

/* --- writing ---------------------------------------------------------------------- */

/* Only a human being at a terminal can say yes. */
static bool ask(const char *path)
{
	autoclose int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	autotext question = { 0 };
	char answer[16] = "";
	ssize_t n;

	if (fd < 0) {
		print_warning("there is no terminal to ask at: --yes writes it");
		return false;
	}
	text_add(&question, "fumehood: write ");
	text_add_escaped(&question, path);
	text_add(&question, "? [y/N] ");
	if (question.code ||
	    write_exactly(fd, question.data, question.len) < 0)
		return false;
	n = read(fd, answer, sizeof(answer) - 1);
	return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

/* The profile may be a link: what it leads to is written. */
static int update(const struct wanted *wanted, const char *profile)
{
	autofree char *path = realpath(wanted->update, NULL);
	autofree char *old = NULL;
	autotext diff = { 0 };
	struct stat st;
	int r = path && stat(path, &st) == 0
		? whole_file_read(path, PROFILE_MAX, &old) : -errno;

	if (r < 0)
		return fail("read", wanted->update, r);
	if (strcmp(old, profile) == 0) {
		if (!wanted->is_quiet)
			print_warning("%s has all of it already",
				      wanted->update);
		return 0;
	}
	learn_diff(wanted->update, old, profile, &diff);
	if (!diff.code)
		write_exactly(STDERR_FILENO, diff.data, diff.len);
	if (!wanted->is_yes && !ask(wanted->update))
		return EXIT_REFUSED;
	r = whole_file_write(path, profile, st.st_mode & 0777, false);
	return r < 0 ? fail("write", wanted->update, r) : 0;
}

static int put(const struct wanted *wanted, const char *profile)
{
	int r;

	if (wanted->update)
		return update(wanted, profile);
	if (is_stdout(wanted))
		return print_string(profile);
	r = whole_file_write(wanted->output, profile, 0644, true);
	return r < 0 ? fail("write", wanted->output, r) : 0;
}

static void tell(const struct wanted *wanted, const struct fh_learned *learned,
		 const struct fh_result *result)
{
	const char *file = wanted->update ? wanted->update : wanted->output;

	if (wanted->is_quiet)
		return;
	if (result->exit_code)
		print_warning("the program ended with %d", result->exit_code);
	if (learned->dropped)
		print_warning("not complete: %llu uses of names beyond what is kept",
			      (unsigned long long)learned->dropped);
	if (learned->lines_skipped)
		print_warning("%llu lines of the log were not understood",
			      (unsigned long long)learned->lines_skipped);
	print_warning("learned %llu paths -> %llu grants, %llu system calls, %llu held back%s%s%s",
		      (unsigned long long)learned->paths,
		      (unsigned long long)learned->granted,
		      (unsigned long long)learned->syscalls,
		      (unsigned long long)learned->sensitive,
		      is_stdout(wanted) ? "" : " (see ",
		      is_stdout(wanted) ? "" : file,
		      is_stdout(wanted) ? "" : ")");
}

static int not_learned(const struct fh_error *err)
{
	print_error(err);
	if (err->stage != FH_STAGE_EXEC)
		return FH_EXIT_NOT_BOXED;
	return err->code == -ENOENT ? FH_EXIT_NOT_FOUND
				    : FH_EXIT_NOT_EXECUTABLE;
}

static int learn(struct fh_learner *learner, const struct wanted *wanted)
{
	off_t input = lseek(STDIN_FILENO, 0, SEEK_CUR);
	autofree char *profile = NULL;
	autofree char *file = NULL;
	struct fh_result result = { 0 };
	struct fh_learned learned;
	struct fh_error err = { 0 };
	int r;

	if (watch(learner, wanted, &result, &err) < 0 ||
	    fh_learner_print(learner, NULL, &profile, &err) < 0 ||
	    fh_learner_count(learner, &learned, &err) < 0)
		return not_learned(&err);
	r = put(wanted, profile);
	if (r == 0)
		tell(wanted, &learned, &result);
	if (r || !wanted->has_verify)
		return r;
	/* The same input once more, where it can be had. */
	if (input >= 0)
		lseek(STDIN_FILENO, input, SEEK_SET);
	file = with_slash(wanted->update ? wanted->update : wanted->output);
	return !file ? FH_EXIT_NOT_BOXED
		     : learn_verify(file, profile, wanted->argv,
				    wanted->strace ? NULL : &result);
}

int cmd_learn(int argc, char **argv)
{
	struct wanted wanted = { 0 };
	int r = parse(argc, argv, &wanted);
	struct fh_learner *learner;

	if (r == 0)
		r = check(&wanted);
	if (r)
		return r < 0 ? 0 : r;
	learner = fh_learner_new();
	if (!learner)
		return fail("learn from", "the program", -ENOMEM);
	r = learn(learner, &wanted);
	fh_learner_free(learner);
	return r;
}
