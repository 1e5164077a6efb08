/* Socket families beyond the few that programs need. */
#include <errno.h>
#include <sys/socket.h>

#include "attack/attack.h"

/* include/linux/socket.h; all of them older than 6.1 */
#define FAMILY_PACKET 17
#define FAMILY_RDS 21
#define FAMILY_CAN 29
#define FAMILY_TIPC 30
#define FAMILY_BLUETOOTH 31
#define FAMILY_ALG 38
#define FAMILY_VSOCK 40
#define FAMILY_SMC 43
#define FAMILY_XDP 44
#define FAMILY_NETLINK 16
#define PROTOCOL_AUDIT 9
#define PROTOCOL_NETFILTER 12
#define PROTOCOL_UEVENT 15

/* The kernel looks at the type before it looks for the family, so this tells
 * whether the call was let through on any kernel, and loads no module. */
#define BAD_TYPE 12 /* SOCK_MAX is 11 */

#define FAMILY(label, what, family, protocol)                                  \
	.name = (label), .title = (what), .guarantee = "kernel",               \
	.layer = "seccomp socket families",                                    \
	.call = { .id = CALL_socket,                                           \
		  .args = { (family), BAD_TYPE, (protocol) } },                \
	.expected = { EAFNOSUPPORT }

const struct attack attack_family_alg = {
	FAMILY("family-alg", "use the kernel's ciphers", FAMILY_ALG, 0),
};

const struct attack attack_family_bluetooth = {
	FAMILY("family-bluetooth", "speak to devices over Bluetooth",
	       FAMILY_BLUETOOTH, 0),
};

const struct attack attack_family_can = {
	FAMILY("family-can", "speak on a vehicle's bus", FAMILY_CAN, 0),
};

const struct attack attack_family_netlink_audit = {
	FAMILY("family-netlink-audit", "speak to the audit system",
	       FAMILY_NETLINK, PROTOCOL_AUDIT),
};

const struct attack attack_family_netlink_netfilter = {
	FAMILY("family-netlink-netfilter", "speak to the packet filter",
	       FAMILY_NETLINK, PROTOCOL_NETFILTER),
};

const struct attack attack_family_netlink_uevent = {
	FAMILY("family-netlink-uevent", "listen to device events",
	       FAMILY_NETLINK, PROTOCOL_UEVENT),
};

const struct attack attack_family_packet = {
	FAMILY("family-packet", "see raw frames", FAMILY_PACKET, 0),
};

const struct attack attack_family_rds = {
	FAMILY("family-rds", "use reliable datagrams", FAMILY_RDS, 0),
};

const struct attack attack_family_smc = {
	FAMILY("family-smc", "use shared memory over RDMA", FAMILY_SMC, 0),
};

const struct attack attack_family_tipc = {
	FAMILY("family-tipc", "use the cluster's protocol", FAMILY_TIPC, 0),
};

const struct attack attack_family_vsock = {
	FAMILY("family-vsock", "speak to the hypervisor", FAMILY_VSOCK, 0),
};

const struct attack attack_family_xdp = {
	FAMILY("family-xdp", "take packets past the network stack", FAMILY_XDP,
	       0),
};
