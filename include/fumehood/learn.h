/* Watches what a program uses, and writes the profile for it. */
#ifndef FUMEHOOD_LEARN_H
#define FUMEHOOD_LEARN_H

#include <fumehood/profile.h>
#include <fumehood/result.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fh_learner - what was seen of a program so far
 *
 * Several runs, traces and profiles add up. Belongs to one thread at a time.
 */
struct fh_learner;

/** fh_learner_new() - Return: NULL when out of memory */
struct fh_learner *fh_learner_new(void);
/** fh_learner_free() - NULL is fine */
void fh_learner_free(struct fh_learner *learner);

/**
 * fh_learner_run() - run a program and watch it until all its processes have ended
 * @argv: found by the PATH of the caller unless it has a slash
 * @ret:  how the program ended; may be NULL
 *
 * The program runs unboxed, with the rights of the caller, but with no_new_privs
 * and, so that nothing of it outlives the run, as descendants that are killed in
 * the end: learn from programs and inputs that you would run anyway. It is
 * observed by seccomp user notification (Linux 5.5) on the calls that carry policy, never on
 * read(2) and write(2), together with whatever it starts. What is seen is evidence, not a decision:
 * a program can lie about itself, therefore what is sensitive is never granted
 * without fh_learner_accept().
 *
 * What the program leaves behind is watched for a second more, then killed: a box
 * ends with its program, too. Watched programs are without io_uring (ENOSYS), which a box
 * refuses and which would hide what they do, and without listeners of their own
 * (EBUSY); those for 32-bit processors are killed. A signal whose handler does not ask for SA_RESTART
 * can interrupt calls that it would not otherwise: open(2) with EINTR. Addresses given to
 * sendmsg(2), and memory of programs that are not dumpable, are not seen.
 *
 * Waits for all children of the calling process, and makes it the reaper of
 * orphans meanwhile: not for a process with other children (-EBUSY).
 *
 * Return: 0, whatever came of the program; -ENOENT, -EACCES for a program that
 *         cannot be executed; -EOPNOTSUPP where the kernel, or a filter around
 *         us, does not give notifications; -EBUSY; -ENOMEM
 */
int fh_learner_run(struct fh_learner *learner, char *const argv[],
		   struct fh_result *ret, struct fh_error *err);

/**
 * fh_learner_read_strace() - take in a log of strace(1)
 * @path: of `strace -f -o`, with or without -y, -t and -i; at most 1 GiB
 *
 * Lines that are not understood are counted, fh_learned.lines_skipped.
 * Return: 0; -EINVAL for a file that has no line of strace's; -EFBIG; -ENOMEM;
 *         what reading says
 */
int fh_learner_read_strace(struct fh_learner *learner, const char *path,
			   struct fh_error *err);

/** fh_learner_load() - start from what a profile grants already; as
 * fh_policy_load(). Its grants stay, and are not questioned */
int fh_learner_load(struct fh_learner *learner, const char *profile,
		    struct fh_error *err);

/**
 * fh_learner_accept() - grant a sensitive path all the same, if it was used
 * @path: absolute; what lies beneath it is accepted as well
 */
int fh_learner_accept(struct fh_learner *learner, const char *path,
		      struct fh_error *err);

/** struct fh_learned - how much was seen; all zero in a new learner */
struct fh_learned {
	uint64_t paths;		/* different ones that the program named and that exist */
	uint64_t granted;	/* lines of grants in the profile */
	uint64_t sensitive;	/* paths that are held back */
	uint64_t syscalls;	/* different ones, those that each profile allows left out */
	uint64_t notifications; /* calls that were stopped to look at them */
	uint64_t dropped;	/* names beyond the bounds, not in the profile */
	uint64_t lines_skipped;
	uint64_t processes;	/* most at once */
	uint64_t memory_peak;	/* bytes, of the largest process */
	uint64_t file_size;	/* bytes, of the largest file written */
	uint64_t reserved[6];
};

/** fh_learner_count() - Return: 0, -EINVAL, -ENOMEM */
int fh_learner_count(const struct fh_learner *learner, struct fh_learned *ret,
		     struct fh_error *err);

/**
 * fh_learner_print() - the profile
 * @description: for [profile]; NULL: the program's name
 * @ret:         text that fh_policy_load() takes, with comments; freed with free(3)
 *
 * Grants of directories only where what was seen supports it, and never of "/",
 * of $HOME, or of a directory that sensitive paths lie in. What is sensitive stands
 * in comments, as it would be granted. What the default policy gives anyway is left out.
 *
 * Return: 0, -EINVAL, -E2BIG past 1 MiB, or -ENOMEM
 */
int fh_learner_print(const struct fh_learner *learner, const char *description,
		     char **ret, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
