/* The description of a broker: rows are checked, kept, copied, given back. */
#include "broker/broker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "broker/helper.h"
#include "policy/policy.h"

#define AUTHENTICATE_PER_MINUTE 10
#define AUTHENTICATE_DELAY_MS 2000
#define DELAY_MS_MAX 60000
#define SERVICE_MAX 64 /* bytes, NUL included */

/* What each kind's monitor does beyond the loop's own calls; broker_policy.c
 * has those. */
const struct broker_kind broker_kinds[N_BROKER_KINDS] = {
	[FH_BROKER_AUTHENTICATE] = { "authenticate", "yes or no", "" },
	[FH_BROKER_BIND] = { "bind", "a descriptor",
			     "socket setsockopt bind listen" },
	[FH_BROKER_CONNECT] = { "connect", "a descriptor",
				"socket connect getsockopt" },
	[FH_BROKER_OPEN] = { "open", "a descriptor", "openat2" },
	[FH_BROKER_READ_FILE] = { "read-file", "bytes", "" },
	[FH_BROKER_REQUEST] = { "request", "its own", "" },
	[FH_BROKER_RESOLVE] = { "resolve", "addresses", "" },
};

struct fh_broker *broker_new(void)
{
	struct fh_broker *broker = calloc(1, sizeof(*broker));

	if (!broker)
		return NULL;
	broker->worker = policy_new();
	broker->monitor = policy_new();
	if (broker->worker && broker->monitor)
		return broker;
	broker_free(broker);
	return NULL;
}

static void row_done(struct broker_row *row)
{
	free(row->object);
	free(row->origin);
}

void broker_free(struct fh_broker *broker)
{
	if (!broker)
		return;
	for (size_t i = 0; i < broker->n_rows; i++)
		row_done(&broker->rows[i]);
	free(broker->rows);
	policy_free(broker->worker);
	policy_free(broker->monitor);
	free(broker);
}

bool broker_has(const struct fh_broker *broker, enum fh_broker_kind kind)
{
	for (size_t i = 0; i < broker->n_rows; i++)
		if (broker->rows[i].kind == kind)
			return true;
	return false;
}

/* --- what a row may be ---------------------------------------------------- */

struct row_check {
	struct broker_row *row;
	const char *origin;
	struct fh_error *err;
};

static int refuse(const struct row_check *check, int code, const char *what)
{
	const struct broker_row *row = check->row;

	error_set(check->err, FH_STAGE_PARSE, code, "%s: %s%s%s: %s",
		  check->origin, broker_kinds[row->kind].name, row->object ? " " : "",
		  row->object ? row->object : "", what);
	error_origin(check->err, check->origin);
	return code;
}

static int check_range(const struct row_check *check, uint64_t value,
		       uint64_t min, uint64_t max, const char *what)
{
	int r;

	if (value >= min && value <= max)
		return 0;
	r = refuse(check, -ERANGE, what);
	error_remedy(check->err, "it goes from %llu to %llu",
		     (unsigned long long)min, (unsigned long long)max);
	return r;
}

