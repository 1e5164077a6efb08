/* The authenticator's attempt: one password, by PAM. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "broker/helper_work.h"

#if defined(FUMEHOOD_PAM) && __has_include(<security/pam_appl.h>)

#include <dlfcn.h>
#include <security/pam_appl.h>

/*
 * As getaddrinfo() in helper_resolve.c. dlopen() itself is not mentioned: a
 * static glibc has it in any program, for its own use, and the linker warns of
 * all others who name it.
 */
#pragma weak dlsym

/*
 * libpam, in this process alone: what is linked to libfumehood does not depend
 * on it, and neither do roles that ask for no password.
 */
struct pam {
	__typeof__(pam_start) *start;
	__typeof__(pam_set_item) *set_item;
	__typeof__(pam_get_item) *get_item;
	__typeof__(pam_authenticate) *authenticate;
	__typeof__(pam_acct_mgmt) *acct_mgmt;
	__typeof__(pam_end) *end;
};

static const struct {
	const char *name;
	size_t offset;
} calls[] = {
	{ "pam_start", offsetof(struct pam, start) },
	{ "pam_set_item", offsetof(struct pam, set_item) },
	{ "pam_get_item", offsetof(struct pam, get_item) },
	{ "pam_authenticate", offsetof(struct pam, authenticate) },
	{ "pam_acct_mgmt", offsetof(struct pam, acct_mgmt) },
	{ "pam_end", offsetof(struct pam, end) },
};

/* --- what modules ask -------------------------------------------------------- */

struct conversation {
	char password[WIRE_PASSWORD_MAX + 1];
	bool was_asked;
};

/*
 * The password, once. Another question that is not to be seen is about
 * something else, a new password or a second factor, which it must not be
 * taken for. What modules only say is heard by nobody.
 */
