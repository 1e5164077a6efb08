/* Signals by name, as kill(1) takes them. */
#ifndef FH_CLI_SIGNAL_NAMES_H
#define FH_CLI_SIGNAL_NAMES_H

/* "TERM", "SIGTERM" or "15". Return: the number, or -EINVAL */
int signal_parse(const char *name);

#endif
