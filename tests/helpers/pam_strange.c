/* A PAM module that does what its first argument says: for tests/root/pam.bats,
 * which builds it. */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWERED 1

/* One question. Return: ANSWERED, or 0 */
static int ask(pam_handle_t *handle, int style)
{
	const struct pam_message message = { style, "?" };
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const struct pam_conv *conv = NULL;
	int r;

	pam_get_item(handle, PAM_CONV, (const void **)&conv);
	r = conv->conv(1, &messages, &response, conv->appdata_ptr);
	return r == PAM_SUCCESS && response && response->resp ? ANSWERED : 0;
}

static void be_forever(const char *pid_file)
{
	FILE *file = fopen(pid_file, "w");

	if (file) {
		fprintf(file, "%d\n", getpid());
		fclose(file);
	}
	for (;;)
		pause();
}

/* A process that nobody waits for, in a session of its own. */
static int leave_behind(const char *pid_file)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			be_forever(pid_file);
		_exit(0);
	}
	while (access(pid_file, F_OK) < 0)
		usleep(10000);
	return 1;
}

static int be_user_forever(const char *pid_file)
{
	if (setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		return 0;
	be_forever(pid_file);
	return 0;
}

static int may_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	return fd >= 0 && write(fd, "x", 1) == 1;
}

/* Something else than the standard streams, as the monitor's socket. */
static int has_surplus(void)
{
	for (int fd = 3; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 1;
	return 0;
}

static int is_right(pam_handle_t *handle, const char *what, const char *with)
{
	if (strcmp(what, "once") == 0)
		return ask(handle, PAM_PROMPT_ECHO_OFF);
	if (strcmp(what, "twice") == 0)
		return ask(handle, PAM_PROMPT_ECHO_OFF) &&
		       ask(handle, PAM_PROMPT_ECHO_OFF);
	if (strcmp(what, "visible") == 0)
		return ask(handle, PAM_PROMPT_ECHO_ON);
	if (strcmp(what, "said") == 0) {
		printf("said on a stream\n");
		fprintf(stderr, "said on a stream\n");
		ask(handle, PAM_TEXT_INFO);
		ask(handle, PAM_ERROR_MSG);
		return 1;
	}
	if (strcmp(what, "exit") == 0)
		exit(0);
	if (strcmp(what, "crash") == 0)
		abort();
	if (strcmp(what, "hang") == 0)
		be_forever(with);
	if (strcmp(what, "hang-as-user") == 0)
		return be_user_forever(with);
	if (strcmp(what, "leave") == 0)
		return leave_behind(with);
	if (strcmp(what, "rename") == 0)
		return pam_set_item(handle, PAM_USER, with) == PAM_SUCCESS;
	if (strcmp(what, "wait") == 0) {
		ask(handle, PAM_PROMPT_ECHO_OFF);
		usleep((unsigned int)atoi(with) * 1000);
		return 1;
	}
	if (strcmp(what, "write") == 0)
		return may_write(with);
	if (strcmp(what, "internet") == 0)
		return socket(AF_INET, SOCK_STREAM, 0) >= 0;
	if (strcmp(what, "unix") == 0)
		return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
	if (strcmp(what, "surplus") == 0)
		return has_surplus();
	return 0;
}

int pam_sm_authenticate(pam_handle_t *handle, int flags, int n,
			const char **words)
{
	(void)flags;
	return n && is_right(handle, words[0], n > 1 ? words[1] : "")
		       ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int pam_sm_setcred(pam_handle_t *handle, int flags, int n, const char **words)
{
	(void)handle, (void)flags, (void)n, (void)words;
	return PAM_SUCCESS;
}
