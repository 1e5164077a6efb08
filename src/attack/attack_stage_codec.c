/* Carries a stage into the box as one printable argument. */
#include "attack/attack_stage.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/number.h"

/* "fumehood-stage-1,dir=/tmp/x,secret=...": every field, in this order. */
static const char magic[] = "fumehood-stage-1";

struct field {
	const char *name;
	size_t offset;
	size_t size; /* of the char array; 0 is an int, at least 0 */
};

#define TEXT_FIELD(key, member)                                                \
	{ .name = (key), .offset = offsetof(struct attack_stage, member),      \
	  .size = sizeof(((struct attack_stage *)0)->member) }
#define INT_FIELD(key, member)                                                 \
	{ .name = (key), .offset = offsetof(struct attack_stage, member) }

static const struct field fields[] = {
	TEXT_FIELD("abstract", abstract_name),
	TEXT_FIELD("comm", prey_comm),
	TEXT_FIELD("dir", secret_dir),
	INT_FIELD("fd", inherited_fd),
	INT_FIELD("fd-dir", inherited_dir),
	TEXT_FIELD("marker", marker),
	INT_FIELD("pid", prey_pid),
	TEXT_FIELD("secret", secret_path),
	INT_FIELD("shm", shm_id),
	TEXT_FIELD("socket", socket_path),
	INT_FIELD("tcp", tcp_port),
	INT_FIELD("udp", udp_port),
};

static const char hex_digits[] = "0123456789abcdef";

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("/._-", c));
}

/* A string being written, always NUL-terminated; full once it did not fit. */
struct writer {
	char *text;
	size_t size;
	size_t len;
	bool is_full;
};

static void put(struct writer *w, char c)
{
	if (w->len + 1 >= w->size) {
		w->is_full = true;
		return;
	}
	w->text[w->len++] = c;
	w->text[w->len] = '\0';
}

static void put_string(struct writer *w, const char *s)
{
	for (; *s; s++)
		put(w, *s);
}

static void put_escaped(struct writer *w, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_plain(c)) {
			put(w, *s);
			continue;
		}
		put(w, '%');
		put(w, hex_digits[c >> 4]);
		put(w, hex_digits[c & 15]);
	}
}

int attack_stage_encode(const struct attack_stage *stage, char *ret,
			size_t size)
{
	struct writer w = { .text = ret, .size = size };

	if (size == 0)
		return -ENOSPC;
	*ret = '\0';
	put_string(&w, magic);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *member = (const char *)stage + fields[i].offset;
		char number[21];
		int value;

		put(&w, ',');
		put_string(&w, fields[i].name);
		put(&w, '=');
		if (fields[i].size) {
			put_escaped(&w, member);
			continue;
		}
		memcpy(&value, member, sizeof(value));
		if (value < 0)
			return -EINVAL;
		number_format(number, (uint64_t)value);
		put_string(&w, number);
	}
	return w.is_full ? -ENOSPC : 0;
}

static int digit_value(char c)
{
	const char *found = c ? strchr(hex_digits, c) : NULL;

	return found ? (int)(found - hex_digits) : -EINVAL;
}

/* Takes one character off the text, an escaped one as what it stands for. */
static int take_char(const char **text, char *ret)
{
	const char *s = *text;
	int high;
	int low;

	if (is_plain((unsigned char)*s)) {
		*ret = *s;
		*text = s + 1;
		return 0;
	}
	if (*s != '%')
		return -EINVAL;
	high = digit_value(s[1]);
	low = high < 0 ? -EINVAL : digit_value(s[2]);
	if (low < 0 || (high == 0 && low == 0))
		return -EINVAL;
	*ret = (char)(high << 4 | low);
	*text = s + 3;
	return 0;
}

static int take_value(const char **text, char *ret, size_t size)
{
	size_t len = 0;

	while (**text && **text != ',') {
		if (len + 1 >= size || take_char(text, &ret[len]) < 0)
			return -EINVAL;
		len++;
	}
	ret[len] = '\0';
	return len ? 0 : -EINVAL;
}

static bool take_word(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

static int take_field(const char **text, const struct field *field, void *ret)
{
	char number[21];
	uint64_t value;
	int as_int;

	if (!take_word(text, ",") || !take_word(text, field->name) ||
	    !take_word(text, "="))
		return -EINVAL;
	if (field->size)
		return take_value(text, ret, field->size);
	if (take_value(text, number, sizeof(number)) < 0 ||
	    number_parse(number, &value) < 0 || value > INT_MAX)
		return -EINVAL;
	as_int = (int)value;
	memcpy(ret, &as_int, sizeof(as_int));
	return 0;
}

int attack_stage_decode(const char *text, struct attack_stage *ret)
{
	struct attack_stage stage = { .prey_pid = 0 };

	if (!take_word(&text, magic))
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		int r = take_field(&text, &fields[i],
				   (char *)&stage + fields[i].offset);

		if (r < 0)
			return r;
	}
	/* A pid of 0 would be the attacker's own process group. */
	if (*text || stage.prey_pid <= 1 || stage.tcp_port > UINT16_MAX ||
	    stage.udp_port > UINT16_MAX)
		return -EINVAL;
	*ret = stage;
	return 0;
}
