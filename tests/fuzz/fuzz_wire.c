/* Fuzzing the codec: what was taken and is put again gives the same bytes. */
#include <stdint.h>
#include <string.h>

#include "broker/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t again[WIRE_MESSAGE_MAX];

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void must_be_same(const uint8_t *data, size_t size, int n)
{
	must(n >= 0 && (size_t)n == size && memcmp(again, data, size) == 0);
}

/* Refused with a reason, or taken without one. */
static bool is_taken(int r, const char *const *why)
{
	must(r == 0 ? !*why : !!*why);
	return r == 0;
}

static void try_header(const uint8_t *data, size_t size)
{
	struct wire_header header;
	const char *why = NULL;

	if (!is_taken(wire_take_header(data, size, &header, &why), &why))
		return;
	must(header.size == size - WIRE_HEADER_SIZE && header.n_fds <= 1);
	if (header.type == WIRE_ANSWER)
		must_be_same(data, size,
			     wire_put_answer(again, header.id, header.status,
					     data + WIRE_HEADER_SIZE,
					     header.size, header.n_fds));
	else if (header.type == WIRE_READY || header.type == WIRE_STANDING)
		must_be_same(data, size,
			     wire_put_plain(again, header.type, header.id));
}

static void try_request(const uint8_t *data, size_t size)
{
	static struct wire_request request;
	const char *why = NULL;

	if (!is_taken(wire_take_request(data, size, &request, &why), &why))
		return;
	must(memchr(request.name, '\0', sizeof(request.name)) &&
	     memchr(request.user, '\0', sizeof(request.user)));
	must(!request.data_size ||
	     (request.data >= data + WIRE_HEADER_SIZE &&
	      request.data + request.data_size <= data + size));
	must_be_same(data, size, wire_put_taken(again, request.id, &request));
}

static void try_addresses(const uint8_t *data, size_t size)
{
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	struct wire_header header;
	const char *why = NULL;
	size_t n = 0;

	if (!is_taken(wire_take_addresses(data, size, addresses, &n, &why),
		      &why))
		return;
	must(wire_take_header(data, size, &header, NULL) == 0);
	must_be_same(data, size,
		     wire_put_addresses(again, header.id, addresses, n));
}

static void try_failure(const uint8_t *data, size_t size)
{
	static struct fh_error err;
	struct wire_header header;
	const char *why = NULL;

	if (!is_taken(wire_take_failure(data, size, &err, &why), &why))
		return;
	must(wire_take_header(data, size, &header, NULL) == 0);
	/* Put anew it has the number 0, as nobody asked. */
	must(wire_put_failure(again, &err) == (int)size);
	memcpy(again + 8, data + 8, 4);
	must(memcmp(again, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_header(data, size);
	try_request(data, size);
	try_addresses(data, size);
	try_failure(data, size);
	return 0;
}
