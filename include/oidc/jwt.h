/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens, compact serialization only (RFC 7515, 7519). A parsed token is UNTRUSTED: there is no road from
 * struct oidc_jwt to claims but a verification, and from a verified payload to struct oidc_claims but the checkers of
 * the proto layer.
 */
#ifndef OIDC_JWT_H
#define OIDC_JWT_H

#include "oidc/jwk.h"

#define OIDC_JWT_MAX (128 * 1024)       /* from the token endpoint */
#define OIDC_JWT_MAX_REQUEST (16 * 1024) /* in a request */
#define OIDC_JWT_MAX_HEADER (4 * 1024)
#define OIDC_JWT_MAX_TRIES 4 /* keys tried for one token */

struct oidc_jwt;

/*
 * Parses, decides nothing but form: three canonical base64url parts, within max bytes; header an object without
 * duplicate members, alg a string, no "crit", no "b64":false, no "zip". Header members jwk, jku, x5u, x5c are ignored
 * (RFC 8725 3.10). OIDC_E_JWT_FORMAT or OIDC_E_JWT_HEADER.
 */
enum oidc_rc oidc_jwt_parse(struct oidc_ctx *ctx, struct oidc_str compact, size_t max, struct oidc_jwt **out) OIDC_MUST_CHECK;
/* Of the unverified header: the algorithm (UNKNOWN if it has no row), kid or NULL, typ or NULL. */
enum oidc_alg oidc_jwt_alg(const struct oidc_jwt *jwt);
const char *oidc_jwt_alg_text(const struct oidc_jwt *jwt); /* as written, for messages (quote it) */
const char *oidc_jwt_kid(const struct oidc_jwt *jwt);
const char *oidc_jwt_typ(const struct oidc_jwt *jwt);
/*
 * An unverified member of the payload, only to find out whose key to use (iss of a logout token) or whom to blame.
 * NULL when absent or no string.
 */
const char *oidc_jwt_peek(struct oidc_ctx *ctx, const struct oidc_jwt *jwt, const char *name);

/*
 * Verifies with a key of the set: the algorithm must be in `allowed`; candidates are the keys of the algorithm's type,
 * not use=enc, whose alg (if any) is the token's, and whose kid is the token's (a token without kid: all of them; keys
 * without kid are candidates only for a token without kid or when the set has no kid at all), at most
 * OIDC_JWT_MAX_TRIES. OIDC_OK with the payload parsed as *payload (in ctx->pool). OIDC_E_JWT_ALG, OIDC_E_JWT_KEY (no candidate),
 * OIDC_E_JWT_SIGNATURE.
 */
enum oidc_rc oidc_jwt_verify(struct oidc_ctx *ctx, const struct oidc_jwt *jwt, const struct oidc_jwks *keys,
                             oidc_alg_set allowed, const json_t **payload) OIDC_MUST_CHECK;

/*
 * Verifies a proof of possession (RFC 9449) with the public key in its own header: that shows who holds the key, never
 * who issued the token. A private member, a symmetric key or a key that is weak or does not fit the algorithm fails.
 */
enum oidc_rc oidc_jwt_verify_embedded(struct oidc_ctx *ctx, const struct oidc_jwt *jwt, oidc_alg_set allowed,
                                      struct oidc_jwk **key, const json_t **payload) OIDC_MUST_CHECK;

/* Signs claims. `typ` may be NULL; kid is the key's. */
enum oidc_rc oidc_jwt_sign(struct oidc_ctx *ctx, const struct oidc_jwk *key, enum oidc_alg alg, const char *typ,
                           const json_t *claims, const char **out) OIDC_MUST_CHECK;
/* The same with the public key in the header (jwk) instead of its kid: a proof of possession. */
enum oidc_rc oidc_jwt_sign_embedded(struct oidc_ctx *ctx, const struct oidc_jwk *key, enum oidc_alg alg, const char *typ,
                                    const json_t *claims, const char **out) OIDC_MUST_CHECK;

#endif
