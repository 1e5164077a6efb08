/* What was seen of a program: bounded, whatever it does. */
#ifndef FH_LEARN_EVIDENCE_H
#define FH_LEARN_EVIDENCE_H

#include <fumehood/learn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"
#include "tables/observed_calls.h"

#define EVIDENCE_PATHS_MAX 20000     /* different paths that are told apart */
#define EVIDENCE_CHILDREN_MAX 512    /* of one directory; more are counted there */
#define EVIDENCE_NAMES_MAX (8u << 20) /* bytes of all names together */
#define EVIDENCE_LIST_MAX 256 /* programs, ports, variables, abstract sockets: each */

struct evidence;

/* @home: the user's, borrowed by copy. NULL when out of memory */
struct evidence *evidence_new(const char *home);
void evidence_free(struct evidence *evidence);

/**
 * evidence_arguments() - what the program was started with, before its paths are told
 * @argv: NULL: not known; copied. Paths that are arguments become ${1} ...
 * @cwd:  absolute, real; or NULL. Paths beneath it become ${CWD}/...
 *
 * Once for each run. Return: 0 or -ENOMEM
 */
int evidence_arguments(struct evidence *evidence, char *const argv[],
		       const char *cwd);

/**
 * evidence_path() - a path was used
 * @path: absolute, as the program named it, may have ".."
 * @real: where it leads, all links followed, at the time; NULL: it is not there.
 *        Of a link that is itself the object (O_NOFOLLOW, lstat, unlink): the real
 *        directory, and the link's name
 * @use:  USE_ mask. USE_ENTRY of what is not there: it is about to be made, and what is
 *        seen of it later is the program's own. With USE_WRITE, of what is there:
 *        open with O_CREAT, that makes nothing. Calls that only make (mkdir, mknod, the
 *        new name of link and symlink), of what is there: USE_SEE, please
 *
 * Return: 0, also past the bounds (it is counted); -ENOMEM
 */
int evidence_path(struct evidence *evidence, const char *path,
		  const char *real, unsigned int use);
/* The same. @mode: of what is there, where the caller has looked; 0: not known */
int evidence_typed(struct evidence *evidence, const char *path,
		   const char *real, unsigned int use, mode_t mode);
int evidence_program(struct evidence *evidence, const char *name);
void evidence_syscall(struct evidence *evidence, unsigned int call);
/* A call that this way of watching would not tell of: the profile must not refuse it
 * for not having been seen. The engine says so of each that it does not stop. */
void evidence_blind(struct evidence *evidence, unsigned int call);
void evidence_port(struct evidence *evidence, bool is_listen, int family,
		   uint16_t port, bool is_loopback);
/* A unix socket with a path is evidence_path() with USE_WRITE; "@name" is told here. */
int evidence_abstract(struct evidence *evidence, const char *name);
void evidence_family(struct evidence *evidence, int family);
/* A variable of the caller's whose name stands in an executed file. */
int evidence_variable(struct evidence *evidence, const char *name,
		      const char *file);
/* The largest seen so far of each; 0 does not count. */
void evidence_peaks(struct evidence *evidence, uint64_t processes,
		    uint64_t memory, uint64_t file_size);
void evidence_count(struct evidence *evidence, uint64_t notifications,
		    uint64_t dropped, uint64_t lines_skipped);

/* Where the caller's temporary files lie, besides /tmp and /var/tmp: what a program
 * makes there a box has in its own /tmp. NULL, and what is not there, is fine. */
int evidence_temporary(struct evidence *evidence, const char *directory);
/* A comment of the profile that is taken over, with its "#", and the enum
 * setting_section that it stands in; -1: none. */
int evidence_comment(struct evidence *evidence, int section, const char *line);

int evidence_accept(struct evidence *evidence, const char *path);
/* Takes over what a policy grants already; copied. Values of grants are as a profile
 * writes them, with variables. @description: "" for none */
struct fh_policy;
int evidence_load(struct evidence *evidence, const struct fh_policy *policy,
		  const char *description);

/* Decides: collapses, holds back, leaves out what the default gives. Adds the
 * profile, and how much there was. Return: 0 or a negative errno */
int evidence_print(const struct evidence *evidence, const char *description,
		   struct text *ret, struct fh_learned *ret_counts);

#endif
