/* SPDX-License-Identifier: Apache-2.0 */
/* The one validator of ID tokens: OpenID Connect Core 3.1.3.7, a function per rule. */
#include "oidc/id_token.h"

#include "oidc/claims_make.h"
#include "oidc/hash.h"
#include "oidc/wire.h"
#include "proto/claim.h"

/* What each rule sees. */
struct id_token_case {
    const json_t *payload; /* its signature is right */
    enum oidc_alg alg;     /* of that signature */
    const struct oidc_id_token_rules *rules;
};

typedef enum oidc_rc id_token_rule(struct oidc_ctx *ctx, const struct id_token_case *c);

static enum oidc_rc id_token_check_iss(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    return oidc_claim_check_iss(ctx, c->payload, c->rules->issuer, c->rules->check_issuer);
}

/* 1 when the list holds the string. */
static int id_token_is_listed(const char *const *list, const json_t *value)
{
    const char *text = json_string_value(value);
    for (; text && *list; list++) {
        if (strcmp(*list, text) == 0) {
            return 1;
        }
    }
    return 0;
}

/*
 * OIDCIDTokenAudValues: a string is one of the list; an array holds all of the list, nothing else,
 * and no more members than the list.
 */
static int id_token_is_for_list(const json_t *payload, const char *const *list)
{
    const json_t *aud = json_object_get(payload, OIDC_CLAIM_AUD);
    size_t listed = 0;
    if (!json_is_array(aud)) {
        return id_token_is_listed(list, aud);
    }
    for (size_t i = 0; i < json_array_size(aud); i++) {
        if (!id_token_is_listed(list, json_array_get(aud, i))) {
            return 0;
        }
    }
    for (; list[listed]; listed++) {
        if (!oidc_json_has_string(payload, OIDC_CLAIM_AUD, list[listed])) {
            return 0;
        }
    }
    return listed > 0 && json_array_size(aud) <= listed;
}

static enum oidc_rc id_token_check_aud(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    if (!c->rules->audiences) {
        return oidc_claim_check_aud(ctx, c->payload, c->rules->client_id);
    }
    /* CHECK aud-list: the operator's exhaustive list; N076 (an array that holds us and strangers)
     */
    if (!id_token_is_for_list(c->payload, c->rules->audiences)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_AUD,
                         "aud is %s, which differs from OIDCIDTokenAudValues",
                         oidc_claim_quote(ctx, c->payload, OIDC_CLAIM_AUD));
    }
    return OIDC_OK;
}

static enum oidc_rc id_token_check_azp(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    const char *azp, *client_id = c->rules->client_id;
    enum oidc_rc rc = oidc_json_get_string(c->payload, OIDC_CLAIM_AZP, &azp);
    if (rc == OIDC_ABSENT) {
        /* CHECK azp-required: Core 3.1.3.7 rule 4, several audiences need to say to whom it was
         * issued; N076 */
        if (!c->rules->audiences
            && json_array_size(json_object_get(c->payload, OIDC_CLAIM_AUD)) > 1) {
            return oidc_fail(ctx, OIDC_E_TOKEN_AZP, "there is no azp, but aud is %s",
                             oidc_claim_quote(ctx, c->payload, OIDC_CLAIM_AUD));
        }
        return OIDC_OK;
    }
    /* CHECK azp: Core 3.1.3.7 rule 5; N077 */
    if (rc != OIDC_OK || !client_id || strcmp(azp, client_id) != 0) {
        return oidc_fail(ctx, OIDC_E_TOKEN_AZP, "azp is %s, not %s",
                         oidc_claim_quote(ctx, c->payload, OIDC_CLAIM_AZP),
                         oidc_log_quote(ctx->pool, client_id));
    }
    return OIDC_OK;
}

static enum oidc_rc id_token_check_exp(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    return oidc_claim_check_exp(ctx, c->payload);
}

static enum oidc_rc id_token_check_iat(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    apr_int64_t slack = c->rules->iat_slack > 0 ? c->rules->iat_slack : 0;
    return oidc_claim_check_iat(ctx, c->payload, slack, slack);
}

static enum oidc_rc id_token_check_nbf(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    return oidc_claim_check_nbf(ctx, c->payload);
}

static enum oidc_rc id_token_check_sub(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    return oidc_claim_check_sub(ctx, c->payload);
}

static enum oidc_rc id_token_check_nonce(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    const char *nonce;
    enum oidc_rc rc = oidc_json_get_string(c->payload, OIDC_CLAIM_NONCE, &nonce);
    if (!c->rules->nonce) {
        /* CHECK nonce-unsolicited: a token with a nonce belongs to a login that sent one; N082 */
        return rc == OIDC_ABSENT
                   ? OIDC_OK
                   : oidc_fail(ctx, OIDC_E_TOKEN_NONCE, "there is a nonce, but none was sent");
    }
    /* CHECK nonce: Core 3.1.3.7 rule 11, in every flow; N082, N083 */
    if (rc != OIDC_OK || !oidc_str_eq_secret_z(nonce, c->rules->nonce)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_NONCE, "the nonce is %s",
                         rc == OIDC_OK       ? "another one"
                         : rc == OIDC_ABSENT ? "missing"
                                             : "no string");
    }
    return OIDC_OK;
}

/* at_hash or c_hash: `value` is what came with the token, NULL when nothing of the kind is to be
 * looked at. */
