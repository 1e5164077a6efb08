/* What changes from one text to another, line by line. */
#ifndef FH_CLI_LEARN_DIFF_H
#define FH_CLI_LEARN_DIFF_H

#include "base/text.h"

/**
 * learn_diff() - a unified diff, for a terminal
 * @name: of the file, for its head
 *
 * Control characters are escaped. Of texts that differ too much to be compared all is
 * taken out and put in. Adds nothing for equal ones.
 */
void learn_diff(const char *name, const char *old, const char *new,
		struct text *ret);

#endif
