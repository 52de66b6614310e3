/* SPDX-License-Identifier: Apache-2.0 */
/* How this site proves to the provider who it is, and the keys that it publishes. */
#include "oidc/jwt.h"
#include "rig.h"
#include "rp/client_auth.h"

/* A private key as a key file gives it. */
static struct oidc_jwk *key_file(struct rig *r, enum oidc_alg alg, struct oidc_jwk_terms terms)
{
    struct oidc_jwk *made, *out;
    const char *pem;
    assert_int_equal(oidc_jwk_generate(rig_ctx(r), r->pool, alg, &made), OIDC_OK);
    assert_int_equal(oidc_jwk_print_pem(&r->ctx, made, &pem), OIDC_OK);
    assert_int_equal(oidc_jwk_parse_pem_as(&r->ctx, r->pool, oidc_str_z(pem), &terms, &out), OIDC_OK);
    return out;
}

static struct oidc_jwks *set_of(struct rig *r, const struct oidc_jwk *key)
{
    struct oidc_jwks *set = oidc_jwks_make(r->pool);
    oidc_jwks_add(set, key);
    return set;
}

static void sign_in(struct rig *r)
{
    rig_endpoint(r, "GET", rig_authorize(r, rig_visit(r, "/app/page")));
    if (r->rc != OIDC_OK) {
        fail_msg("refused: %s", r->ctx.err.detail);
    }
    rig_set_cookie(r, SESSION_COOKIE, NULL);
}

/* The provider's side: the assertion of the last token request, verified with what `keys` holds. */
static void assert_assertion(struct rig *r, const struct oidc_jwks *keys, enum oidc_alg alg)
{
    struct oidc_form *form;
    struct oidc_jwt *jwt;
    const json_t *claims = NULL;
    const char *value;
    struct oidc_ctx *ctx = rig_ctx(r);
    assert_null(r->op.token_authorization);
    assert_int_equal(oidc_form_parse(ctx, oidc_str_z(r->op.token_body), &form), OIDC_OK);
    assert_false(oidc_form_has(form, "client_secret"));
    assert_int_equal(oidc_form_get(ctx, form, "client_assertion", &value), OIDC_OK);
    assert_int_equal(oidc_jwt_parse(ctx, oidc_str_z(value), OIDC_JWT_MAX, &jwt), OIDC_OK);
    assert_int_equal(oidc_jwt_verify(ctx, jwt, keys, OIDC_ALG_BIT(alg), &claims), OIDC_OK);
    assert_string_equal(json_string_value(json_object_get(claims, "iss")), CLIENT);
    assert_string_equal(json_string_value(json_object_get(claims, "aud")), ISSUER);
}

/* What the provider reads at ?jwks=, without a session. */
static struct oidc_jwks *published(struct rig *r)
{
    struct oidc_jwks *set = NULL;
    assert_int_equal(rig_endpoint(r, "GET", CALLBACK "?jwks=rsa"), OIDC_OK);
    assert_int_equal(r->reply.status, 200);
    assert_string_equal(r->reply.content_type, "application/json");
    assert_int_equal(oidc_jwks_parse(&r->ctx, r->pool, r->reply.body, &set), OIDC_OK);
    return set;
}

static void test_private_key_jwt(void **state)
{
    struct rig *r = *state;
    struct oidc_jwks *mine = set_of(r, key_file(r, OIDC_ALG_RS256, (struct oidc_jwk_terms){.use = "enc"}));
    oidc_jwks_add(mine, key_file(r, OIDC_ALG_ES256, (struct oidc_jwk_terms){.kid = "second"}));
    oidc_jwks_add(mine, key_file(r, OIDC_ALG_RS256, (struct oidc_jwk_terms){.kid = "third"}));
    r->conf.client.private_keys = mine;
    r->conf.client.secret = NULL;
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT;
    static const struct {
        enum oidc_alg asked, used;
    } cases[] = {{OIDC_ALG_UNKNOWN, OIDC_ALG_ES256}, {OIDC_ALG_ES256, OIDC_ALG_ES256},
                 {OIDC_ALG_RS256, OIDC_ALG_RS256},   {OIDC_ALG_PS512, OIDC_ALG_PS512}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        r->conf.provider.token_auth_alg = cases[i].asked;
        rig_start(r);
        struct oidc_jwks *keys = published(r);
        assert_int_equal(oidc_jwks_count(keys), 3);
        sign_in(r);
        assert_assertion(r, keys, cases[i].used);
    }
}

static void test_secret_jwt(void **state)
{
    struct rig *r = *state;
    struct oidc_jwk *key;
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_SECRET_JWT;
    rig_start(r);
    sign_in(r);
    assert_int_equal(oidc_jwk_make_oct(rig_ctx(r), r->pool, oidc_str_z(SECRET), NULL, &key), OIDC_OK);
    assert_assertion(r, set_of(r, key), OIDC_ALG_HS256);
    assert_int_equal(oidc_jwks_count(published(r)), 0);
}

/* ---- the method ---- */

#define BIT(m) OIDC_CLIENT_AUTH_BIT(OIDC_CLIENT_AUTH_##m)
enum { LONG = 1, SHORT = 2, KEY = 4 };

