/* SPDX-License-Identifier: Apache-2.0 */
/* From code to claims: what is sent to the provider, and every answer that must not become a session. */
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "rig.h"

static void finish(struct rig *r)
{
    const char *location = rig_visit(r, "/app/page");
    if (!location) {
        fail_msg("no redirect: %s", r->ctx.err.detail ? r->ctx.err.detail : "");
    }
    rig_endpoint(r, "GET", rig_authorize(r, location));
}

static void assert_denied(struct rig *r, enum oidc_code code)
{
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, code);
    assert_null(rig_cookie(r, SESSION_COOKIE));
    assert_null(r->reply.location);
    assert_false(rig_is_in(r));
}

static void assert_accepted(struct rig *r)
{
    if (r->rc != OIDC_OK) {
        fail_msg("refused: %s", r->ctx.err.detail);
    }
    assert_true(rig_is_in(r));
    rig_set_cookie(r, SESSION_COOKIE, NULL);
}

/* ---- the token request ---- */

static void test_request(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_string_equal(r->op.token_authorization,
                        apr_pstrcat(r->pool, "Basic ", oidc_b64_print(r->pool, oidc_str_z(CLIENT ":a+secret+of+at+least+thirty-two+bytes")), NULL));
    assert_int_equal(strncmp(r->op.token_body, "grant_type=authorization_code&code=c0de&redirect_uri=https%3A%2F%2Frp.test%2Fapp%2Fcb&code_verifier=", 100), 0);
    assert_null(strstr(r->op.token_body, "client_id"));
    assert_string_equal(r->op.userinfo_authorization, "Bearer at-1");
    assert_string_equal(r->op.userinfo_body, "");
}

static void test_client_auth(void **state)
{
    struct rig *r = *state;
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_POST;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_null(r->op.token_authorization);
    assert_non_null(strstr(r->op.token_body, "&client_id=client_1&client_secret=a+secret+of"));
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_UNSET;
    r->conf.client.secret = NULL;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_null(r->op.token_authorization);
    assert_non_null(strstr(r->op.token_body, "&client_id=client_1"));
    assert_null(strstr(r->op.token_body, "client_secret"));
}

static void test_token_params(void **state)
{
    struct rig *r = *state;
    struct oidc_form *params;
    assert_int_equal(oidc_form_parse(rig_ctx(r), oidc_str_z("audience=x&code=evil&grant_type=evil"), &params), OIDC_OK);
    r->conf.provider.token_params = params;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_non_null(strstr(r->op.token_body, "&audience=x"));
    assert_null(strstr(r->op.token_body, "evil"));
}

static void test_userinfo_post(void **state)
{
    struct rig *r = *state;
    r->conf.provider.userinfo_method = RP_USERINFO_POST;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_null(r->op.userinfo_authorization);
    assert_string_equal(r->op.userinfo_body, "access_token=at-1");
}

static void test_userinfo_off(void **state)
{
    struct rig *r = *state;
    r->conf.provider.userinfo_endpoint = "";
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_userinfo, 0);
}

/* ---- the token response ---- */

static void test_token_answers(void **state)
{
    static const struct {
        int status;
        const char *text;
        enum oidc_code code;
    } cases[] = {
        {400, "{\"error\":\"invalid_grant\"}", OIDC_E_TOKEN_ENDPOINT},
        {401, "{\"error\":\"invalid_client\"}", OIDC_E_TOKEN_CLIENT_AUTH},
        {500, "<html>", OIDC_E_TOKEN_ENDPOINT},
        {200, "<html>", OIDC_E_TOKEN_RESPONSE},
        {200, "", OIDC_E_TOKEN_RESPONSE},
        {200, "[]", OIDC_E_TOKEN_RESPONSE},
        {200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}", OIDC_E_TOKEN_RESPONSE},
        {200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":null}", OIDC_E_TOKEN_RESPONSE},
        {200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":17}", OIDC_E_TOKEN_RESPONSE},
        {200, "{\"access_token\":\"a\",\"token_type\":\"MAC\",\"id_token\":\"a.b.c\"}", OIDC_E_TOKEN_RESPONSE},
        {200, "{\"token_type\":\"Bearer\",\"id_token\":\"a.b.c\"}", OIDC_E_TOKEN_RESPONSE},
        {302, "", OIDC_E_TOKEN_ENDPOINT},
    };
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->op.token_status = cases[i].status;
        r->op.token_answer = cases[i].text;
        finish(r);
        assert_denied(r, cases[i].code);
        assert_int_equal(r->op.n_userinfo, 0);
    }
}

static void down_after_start(struct rig *r, const char *url)
{
    r->op.down = strstr(url, "/token") != NULL;
}

