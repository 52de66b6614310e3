/* SPDX-License-Identifier: Apache-2.0 */
/* The ID token (OpenID Connect Core 2 and 3.1.3.7), both directions. */
#ifndef OIDC_ID_TOKEN_H
#define OIDC_ID_TOKEN_H

#include "oidc/claims.h"
#include "oidc/jwt.h"

struct oidc_id_token_rules {
    const char *issuer;      /* exact */
    const char *client_id;
    const char *const *audiences; /* OIDCIDTokenAudValues, NULL-terminated, or NULL: client_id must be in aud */
    const char *nonce;       /* that was sent, or NULL when none was (then the token must not have one) */
    oidc_alg_set algs;       /* allowed; never 0 */
    const struct oidc_jwks *keys; /* the provider's, or a set with the client secret for HS* */
    apr_int64_t iat_slack;   /* seconds, both ways */
    const char *access_token; /* at_hash is checked when present, or demanded when at_hash_required; NULL: not looked at */
    const char *code;
    int at_hash_required, c_hash_required;
    int check_issuer;        /* 0 only with OIDCValidateIssuer Off */
    apr_int64_t max_age;     /* that was asked for: auth_time required and fresh; -1 none */
};

/*
 * The one validator of ID tokens, whatever way they come. Signature first, then: iss exact; aud holds client_id (string
 * or array; several audiences need azp; other rules with `audiences`); azp, if present, is client_id; exp required and in
 * the future; iat required and within the slack; nbf, if present, not more than 60 s ahead; sub required, 1..255
 * printable characters; nonce exactly the sent one; at_hash and c_hash whole and in constant time. Each has its own
 * error code OIDC_E_TOKEN_*. Only the returned set may become a session. When the key is not found the failure is
 * OIDC_E_JWT_KEY: the caller may fetch keys again once.
 */
enum oidc_rc oidc_id_token_check(struct oidc_ctx *ctx, const char *compact, const struct oidc_id_token_rules *rules,
                                 const struct oidc_claims **out) OIDC_MUST_CHECK;

/* For our own provider. */
struct oidc_id_token {
    const char *iss, *sub, *aud, *nonce, *sid, *acr;
    apr_int64_t iat, exp, auth_time; /* auth_time 0: left out */
    const char *access_token;        /* for at_hash, or NULL */
    const json_t *extra;             /* further claims, or NULL; never replace those above */
};
enum oidc_rc oidc_id_token_print(struct oidc_ctx *ctx, const struct oidc_id_token *t, const struct oidc_jwk *key,
                                 enum oidc_alg alg, const char **out) OIDC_MUST_CHECK;
/*
 * A hint that was once issued by us (id_token_hint): signature, iss and, if client_id is given, aud; exp is ignored
 * (RP-Initiated Logout 2). OIDC_FAILED with a TOKEN_* or JWT_* code.
 */
enum oidc_rc oidc_id_token_check_hint(struct oidc_ctx *ctx, const char *compact, const char *issuer, const char *client_id,
                                      const struct oidc_jwks *own_keys, const struct oidc_claims **out) OIDC_MUST_CHECK;

#endif
