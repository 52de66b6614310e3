/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens for the tests: keys made once, and compact tokens of any header and any payload text,
 * signed or not, so that nothing of what our own signer refuses is out of reach.
 */
#ifndef PROTO_TOKENS_H
#define PROTO_TOKENS_H

#include "fixture.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "jose/jwk_key.h"
#include "oidc/b64.h"
#include "oidc/id_token.h"
#include "oidc/jwt.h"

#define ISSUER "https://op.test/test/a/x/"
#define CLIENT "client_1"
#define NONCE "n-0S6_WzA2Mj"
#define TOKEN "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define CODE "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
#define STR(x) #x
#define NUM(x) STR(x)

/* Live for the whole program. */
static struct {
    apr_pool_t *pool;
    struct oidc_jwk *ed, *other, *rsa, *ec;
    struct oidc_jwks *set; /* ed, rsa and ec */
} keys;

static int keys_start(void **state)
{
    (void)state;
    struct oidc_ctx ctx;
    struct oidc_env env = {.random = oidc_rand_system};
    apr_pool_create(&keys.pool, NULL);
    oidc_ctx_init(&ctx, keys.pool, &env, NULL);
    keys.set = oidc_jwks_make(keys.pool);
    if (oidc_jwk_generate(&ctx, keys.pool, OIDC_ALG_EDDSA, &keys.ed) != OIDC_OK
        || oidc_jwk_generate(&ctx, keys.pool, OIDC_ALG_EDDSA, &keys.other) != OIDC_OK
        || oidc_jwk_generate(&ctx, keys.pool, OIDC_ALG_RS256, &keys.rsa) != OIDC_OK
        || oidc_jwk_generate(&ctx, keys.pool, OIDC_ALG_ES256, &keys.ec) != OIDC_OK) {
        return 1;
    }
    oidc_jwks_add(keys.set, keys.ed);
    oidc_jwks_add(keys.set, keys.rsa);
    oidc_jwks_add(keys.set, keys.ec);
    return 0;
}

static inline char *b64(const char *text)
{
    return oidc_b64url_print(t.pool, oidc_str_z(text));
}

/* The signature of an Ed25519 or (RS256) RSA key. */
static inline struct oidc_str raw_sign(const struct oidc_jwk *key, const char *input)
{
    size_t n = 1024;
    unsigned char *out = apr_palloc(t.pool, n);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    const char *hash = EVP_PKEY_is_a(key->pkey, "RSA") ? "SHA256" : NULL;
    int ok = EVP_DigestSignInit_ex(md, NULL, hash, NULL, NULL, key->pkey, NULL) == 1
             && EVP_DigestSign(md, out, &n, (const unsigned char *)input, strlen(input)) == 1;
    EVP_MD_CTX_free(md);
    assert_true(ok);
    return oidc_str((const char *)out, n);
}

/* header.payload of any text, signed by the key. */
static inline const char *token_of(const struct oidc_jwk *key, const char *header,
                                   const char *payload)
{
    const char *input = apr_pstrcat(t.pool, b64(header), ".", b64(payload), NULL);
    return apr_pstrcat(t.pool, input, ".", oidc_b64url_print(t.pool, raw_sign(key, input)), NULL);
}

static inline const char *header_of(const struct oidc_jwk *key, const char *more)
{
    const char *alg = key->pkey && EVP_PKEY_is_a(key->pkey, "RSA") ? "RS256" : "EdDSA";
    return apr_pstrcat(t.pool, "{\"alg\":\"", alg, "\",\"kid\":\"", key->info.kid, "\"", more, "}",
                       NULL);
}

/* HS256 of header.payload with those bytes. */
static inline const char *token_hs256(const char *header, const char *payload,
                                      struct oidc_str secret)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const char *input = apr_pstrcat(t.pool, b64(header), ".", b64(payload), NULL);
    HMAC(EVP_sha256(), secret.p, (int)secret.n, (const unsigned char *)input, strlen(input), mac,
         &n);
    return apr_pstrcat(t.pool, input, ".",
                       oidc_b64url_print(t.pool, oidc_str((const char *)mac, n)), NULL);
}

