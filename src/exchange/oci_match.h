/* Asks a seccomp profile about a case of a call. */
#ifndef FH_EXCHANGE_OCI_MATCH_H
#define FH_EXCHANGE_OCI_MATCH_H

#include "exchange/call_cases.h"
#include "exchange/oci_file.h"

/* Does it certainly let through whatever is of that case? */
bool oci_allows(const struct oci_file *file, unsigned int call,
		const struct call_case *one);

#endif
