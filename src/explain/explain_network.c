/* Finds out whether the box refused an address. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "explain/doubt.h"
#include "explain/sockets.h"
#include "sys/landlock_calls.h"

struct net_doubt {
	struct doubt *doubt;
	struct observed_address to;
	struct sockaddr_storage address; /* the same, for the kernel */
	socklen_t size;
	bool is_bind;
	int type; /* SOCK_STREAM, SOCK_DGRAM; 0: not known */
	bool is_loopback;
};

static bool fill_address(struct net_doubt *n)
{
	struct sockaddr_in *in = (void *)&n->address;
	struct sockaddr_in6 *in6 = (void *)&n->address;

	n->address.ss_family = (sa_family_t)n->to.family;
	if (n->to.family == AF_INET) {
		n->size = sizeof(*in);
		if (inet_pton(AF_INET, n->to.text, &in->sin_addr) != 1)
			return false;
		n->is_loopback = ntohl(in->sin_addr.s_addr) >> 24 == 127;
		return true;
	}
	n->size = sizeof(*in6);
	if (inet_pton(AF_INET6, n->to.text, &in6->sin6_addr) != 1)
		return false;
	n->is_loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) ||
		(IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) &&
		 in6->sin6_addr.s6_addr[12] == 127);
	return true;
}

/* Connecting a datagram socket sends nothing: it only asks for a way there. */
static bool is_reachable_outside(const struct net_doubt *n)
{
	struct sockaddr_storage address = n->address;
	autoclose int fd = socket(n->to.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	((struct sockaddr_in *)(void *)&address)->sin_port = htons(9);
	return fd >= 0 &&
	       connect(fd, (const void *)&address, n->size) == 0;
}

/* With any free port, on a datagram socket: nobody can connect to it. */
static bool is_address_outside(const struct net_doubt *n)
{
	autoclose int fd = socket(n->to.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && bind(fd, (const void *)&n->address, n->size) == 0;
}

static uint64_t first_free_port(void)
{
	char text[32];
	uint64_t port = 0;

	if (read_small_file(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start",
			    text, sizeof(text)) < 0)
		return 1024;
	for (const char *p = text; *p >= '0' && *p <= '9'; p++)
		port = port * 10 + (uint64_t)(*p - '0');
	return port;
}

static bool would_connect_outside(const struct net_doubt *n)
{
	if (!is_reachable_outside(n))
		return false;
	return !n->is_loopback || n->type == SOCK_DGRAM ||
	       sockets_has_listener(0, n->to.port);
}

static bool would_bind_outside(const struct net_doubt *n)
{
	return is_address_outside(n) &&
	       (!n->to.port || geteuid() == 0 ||
		n->to.port >= first_free_port()) &&
	       (n->type != SOCK_STREAM ||
		!sockets_has_listener(0, n->to.port));
}

static bool has_port(const struct port_list *list, uint16_t port)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->ports[i] == port)
			return true;
	return false;
}

static void name_object(const struct net_doubt *n, enum fh_layer layer)
{
	char object[256];

	snprintf(object, sizeof(object), "%s %u (%s)",
		 n->type == SOCK_DGRAM ? "udp" : "tcp", n->to.port,
		 n->to.text);
	doubt_blame(n->doubt, layer, n->is_bind ? "listen" : "connect", object);
}

/* UDP in the host's network is held by Landlock ABI 10, or refused. */
static void add_host_option(const struct net_doubt *n)
{
	const struct fh_plan *plan = n->doubt->plan;
	char option[64];
	struct text text = { 0 };

	if (n->type == SOCK_DGRAM && plan->kernel.landlock_abi < 10)
		return;
	if (!n->to.port || plan->kernel.landlock_abi < 4)
		return;
	snprintf(option, sizeof(option), "%s%s %u",
		 plan->policy->net == FH_NET_HOST ? "" : "--net host ",
		 n->is_bind ? "--listen" : "--connect", n->to.port);
	text_add(&text, "%s", option);
	if (n->is_bind)
		text_add(&text, " --without network");
	doubt_option(n->doubt, &text);
	text_done(&text);
	doubt_advice(n->doubt, n->is_bind
		? "anybody who reaches this machine can then talk to the program"
		: "the program can then send away what it can read, to any address at that port");
}

