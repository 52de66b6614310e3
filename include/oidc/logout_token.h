/* SPDX-License-Identifier: Apache-2.0 */
/* The logout token (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6). */
#ifndef OIDC_LOGOUT_TOKEN_H
#define OIDC_LOGOUT_TOKEN_H

#include "oidc/jwt.h"

struct oidc_logout_token_rules {
    const char *issuer, *client_id;
    oidc_alg_set algs; /* the one of ID tokens alone: what is registered, RS256 otherwise */
    const struct oidc_jwks *keys;
    apr_int64_t iat_slack; /* seconds, both ways */
};

/* What a verified logout token says: sub or sid, or both; NULL when absent. */
struct oidc_logout_token {
    const char *sub, *sid, *jti;
    apr_int64_t until; /* seconds since 1970: until then the jti must not be taken again */
};

/*
 * Signature; iss; aud; iat within the slack; exp, if present, in the future; events holds the back-channel event as an
 * object; no nonce; jti; sub or sid; typ, if present, logout+jwt or JWT. OIDC_E_LOGOUT_TOKEN names the claim;
 * OIDC_E_JWT_KEY when no key fits (the caller may fetch keys again once). Whether the jti was seen is the caller's.
 */
enum oidc_rc oidc_logout_token_check(struct oidc_ctx *ctx, const char *compact, const struct oidc_logout_token_rules *rules,
                                     struct oidc_logout_token *out) OIDC_MUST_CHECK;

#endif
