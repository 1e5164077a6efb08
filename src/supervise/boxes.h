/* Boxes that run, found in /proc. */
#ifndef FH_SUPERVISE_BOXES_H
#define FH_SUPERVISE_BOXES_H

#include <fumehood/boxes.h>

#include "base/error.h"

/* Return: as fh_boxes() and fh_boxes_kill(), whose arguments were checked */
int boxes_list(struct fh_box_info **ret, size_t *ret_n, struct fh_error *err);
int boxes_kill(pid_t id, int sig, struct fh_error *err);

#endif