/* The box has a network of its own, with nothing in it, or its loopback. */
static bool blame_namespace(struct net_doubt *n)
{
	bool is_none = n->doubt->plan->policy->net == FH_NET_NONE;
	struct text text = { 0 };

	/* What the program's own processes say to each other. */
	if (is_none && n->is_loopback &&
	    (n->is_bind || sockets_has_listener(n->doubt->observed.tid,
						n->to.port))) {
		name_object(n, FH_LAYER_NETWORK);
		doubt_rule(n->doubt, "the box has no network (--net none), not even its own loopback");
		text_add(&text, "--net loopback");
		doubt_option(n->doubt, &text);
		text_done(&text);
		return n->is_bind ? is_address_outside(n) : true;
	}
	if (!(n->is_bind ? would_bind_outside(n) : would_connect_outside(n)))
		return false;
	name_object(n, FH_LAYER_NETWORK);
	doubt_rule(n->doubt, is_none
		? "the box has no network (--net none)"
		: "--net loopback gives every port of the box's own loopback, and nothing outside");
	add_host_option(n);
	return true;
}

/* EACCES is Landlock's alone for a port of TCP; a low one is refused by rights. */
static bool blame_port(struct net_doubt *n)
{
	const struct fh_plan *plan = n->doubt->plan;
	const struct fh_policy *policy = plan->policy;
	uint64_t right = n->is_bind ? LL_NET_BIND_TCP : LL_NET_CONNECT_TCP;

	if (n->type == SOCK_DGRAM)
		right = n->is_bind ? LL_NET_BIND_UDP : LL_NET_CONNECT_SEND_UDP;
	if (!(plan->landlock.handled_net & right) ||
	    has_port(n->is_bind ? &policy->listen : &policy->connect,
		     n->to.port) ||
	    !(n->is_bind ? would_bind_outside(n) : would_connect_outside(n)))
		return false;
	name_object(n, FH_LAYER_LANDLOCK);
	doubt_rule(n->doubt, "--net %s without %s %u",
		   policy->net == FH_NET_HOST ? "host" : "none",
		   n->is_bind ? "--listen" : "--connect", n->to.port);
	add_host_option(n);
	return true;
}

static bool doubt_internet(struct net_doubt *n)
{
	const struct fh_plan *plan = n->doubt->plan;
	bool has_own = plan->has_namespaces && plan->policy->net != FH_NET_HOST;

	if (!fill_address(n))
		return false;
	n->type = sockets_type(n->doubt->observed.tid,
			       (int)n->doubt->observed.args[0]);
	switch (n->doubt->code) {
	case EACCES:
		return blame_port(n);
	case ENETUNREACH:
	case EADDRNOTAVAIL:
	case EHOSTUNREACH:
		return has_own && blame_namespace(n);
	case ECONNREFUSED:
		/* Somebody listens in the box, and it was he who refused. */
		return has_own && n->is_loopback &&
		       n->type == SOCK_STREAM &&
		       plan->policy->net == FH_NET_LOOPBACK &&
		       !sockets_has_listener(n->doubt->observed.tid,
					     n->to.port) &&
		       blame_namespace(n);
	}
	return false;
}

/* Its name belongs to a network; and a scope of Landlock's keeps it inside. */
static bool doubt_abstract(struct net_doubt *n)
{
	const struct fh_plan *plan = n->doubt->plan;
	bool has_own = plan->has_namespaces && plan->policy->net != FH_NET_HOST;
	bool by_scope = n->doubt->code == EPERM &&
			plan->landlock.scoped & LL_SCOPE_ABSTRACT_UNIX;

	if (n->is_bind || !sockets_has_name(n->to.path))
		return false;
	if (!by_scope && !(has_own && n->doubt->code == ECONNREFUSED))
		return false;
	doubt_blame(n->doubt, by_scope ? FH_LAYER_LANDLOCK : FH_LAYER_NETWORK,
		    "connect", n->to.path);
	doubt_rule(n->doubt, by_scope
		? "an abstract socket that was made outside is out of reach"
		: "abstract sockets belong to the network, and the box has its own");
	return true;
}

bool doubt_network(struct doubt *doubt)
{
	struct net_doubt n = { .doubt = doubt,
		.is_bind = doubt->observed.row->kind == OBSERVED_BIND };

	if (observe_address(&doubt->observed, &n.to) < 0)
		return false;
	if (n.to.family == AF_INET || n.to.family == AF_INET6)
		return doubt_internet(&n);
	if (n.to.family != AF_UNIX)
		return false;
	if (n.to.path[0] == '@')
		return doubt_abstract(&n);
	return doubt_named(doubt, n.to.path,
			   n.is_bind ? USE_ENTRY : USE_WRITE);
}
