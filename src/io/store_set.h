/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of members with an expiry each, as one value of a store: the index operations of every back
 * end that has get, put with compare-and-swap, and add. Two that change one set at the same time
 * both succeed; nothing is locked meanwhile.
 *
 * Value: (expiry in microseconds, 8 bytes big-endian | length, 1 byte | member) repeated.
 */
#ifndef IO_STORE_SET_H
#define IO_STORE_SET_H

#include "oidc/store.h"

#define OIDC_STORE_MEMBER_MAX 255

enum oidc_rc oidc_store_set_add(struct oidc_ctx *ctx, struct oidc_store *store, struct oidc_str key,
                                struct oidc_str member, apr_time_t expires) OIDC_MUST_CHECK;
enum oidc_rc oidc_store_set_get(struct oidc_ctx *ctx, struct oidc_store *store, struct oidc_str key,
                                const struct oidc_str **out, int *n) OIDC_MUST_CHECK;
enum oidc_rc oidc_store_set_drop(struct oidc_ctx *ctx, struct oidc_store *store,
                                 struct oidc_str key, struct oidc_str member) OIDC_MUST_CHECK;

#endif
