/* SPDX-License-Identifier: Apache-2.0 */
/* Making ID tokens, for our own provider. */
#include "oidc/hash.h"
#include "oidc/id_token.h"
#include "oidc/wire.h"

/* 1 for claims that say what the token is worth: they are ours to set, or to leave out. */
static int id_token_is_reserved(const char *name)
{
    static const char *const reserved[] = {
        OIDC_CLAIM_ISS,     OIDC_CLAIM_SUB,       OIDC_CLAIM_AUD, OIDC_CLAIM_EXP,
        OIDC_CLAIM_IAT,     OIDC_CLAIM_NBF,       OIDC_CLAIM_AZP, OIDC_CLAIM_NONCE,
        OIDC_CLAIM_SID,     OIDC_CLAIM_AUTH_TIME, OIDC_CLAIM_JTI, OIDC_CLAIM_S_HASH,
        OIDC_CLAIM_AT_HASH, OIDC_CLAIM_C_HASH,
    };
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(reserved[i], name) == 0) {
            return 1;
        }
    }
    return 0;
}

static void id_token_put_extra(json_t *claims, const json_t *extra)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)extra, name, value)
    { /* NULL has no members; iterating changes nothing */
        if (!id_token_is_reserved(name) && !json_object_get(claims, name)) {
            oidc_json_put_copy(claims, name, value);
        }
    }
}

enum oidc_rc oidc_id_token_print(struct oidc_ctx *ctx, const struct oidc_id_token *t,
                                 const struct oidc_jwk *key, enum oidc_alg alg, const char **out)
{
    json_t *claims = oidc_json_object(ctx->pool);
    const char *at_hash = NULL;
    if (t->access_token
        && oidc_hash_left_half(ctx, alg, oidc_str_z(t->access_token), &at_hash) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_json_put_string(claims, OIDC_CLAIM_ISS, t->iss);
    oidc_json_put_string(claims, OIDC_CLAIM_SUB, t->sub);
    oidc_json_put_string(claims, OIDC_CLAIM_AUD, t->aud);
    oidc_json_put_int(claims, OIDC_CLAIM_EXP, t->exp);
    oidc_json_put_int(claims, OIDC_CLAIM_IAT, t->iat);
    if (t->auth_time) {
        oidc_json_put_int(claims, OIDC_CLAIM_AUTH_TIME, t->auth_time);
    }
    oidc_json_put_string(claims, OIDC_CLAIM_NONCE, t->nonce);
    oidc_json_put_string(claims, OIDC_CLAIM_SID, t->sid);
    oidc_json_put_string(claims, OIDC_CLAIM_ACR, t->acr);
    oidc_json_put_string(claims, OIDC_CLAIM_AT_HASH, at_hash);
    id_token_put_extra(claims, t->extra);
    return oidc_jwt_sign(ctx, key, alg, NULL, claims, out);
}