/* One claim of a payload, replaced by JSON text, or left out when that is NULL. */
struct claim_change {
    const char *name, *json;
};

/*
 * An ID token's payload as text, claim by claim, with up to two changes: a changed claim that is
 * not of the usual ones is added.
 */
static inline const char *payload_of(struct claim_change a, struct claim_change b)
{
    const struct claim_change usual[] = {
        {"iss", "\"" ISSUER "\""}, {"sub", "\"alice\""}, {"aud", "\"" CLIENT "\""},
        {"exp", "1700000300"},     {"iat", NUM(NOW)},    {"nonce", "\"" NONCE "\""},
    };
    const struct claim_change changes[] = {a, b};
    int done[2] = {0, 0};
    const char *out = "{", *join = "";
    for (size_t i = 0; i < COUNT(usual); i++) {
        const char *json = usual[i].json;
        for (int c = 0; c < 2; c++) {
            if (changes[c].name && strcmp(changes[c].name, usual[i].name) == 0) {
                json = changes[c].json;
                done[c] = 1;
            }
        }
        if (json) {
            out = apr_pstrcat(t.pool, out, join, "\"", usual[i].name, "\":", json, NULL);
            join = ",";
        }
    }
    for (int c = 0; c < 2; c++) {
        if (changes[c].name && changes[c].json && !done[c]) {
            out =
                apr_pstrcat(t.pool, out, join, "\"", changes[c].name, "\":", changes[c].json, NULL);
        }
    }
    return apr_pstrcat(t.pool, out, "}", NULL);
}

static inline const char *usual_payload(void)
{
    return payload_of((struct claim_change){NULL, NULL}, (struct claim_change){NULL, NULL});
}

/* ---- ID tokens and what is thought of them ---- */

static inline struct oidc_id_token_rules usual_rules(void)
{
    struct oidc_id_token_rules rules = {
        .issuer = ISSUER,
        .client_id = CLIENT,
        .nonce = NONCE,
        .algs = OIDC_ALG_SET_ASYMMETRIC,
        .keys = keys.set,
        .iat_slack = 600,
        .check_issuer = 1,
        .max_age = -1,
    };
    return rules;
}

static inline void passes(const char *payload, const struct oidc_id_token_rules *rules)
{
    const struct oidc_claims *claims = NULL;
    const char *token = token_of(keys.ed, header_of(keys.ed, ""), payload);
    assert_ok(oidc_id_token_check(&t.ctx, token, rules, &claims));
    assert_non_null(claims);
}

static inline void refused(const char *payload, const struct oidc_id_token_rules *rules,
                           enum oidc_code code)
{
    const struct oidc_claims *claims = NULL;
    const char *token = token_of(keys.ed, header_of(keys.ed, ""), payload);
    assert_fails(oidc_id_token_check(&t.ctx, token, rules, &claims), code);
    assert_null(claims);
}

static inline void judge(const char *payload, const struct oidc_id_token_rules *rules,
                         enum oidc_code code)
{
    if (code == OIDC_E_NONE) {
        passes(payload, rules);
    } else {
        refused(payload, rules, code);
    }
}

/* The same for whole tokens. */
static inline void passes_token(const char *token, const struct oidc_id_token_rules *rules)
{
    const struct oidc_claims *claims = NULL;
    assert_ok(oidc_id_token_check(&t.ctx, token, rules, &claims));
    assert_non_null(claims);
}

static inline void refused_token(const char *token, const struct oidc_id_token_rules *rules,
                                 enum oidc_code code)
{
    const struct oidc_claims *claims = NULL;
    assert_fails(oidc_id_token_check(&t.ctx, token, rules, &claims), code);
    assert_null(claims);
}

static inline const char *usual_token(void)
{
    return token_of(keys.ed, header_of(keys.ed, ""), usual_payload());
}

#endif
