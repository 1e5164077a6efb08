/* fumehood doctor: what can be had here, and what would bring the rest. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "exit_codes.h"

static int doctor(bool json)
{
	struct fh_kernel *kernel = probe_kernel();
	struct fh_error err;
	char *text = NULL;
	int r = FH_EXIT_NOT_BOXED;

	if (!kernel)
		return FH_EXIT_NOT_BOXED;
	if (fh_kernel_print(kernel, json ? FH_JSON : FH_TEXT, &text, &err) < 0)
		print_error(&err);
	else
		r = print_string(text);
	free(text);
	fh_kernel_free(kernel);
	return r;
}

int cmd_doctor(int argc, char **argv)
{
	bool json = argc == 2 && strcmp(argv[1], "--json") == 0;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 ||
			 strcmp(argv[1], "-h") == 0))
		return print_help("doctor");
	if (argc > 1 && !json)
		return refuse_argument("doctor", argv[1]);
	return doctor(json);
}