static void test_token_down(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->op.before_answer = down_after_start;
    finish(r);
    assert_denied(r, OIDC_E_HTTP_CONNECT);
}

/* ---- the ID token ---- */

/* One claim changed at a time; userinfo is never asked for. N075-N082 */
static void test_claims(void **state)
{
    static const struct {
        const char *claims;
        enum oidc_code code;
    } cases[] = {
        {"{\"iss\":\"https://op.test1\"}", OIDC_E_TOKEN_ISS},
        {"{\"iss\":\"https://op.test/\"}", OIDC_E_TOKEN_ISS},
        {"{\"iss\":null}", OIDC_E_TOKEN_ISS},
        {"{\"sub\":null}", OIDC_E_TOKEN_SUB},
        {"{\"sub\":\"\"}", OIDC_E_TOKEN_SUB},
        {"{\"aud\":\"client_11\"}", OIDC_E_TOKEN_AUD},
        {"{\"aud\":null}", OIDC_E_TOKEN_AUD},
        {"{\"aud\":[\"client_1\",\"other\"]}", OIDC_E_TOKEN_AZP},
        {"{\"azp\":\"other\"}", OIDC_E_TOKEN_AZP},
        {"{\"iat\":null}", OIDC_E_TOKEN_IAT},
        {"{\"iat\":1699999399}", OIDC_E_TOKEN_IAT},
        {"{\"iat\":1700000601}", OIDC_E_TOKEN_IAT},
        {"{\"exp\":null}", OIDC_E_TOKEN_EXP},
        {"{\"exp\":1699999900}", OIDC_E_TOKEN_EXP},
        {"{\"nbf\":1700000100}", OIDC_E_TOKEN_NBF},
        {"{\"nonce\":null}", OIDC_E_TOKEN_NONCE},
        {"{\"nonce\":\"another\"}", OIDC_E_TOKEN_NONCE},
        {"{\"at_hash\":\"another\"}", OIDC_E_TOKEN_HASH},
    };
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->op.claims = rig_json(r, cases[i].claims);
        finish(r);
        if (r->ctx.err.code != cases[i].code) {
            fail_msg("%s: %s", cases[i].claims, r->ctx.err.detail ? r->ctx.err.detail : "accepted");
        }
        assert_denied(r, cases[i].code);
    }
    assert_int_equal(r->op.n_userinfo, 0);
}

static void test_validate_issuer_off(void **state)
{
    struct rig *r = *state;
    r->conf.provider.validate_issuer = 0;
    r->op.claims = rig_json(r, "{\"iss\":\"https://tenant.op.test\"}");
    rig_start(r);
    finish(r);
    assert_accepted(r);
}

static void test_audiences(void **state)
{
    static const char *const both[] = {"@", "api", NULL};
    struct rig *r = *state;
    r->conf.provider.id_token_aud = both;
    r->op.claims = rig_json(r, "{\"aud\":[\"client_1\",\"api\"]}");
    rig_start(r);
    finish(r);
    assert_accepted(r);
    r->op.claims = rig_json(r, "{\"aud\":[\"client_1\",\"stranger\"]}");
    finish(r);
    assert_denied(r, OIDC_E_TOKEN_AUD);
}

/* N047, N048: what says "none", or nothing we know. */
static void test_n047_algorithms(void **state)
{
    static const char *const headers[] = {"{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"\"}", "{\"alg\":\"XX256\"}",
                                          "{\"alg\":\"EdDSA\"}", "{\"alg\":\"RS512\"}"};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(headers); i++) {
        r->op.id_token = apr_pstrcat(r->pool, oidc_b64url_print(r->pool, oidc_str_z(headers[i])), ".",
                                     oidc_b64url_print(r->pool, oidc_str_z("{\"sub\":\"alice\"}")), ".", i % 2 ? "AAAA" : "", NULL);
        finish(r);
        assert_true(r->ctx.err.code == OIDC_E_JWT_ALG || r->ctx.err.code == OIDC_E_JWT_FORMAT);
        assert_denied(r, r->ctx.err.code);
    }
    assert_int_equal(r->op.n_jwks, 0); /* nobody is asked for keys that are not to be used */
    r->op.id_token = "a.b";
    finish(r);
    assert_denied(r, OIDC_E_JWT_FORMAT);
}

/* N072: the configured algorithm alone. */
static void test_n072_pinned(void **state)
{
    struct rig *r = *state;
    r->conf.provider.id_token_alg = OIDC_ALG_RS256;
    rig_start(r);
    finish(r);
    assert_denied(r, OIDC_E_JWT_ALG);
    rig_new_key(r, OIDC_ALG_RS256);
    rig_tick(r, 2);
    finish(r);
    assert_accepted(r);
}

