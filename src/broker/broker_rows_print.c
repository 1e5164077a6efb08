/* Prints rows as the text that they are read from. */
#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "broker/broker_rows.h"

const struct broker_row_key *broker_row_key(const struct broker_row *row)
{
	size_t i = 0;

	while (i < N_BROKER_KEYS - 1 &&
	       (broker_row_keys[i].kind != row->kind ||
		broker_row_keys[i].access != row->access))
		i++;
	return &broker_row_keys[i];
}

static void print_address(const struct broker_row *row, struct text *ret)
{
	bool is_v6 = row->address.family == AF_INET6;
	char host[INET6_ADDRSTRLEN];

	text_add(ret, "%s:", broker_transports[row->transport]);
	if (row->address.family &&
	    inet_ntop(row->address.family, row->address.bytes, host,
		      sizeof(host)))
		text_add(ret, "%s%s%s:", is_v6 ? "[" : "", host,
			 is_v6 ? "]" : "");
	else if (row->kind == FH_BROKER_CONNECT)
		text_add(ret, "*:");
	text_add(ret, "%u", row->port);
}

static void print_quoted(const char *object, struct text *ret)
{
	if (!strpbrk(object, " \t\"")) {
		text_add(ret, "%s", object);
		return;
	}
	text_add(ret, "\"");
	for (; *object; object++)
		text_add(ret, "%s%c", *object == '"' ? "\"" : "", *object);
	text_add(ret, "\"");
}

void broker_row_print_object(const struct broker_row *row, struct text *ret)
{
	if (row->object)
		print_quoted(row->object, ret);
	else
		print_address(row, ret);
}

static void print_word(struct text *ret, const char *format, uint32_t value)
{
	text_add(ret, "%s%s=%u", ret->len ? " " : "", format, value);
}

static void print_own_words(const struct broker_row *row, struct text *ret)
{
	if (row->delay_ms)
		text_add(ret, row->delay_ms % 1000 ? "delay=%ums" : "delay=%us",
			 row->delay_ms % 1000 ? row->delay_ms
					      : row->delay_ms / 1000);
	if (row->kind == FH_BROKER_READ_FILE)
		print_word(ret, "max", row->max_answer);
	if (row->kind != FH_BROKER_REQUEST)
		return;
	print_word(ret, "max-request", row->max_request);
	print_word(ret, "max-answer", row->max_answer);
}

void broker_row_print_words(const struct broker_row *row, struct text *ret)
{
	autotext words = { 0 };

	print_own_words(row, &words);
	if (row->when != FH_BROKER_ALWAYS)
		text_add(&words, "%swhen=%s", words.len ? " " : "",
			 broker_when_names[row->when]);
	if (row->times)
		print_word(&words, "times", row->times);
	if (row->per_minute)
		print_word(&words, "per-minute", row->per_minute);
	text_add(ret, "%s", text_string(&words));
	text_inherit(ret, &words);
}

void broker_row_print(const struct broker_row *row, struct text *ret)
{
	autotext value = { 0 };

	broker_row_print_object(row, &value);
	text_add(&value, " ");
	broker_row_print_words(row, &value);
	text_inherit(ret, &value);
	if (value.code)
		return;
	if (value.data[value.len - 1] == ' ')
		value.data[value.len - 1] = '\0';
	text_add(ret, "%s = ", broker_row_key(row)->name);
	text_add_escaped(ret, text_string(&value));
}
