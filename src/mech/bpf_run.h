/* Interprets seccomp filters: for init, which answers by one, and for tests. */
#ifndef FH_MECH_BPF_RUN_H
#define FH_MECH_BPF_RUN_H

#include <stddef.h>
#include <stdint.h>

struct sock_filter;
struct seccomp_data;

/**
 * bpf_check() - would the kernel take this program as a seccomp filter?
 *
 * The rules are those of bpf_check_classic() and seccomp_check_filter() in
 * net/core/filter.c and kernel/seccomp.c of Linux 6.18.
 *
 * Return: 0, or -EINVAL
 */
int bpf_check(const struct sock_filter *code, size_t len);

/**
 * bpf_run() - run a filter on one system call
 * @code:       any program; checked first
 * @data:       what the kernel would show it
 * @ret_action: what it returns, a SECCOMP_RET_ value with its data
 * @ret_steps:  number of instructions executed; may be NULL
 *
 * Return: 0, or -EINVAL for a program that bpf_check() refuses
 */
int bpf_run(const struct sock_filter *code, size_t len,
	    const struct seccomp_data *data, uint32_t *ret_action,
	    size_t *ret_steps);

/**
 * bpf_execute() - the same without the check, for the child
 * @code: as the kernel, or bpf_check(), has taken it
 *
 * Return: a SECCOMP_RET_ value with its data
 */
uint32_t bpf_execute(const struct sock_filter *code,
		     const struct seccomp_data *data);

#endif
