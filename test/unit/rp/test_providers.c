/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the provider: the configuration over its metadata; keys by family. */
#include "rig.h"
#include "rp/providers.h"

static const struct rp_provider *provider(struct rig *r)
{
    const struct rp_provider *p = NULL;
    rig_start(r);
    assert_int_equal(rp_providers_get(rig_ctx(r), r->site, &p), OIDC_OK);
    return p;
}

/* What the provider announces decides where the configuration does not. */
static void test_client_auth_announced(void **state)
{
    static const struct {
        const char *announced;
        enum oidc_client_auth_method used;
    } cases[] = {
        {"[\"client_secret_post\"]", OIDC_CLIENT_AUTH_POST},
        {"[\"client_secret_post\",\"client_secret_basic\"]", OIDC_CLIENT_AUTH_BASIC},
        {"[\"private_key_jwt\"]", OIDC_CLIENT_AUTH_BASIC},
        {"[]", OIDC_CLIENT_AUTH_BASIC},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct rp_provider *p = NULL;
        r->conf.provider.metadata_url = apr_psprintf(r->pool, METADATA_URL); /* the same */
        r->op.metadata = apr_psprintf(r->pool, "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/a\","
                                      "\"token_endpoint\":\"" ISSUER "/token\",\"jwks_uri\":\"" ISSUER "/jwks\","
                                      "\"token_endpoint_auth_methods_supported\":%s}", cases[i].announced);
        rig_start(r);
        rig_tick(r, 86400 * 2);
        assert_int_equal(rp_providers_get(rig_ctx(r), r->site, &p), OIDC_OK);
        assert_int_equal(p->token_auth, cases[i].used);
        assert_null(p->userinfo_endpoint);
    }
}

/* Static values win over the document's; "" switches userinfo off. */
static void test_override(void **state)
{
    struct rig *r = *state;
    const struct rp_provider *p = provider(r);
    assert_string_equal(p->authorization_endpoint, ISSUER "/authorize");
    assert_string_equal(p->userinfo_endpoint, ISSUER "/userinfo");
    assert_string_equal(p->end_session_endpoint, ISSUER "/end");
    assert_string_equal(p->jwks_uri, ISSUER "/jwks");
    assert_int_equal(p->iss_required, 1);
    r->conf.provider.authorization_endpoint = "https://a.test/a";
    r->conf.provider.token_endpoint = "https://a.test/t";
    r->conf.provider.userinfo_endpoint = "";
    r->conf.provider.jwks_uri = "https://a.test/j";
    r->conf.provider.end_session_endpoint = "https://a.test/e";
    p = provider(r);
    assert_string_equal(p->authorization_endpoint, "https://a.test/a");
    assert_string_equal(p->token_endpoint, "https://a.test/t");
    assert_null(p->userinfo_endpoint);
    assert_string_equal(p->jwks_uri, "https://a.test/j");
    assert_string_equal(p->end_session_endpoint, "https://a.test/e");
}

static void test_static(void **state)
{
    struct rig *r = *state;
    r->conf.provider.metadata_url = NULL;
    r->conf.provider.issuer = ISSUER;
    r->conf.provider.authorization_endpoint = ISSUER "/a";
    r->conf.provider.token_endpoint = ISSUER "/t";
    r->conf.provider.jwks_uri = ISSUER "/jwks";
    const struct rp_provider *p = provider(r);
    assert_string_equal(p->issuer, ISSUER);
    assert_null(p->userinfo_endpoint);
    assert_null(p->end_session_endpoint);
    assert_int_equal(p->iss_required, 0);
    assert_int_equal(p->id_token_algs, OIDC_ALG_BIT(OIDC_ALG_RS256));
    assert_int_equal(p->token_auth, OIDC_CLIENT_AUTH_BASIC);
    assert_int_equal(r->op.n_metadata, 0);
}

/* HS* is allowed only with a secret, and verified with nothing else (N049). */
static void test_families(void **state)
{
    struct rig *r = *state;
    const struct oidc_jwks *keys = NULL;
    const struct rp_provider *p = provider(r);
    assert_int_equal(p->id_token_algs, OIDC_ALG_BIT(OIDC_ALG_ES256) | OIDC_ALG_BIT(OIDC_ALG_RS256)
                                           | OIDC_ALG_BIT(OIDC_ALG_HS256));
    assert_int_equal(rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_HS256, NULL, &keys), OIDC_OK);
    assert_int_equal(oidc_jwks_count(keys), 1);
    assert_string_equal(oidc_jwk_info(oidc_jwks_at(keys, 0))->kty, "oct");
    assert_int_equal(rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_HS256, keys, &keys), OIDC_ABSENT);
    assert_int_equal(r->op.n_jwks, 0);
    assert_int_equal(rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_RS256, NULL, &keys), OIDC_OK);
    for (int i = 0; i < oidc_jwks_count(keys); i++) {
        assert_string_not_equal(oidc_jwk_info(oidc_jwks_at(keys, i))->kty, "oct");
    }
    r->conf.client.secret = NULL;
    p = provider(r);
    assert_int_equal(p->id_token_algs, OIDC_ALG_BIT(OIDC_ALG_ES256) | OIDC_ALG_BIT(OIDC_ALG_RS256));
    assert_int_equal(rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_HS256, NULL, &keys), OIDC_OK);
    assert_int_equal(oidc_jwks_count(keys), 0);
}

/* Nothing names a place for keys. */
static void test_no_keys(void **state)
{
    struct rig *r = *state;
    const struct oidc_jwks *keys = NULL;
    r->conf.provider.id_token_alg = OIDC_ALG_HS256;
    r->op.metadata = "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/a\","
                     "\"token_endpoint\":\"" ISSUER "/token\"}";
    assert_null(provider(r)->jwks_uri);
    assert_int_equal(rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_RS256, NULL, &keys), OIDC_FAILED);
    assert_code(r, OIDC_E_METADATA);
    assert_int_equal(rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_HS256, NULL, &keys), OIDC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_client_auth_announced, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_override, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_static, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_families, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_keys, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/providers", tests, NULL, NULL);
}
