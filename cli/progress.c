/* Shows what a box uses, each second, in one line that is rewritten in place. */
#include "progress.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/io.h"
#include "base/text.h"

#define FIRST_MS 2000
#define EACH_MS 1000
#define COLUMNS 80 /* of a terminal that does not tell */

void progress_begin(struct progress *progress, bool is_wanted)
{
	*progress = (struct progress){ .is_on = is_wanted &&
						isatty(STDERR_FILENO) };
	if (progress->is_on)
		progress->next = deadline_in(FIRST_MS);
}

int progress_wait_ms(const struct progress *progress)
{
	return progress->is_on ? deadline_left(progress->next) : -1;
}

/* In the background it is somebody else's screen, and one that was stopped with
 * ^S would make us wait. */
static bool is_ours(void)
{
	struct pollfd terminal = { .fd = STDERR_FILENO, .events = POLLOUT };

	return tcgetpgrp(STDERR_FILENO) == getpgrp() &&
	       poll(&terminal, 1, 0) == 1 && terminal.revents == POLLOUT;
}

/* The last column stays free: some terminals go to the next line after it. */
static int columns(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return COLUMNS - 1;
	return size.ws_col - 1;
}

/* Blanks over what stood there before: every terminal knows them. */
static void show(struct progress *progress, const char *line)
{
	int width = (int)strlen(line), most = columns();
	autotext text = { 0 };

	if (width > most)
		width = most;
	text_add(&text, "\r%.*s", width, line);
	if (progress->width > width)
		text_add(&text, "%*s\r%.*s", progress->width - width, "", width,
			 line);
	if (!width)
		text_add(&text, "\r");
	if (text.code == 0)
		write_exactly(STDERR_FILENO, text.data, text.len);
	progress->width = width;
}

void progress_erase(struct progress *progress)
{
	if (progress->width)
		show(progress, "");
}

void progress_turn(struct progress *progress, const struct fh_box *box)
{
	struct fh_usage usage;
	char line[160];

	if (!progress->is_on || deadline_left(progress->next) > 0)
		return;
	progress->next = deadline_in(EACH_MS);
	if (!is_ours() || fh_box_usage(box, &usage, NULL) < 0)
		return;
	snprintf(line, sizeof(line),
		 "fumehood: %llu s, CPU %llu.%llu s, memory %llu MiB, %llu process%s",
		 (unsigned long long)usage.wall_us / 1000000,
		 (unsigned long long)usage.cpu_us / 1000000,
		 (unsigned long long)usage.cpu_us / 100000 % 10,
		 (unsigned long long)usage.memory >> 20,
		 (unsigned long long)usage.processes,
		 usage.processes == 1 ? "" : "es");
	show(progress, line);
}
