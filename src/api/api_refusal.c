/* What a box was refused, and the account of its run with that. */
#include "api/export.h"

#include <fumehood/refusal.h>

#include <string.h>

#include "api/api_box.h"
#include "api/api_options.h"
#include "api/api_text.h"
#include "report/report.h"

const char *fh_layer_name(int layer)
{
	return refusal_layer_name(layer);
}

/* Explained when it is asked for: most boxes are never asked. Init's numbers of
 * processes are the caller's where both are in one pid namespace. */
static int add_syscalls(const struct fh_box *box, struct refusals *refusals)
{
	const struct running *running = &box->running;
	int r = 0;

	for (size_t i = 0; i < running->refusals.n && r == 0; i++) {
		const struct box_refusal *row = &running->refusals.rows[i];
		struct fh_refusal refusal = { .times = row->times };

		if (!running->has_pid_namespace)
			refusal.pid = row->pid;
		refusal_of_syscall(box->plan, row->nr, row->args, row->code,
				   &refusal);
		r = refusals_add(refusals, &refusal);
	}
	return r;
}

static int take_account(const struct fh_box *box, const char *function,
			struct fh_error *err)
{
	struct box_account *account = box->account;
	struct refusals all = { 0 };
	int r = 0;

	if (!box->running.has_ended)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: the box still runs", function);
	if (account->has_syscalls || !box->running.has_refusals)
		return 0;
	for (size_t i = 0; i < account->refusals.n && r == 0; i++)
		r = refusals_add(&all, &account->refusals.rows[i]);
	if (r == 0)
		r = add_syscalls(box, &all);
	if (r < 0) {
		refusals_done(&all);
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 "%s: out of memory", function);
	}
	all.lost += account->refusals.lost;
	refusals_done(&account->refusals);
	account->refusals = all;
	account->has_syscalls = true;
	return 0;
}

static uint64_t count_lost(const struct fh_box *box)
{
	uint64_t lost = box->account->refusals.lost;

	return box->running.has_refusals ? lost + box->running.refusals.lost
					 : lost;
}

int fh_box_refusal(const struct fh_box *box, size_t index,
		   struct fh_refusal *ret, struct fh_error *err)
{
	int r = api_needs(box, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = take_account(box, __func__, err);
	if (r < 0)
		return r;
	if (index >= box->account->refusals.n)
		return error_set(err, FH_STAGE_PARSE, -ENOENT,
				 "fh_box_refusal: there are %zu",
				 box->account->refusals.n);
	*ret = box->account->refusals.rows[index];
	return 0;
}

uint64_t fh_box_refusals_lost(const struct fh_box *box)
{
	return box ? count_lost(box) : 0;
}

int fh_box_print(const struct fh_box *box, char *const argv[],
		 enum fh_format format, char **ret, struct fh_error *err)
{
	struct report_refusals refusals = { 0 };
	autotext text = { 0 };
	int r = api_needs(box, err);

	if (r == 0)
		r = api_needs(argv, err);
	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r == 0)
		r = take_account(box, __func__, err);
	if (r == 0)
		r = plan_need_current(box->plan, __func__, err);
	if (r < 0)
		return r;
	refusals.list = &box->account->refusals;
	refusals.lost = count_lost(box);
	refusals.is_counted = box->running.has_refusals;
	if (format == FH_JSON)
		report_json(box->plan, &box->running.result, argv, &refusals,
			    &text);
	else
		report_text(box->plan, &box->running.result, &refusals, &text);
	return api_take_text(&text, ret, __func__, err);
}
