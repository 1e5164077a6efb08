/* Every setting of a policy, once: the option parser, --help, profile keys,
 * completions and the manual are all made from this table. */
#ifndef FH_TABLES_SETTINGS_H
#define FH_TABLES_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type {
	SETTING_SWITCH,	  /* no value */
	SETTING_BYTES,	  /* 512M */
	SETTING_COUNT,	  /* 64 */
	SETTING_DURATION, /* 10s */
	SETTING_DECIMAL,  /* 1.5, kept in thousandths */
	SETTING_CHOICE,	  /* one of .choices */
	SETTING_STRING,
	SETTING_PATH,	  /* a path inside the box */
	/* From here to SETTING_DEVICE entries of the list of grants. */
	SETTING_GRANT,	  /* PATH with the access in .access */
	SETTING_BIND,	  /* SRC:DST */
	SETTING_HIDE,
	SETTING_TMPFS,	  /* PATH[:SIZE] */
	SETTING_DEVICE,
	SETTING_PORT,
	SETTING_SYSCALL,
	SETTING_ENV,	  /* NAME=VALUE or NAME */
	SETTING_ENV_NAME,
	SETTING_FD,
	SETTING_CAPABILITY,
	SETTING_GUARANTEE,
	SETTING_REPORT,	  /* FORMAT[=FILE] */
	SETTING_PROFILE,  /* of no field: what it names sets others */
};

enum setting_section {
	SECTION_PROFILE,
	SECTION_FILESYSTEM,
	SECTION_NETWORK,
	SECTION_SYSCALLS,
	SECTION_LIMITS,
	SECTION_PROCESS,
	SECTION_GUARANTEES,
	SECTION_OUTPUT,
	N_SECTIONS,
};

/* Whether a profile may have the setting. */
enum setting_file {
	FILE_MAY,
	FILE_WORD, /* a word of .choices alone, not with "=FILE" */
	FILE_NOT,
};

/* The largest number there is; one more, POLICY_UNLIMITED, would stand for no
 * ceiling, which is no ceiling to ask for. */
#define SETTING_NO_LIMIT (UINT64_MAX - 1)

struct setting {
	const char *name;
	char letter; /* short option, or 0 */
	enum setting_type type;
	enum setting_section section;
	size_t offset;	      /* of the field in struct fh_policy */
	unsigned int access;  /* SETTING_GRANT */
	enum setting_file in_file;
	const char *why_not;  /* with FILE_WORD and FILE_NOT: for the user */
	bool only_box; /* a process that confines itself cannot have it */
	const char *arg;      /* placeholder in --help; NULL for a switch */
	const char *const *choices; /* NULL-terminated */
	uint64_t min, max;
	const char *since;    /* Linux version that it needs; "" = any */
	const char *help;     /* one line */
	const char *detail;   /* the manual's paragraph; may be NULL */
};

extern const struct setting settings[];
extern const size_t n_settings;
extern const char *const section_names[N_SECTIONS];
extern const char *const section_titles[N_SECTIONS];

const struct setting *setting_find(const char *name);

#endif
