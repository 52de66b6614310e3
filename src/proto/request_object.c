/* SPDX-License-Identifier: Apache-2.0 */
/* Making request objects. */
#include "oidc/request_object.h"

#include "oidc/rand.h"
#include "oidc/wire.h"

/* Numbers and objects keep their JSON type (Core 6.1); a value that is not what it should be goes
 * as text. */
static void put_param(struct oidc_ctx *ctx, json_t *claims, const struct oidc_param *p)
{
    struct oidc_ctx scratch;
    apr_int64_t number;
    json_t *doc;
    if (strcmp(p->name, OIDC_PARAM_MAX_AGE) == 0
        && oidc_str_to_int64(oidc_str_z(p->value), 0, APR_INT32_MAX, &number)) {
        oidc_json_put_int(claims, p->name, number);
        return;
    }
    oidc_ctx_init(&scratch, ctx->pool, ctx->env, ctx->log_baton);
    if (strcmp(p->name, OIDC_PARAM_CLAIMS) == 0
        && oidc_json_parse(&scratch, ctx->pool, oidc_str_z(p->value), OIDC_E_CONFIG, "claims", &doc)
               == OIDC_OK) {
        oidc_json_put_copy(claims, p->name, doc);
        return;
    }
    oidc_json_put_string(claims, p->name, p->value);
}

enum oidc_rc oidc_request_object_print(struct oidc_ctx *ctx, const struct oidc_request_object *r,
                                       const char **out)
{
    json_t *claims = oidc_json_object(ctx->pool), *value;
    apr_int64_t now = oidc_ctx_now_sec(ctx);
    const char *jti, *name;
    if (oidc_rand_text(ctx, 16, &jti) != OIDC_OK) {
        return OIDC_FAILED;
    }
    json_object_foreach((json_t *)r->static_claims, name, value)
    { /* NULL has no members; iterating changes nothing */
        oidc_json_put_copy(claims, name, value);
    }
    for (int i = 0; i < r->params->n; i++) {
        put_param(ctx, claims, &r->params->fields[i]);
    }
    oidc_json_put_string(claims, OIDC_CLAIM_ISS, r->client_id);
    oidc_json_put_string(claims, OIDC_CLAIM_AUD, r->issuer);
    oidc_json_put_string(claims, OIDC_CLAIM_JTI, jti);
    oidc_json_put_int(claims, OIDC_CLAIM_IAT, now);
    oidc_json_put_int(claims, OIDC_CLAIM_NBF, now);
    oidc_json_put_int(claims, OIDC_CLAIM_EXP, now + r->ttl);
    return oidc_jwt_sign(ctx, r->key, r->alg, "oauth-authz-req+jwt", claims, out);
}