static enum oidc_rc id_token_check_hash(struct oidc_ctx *ctx, const struct id_token_case *c,
                                        const char *name, const char *value, int required)
{
    const char *given, *made;
    enum oidc_rc rc = oidc_json_get_string(c->payload, name, &given);
    /* CHECK hash-required: Core 3.2.2.10, 3.3.2.10; N084 */
    if (required && (rc == OIDC_ABSENT || !value)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_HASH, "%s is missing, or what it is of", name);
    }
    if (!value || rc == OIDC_ABSENT) {
        return OIDC_OK;
    }
    if (oidc_hash_left_half(ctx, c->alg, oidc_str_z(value), &made) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK hash: whole, of exact length, in constant time (Core 3.1.3.8, 3.3.2.10); N084 */
    if (rc != OIDC_OK || !oidc_str_eq_secret_z(given, made)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_HASH, "%s is not the hash of what came with the token",
                         name);
    }
    return OIDC_OK;
}

static enum oidc_rc id_token_check_at_hash(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    return id_token_check_hash(ctx, c, OIDC_CLAIM_AT_HASH, c->rules->access_token,
                               c->rules->at_hash_required);
}

static enum oidc_rc id_token_check_c_hash(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    return id_token_check_hash(ctx, c, OIDC_CLAIM_C_HASH, c->rules->code,
                               c->rules->c_hash_required);
}

static enum oidc_rc id_token_check_auth_time(struct oidc_ctx *ctx, const struct id_token_case *c)
{
    apr_int64_t auth_time, now = oidc_ctx_now_sec(ctx), max_age = c->rules->max_age;
    if (max_age < 0) {
        return OIDC_OK;
    }
    /* CHECK auth-time: Core 3.1.3.7 rule 13, when max_age was asked for; N086 */
    if (oidc_json_get_time(c->payload, OIDC_CLAIM_AUTH_TIME, &auth_time) != OIDC_OK
        || now - auth_time - OIDC_CLAIM_SKEW > max_age || auth_time - now > OIDC_CLAIM_SKEW) {
        return oidc_fail(ctx, OIDC_E_TOKEN_AUTH_TIME,
                         "auth_time is %s, max_age %" APR_INT64_T_FMT
                         " was asked for, now is %" APR_INT64_T_FMT,
                         oidc_claim_quote(ctx, c->payload, OIDC_CLAIM_AUTH_TIME), max_age, now);
    }
    return OIDC_OK;
}

/* CHECK typ: a token that says it is another kind of JWT is one (RFC 8725 3.11); N167, N199 */
static enum oidc_rc id_token_check_typ(struct oidc_ctx *ctx, const struct oidc_jwt *jwt)
{
    static const char suffix[] = "+jwt";
    const char *typ = oidc_jwt_typ(jwt);
    size_t n = typ ? strlen(typ) : 0, suffix_n = sizeof suffix - 1;
    if (n >= suffix_n
        && oidc_str_eq_case(oidc_str(typ + n - suffix_n, suffix_n), oidc_str(suffix, suffix_n))
        && !oidc_str_eq_case(oidc_str(typ, n), oidc_str_z("id_token+jwt"))) {
        return oidc_fail(ctx, OIDC_E_JWT_HEADER, "typ is %s, which is no ID token",
                         oidc_log_quote(ctx->pool, typ));
    }
    return OIDC_OK;
}

enum oidc_rc oidc_id_token_check(struct oidc_ctx *ctx, const char *compact,
                                 const struct oidc_id_token_rules *rules,
                                 const struct oidc_claims **out)
{
    static id_token_rule *const checks[] = {
        id_token_check_iss,    id_token_check_aud,       id_token_check_azp,
        id_token_check_exp,    id_token_check_iat,       id_token_check_nbf,
        id_token_check_sub,    id_token_check_nonce,     id_token_check_at_hash,
        id_token_check_c_hash, id_token_check_auth_time,
    };
    struct oidc_jwt *jwt;
    struct id_token_case c = {.rules = rules};
    /* the bit of the algorithm that has no name marks "announced, none known" and allows nothing */
    oidc_alg_set algs = rules->algs & ~OIDC_ALG_BIT(OIDC_ALG_UNKNOWN);
    if (!rules->keys) {
        return oidc_fail(ctx, OIDC_E_JWT_KEY, "there are no keys to verify an ID token with");
    }
    if (oidc_jwt_parse(ctx, oidc_str_z(compact), OIDC_JWT_MAX, &jwt) != OIDC_OK
        || id_token_check_typ(ctx, jwt) != OIDC_OK
        || oidc_jwt_verify(ctx, jwt, rules->keys, algs, &c.payload) != OIDC_OK) {
        return OIDC_FAILED;
    }
    c.alg = oidc_jwt_alg(jwt);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i](ctx, &c) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    *out = oidc_claims_make(ctx->pool, c.payload);
    return OIDC_OK;
}

enum oidc_rc oidc_id_token_check_hint(struct oidc_ctx *ctx, const char *compact, const char *issuer,
                                      const char *client_id, const struct oidc_jwks *own_keys,
                                      const struct oidc_claims **out)
{
    struct oidc_jwt *jwt;
    const json_t *payload;
    if (oidc_jwt_parse(ctx, oidc_str_z(compact), OIDC_JWT_MAX_REQUEST, &jwt) != OIDC_OK
        || id_token_check_typ(ctx, jwt) != OIDC_OK
        || oidc_jwt_verify(ctx, jwt, own_keys, OIDC_ALG_SET_ASYMMETRIC, &payload) != OIDC_OK
        || oidc_claim_check_iss(ctx, payload, issuer, 1) != OIDC_OK
        || oidc_claim_check_sub(ctx, payload) != OIDC_OK
        || (client_id && oidc_claim_check_aud(ctx, payload, client_id) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    *out = oidc_claims_make(ctx->pool, payload);
    return OIDC_OK;
}