static bool is_name(const char *name, size_t max, const char *others)
{
	size_t n = strlen(name);

	if (!n || n >= max)
		return false;
	for (const char *c = name; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9') || strchr(others, *c)))
			return false;
	return true;
}

static int check_address(struct row_check *check)
{
	const struct broker_row *row = check->row;
	int family = row->address.family;

	if (row->transport != FH_TCP && row->transport != FH_UDP)
		return refuse(check, -EINVAL, "neither TCP nor UDP");
	if (family && family != AF_INET && family != AF_INET6)
		return refuse(check, -EINVAL, "no such family of addresses");
	return check_range(check, row->port, 1, 65535, "no such port");
}

static int check_path(struct row_check *check)
{
	struct broker_row *row = check->row;
	char path[PATH_MAX];
	char *copy;
	int r;

	if (row->object[0] != '/')
		return refuse(check, -EINVAL, "not an absolute path");
	r = path_normalise("/", row->object, path);
	if (r == -EINVAL)
		return refuse(check, r, "\"..\" in a path");
	if (r < 0)
		return refuse(check, -E2BIG, "too long a path");
	copy = strdup(path);
	if (!copy)
		return refuse(check, -ENOMEM, "out of memory");
	free(row->object);
	row->object = copy;
	return 0;
}

static int check_open(struct row_check *check)
{
	unsigned int access = check->row->access;

	if (access != FH_READ && access != FH_WRITE &&
	    access != FH_BROKER_CREATE)
		return refuse(check, -EINVAL,
			      "one of FH_READ, FH_WRITE, FH_BROKER_CREATE");
	return check_path(check);
}

static int check_read_file(struct row_check *check)
{
	int r = check_range(check, check->row->max_answer, 1,
			    FH_BROKER_DATA_MAX, "no such size");

	return r == 0 ? check_path(check) : r;
}

/* PAM takes a name with "/" for a path. */
static int check_service(struct row_check *check)
{
	struct broker_row *row = check->row;

	if (!is_name(row->object, SERVICE_MAX, "-_.") || row->object[0] == '.')
		return refuse(check, -EINVAL,
			      "not the name of a file in /etc/pam.d");
	if (!row->delay_ms)
		row->delay_ms = AUTHENTICATE_DELAY_MS;
	if (!row->per_minute)
		row->per_minute = AUTHENTICATE_PER_MINUTE;
	return check_range(check, row->delay_ms, 1, DELAY_MS_MAX,
			   "no such delay in milliseconds");
}

static int check_request(struct row_check *check)
{
	const struct broker_row *row = check->row;
	int r;

	if (!is_name(row->object, FH_BROKER_NAME_MAX, "-_"))
		return refuse(check, -EINVAL,
			      "a name has up to 63 letters, digits, \"-\" and \"_\"");
	r = check_range(check, row->max_request, 0, FH_BROKER_DATA_MAX,
			"no such size of a request");
	return r < 0 ? r : check_range(check, row->max_answer, 0,
				       FH_BROKER_DATA_MAX,
				       "no such size of an answer");
}

static int check_pattern(struct row_check *check)
{
	const char *name = check->row->object;

	if (strcmp(name, "*") == 0)
		return 0;
	if (strncmp(name, "*.", 2) == 0)
		name += 2;
	if (!helper_is_host_name(name))
		return refuse(check, -EINVAL,
			      "neither a host name nor \"*.\" and one");
	return 0;
}

static int check_row(struct row_check *check)
{
	static int (*const checks[])(struct row_check *check) = {
		[FH_BROKER_AUTHENTICATE] = check_service,
		[FH_BROKER_BIND] = check_address,
		[FH_BROKER_CONNECT] = check_address,
		[FH_BROKER_OPEN] = check_open,
		[FH_BROKER_READ_FILE] = check_read_file,
		[FH_BROKER_REQUEST] = check_request,
		[FH_BROKER_RESOLVE] = check_pattern,
	};
	const struct broker_row *row = check->row;

	if ((unsigned int)row->when > FH_BROKER_SERVING)
		return refuse(check, -EINVAL, "no such state of the worker");
	if (!row->object && checks[row->kind] != check_address)
		return refuse(check, -EINVAL, "no name");
	return checks[row->kind](check);
}

/* --- the table ------------------------------------------------------------ */

static bool is_same(const struct broker_row *a, const struct broker_row *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->object || b->object)
		return a->access == b->access && a->object && b->object &&
		       strcmp(a->object, b->object) == 0;
	return a->transport == b->transport && a->port == b->port &&
	       a->address.family == b->address.family &&
	       memcmp(a->address.bytes, b->address.bytes,
		      sizeof(a->address.bytes)) == 0;
}

static int fail_taken(const struct broker_row *row,
		      const struct broker_row *first, struct fh_error *err)
{
	autotext text = { 0 };

	broker_row_print(first, &text);
	if (text.code)
		return error_set(err, FH_STAGE_PARSE, text.code,
				 "%s: out of memory", row->origin);
	error_set(err, FH_STAGE_PARSE, -EEXIST, "%s: %s is in the table already: %s",
		  row->origin, text_string(&text), first->origin);
	error_origin(err, row->origin);
	return -EEXIST;
}

