/* The words of profile that speak to other tools. */
#ifndef FH_CLI_PROFILE_EXCHANGE_H
#define FH_CLI_PROFILE_EXCHANGE_H

/* @argv: what follows the word, NULL at the end. Return: the exit status */
int profile_export(const char *verb, char **argv);
int profile_import(const char *verb, char **argv);

#endif
