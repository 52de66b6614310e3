/* SPDX-License-Identifier: Apache-2.0 */
/* Client assertions. */
#include "oidc/client_assertion.h"

#include "oidc/rand.h"
#include "oidc/wire.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum oidc_rc oidc_client_assertion_print(struct oidc_ctx *ctx,
                                         const struct oidc_client_assertion *a,
                                         struct oidc_form *body)
{
    json_t *claims = oidc_json_object(ctx->pool);
    apr_int64_t now = oidc_ctx_now_sec(ctx);
    const char *jti, *jwt;
    /* a fresh jti at every attempt: a retry with the old one is a replay (RFC 7523 3) */
    if (oidc_rand_text(ctx, 16, &jti) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_json_put_string(claims, OIDC_CLAIM_ISS, a->client_id);
    oidc_json_put_string(claims, OIDC_CLAIM_SUB, a->client_id);
    oidc_json_put_string(claims, OIDC_CLAIM_AUD, a->audience);
    oidc_json_put_string(claims, OIDC_CLAIM_JTI, jti);
    oidc_json_put_int(claims, OIDC_CLAIM_IAT, now);
    oidc_json_put_int(claims, OIDC_CLAIM_EXP, now + OIDC_CLIENT_ASSERTION_TTL);
    if (oidc_jwt_sign(ctx, a->key, a->alg, "JWT", claims, &jwt) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_form_set(body, OIDC_PARAM_CLIENT_ID, a->client_id);
    oidc_form_set(body, OIDC_PARAM_CLIENT_ASSERTION_TYPE, ASSERTION_TYPE);
    oidc_form_set(body, OIDC_PARAM_CLIENT_ASSERTION, jwt);
    return OIDC_OK;
}
