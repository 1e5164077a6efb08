/* The names of guarantees and of how far something is enforced. */
#include "api/export.h"

#include "base/cleanup.h"
#include "tables/guarantees.h"

static bool is_guarantee(int guarantee)
{
	return guarantee >= 0 && guarantee < N_GUARANTEES;
}

const char *fh_guarantee_name(int guarantee)
{
	return is_guarantee(guarantee) ? guarantees[guarantee].name : NULL;
}

const char *fh_guarantee_cannot(int guarantee)
{
	return is_guarantee(guarantee) ? guarantees[guarantee].cannot : NULL;
}

bool fh_guarantee_is_default(int guarantee)
{
	return is_guarantee(guarantee) && guarantees[guarantee].is_required;
}

int fh_guarantee_find(const char *name)
{
	return name ? guarantee_find(name) : -EINVAL;
}

const char *fh_state_name(enum fh_state state)
{
	static const char *const names[] = {
		[FH_STATE_NOT] = "not",
		[FH_STATE_PARTLY] = "partly",
		[FH_STATE_FULLY] = "fully",
	};

	/* Any number may come from outside, whatever the enumeration says. */
	return (unsigned int)state < ARRAY_SIZE(names) ? names[state] : NULL;
}