/* Nothing announced: RS256. Announced, but nothing that we know: nothing. */
static void test_announced(void **state)
{
    struct rig *r = *state;
    static const char base[] = "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/authorize\","
                               "\"token_endpoint\":\"" ISSUER "/token\",\"jwks_uri\":\"" ISSUER "/jwks\"%s}";
    r->op.metadata = apr_psprintf(r->pool, base, "");
    rig_start(r);
    finish(r);
    assert_denied(r, OIDC_E_JWT_ALG);
    rig_new_key(r, OIDC_ALG_RS256);
    finish(r);
    assert_accepted(r);
    r->op.metadata = apr_psprintf(r->pool, base, ",\"id_token_signing_alg_values_supported\":[\"none\",\"ES256K\"]");
    rig_tick(r, 86401);
    finish(r);
    assert_denied(r, OIDC_E_JWT_ALG);
}

/* HS256 with the client secret; never where there is none, nor with anything else as the key (N049). */
static void test_n049_hmac(void **state)
{
    struct rig *r = *state;
    struct oidc_jwk *key;
    rig_start(r);
    assert_int_equal(oidc_jwk_make_oct(rig_ctx(r), r->pool, oidc_str_z(SECRET), NULL, &key), OIDC_OK);
    r->op.key = key;
    r->op.alg = OIDC_ALG_HS256;
    finish(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks, 0);
    assert_int_equal(oidc_jwk_make_oct(rig_ctx(r), r->pool, oidc_str_z(r->op.jwks), NULL, &key), OIDC_OK);
    r->op.key = key;
    finish(r);
    assert_denied(r, OIDC_E_JWT_SIGNATURE);
    assert_int_equal(r->op.n_jwks, 0);
    r->conf.client.secret = NULL;
    rig_start(r);
    finish(r);
    assert_denied(r, OIDC_E_JWT_ALG);
}

/* N051: a secret that is too short for the hash. */
static void test_n051_short_secret(void **state)
{
    struct rig *r = *state;
    struct oidc_jwk *key;
    r->conf.client.secret = oidc_secret_make(r->pool, oidc_str_z("short"));
    rig_start(r);
    assert_int_equal(oidc_jwk_make_oct(rig_ctx(r), r->pool, oidc_str_z(SECRET), NULL, &key), OIDC_OK);
    r->op.key = key;
    r->op.alg = OIDC_ALG_HS256;
    finish(r);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_false(rig_is_in(r));
}

/* N050. */
static void test_n050_signature(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    const char *jwks = r->op.jwks;
    rig_new_key(r, OIDC_ALG_ES256); /* another key ... */
    r->op.jwks = jwks;              /* ... that is not published */
    finish(r);
    assert_denied(r, OIDC_E_JWT_KEY);
}

/* Keys rotate just before signing: one more fetch, then it works. N100 */
static void test_n100_rotation(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks, 1);
    rig_new_key(r, OIDC_ALG_ES256);
    finish(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks, 2);
    rig_new_key(r, OIDC_ALG_ES256); /* again within the minute: N093 */
    for (int i = 0; i < 20; i++) {
        finish(r);
        assert_denied(r, OIDC_E_JWT_KEY);
    }
    assert_int_equal(r->op.n_jwks, 2);
    rig_tick(r, 60);
    finish(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks, 3);
}

/* N094: without its throttle nothing is fetched. */
static void test_n094_rotation_without_store(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    rig_new_key(r, OIDC_ALG_ES256);
    r->store.fail_add = "x";
    finish(r);
    assert_denied(r, OIDC_E_JWT_KEY);
    assert_int_equal(r->op.n_jwks, 1);
}

