/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: from cookie to record, their life, their end.
 *
 * OIDCSessionType server-cache: the cookie is 256 random bits; the store's key is made from its hash, so that nobody who
 * reads the store can act as a user. client-cookie (sealed.c): the cookie is both records, sealed; the store only
 * remembers the ids of those that ended early.
 */
#ifndef RP_SESSION_H
#define RP_SESSION_H

#include "rp/record.h"
#include "rp/site.h"

#define RP_SESSION_ID_BYTES 24 /* of a hash, or random */
#define RP_SESSION_ID_LEN 32   /* the same in base64url */

enum rp_found {
    RP_FOUND_ERROR = 0, /* could not look: the reason is in ctx->err */
    RP_FOUND_SESSION,   /* *out is it; whether it is still good is the gate's to say */
    RP_FOUND_NOTHING,   /* the request has no cookie of ours */
    RP_FOUND_DEAD,      /* it has one that is of no use */
};
enum rp_found rp_session_find(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *out) OIDC_MUST_CHECK;
/* RP_FOUND_DEAD, with a debug line. */
enum rp_found rp_session_dead(struct oidc_ctx *ctx, const char *why);

/* Key of one of a session's entries; section is OIDC_STORE_SESSION, COLD or REVOKED. */
enum oidc_rc rp_session_key(struct oidc_ctx *ctx, const struct rp_site *site, char section, const char *id,
                            struct oidc_str *out) OIDC_MUST_CHECK;
/* base64url of n random bytes, n at most 32. */
enum oidc_rc rp_session_random(struct oidc_ctx *ctx, size_t n, const char **out) OIDC_MUST_CHECK;
/* OIDC_E_SESSION_TOO_LARGE, naming the biggest claim, when size is above limit. */
enum oidc_rc rp_session_check_size(struct oidc_ctx *ctx, const struct rp_session *s, size_t size, size_t limit) OIDC_MUST_CHECK;
/* Sets the session's cookie with the attributes that the configuration asks for. */
enum oidc_rc rp_session_put_cookie(struct oidc_ctx *ctx, const struct rp_call *call, const char *value,
                                   const struct rp_session *s) OIDC_MUST_CHECK;

/* What a session of this request is bound to: the cookie domain, or the request's host. */
const char *rp_session_binding(const struct rp_call *call);
/* 1 when the idle time is due to be extended: it dropped by more than a tenth, or by more than a minute. */
int rp_session_is_due(const struct rp_site *site, const struct rp_session *s, apr_time_t now);
/*
 * Extends the idle time, and with it what the store keeps for the session. A session that somebody else changed or ended
 * meanwhile stays as that one left it. A store that fails is logged, no more: the session is good until its old expiry.
 */
void rp_session_touch(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *s, apr_time_t now);

/*
 * A new session, always under a new id: sets id, binding, created, idle_expires, cold_expires and the record of *s, which
 * has everything else, stores it and sets the cookie. OIDC_E_SESSION_TOO_LARGE names the biggest claim.
 */
enum oidc_rc rp_session_make(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *s,
                             const struct rp_cold *cold) OIDC_MUST_CHECK;
/* Ends the session on this side; the cookie is another matter. A write in flight can't bring it back. */
enum oidc_rc rp_session_drop(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_session *s) OIDC_MUST_CHECK;
/* The same by id alone, where nobody has the session at hand (index.c). */
enum oidc_rc rp_session_end(struct oidc_ctx *ctx, const struct rp_site *site, const char *id) OIDC_MUST_CHECK;
/* The cold record. OIDC_ABSENT when it was evicted or is damaged; the session lives on without. */
enum oidc_rc rp_session_get_cold(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_session *s,
                                 struct rp_cold *out) OIDC_MUST_CHECK;

#endif
