/* Says what the program was refused, and what would allow it. */
#ifndef FH_CLI_EXPLAIN_PRINT_H
#define FH_CLI_EXPLAIN_PRINT_H

#include <fumehood/refusal.h>

/* To standard error: each refusal in a line, with what would allow it in another. */
void explain_print(const struct fh_box *box);

#endif
