/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ID tokens. An input that is a JSON object is a payload, which is signed here, so that the fuzzer
 * gets at the claims; any other input is a whole token. What is accepted is judged a second time,
 * by rules written down again in the plainest way.
 */
#include "fuzz.h"

#include "oidc/access_token.h"
#include "oidc/id_token.h"

#define ISSUER "https://op.test/"
#define NOW 1700000000
#define SECRET "0123456789abcdef0123456789abcdef"

static const struct oidc_jwk *secret_key;
static struct oidc_jwks *secret_keys;

static void make_keys(void)
{
    struct oidc_ctx ctx;
    struct oidc_jwk *jwk;
    fuzz_start(&ctx); /* never ended: the key lives as long as the process */
    MUST(oidc_jwk_make_oct(&ctx, ctx.pool, oidc_str_z(SECRET), NULL, &jwk) == OIDC_OK);
    secret_key = jwk;
    secret_keys = oidc_jwks_make(ctx.pool);
    oidc_jwks_add(secret_keys, jwk);
}

static int is_text(const json_t *v, const char *text)
{
    return json_is_string(v) && strcmp(json_string_value(v), text) == 0;
}

/* NaN compares as outside. */
static int is_within(const json_t *v, double low, double high)
{
    double d = json_is_number(v) ? json_number_value(v) : -1.0;
    return d >= low && d <= high;
}

static void judge_audience(const json_t *p, int listed)
{
    const json_t *aud = json_object_get(p, "aud"), *azp = json_object_get(p, "azp");
    int has_us = is_text(aud, "c"), has_api = is_text(aud, "api");
    for (size_t i = 0; i < json_array_size(aud); i++) {
        has_us |= is_text(json_array_get(aud, i), "c");
        has_api |= is_text(json_array_get(aud, i), "api");
        MUST(json_is_string(json_array_get(aud, i)));
    }
    MUST(!azp || json_is_null(azp) || is_text(azp, "c"));
    if (listed) {
        MUST(json_is_array(aud) ? has_us && has_api && json_array_size(aud) == 2
                                : has_us || has_api);
    } else {
        MUST(has_us && (json_array_size(aud) < 2 || json_is_string(azp)));
    }
}

static void judge(const struct oidc_claims *claims, const struct oidc_id_token_rules *rules)
{
    const json_t *p = oidc_claims_json(claims), *sub = json_object_get(p, "sub");
    const json_t *nonce = json_object_get(p, "nonce"), *nbf = json_object_get(p, "nbf");
    judge_audience(p, rules->audiences != NULL);
    MUST(!rules->check_issuer || is_text(json_object_get(p, "iss"), ISSUER));
    MUST(is_within(json_object_get(p, "exp"), NOW + 1, 253402300800.0));
    MUST(is_within(json_object_get(p, "iat"), NOW - 600, NOW + 601));
    MUST(!nbf || json_is_null(nbf) || is_within(nbf, 0, NOW + 61));
    MUST(json_is_string(sub) && json_string_length(sub) > 0 && json_string_length(sub) < 256);
    MUST(oidc_str_is_printable(oidc_str_z(json_string_value(sub))));
    MUST(rules->nonce ? is_text(nonce, rules->nonce) : !nonce || json_is_null(nonce));
    MUST(!rules->at_hash_required || json_is_string(json_object_get(p, "at_hash")));
    MUST(rules->max_age < 0
         || is_within(json_object_get(p, "auth_time"), (double)(NOW - 60 - rules->max_age),
                      NOW + 61));
}

static void check(struct oidc_ctx *ctx, const char *token, const struct oidc_id_token_rules *rules)
{
    const struct oidc_claims *claims = NULL;
    if (oidc_id_token_check(ctx, token, rules, &claims) == OIDC_OK) {
        MUST(claims && rules->algs == OIDC_ALG_SET_HMAC && ctx->err.code == OIDC_E_NONE);
        judge(claims, rules);
    } else {
        MUST(!claims && ctx->err.code != OIDC_E_NONE && ctx->err.code != OIDC_E_CRYPTO);
        MUST(oidc_str_is_printable(oidc_str_z(ctx->err.detail)));
    }
    oidc_ctx_clear(ctx);
}

static void check_all(struct oidc_ctx *ctx, const char *token)
{
    static const char *const list[] = {"c", "api", NULL};
    const struct oidc_claims *claims = NULL;
    struct oidc_id_token_rules rules = {.issuer = ISSUER,
                                        .client_id = "c",
                                        .nonce = "n",
                                        .algs = OIDC_ALG_SET_HMAC,
                                        .keys = secret_keys,
                                        .iat_slack = 600,
                                        .check_issuer = 1,
                                        .max_age = -1,
                                        .access_token = "at",
                                        .code = "co"};
    check(ctx, token, &rules);
    rules.at_hash_required = 1;
    check(ctx, token, &rules);
    rules.at_hash_required = 0;
    rules.audiences = list;
    rules.nonce = NULL;
    check(ctx, token, &rules);
    rules.audiences = NULL;
    rules.check_issuer = 0;
    rules.max_age = 60;
    check(ctx, token, &rules);
    rules.algs = OIDC_ALG_SET_ASYMMETRIC; /* nothing was signed so: nothing may pass */
    check(ctx, token, &rules);
    struct oidc_access_token_rules at = {ISSUER, "c", secret_keys, OIDC_ALG_SET_HMAC};
    MUST(oidc_access_token_check(ctx, oidc_str_z(token), &at, &claims) != OIDC_OK || claims);
    oidc_ctx_clear(ctx);
    claims = NULL;
    MUST(oidc_id_token_check_hint(ctx, token, ISSUER, "c", secret_keys, &claims) == OIDC_FAILED
         && !claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx, probe;
    json_t *payload;
    const char *token;
    struct oidc_str text = oidc_str((const char *)data, size);
    if (!secret_key) {
        make_keys();
    }
    fuzz_start(&ctx);
    probe = ctx;
    if (oidc_json_parse(&probe, ctx.pool, text, OIDC_E_JWT_FORMAT, "payload", &payload)
        == OIDC_OK) {
        MUST(oidc_jwt_sign(&ctx, secret_key, OIDC_ALG_HS256, NULL, payload, &token) == OIDC_OK);
    } else {
        token = oidc_str_dup(ctx.pool, text);
    }
    check_all(&ctx, token);
    return fuzz_end(&ctx);
}
