/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a login under way. It is kept by the browser that began it, in a cookie of its own per login, sealed; the
 * provider sees only the state parameter. Several tabs can log in at once; each state is used once.
 *
 * Cookie: <prefix><first 12 characters of state> = <start, 16 hex digits>.<sealed record>. The start is readable so that
 * the oldest can be found without opening all; it is bound into the sealed part.
 */
#ifndef RP_STATE_H
#define RP_STATE_H

#include "rp/site.h"

#define RP_STATE_LEN 43 /* base64url of 256 random bits */

#define RP_STATE_STEP_UP 1u /* begun by a user who was signed in: OIDCUnAutzAction auth */
#define RP_STATE_POST 2u    /* the browser keeps a form for it */

struct rp_state {
    const char *state, *nonce; /* RP_STATE_LEN characters */
    const char *verifier;      /* the same, or "" without PKCE */
    const char *url;           /* absolute, of this site: where to return to */
    const char *method;        /* of the request that began the login */
    const char *issuer;        /* of the provider that was asked */
    const char *path_scope;    /* scope that the path asked for, or "" */
    apr_int64_t max_age;       /* that was asked for, -1 none */
    enum rp_response_mode response_mode; /* in which the answer has to come; never UNSET */
    unsigned flow;                       /* RP_FLOW_* that was asked for */
    unsigned flags;                      /* RP_STATE_*, at most 8 bits */
    apr_int64_t started; /* seconds since 1970 */
};

/* Draws state, nonce and, unless pkce is RP_PKCE_NONE, the verifier. The rest is that of a code flow by query. */
enum oidc_rc rp_state_make(struct oidc_ctx *ctx, enum rp_pkce_method pkce, struct rp_state *out) OIDC_MUST_CHECK;
/*
 * Sets the cookie; s->started becomes now. Expired states of this browser are deleted; where OIDCStateMaxNumberOfCookies
 * or what fits into a Cookie header would be exceeded, the oldest as well, or OIDC_E_TOO_MANY_LOGINS.
 */
enum oidc_rc rp_state_put(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_state *s) OIDC_MUST_CHECK;
/*
 * Finds the login that `state` belongs to. OIDC_E_STATE_MISSING (none, or none of ours), _COOKIE_MISSING, _COOKIE_INVALID,
 * _EXPIRED.
 */
enum oidc_rc rp_state_get(struct oidc_ctx *ctx, const struct rp_call *call, const char *state, struct rp_state *out) OIDC_MUST_CHECK;
/* Uses it up: deletes the cookie, remembers the state. OIDC_E_STATE_USED the second time. */
enum oidc_rc rp_state_use(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_state *s) OIDC_MUST_CHECK;
/* What a session remembers of the login it came from. */
enum oidc_rc rp_state_hash(struct oidc_ctx *ctx, const char *state, const char **out) OIDC_MUST_CHECK;

#endif
