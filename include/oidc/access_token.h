/* SPDX-License-Identifier: Apache-2.0 */
/* JWT access tokens (RFC 9068): made and judged by our own provider so far. */
#ifndef OIDC_ACCESS_TOKEN_H
#define OIDC_ACCESS_TOKEN_H

#include "oidc/claims.h"
#include "oidc/jwt.h"

struct oidc_access_token {
    const char *iss, *sub, *aud, *client_id, *scope, *jti;
    const char *grant; /* our grant's id (private claim "grant") */
    apr_int64_t iat, exp;
};
/* typ at+jwt. */
enum oidc_rc oidc_access_token_print(struct oidc_ctx *ctx, const struct oidc_access_token *t, const struct oidc_jwk *key,
                                     enum oidc_alg alg, const char **out) OIDC_MUST_CHECK;

struct oidc_access_token_rules {
    const char *issuer, *audience;
    const struct oidc_jwks *keys;
    oidc_alg_set algs;
};
/* typ must be at+jwt; iss, aud, exp, iat, sub, client_id required. OIDC_E_OP_TOKEN for every fault. */
enum oidc_rc oidc_access_token_check(struct oidc_ctx *ctx, struct oidc_str compact, const struct oidc_access_token_rules *rules,
                                     const struct oidc_claims **out) OIDC_MUST_CHECK;

#endif
