/* SPDX-License-Identifier: Apache-2.0 */
/* The Cookie request header and Set-Cookie (RFC 6265). Parsing never fails: what is no pair is skipped. */
#ifndef OIDC_COOKIE_H
#define OIDC_COOKIE_H

#include "oidc/str.h"
#include <apr_time.h>

/* Walks the pairs of a Cookie header in place; returns 0 at the end. Start with *pos = 0. */
int oidc_cookie_next(struct oidc_str header, size_t *pos, struct oidc_str *name, struct oidc_str *value);
/* The first cookie of that name: 1 and *value, or 0. */
int oidc_cookie_find(struct oidc_str header, struct oidc_str name, struct oidc_str *value);
/*
 * The header rebuilt from its parsed pairs without the named cookies (names are a NULL-terminated list). *out is NULL
 * when none is left. Returns 1 when something was taken out, 0 when the header may stay as it is.
 */
int oidc_cookie_strip(apr_pool_t *pool, struct oidc_str header, const char *const *names, const char **out);

enum oidc_samesite { OIDC_SAMESITE_OMIT, OIDC_SAMESITE_LAX, OIDC_SAMESITE_STRICT, OIDC_SAMESITE_NONE };

struct oidc_cookie {
    const char *name;
    const char *value; /* NULL or "" with `expires` in the past deletes */
    const char *path;
    const char *domain;  /* NULL: host-only */
    apr_time_t expires;  /* 0: a cookie of the browser session; 1: delete (prints 1970) */
    int secure, http_only;
    enum oidc_samesite same_site; /* NONE is printed only together with Secure */
};

/* The value of a Set-Cookie header. */
char *oidc_cookie_print(apr_pool_t *pool, const struct oidc_cookie *c);
/* 1 when it may be a cookie name (RFC 6265 token). */
int oidc_cookie_is_name(const char *name);

#endif
