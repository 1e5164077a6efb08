/* Hides what is hidden where a bind would show it once more. */
#include <string.h>

#include "base/path.h"
#include "plan/opener.h"

static int add_reflection(struct opener *o, const struct mount_op *hide,
			  const struct mount_op *bind)
{
	const char *rest = hide->target + strlen(bind->source);
	struct mount_op *op;
	struct plan_mount from = {
		.kind = MOUNT_HIDE, .origin = hide->origin,
		.target = arena_print(&o->prepared->arena, "%s%s",
				      bind->target, rest),
	};
	struct mount_op copy = *hide;

	if (!from.target)
		return opener_no_memory(o);
	op = opener_add(o, &from);
	if (!op)
		return -ENOMEM;
	copy.target = from.target;
	*op = copy;
	return 0;
}

int opener_reflect_hides(struct opener *o)
{
	struct box *box = &o->prepared->box;
	size_t n = box->n_mounts;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; r == 0 && j < n; j++) {
			const struct mount_op *hide = &o->prepared->ops[i];
			const struct mount_op *bind = &o->prepared->ops[j];

			if (hide->kind != MOUNT_HIDE)
				break;
			if (bind->kind != MOUNT_BIND ||
			    strcmp(bind->source, bind->target) == 0 ||
			    !path_is_within(hide->target, bind->source))
				continue;
			if (strcmp(bind->source, "/") != 0)
				r = add_reflection(o, hide, bind);
		}
	return r;
}