/* RS256 without a kid, which our own signer never makes. */
static const char *sign_without_kid(struct rig *r, const struct oidc_jwk *key, const char *payload)
{
    const char *pem = NULL;
    unsigned char signature[512];
    size_t n = sizeof signature;
    assert_int_equal(oidc_jwk_print_pem(rig_ctx(r), key, &pem), OIDC_OK);
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    const char *text = apr_pstrcat(r->pool, oidc_b64url_print(r->pool, oidc_str_z("{\"alg\":\"RS256\"}")), ".",
                                   oidc_b64url_print(r->pool, oidc_str_z(payload)), NULL);
    assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, pkey), 1);
    assert_int_equal(EVP_DigestSign(md, signature, &n, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(pkey);
    BIO_free(bio);
    return apr_pstrcat(r->pool, text, ".", oidc_b64url_print(r->pool, oidc_str((const char *)signature, n)), NULL);
}

static const char *jwks_without_kid(struct rig *r)
{
    json_t *doc = rig_json(r, r->op.jwks);
    json_object_del(json_array_get(json_object_get(doc, "keys"), 0), "kid");
    return oidc_json_print(r->pool, doc);
}

static void finish_without_kid(struct rig *r)
{
    const char *answer = rig_authorize(r, rig_visit(r, "/app/page"));
    r->op.id_token = sign_without_kid(r, r->op.key, apr_psprintf(r->pool,
        "{\"iss\":\"" ISSUER "\",\"sub\":\"" USER "\",\"aud\":\"" CLIENT "\",\"exp\":1700001000,\"iat\":1700000000,"
        "\"nonce\":\"%s\"}", r->op.nonce));
    rig_endpoint(r, "GET", answer);
}

/* Keys without kid that were exchanged: a wrong signature is reason enough to look once. */
static void test_rotation_without_kid(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_new_key(r, OIDC_ALG_RS256);
    r->op.jwks = jwks_without_kid(r);
    finish_without_kid(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks, 1);
    rig_new_key(r, OIDC_ALG_RS256);
    r->op.jwks = jwks_without_kid(r);
    finish_without_kid(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks, 2);
    rig_new_key(r, OIDC_ALG_RS256);
    r->op.jwks = jwks_without_kid(r);
    finish_without_kid(r);
    assert_denied(r, OIDC_E_JWT_SIGNATURE);
    assert_int_equal(r->op.n_jwks, 2);
}

/* Keys from files, without any URL for keys. */
static void test_static_keys(void **state)
{
    struct rig *r = *state;
    struct oidc_jwks *keys = oidc_jwks_make(r->pool);
    oidc_jwks_add(keys, r->op.key);
    r->conf.provider.verify_keys = keys;
    r->conf.provider.metadata_url = NULL;
    r->conf.provider.issuer = ISSUER;
    r->conf.provider.authorization_endpoint = ISSUER "/authorize";
    r->conf.provider.token_endpoint = ISSUER "/token";
    r->conf.provider.id_token_alg = OIDC_ALG_ES256;
    rig_start(r);
    finish(r);
    assert_accepted(r);
    assert_int_equal(r->op.n_jwks + r->op.n_metadata + r->op.n_userinfo, 0);
    rig_new_key(r, OIDC_ALG_ES256);
    finish(r);
    assert_denied(r, OIDC_E_JWT_KEY);
    assert_int_equal(r->op.n_jwks, 0);
}

/* Keys from files in addition to those of the provider. */
static void test_more_keys(void **state)
{
    struct rig *r = *state;
    struct oidc_jwks *keys = oidc_jwks_make(r->pool);
    const char *jwks = r->op.jwks;
    rig_new_key(r, OIDC_ALG_ES256);
    oidc_jwks_add(keys, r->op.key);
    r->op.jwks = jwks;
    r->conf.provider.verify_keys = keys;
    rig_start(r);
    finish(r);
    assert_accepted(r);
}

static void test_jwks_bad(void **state)
{
    static const char *const bad[] = {"<html>", "{}", "[]", "{\"keys\":{}}", ""};
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(bad); i++) {
        r->op.jwks = bad[i];
        finish(r);
        assert_denied(r, OIDC_E_JWKS);
        rig_tick(r, 2);
    }
    r->op.jwks_status = 503;
    finish(r);
    assert_denied(r, OIDC_E_JWKS);
}

/* ---- userinfo ---- */

/* N087: whatever is wrong with it, the login fails. */
static void test_n087_userinfo(void **state)
{
    static const struct {
        const char *text;
        enum oidc_code code;
    } cases[] = {
        {"{\"sub\":\"aliceinvalid\"}", OIDC_E_USERINFO_SUB},
        {"{\"sub\":\"Alice\"}", OIDC_E_USERINFO_SUB},
        {"{\"name\":\"n\"}", OIDC_E_USERINFO_SUB},
        {"[{\"sub\":\"alice\"}]", OIDC_E_USERINFO},
        {"<html>", OIDC_E_USERINFO},
        {"", OIDC_E_USERINFO},
        {NULL, OIDC_E_USERINFO},
    };
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->op.userinfo = cases[i].text;
        finish(r);
        if (r->ctx.err.code != cases[i].code && r->ctx.err.code != OIDC_E_USERINFO) {
            fail_msg("%s: %s", cases[i].text, r->ctx.err.detail);
        }
        assert_denied(r, r->ctx.err.code);
    }
    assert_int_equal(r->op.n_userinfo, (int)COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_client_auth, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_token_params, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_userinfo_post, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_userinfo_off, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_token_answers, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_token_down, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_claims, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_validate_issuer_off, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_audiences, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n047_algorithms, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n072_pinned, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_announced, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n049_hmac, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n051_short_secret, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n050_signature, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n100_rotation, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n094_rotation_without_store, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_rotation_without_kid, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_static_keys, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_more_keys, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_jwks_bad, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n087_userinfo, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/tokens", tests, NULL, NULL);
}
