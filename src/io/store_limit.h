/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that every back end of the store keeps in the same way. */
#ifndef IO_STORE_LIMIT_H
#define IO_STORE_LIMIT_H

#include "oidc/store.h"

#define OIDC_STORE_MEMBER_MAX 255

/* 1 to OIDC_STORE_KEY_MAX bytes, else OIDC_E_INTERNAL (N138, N143). */
enum oidc_rc oidc_store_limit_key(struct oidc_ctx *ctx, struct oidc_str key) OIDC_MUST_CHECK;
/* 0 to OIDC_STORE_VALUE_MAX bytes, else OIDC_E_TOO_LARGE: never cut (N138). */
enum oidc_rc oidc_store_limit_value(struct oidc_ctx *ctx, struct oidc_str value) OIDC_MUST_CHECK;
/* The expiry of an add must lie ahead, else OIDC_E_INTERNAL. */
enum oidc_rc oidc_store_limit_add(struct oidc_ctx *ctx, apr_time_t expires,
                                  apr_time_t now) OIDC_MUST_CHECK;
/* The expiry that is kept: at most a year and a day ahead. */
apr_time_t oidc_store_limit_expiry(apr_time_t expires, apr_time_t now);
/*
 * 1 when an entry's time is over. An expiry much further ahead than any put allows was made by a
 * clock that was wrong: it counts as over, else the entry would never go (N157).
 */
int oidc_store_limit_over(apr_time_t expires, apr_time_t now);

#endif
