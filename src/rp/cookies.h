/* SPDX-License-Identifier: Apache-2.0 */
/* The cookies that we set: their attributes, and long values in chunks. */
#ifndef RP_COOKIES_H
#define RP_COOKIES_H

#include "rp/site.h"

#define RP_COOKIES_MAX_CHUNKS 10
#define RP_COOKIES_MAX_BYTES ((size_t)32 * 1024)

/* 1 when the browser speaks https to this site. */
int rp_cookies_is_https(const struct rp_call *call);

struct rp_cookies_attributes {
    const char *path;
    apr_time_t expires; /* 0: as long as the browser runs */
    enum oidc_samesite same_site;
};
/* Adds Set-Cookie to the reply; Domain, Secure and HttpOnly are the site's. */
void rp_cookies_put(struct oidc_ctx *ctx, const struct rp_call *call, const char *name, const char *value,
                    const struct rp_cookies_attributes *a);
/* Adds Set-Cookie that deletes. */
void rp_cookies_drop(struct oidc_ctx *ctx, const struct rp_call *call, const char *name, const char *path);

/* ---- the session's cookie: one, or numbered chunks and <name>_chunks ---- */

/* Path of the session's cookie: OIDCCookiePath, or the request's directory where that is no prefix of its path. */
const char *rp_cookies_session_path(struct oidc_ctx *ctx, const struct rp_call *call);
/* Bytes that a session's cookie may have altogether with this chunk_size. */
size_t rp_cookies_session_max(int chunk_size);
/*
 * The value, put together. OIDC_ABSENT when the request has none of these cookies; OIDC_FAILED (no failure in ctx) when
 * what is there is no whole: a chunk missing or too many, a count that is no plain number, too many bytes.
 */
enum oidc_rc rp_cookies_get_session(struct oidc_ctx *ctx, const struct rp_call *call, struct oidc_str *out) OIDC_MUST_CHECK;
/*
 * Sets the value, in chunks where it is longer than chunk_size (0: never), and deletes what the request has of an
 * earlier value. OIDC_E_SESSION_TOO_LARGE beyond what rp_cookies_get_session() takes: nothing is set then.
 */
enum oidc_rc rp_cookies_put_session(struct oidc_ctx *ctx, const struct rp_call *call, const char *value, int chunk_size,
                                    const struct rp_cookies_attributes *a) OIDC_MUST_CHECK;
/* Deletes whatever the request has of it; nothing when it has none. */
void rp_cookies_drop_session(struct oidc_ctx *ctx, const struct rp_call *call);

#endif
