/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret is a type, not a string: it can't be formatted by accident, and its memory is wiped when its pool goes.
 * oidc_secret_expose() is the only way in; grep for it.
 */
#ifndef OIDC_SECRET_H
#define OIDC_SECRET_H

#include "oidc/str.h"

struct oidc_secret;

/* Copies the bytes. The source is the caller's to wipe. */
struct oidc_secret *oidc_secret_make(apr_pool_t *pool, struct oidc_str bytes);
/* The bytes (NUL-terminated behind their end), living as long as the secret. NULL gives the empty view. */
struct oidc_str oidc_secret_expose(const struct oidc_secret *s);
/* Overwrites memory in a way the compiler can't drop. */
void oidc_secret_wipe(void *p, size_t n);

#endif
