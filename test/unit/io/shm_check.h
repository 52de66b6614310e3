/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at a whole segment while nobody works on it. */
#ifndef IO_SHM_CHECK_H
#define IO_SHM_CHECK_H

#include "io/shm.h"

/*
 * Mends what is dirty, then compares everything derived with the tags: each entry in its bucket, in
 * the order of use, in the heap; each block free or part of one entry; all counts. NULL when all
 * agree, otherwise what does not.
 */
const char *shm_check(struct oidc_ctx *ctx, struct oidc_store *store);

#endif