static int reply(struct conversation *conversation,
		 const struct pam_message *message, struct pam_response *ret)
{
	switch (message->msg_style) {
	case PAM_ERROR_MSG:
	case PAM_TEXT_INFO:
		return PAM_SUCCESS;
	case PAM_PROMPT_ECHO_OFF:
		break;
	default:
		return PAM_CONV_ERR;
	}
	if (conversation->was_asked)
		return PAM_CONV_ERR;
	conversation->was_asked = true;
	ret->resp = strdup(conversation->password);
	explicit_bzero(conversation->password,
		       sizeof(conversation->password));
	return ret->resp ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void forget(struct pam_response *responses, int n)
{
	for (int i = 0; i < n; i++) {
		if (responses[i].resp)
			explicit_bzero(responses[i].resp,
				       strlen(responses[i].resp));
		free(responses[i].resp);
	}
	free(responses);
}

/* The responses are PAM's to free: each, and the array. */
static int converse(int n, const struct pam_message **messages,
		    struct pam_response **ret, void *ctx)
{
	struct pam_response *responses;
	int r = PAM_SUCCESS;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	responses = calloc((size_t)n, sizeof(*responses));
	if (!responses)
		return PAM_BUF_ERR;
	for (int i = 0; i < n && r == PAM_SUCCESS; i++)
		r = reply(ctx, messages[i], &responses[i]);
	if (r == PAM_SUCCESS)
		*ret = responses;
	else
		forget(responses, n);
	return r;
}

/* --- an attempt -------------------------------------------------------------- */

/* Modules make names of files and lines of logs of it. */
static bool is_user_name(const char *user)
{
	if (!*user || *user == '-' || *user == '.')
		return false;
	for (; *user; user++)
		if ((unsigned char)*user <= ' ' || *user == 0x7f ||
		    *user == '/' || *user == ':')
			return false;
	return true;
}

/* libpam would sleep for two seconds after a failure, give or take; how long an
 * answer takes is the monitor's to keep, and the same for all. */
static void no_delay(int status, unsigned int us, void *ctx)
{
	(void)status;
	(void)us;
	(void)ctx;
}

/* A module may put another name in the place of the one asked about: a yes
 * would then be about somebody else. */
static bool is_still_user(const struct pam *pam, pam_handle_t *handle,
			  const char *user)
{
	const void *now = NULL;

	return pam->get_item(handle, PAM_USER, &now) == PAM_SUCCESS && now &&
	       strcmp(now, user) == 0;
}

static int ask(const struct pam *pam, pam_handle_t *handle, const char *user)
{
	const int flags = PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK;
	/* A function as an item: PAM wants it so. */
	int r = pam->set_item(handle, PAM_FAIL_DELAY,
			      (const void *)(uintptr_t)no_delay);

	if (r == PAM_SUCCESS)
		r = pam->authenticate(handle, flags);
	if (r == PAM_SUCCESS)
		r = pam->acct_mgmt(handle, flags);
	if (r == PAM_SUCCESS && !is_still_user(pam, handle, user))
		r = PAM_USER_UNKNOWN;
	return r;
}

/*
 * Yes or no: why not is told nobody, for a guesser would learn which users there
 * are, and which are locked. How long it took shows the same; the monitor's delay
 * hides it.
 */
static enum helper_end authenticate(const void *means,
				    const struct wire_request *request,
				    int answer_fd)
{
	const struct pam *pam = means;
	struct conversation conversation = { 0 };
	const struct pam_conv conv = { converse, &conversation };
	pam_handle_t *handle = NULL;
	const bool is_fit = is_user_name(request->user) &&
			    request->data_size < sizeof(conversation.password);
	int r = PAM_AUTH_ERR;

	(void)answer_fd;
	if (is_fit && request->data_size)
		memcpy(conversation.password, request->data,
		       request->data_size);
	helper_wipe(request->data, request->data_size);
	if (is_fit)
		r = pam->start(request->name, request->user, &conv, &handle);
	if (r == PAM_SUCCESS)
		r = ask(pam, handle, request->user);
	explicit_bzero(&conversation, sizeof(conversation));
	if (handle)
		pam->end(handle, r);
	return r == PAM_SUCCESS ? HELPER_YES : HELPER_NO;
}

/* --- before the fences ------------------------------------------------------- */

/* Without its file PAM takes the service "other", which is another policy than
 * the one that was named. */
static int check_services(const struct fh_broker *broker, struct fh_error *err)
{
	static const char *const directories[] = {
		"/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam.d",
		"/usr/etc/pam.d",
	};
	char path[64 + NAME_MAX];

	for (size_t i = 0; i < broker->n_rows; i++) {
		const struct broker_row *row = &broker->rows[i];
		bool is_there = row->kind != FH_BROKER_AUTHENTICATE;

		for (size_t k = 0; k < ARRAY_SIZE(directories) && !is_there;
		     k++) {
			snprintf(path, sizeof(path), "%s/%s", directories[k],
				 row->object);
			is_there = !strchr(row->object, '/') &&
				   access(path, R_OK) == 0;
		}
		if (is_there)
			continue;
		error_set(err, FH_STAGE_PREPARE, -ENOENT,
			  "authenticate %s: there is no such PAM service",
			  row->object);
		error_remedy(err, "write /etc/pam.d/%s", row->object);
		if (row->origin)
			error_origin(err, row->origin);
		return -ENOENT;
	}
	return 0;
}

static int refuse(struct fh_error *err, const char *why, const char *remedy)
{
	error_set(err, FH_STAGE_PREPARE, -ENOSYS, "authenticate: %s", why);
	error_remedy(err, "%s", remedy);
	return -ENOSYS;
}

static int load(struct pam *ret, struct fh_error *err)
{
	__typeof__(dlopen) *open_library = NULL;
	void *library, *call = dlsym ? dlsym(RTLD_DEFAULT, "dlopen") : NULL;

	memcpy(&open_library, &call, sizeof(call));
	if (!open_library)
		return refuse(err, "a program that is linked statically cannot load PAM",
			      "link it to the shared libc");
	/* Global, for modules that were not linked to it themselves. */
	library = open_library("libpam.so.0", RTLD_NOW | RTLD_GLOBAL);
	if (!library)
		return refuse(err, "libpam.so.0 cannot be loaded",
			      "install PAM's library: libpam0g, pam-libs or linux-pam");
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		call = dlsym(library, calls[i].name);
		if (!call)
			return refuse(err, "libpam.so.0 lacks a function",
				      "install Linux-PAM");
		memcpy((char *)ret + calls[i].offset, &call, sizeof(call));
	}
	return 0;
}

static int prepare(const struct fh_broker *broker, void **ret_means,
		   struct fh_error *err)
{
	struct pam *pam;
	int r = check_services(broker, err);

	if (r < 0)
		return r;
	pam = calloc(1, sizeof(*pam));
	if (!pam)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "authenticate");
	r = load(pam, err);
	if (r == 0)
		*ret_means = pam;
	else
		free(pam);
	return r;
}

#else /* no PAM */

static enum helper_end authenticate(const void *means,
				    const struct wire_request *request,
				    int answer_fd)
{
	(void)means;
	(void)answer_fd;
	helper_wipe(request->data, request->data_size);
	return HELPER_NO;
}

static int prepare(const struct fh_broker *broker, void **ret_means,
		   struct fh_error *err)
{
	(void)broker;
	(void)ret_means;
	error_set(err, FH_STAGE_PREPARE, -ENOSYS,
		  "authenticate: this libfumehood was built without PAM");
	error_remedy(err, "build it where PAM's headers are: libpam0g-dev or pam-devel");
	return -ENOSYS;
}

#endif

const struct helper_work helper_authenticator = {
	.prepare = prepare,
	.attempt = authenticate,
	.answers = FH_BROKER_AUTHENTICATE,
	.lost = -EACCES,
};
