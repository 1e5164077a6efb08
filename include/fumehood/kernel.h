/* What this kernel and this user can do. */
#ifndef FUMEHOOD_KERNEL_H
#define FUMEHOOD_KERNEL_H

#include <fumehood/error.h>
#include <fumehood/format.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct fh_kernel - facts, taken once; immutable, any thread may read it */
struct fh_kernel;

/**
 * fh_kernel_probe() - ask the kernel, and try what cannot be asked
 * @ret: freed with fh_kernel_free()
 *
 * Namespaces are tried for real in a child, which costs as much as a box:
 * probe once and hand the facts to every plan. The facts hold for the
 * caller's present ids and fences; probe anew after a change of them.
 *
 * Return: 0; -EINVAL; -ENOMEM; -EMFILE, -ENFILE, -EAGAIN when no pipe or
 *         child can be made; another negative errno when the child cannot be
 *         made or answers nothing
 */
int fh_kernel_probe(struct fh_kernel **ret, struct fh_error *err);

/** fh_kernel_free() - NULL is fine */
void fh_kernel_free(struct fh_kernel *kernel);

/** fh_kernel_landlock_abi() - 0 when there is no Landlock, or for NULL */
int fh_kernel_landlock_abi(const struct fh_kernel *kernel);

/** fh_kernel_has_namespaces() - can a private root be built here? */
bool fh_kernel_has_namespaces(const struct fh_kernel *kernel);

/**
 * fh_kernel_print() - the facts, and which guarantees they can hold
 * @ret: freed with free(3)
 * Return: 0, -EINVAL or -ENOMEM
 */
int fh_kernel_print(const struct fh_kernel *kernel, enum fh_format format,
		    char **ret, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
