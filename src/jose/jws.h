/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures over bytes (RFC 7515 5, RFC 7518 3, RFC 8037 3.1), with the algorithm as the caller's
 * choice.
 */
#ifndef JOSE_JWS_H
#define JOSE_JWS_H

#include "jose/jwk_key.h"

/*
 * OIDC_OK: the signature is right. OIDC_FAILED without an error in ctx: it is wrong. OIDC_FAILED
 * with OIDC_E_CRYPTO or OIDC_E_JWT_KEY: the key can't be used with that algorithm.
 */
enum oidc_rc oidc_jws_verify(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, enum oidc_alg alg,
                             struct oidc_str input, struct oidc_str signature) OIDC_MUST_CHECK;

/* HMAC of the input; OIDC_E_JWT_KEY when the key is shorter than the hash. */
enum oidc_rc oidc_jws_hmac(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, enum oidc_alg alg,
                           struct oidc_str input, struct oidc_str *out) OIDC_MUST_CHECK;

#endif
