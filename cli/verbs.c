/* The verbs of the command line, for help, completions and the manual. */
#include "verbs.h"

#include <string.h>

static const struct verb_word broker_words[] = {
	{ "show", WORD_FILE },
	{ 0 },
};

/* In the order in which the usage has them; cmd_profile.c does them. */
static const struct verb_word profile_words[] = {
	{ "list", WORD_NOTHING },
	{ "show", WORD_PROFILE },
	{ "check", WORD_PROFILE },
	{ "export", WORD_PROFILE },
	{ "import", WORD_FILE },
	{ 0 },
};

/* Sorted by name; cmd_learn.c takes them. */
static const struct verb_option learn_options[] = {
	{ "accept", 0, "PATH", true,
	  "grant PATH and what is beneath it though it is sensitive; repeatable" },
	{ "from-strace", 0, "FILE", true,
	  "learn from a log of strace -f -y -o FILE; runs nothing" },
	{ "output", 'o', "FILE", true,
	  "write the profile to FILE, which must not be there yet; - for standard output" },
	{ "quiet", 'q', NULL, false, "no summary, no warnings" },
	{ "update", 0, "FILE", true,
	  "add to the profile in FILE: show what changes, and ask" },
	{ "verify", 0, NULL, false,
	  "run the program once more, in a box made of the profile" },
	{ "yes", 'y', NULL, false, "with --update: do not ask" },
	{ 0 },
};

/* cmd_kill.c takes it. */
static const struct verb_option kill_options[] = {
	{ "signal", 's', "SIGNAL", false,
	  "a name or a number, for the program and its process group; KILL, which is the default, ends all of the box" },
	{ 0 },
};

const struct verb verbs[] = {
	{ .name = "run", .rest = REST_PROGRAM, .takes_options = true,
	  .help = "run a program in a box",
	  .usage = "[OPTIONS] [--] PROGRAM [ARGS...]",
	  .detail = "Exits as the program did." },
	{ .name = "show", .rest = REST_PROGRAM, .takes_options = true,
	  .takes_json = true,
	  .help = "print policy, plan and guarantees, and stop there",
	  .usage = "[--json] [OPTIONS] [--] [PROGRAM [ARGS...]]",
	  .detail = "Opens every source as run does, and refuses what run would refuse." },
	{ .name = "why", .rest = REST_QUESTION, .takes_options = true,
	  .help = "would this be allowed, and which rule decides",
	  .usage = "[OPTIONS] connect|exec|listen|read|syscall|write WHAT",
	  .detail = "Exit status 0 when it would be allowed, 1 when it would be refused." },
	{ .name = "learn", .rest = REST_PROGRAM, .own = learn_options,
	  .help = "run a program as it is, and write the profile that it needs",
	  .usage = "-o FILE | --update FILE [OPTIONS] [--] PROGRAM [ARGS...]",
	  .detail = "The program is not boxed while it is watched: learn from what you would run anyway. What is sensitive stands in comments until --accept names it. Exit status 0 when the profile was written, and --verify found it enough; 1 when it was not, or an update was declined; 125 to 127 as for run." },
	{ .name = "doctor", .rest = REST_NOTHING, .takes_json = true,
	  .help = "what this kernel and this user can give",
	  .usage = "[--json]",
	  .detail = "Tries the namespaces for real, and names the cause and the remedy of what is missing." },
	{ .name = "attack", .rest = REST_PROGRAM, .takes_options = true,
	  .takes_json = true,
	  .help = "try to break out of a box made with these options",
	  .usage = "[--json] [OPTIONS] [-- PROGRAM [ARGS...]]",
	  .detail = "Exit status 1 when anything got through. PROGRAM is not run: it is what a profile's variables stand for." },
	{ .name = "profile", .rest = REST_WORDS, .words = profile_words,
	  .takes_json = true,
	  .help = "policies in files: list, print, check, exchange them",
	  .usage = "list [--json] | show [--json] NAME|FILE | check NAME|FILE... | export NAME|FILE --to oci|systemd|bwrap [-- PROGRAM ARGS...] | import FILE --from oci [-o FILE]",
	  .detail = "A file has a slash in its name: ./app.conf. Names are looked up in $HOME/.config/fumehood, /etc/fumehood, /usr/share/fumehood, and among what is built in." },
	{ .name = "broker", .rest = REST_WORDS, .words = broker_words,
	  .takes_json = true,
	  .help = "the whole privilege surface of a program that separates itself",
	  .usage = "show [--json] PROFILE",
	  .detail = "Prints who runs as whom, what the worker may ask for and what the monitor can reach, as this user would have it." },
	{ .name = "ps", .rest = REST_NOTHING, .takes_json = true,
	  .help = "your boxes that run now, and what they use",
	  .usage = "[--json]",
	  .detail = "Boxes in a container or in another box are not seen from outside." },
	{ .name = "kill", .rest = REST_NOTHING, .own = kill_options,
	  .help = "end boxes that run, or signal their programs",
	  .usage = "[-s SIGNAL] ID...",
	  .detail = "The ids are those of ps. Exit status 0 when all were sent it, 1 when one is no box of yours." },
	{ .name = "help", .rest = REST_VERB,
	  .help = "this text, or that of one command",
	  .usage = "[COMMAND]" },
	{ .name = "version", .rest = REST_NOTHING,
	  .help = "version, licence and what it was built for",
	  .usage = "" },
};
const size_t n_verbs = sizeof(verbs) / sizeof(*verbs);

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < n_verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
