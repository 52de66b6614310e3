/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two records of a session.
 *
 * Hot, read on every request, in place: version (1 byte), flags (1), reserved (2); then big-endian 64-bit numbers at
 * fixed places (idle expiry, creation, hard expiry, expiry of the cold record, expiry of the access token); then the fields,
 * each a 32-bit length, that many bytes, NUL. Fixed places so that extending a session is patching bytes.
 *
 * Cold, read at logout, for ?info= and where a path wants tokens that are not passed on by default: version, then fields.
 */
#ifndef RP_RECORD_H
#define RP_RECORD_H

#include "oidc/rp.h"

/* Flags of the hot record. */
#define RP_RECORD_PLAIN 1u /* the texts of the claims may be passed on without a look: rp_packed.plain */
#define RP_RECORD_LAX 2u   /* the cookie went out as Lax at login and is to become Strict */
#define RP_RECORD_STEPPED 4u /* of a sign-in that OIDCUnAutzAction auth asked for */

/* What is needed seldom. Strings are never NULL. */
struct rp_cold {
    const char *refresh_token;
    const char *id_token; /* as it came, for id_token_hint; "" when it is not kept */
    const char *state;    /* hash of the login's state */
    const char *url;      /* where that login returned to */
};

/* Bytes of the record in ctx->pool; s->record and s->version are not looked at. OIDC_E_TOO_LARGE. */
enum oidc_rc rp_record_print(struct oidc_ctx *ctx, const struct rp_session *s, struct oidc_str *out) OIDC_MUST_CHECK;
/* Fills *out with views into bytes; OIDC_FAILED for anything damaged or of another version. Touches no context. */
enum oidc_rc rp_record_read(struct oidc_str bytes, struct rp_session *out) OIDC_MUST_CHECK;
/* A copy with idle_expires, cold_expires and flags of `s`; bytes must be a record. */
struct oidc_str rp_record_patch(apr_pool_t *pool, struct oidc_str bytes, const struct rp_session *s);

enum oidc_rc rp_record_print_cold(struct oidc_ctx *ctx, const struct rp_cold *c, struct oidc_str *out) OIDC_MUST_CHECK;
enum oidc_rc rp_record_read_cold(struct oidc_str bytes, struct rp_cold *out) OIDC_MUST_CHECK;

#endif
