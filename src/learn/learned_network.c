/* Says which network a program needs. */
#include "learn/learned_network.h"

#include <sys/socket.h>

#include "base/cleanup.h"

static const struct {
	int family;
	const char *name;
} families[] = {
	{ AF_UNIX, "unix" }, { AF_INET, "IPv4" }, { AF_INET6, "IPv6" },
	{ AF_NETLINK, "netlink" }, { AF_PACKET, "packet" },
};

static void print_families(const struct evidence *evidence, struct text *ret)
{
	size_t n = 0;

	for (int f = 0; f < EVIDENCE_FAMILIES; f++) {
		const char *name = NULL;

		if (!evidence->families[f])
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(families); i++)
			if (families[i].family == f)
				name = families[i].name;
		text_add(ret, n++ ? ", " : "# sockets of: ");
		if (name)
			text_add(ret, "%s", name);
		else
			text_add(ret, "family %d", f);
	}
	text_add(ret, n ? "\n" : "");
}

/* Who only talks to itself needs nothing of the host's network. */
static bool talks_to_itself(const struct evidence *evidence)
{
	bool has_connected = false;

	for (size_t i = 0; i < evidence->n_ports; i++) {
		const struct seen_port *port = &evidence->ports[i];
		bool is_own = false;

		if (!port->is_loopback)
			return false;
		if (port->is_listen)
			continue;
		has_connected = true;
		for (size_t j = 0; j < evidence->n_ports; j++)
			is_own |= evidence->ports[j].is_listen &&
				  (evidence->ports[j].port == port->port ||
				   !evidence->ports[j].port);
		if (!is_own)
			return false;
	}
	return has_connected;
}

static bool has_port(const struct port_list *list, uint16_t port)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->ports[i] == port)
			return true;
	return false;
}

static void print_loaded_ports(const struct port_list *list, const char *name,
			       struct text *ret)
{
	for (size_t i = 0; i < list->n; i++)
		text_add(ret, "%s = %u\n", name, list->ports[i]);
}

/* Return: how many lines */
static size_t print_ports(const struct evidence *evidence,
			  const struct port_list *loaded, bool is_listen,
			  struct text *ret)
{
	const char *name = is_listen ? "listen" : "connect";
	size_t n = loaded ? loaded->n : 0;
	int last = -1;

	if (loaded)
		print_loaded_ports(loaded, name, ret);
	for (size_t i = 0; i < evidence->n_ports; i++) {
		const struct seen_port *port = &evidence->ports[i];

		if (port->is_listen != is_listen || port->port == last ||
		    (loaded && has_port(loaded, port->port)))
			continue;
		last = port->port;
		if (port->port) {
			n++;
			text_add(ret, "%s = %u\n", name, port->port);
		} else if (is_listen) {
			text_add(ret, "# It listened on a port that the kernel chose, which no line can name.\n");
		}
	}
	return n;
}

size_t learned_print_network(const struct learned *learned, struct text *ret,
			     size_t *ret_n_listen)
{
	const struct evidence *evidence = learned->evidence;
	const struct fh_policy *loaded = evidence->loaded;
	uint64_t net = loaded ? loaded->net : FH_NET_NONE;
	size_t n = 0;

	*ret_n_listen = 0;
	for (size_t i = 0; i < evidence->abstract.n; i++) {
		text_add(ret, "# held back: the abstract socket ");
		text_add_escaped(ret, evidence->abstract.names[i]);
		text_add(ret, ": no box reaches it\n");
	}
	print_families(evidence, ret);
	if (evidence->n_ports && net != FH_NET_HOST)
		net = talks_to_itself(evidence) ? FH_NET_LOOPBACK : FH_NET_HOST;
	if (net == FH_NET_NONE)
		return 0;
	text_add(ret, "net = %s\n",
		 net == FH_NET_HOST ? "host" : "loopback");
	if (net == FH_NET_HOST) {
		n += print_ports(evidence, loaded ? &loaded->connect : NULL,
				 false, ret);
		*ret_n_listen = print_ports(evidence,
					    loaded ? &loaded->listen : NULL,
					    true, ret);
		n += *ret_n_listen;
	}
	return n + 1;
}
