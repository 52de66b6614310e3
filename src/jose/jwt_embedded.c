/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs of possession: tokens that carry the public key they are verified with (RFC 9449 4.3). */
#include "jose/jwk_key.h"
#include "jose/jws.h"
#include "jose/jwt_parts.h"

enum oidc_rc oidc_jwt_verify_embedded(struct oidc_ctx *ctx, const struct oidc_jwt *jwt,
                                      oidc_alg_set allowed, struct oidc_jwk **key,
                                      const json_t **payload)
{
    struct oidc_jwk *jwk;
    json_t *claims;
    /* CHECK embedded_alg: asymmetric and on the caller's list; RFC 9449 4.3 rule 5; N181 */
    allowed &= OIDC_ALG_SET_ASYMMETRIC;
    if (jwt->alg == OIDC_ALG_UNKNOWN || !(allowed & OIDC_ALG_BIT(jwt->alg))) {
        return oidc_fail(ctx, OIDC_E_JWT_ALG, "algorithm %s is not allowed here",
                         oidc_log_quote(ctx->pool, jwt->alg_text));
    }
    /* a private member refuses the key (RFC 9449 4.3 rule 7; N183) */
    if (oidc_jwk_parse_public(ctx, ctx->pool, jwt->embedded, &jwk) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* a key of another family, curve or use has no verifier for it: OIDC_E_JWT_KEY */
    if (oidc_jws_verify(ctx, jwk, jwt->alg, jwt->input, jwt->signature) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_JWT_SIGNATURE, "the proof's signature is wrong");
    }
    if (oidc_json_parse(ctx, ctx->pool, jwt->payload, OIDC_E_JWT_FORMAT, "proof payload", &claims)
        != OIDC_OK) {
        return OIDC_FAILED;
    }
    *key = jwk;
    *payload = claims;
    return OIDC_OK;
}