static void test_method(void **state)
{
    static const struct {
        unsigned announced;
        int has;
        enum oidc_client_auth_method used;
    } cases[] = {
        {0, 0, OIDC_CLIENT_AUTH_NONE},
        {0, KEY, OIDC_CLIENT_AUTH_NONE},
        {0, LONG | KEY, OIDC_CLIENT_AUTH_BASIC},
        {BIT(UNSET), LONG | KEY, OIDC_CLIENT_AUTH_BASIC},
        {BIT(BASIC) | BIT(POST) | BIT(SECRET_JWT) | BIT(PRIVATE_KEY_JWT), LONG | KEY, OIDC_CLIENT_AUTH_BASIC},
        {BIT(POST) | BIT(SECRET_JWT) | BIT(PRIVATE_KEY_JWT), LONG | KEY, OIDC_CLIENT_AUTH_POST},
        {BIT(SECRET_JWT) | BIT(PRIVATE_KEY_JWT), LONG | KEY, OIDC_CLIENT_AUTH_SECRET_JWT},
        {BIT(SECRET_JWT), SHORT, OIDC_CLIENT_AUTH_BASIC},
        {BIT(SECRET_JWT), KEY, OIDC_CLIENT_AUTH_NONE},
        {BIT(PRIVATE_KEY_JWT), LONG | KEY, OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT},
        {BIT(PRIVATE_KEY_JWT), KEY, OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT},
        {BIT(PRIVATE_KEY_JWT) | BIT(TLS), KEY, OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT},
        {BIT(PRIVATE_KEY_JWT) | BIT(BASIC), KEY, OIDC_CLIENT_AUTH_NONE},
        {BIT(PRIVATE_KEY_JWT) | BIT(NONE), KEY, OIDC_CLIENT_AUTH_NONE},
        {BIT(PRIVATE_KEY_JWT), LONG, OIDC_CLIENT_AUTH_BASIC},
        {BIT(PRIVATE_KEY_JWT), 0, OIDC_CLIENT_AUTH_NONE},
    };
    struct rig *r = *state;
    const struct oidc_jwks *keys = set_of(r, key_file(r, OIDC_ALG_ES256, (struct oidc_jwk_terms){0}));
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *secret = cases[i].has & LONG ? SECRET : cases[i].has & SHORT ? "thirty-one bytes are not enough" : NULL;
        r->conf.client.secret = secret ? oidc_secret_make(r->pool, oidc_str_z(secret)) : NULL;
        r->conf.client.private_keys = cases[i].has & KEY ? keys : NULL;
        if (rp_client_auth_method(&r->conf, cases[i].announced) != cases[i].used) {
            fail_msg("%x with %d", cases[i].announced, cases[i].has);
        }
    }
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_POST;
    assert_int_equal(rp_client_auth_method(&r->conf, BIT(PRIVATE_KEY_JWT)), OIDC_CLIENT_AUTH_POST);
}

static void assert_refused(struct rig *r, const char *part)
{
    const struct rp_site_setup setup = {&r->conf, r->sealer, r->name};
    assert_int_equal(rp_site_make(rig_ctx(r), r->pool, &setup, &r->site), OIDC_FAILED);
    assert_code(r, OIDC_E_CONFIG);
    if (!strstr(r->ctx.err.detail, part)) {
        fail_msg("%s", r->ctx.err.detail);
    }
}

static void test_what_it_needs(void **state)
{
    struct rig *r = *state;
    struct rp_conf *c = &r->conf;
    c->provider.token_auth = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT;
    assert_refused(r, "OIDCProviderTokenEndpointAuth private_key_jwt needs a key");
    c->client.private_keys = set_of(r, key_file(r, OIDC_ALG_RS256, (struct oidc_jwk_terms){.use = "enc"}));
    assert_refused(r, "OIDCPrivateKeyFiles");
    c->client.private_keys = set_of(r, key_file(r, OIDC_ALG_RS256, (struct oidc_jwk_terms){.alg = "PS256"}));
    rig_start(r);
    c->provider.token_auth_alg = OIDC_ALG_RS256;
    assert_refused(r, "private_key_jwt:RS256");
    c->provider.token_auth_alg = OIDC_ALG_PS256;
    rig_start(r);
    c->provider.token_auth = OIDC_CLIENT_AUTH_SECRET_JWT;
    rig_start(r);
    c->client.secret = oidc_secret_make(r->pool, oidc_str_z("thirty-one bytes are not enough"));
    assert_refused(r, "at least 32 bytes");
    c->client.secret = NULL;
    assert_refused(r, "OIDCClientSecret");
}

/* ---- the keys ---- */

static void test_jwks(void **state)
{
    struct rig *r = *state;
    struct oidc_jwk *mine = key_file(r, OIDC_ALG_RS256, (struct oidc_jwk_terms){.kid = "one"});
    rig_start(r);
    assert_int_equal(oidc_jwks_count(published(r)), 0);
    r->conf.client.private_keys = set_of(r, mine);
    r->conf.client.public_keys = set_of(r, key_file(r, OIDC_ALG_ES256, (struct oidc_jwk_terms){.kid = "two"}));
    rig_start(r);
    assert_int_equal(oidc_jwks_count(published(r)), 2);
    json_t *doc = rig_json(r, oidc_str_dup(r->pool, r->reply.body));
    for (size_t i = 0; i < 2; i++) { /* N291 */
        static const char *const hidden[] = {"d", "p", "q", "dp", "dq", "qi", "k"};
        for (size_t h = 0; h < COUNT(hidden); h++) {
            assert_null(json_object_get(json_array_get(json_object_get(doc, "keys"), i), hidden[h]));
        }
    }
    /* the same key under one name: once */
    r->conf.client.public_keys = set_of(r, mine);
    rig_start(r);
    assert_int_equal(oidc_jwks_count(published(r)), 1);
    /* CHECK kid_once */
    r->conf.client.public_keys = set_of(r, key_file(r, OIDC_ALG_RS256, (struct oidc_jwk_terms){.kid = "one"}));
    assert_refused(r, "names two different keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_private_key_jwt, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_secret_jwt, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_method, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_what_it_needs, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_jwks, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/client_auth", tests, NULL, NULL);
}
