/* Counts processors. */
#include "sys/processors.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

#define PROCESSORS_MANY 8192 /* CONFIG_NR_CPUS at its most */

/* "0-3,5": the last number tells no fewer than there are. */
uint32_t processors_online(void)
{
	char text[1024];
	int len = read_small_file(AT_FDCWD, "/sys/devices/system/cpu/online",
				  text, sizeof(text));
	size_t start = len > 0 ? (size_t)len : 0;
	long n;

	while (start > 0 && text[start - 1] >= '0' && text[start - 1] <= '9')
		start--;
	if (len > 0 && text[start])
		n = strtol(text + start, NULL, 10) + 1;
	else
		n = sysconf(_SC_NPROCESSORS_CONF);
	return n < 1 || n > PROCESSORS_MANY ? PROCESSORS_MANY : (uint32_t)n;
}
