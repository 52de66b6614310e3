/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration must have together, and the name space of a site. */
#include "rig.h"
#include "rp/site.h"

static void make(struct rig *r)
{
    const struct rp_site_setup setup = {&r->conf, r->sealer, r->name};
    r->rc = rp_site_make(rig_ctx(r), r->pool, &setup, &r->site);
}

static void assert_refused(struct rig *r, const char *directive)
{
    make(r);
    assert_int_equal(r->rc, OIDC_FAILED);
    assert_code(r, OIDC_E_CONFIG);
    if (!strstr(r->ctx.err.detail, directive)) {
        fail_msg("%s does not name %s", r->ctx.err.detail, directive);
    }
}

static void assert_accepted(struct rig *r)
{
    make(r);
    if (r->rc != OIDC_OK) {
        fail_msg("refused: %s", r->ctx.err.detail);
    }
}

static void test_good(void **state)
{
    struct rig *r = *state;
    assert_accepted(r);
    assert_ptr_equal(rp_site_conf(r->site), &r->conf);
    assert_string_equal(r->site->redirect_path, CALLBACK);
    assert_int_equal(r->site->name_space.n, RP_NAME_SPACE_LEN);
    r->conf.redirect_uri = "/cb";
    assert_accepted(r);
    assert_string_equal(r->site->redirect_path, "/cb");
    r->conf.redirect_uri = "https://rp.test:8443/cb?x=1";
    assert_accepted(r);
    assert_string_equal(r->site->redirect_path, "/cb");
}

static void test_client(void **state)
{
    struct rig *r = *state;
    r->conf.client.id = NULL;
    assert_refused(r, "OIDCClientID");
    r->conf.client.id = "";
    assert_refused(r, "OIDCClientID");
    r->conf.client.id = CLIENT;
    r->conf.client.secret = NULL;
    assert_accepted(r);
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_POST;
    assert_refused(r, "OIDCClientSecret");
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_BASIC;
    assert_refused(r, "OIDCClientSecret");
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_NONE;
    assert_accepted(r);
    r->conf.provider.token_auth = OIDC_CLIENT_AUTH_TLS;
    assert_refused(r, "OIDCProviderTokenEndpointAuth");
}

static void test_provider(void **state)
{
    struct rig *r = *state;
    r->conf.provider.metadata_url = NULL;
    assert_refused(r, "OIDCProviderMetadataURL or OIDCProviderIssuer");
    r->conf.provider.issuer = ISSUER;
    assert_refused(r, "OIDCProviderAuthorizationEndpoint");
    r->conf.provider.authorization_endpoint = ISSUER "/a";
    assert_refused(r, "OIDCProviderTokenEndpoint");
    r->conf.provider.token_endpoint = ISSUER "/t";
    assert_refused(r, "OIDCProviderJwksUri");
    r->conf.provider.id_token_alg = OIDC_ALG_HS256;
    assert_accepted(r);
    r->conf.client.secret = NULL;
    assert_refused(r, "OIDCClientSecret");
    r->conf.provider.id_token_alg = OIDC_ALG_UNKNOWN;
    r->conf.provider.jwks_uri = ISSUER "/j";
    assert_accepted(r);
    r->conf.provider.response_type = "code";
    assert_accepted(r);
    r->conf.provider.response_type = "token";
    assert_refused(r, "OIDCResponseType");
}

static void test_redirect_uri(void **state)
{
    static const char *const bad[] = {NULL, "", "cb", "//rp.test/cb", "https://rp.test/cb#f", "ftp://rp.test/cb",
                                      "https://rp.test/a%20b", "/a b", "https://u@rp.test/cb"};
    struct rig *r = *state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        r->conf.redirect_uri = bad[i];
        make(r);
        assert_int_equal(r->rc, OIDC_FAILED);
        assert_non_null(strstr(r->ctx.err.detail, "OIDCRedirectURI"));
    }
}

static void test_cookie_domain(void **state)
{
    struct rig *r = *state;
    r->conf.redirect_uri = "https://a.rp.test/cb";
    r->conf.cookie.domain = "rp.test";
    assert_accepted(r);
    r->conf.cookie.domain = ".rp.test";
    assert_accepted(r);
    r->conf.cookie.domain = "a.rp.test";
    assert_accepted(r);
    r->conf.cookie.domain = "p.test";
    assert_refused(r, "OIDCCookieDomain");
    r->conf.cookie.domain = "b.rp.test";
    assert_refused(r, "OIDCCookieDomain");
    r->conf.redirect_uri = "/cb"; /* the host is not known yet */
    assert_accepted(r);
}

static void test_limits(void **state)
{
    struct rig *r = *state;
    r->conf.session.inactivity_timeout = 0;
    assert_refused(r, "OIDCSessionInactivityTimeout");
    r->conf.session.inactivity_timeout = 300;
    r->conf.state.timeout = 0;
    assert_refused(r, "OIDCStateTimeout");
    r->conf.state.timeout = 300;
    r->conf.http_short.timeout_ms = 0;
    assert_refused(r, "OIDCHTTPTimeoutShort");
}

static void test_scope_warning(void **state)
{
    struct rig *r = *state;
    r->conf.provider.scope = "profile openidx";
    assert_accepted(r);
    assert_non_null(strstr(r->log, "OIDCScope"));
}

/* Parts of the name space can't be moved into each other (N120). */
static void test_n120_name_space(void **state)
{
    struct rig *r = *state;
    const char *seen[8];
    int n = 0;
    make(r);
    seen[n++] = r->site->name_space.p;
    r->name = HOST ":444";
    make(r);
    seen[n++] = r->site->name_space.p;
    r->conf.client.id = "lient_1";
    r->conf.provider.metadata_url = METADATA_URL "c";
    make(r);
    seen[n++] = r->site->name_space.p;
    r->conf.client.id = CLIENT;
    r->conf.provider.metadata_url = METADATA_URL;
    r->conf.cookie.domain = "rp.test";
    make(r);
    seen[n++] = r->site->name_space.p;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(seen[i], seen[j]);
        }
    }
    r->name = "other:1"; /* with a common domain the host does not matter */
    make(r);
    assert_string_equal(r->site->name_space.p, seen[n - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_client, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_provider, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_redirect_uri, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cookie_domain, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_limits, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_scope_warning, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n120_name_space, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/site", tests, NULL, NULL);
}
