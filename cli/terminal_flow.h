/* What goes through a terminal at once. */
#ifndef FH_CLI_TERMINAL_FLOW_H
#define FH_CLI_TERMINAL_FLOW_H

#include "terminal.h"

/* Reads what the program prints and shows it, as far as neither waits. */
void flow_show(struct terminal *terminal);

#endif