/* The row whose place it takes, the end for a new one. */
static int find_place(const struct fh_broker *broker,
		      const struct broker_row *row, size_t *ret,
		      struct fh_error *err)
{
	size_t i = 0;

	while (i < broker->n_rows && !is_same(&broker->rows[i], row))
		i++;
	if (i < broker->n_rows &&
	    (row->kind != FH_BROKER_REQUEST || !row->handler ||
	     broker->rows[i].handler))
		return fail_taken(row, &broker->rows[i], err);
	if (i == BROKER_ROWS_MAX)
		return error_set(err, FH_STAGE_PARSE, -E2BIG,
				 "%s: more than %d rows", row->origin,
				 BROKER_ROWS_MAX);
	*ret = i;
	return 0;
}

static int make_room(struct fh_broker *broker, size_t place)
{
	struct broker_row *rows;

	if (place < broker->n_rows)
		return 0;
	rows = realloc(broker->rows, (place + 1) * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	broker->rows = rows;
	return 0;
}

static int row_copy(const struct broker_row *row, const char *object,
		    const char *origin, struct broker_row *ret)
{
	struct broker_row copy = *row;

	copy.object = object ? strdup(object) : NULL;
	copy.origin = strdup(origin ? origin : broker_kinds[row->kind].name);
	if (copy.origin && (copy.object || !object)) {
		*ret = copy;
		return 0;
	}
	row_done(&copy);
	return -ENOMEM;
}

static int fail_memory(const struct broker_row *row, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, -ENOMEM, "add a row to %s",
			 broker_kinds[row->kind].name);
}

int broker_add(struct fh_broker *broker, const struct broker_row *row,
	       struct fh_error *err)
{
	return broker_add_from(broker, row, row->object, row->origin, err);
}

int broker_add_from(struct fh_broker *broker, const struct broker_row *row,
		    const char *object, const char *origin,
		    struct fh_error *err)
{
	struct broker_row copy;
	struct row_check check = { &copy, NULL, err };
	size_t place = 0;
	int r;

	if ((unsigned int)row->kind >= N_BROKER_KINDS)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "no kind %u of request",
				 (unsigned int)row->kind);
	if (row_copy(row, object, origin, &copy) < 0)
		return fail_memory(row, err);
	check.origin = copy.origin;
	r = check_row(&check);
	if (r == 0)
		r = find_place(broker, &copy, &place, err);
	if (r == 0 && make_room(broker, place) < 0)
		r = fail_memory(row, err);
	if (r < 0) {
		row_done(&copy);
		return r;
	}
	if (place < broker->n_rows)
		row_done(&broker->rows[place]);
	else
		broker->n_rows++;
	broker->rows[place] = copy;
	return 0;
}

/* --- the whole ------------------------------------------------------------ */

static int copy_rows(const struct fh_broker *broker, struct fh_broker *copy)
{
	copy->rows = calloc(broker->n_rows + 1, sizeof(*copy->rows));
	if (!copy->rows)
		return -ENOMEM;
	for (; copy->n_rows < broker->n_rows; copy->n_rows++) {
		const struct broker_row *row = &broker->rows[copy->n_rows];

		if (row_copy(row, row->object, row->origin,
			     &copy->rows[copy->n_rows]) < 0)
			return -ENOMEM;
	}
	return 0;
}

struct fh_broker *broker_copy(const struct fh_broker *broker)
{
	struct fh_broker *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return NULL;
	copy->worker = policy_copy(broker->worker);
	copy->monitor = policy_copy(broker->monitor);
	if (copy->worker && copy->monitor && copy_rows(broker, copy) == 0)
		return copy;
	broker_free(copy);
	return NULL;
}

/* The policies stay where they are: they were lent out. */
void broker_swap(struct fh_broker *a, struct fh_broker *b)
{
	struct fh_broker c = *a;

	policy_swap(a->worker, b->worker);
	policy_swap(a->monitor, b->monitor);
	a->rows = b->rows;
	a->n_rows = b->n_rows;
	b->rows = c.rows;
	b->n_rows = c.n_rows;
}
