/* SPDX-License-Identifier: Apache-2.0 */
/* Values of directives: what is read, what is refused, and what the message says. */
#include "fixture.h"

#include "oidc/form.h"

static struct httpd_conf *server(void)
{
    struct httpd_conf *c = apr_pcalloc(pool, sizeof *c);
    assert_null(httpd_table_preset(&httpd_conf_table, HTTPD_SERVER, pool, c));
    return c;
}

static struct httpd_dir *section(void)
{
    struct httpd_dir *d = apr_pcalloc(pool, sizeof *d);
    assert_null(httpd_table_preset(&httpd_conf_table, HTTPD_DIR, pool, d));
    return d;
}

static void refused(void *conf, enum httpd_row_number row, const char *line, const char *says)
{
    const char *message = read_line(conf, row, line);
    if (!message) {
        fail_msg("%s %s was accepted", httpd_conf_rows[row].name, line);
    }
    if (!strstr(message, says)) {
        fail_msg("%s does not say %s", message, says);
    }
}

static void booleans(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    static const char *const on[] = {"true", "On", "YES", "1"}, *const off[] = {"false", "Off",
"no", "0"};
    for (int i = 0; i < 4; i++) {
        assert_null(read_line(c, HTTPD_ROW_OIDCCookieHTTPOnly, off[i]));
        assert_int_equal(c->rp.cookie.http_only, 0);
        assert_null(read_line(c, HTTPD_ROW_OIDCCookieHTTPOnly, on[i]));
        assert_int_equal(c->rp.cookie.http_only, 1);
    }
    refused(c, HTTPD_ROW_OIDCCookieHTTPOnly, "maybe", "expected On or Off, got \"maybe\"");
}

static void words_have_their_nearest(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCPKCEMethod, "plain"));
    assert_int_equal(c->rp.provider.pkce, RP_PKCE_PLAIN);
    refused(c, HTTPD_ROW_OIDCPKCEMethod, "s256", "did you mean \"S256\"?");
    refused(c, HTTPD_ROW_OIDCPKCEMethod, "s256", "one of S256, plain, none");
    refused(c, HTTPD_ROW_OIDCResponseMode, "formpost", "did you mean \"form_post\"?");
    assert_null(strstr(read_line(c, HTTPD_ROW_OIDCResponseMode, "zzzzzzzzzzzzzzz"), "did you "
                                        "mean"));
    refused(c, HTTPD_ROW_OIDCSessionType, "Server-Cache", "did you mean \"server-cache\"?");
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "basic", "client_secret_basic");
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "private_key_jwt:", "RS256");
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "private_key_jwt:HS256", "did you mean \"RS256\"?");
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "private_key_jwt:none", "ES256");
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "client_secret_jwt:HS256", "client_secret_jwt");
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "tls_client_auth", "does not support");
}

static void assertions_have_their_algorithm(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    const struct rp_provider_conf *p = &c->rp.provider;
    for (int alg = OIDC_ALG_RS256; alg <= OIDC_ALG_EDDSA; alg++) {
        assert_null(read_line(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth,
                              apr_pstrcat(pool, "private_key_jwt:", oidc_alg_name((enum oidc_alg)alg), NULL)));
        assert_int_equal(p->token_auth, OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT);
        assert_int_equal(p->token_auth_alg, alg);
    }
    assert_null(read_line(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "private_key_jwt"));
    assert_int_equal(p->token_auth_alg, OIDC_ALG_UNKNOWN);
    assert_null(read_line(c, HTTPD_ROW_OIDCProviderTokenEndpointAuth, "client_secret_jwt"));
    assert_int_equal(p->token_auth, OIDC_CLIENT_AUTH_SECRET_JWT);
}

static void bits_add_up_and_off_stands_alone(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    struct httpd_dir *d = section();
    assert_null(read_line(c, HTTPD_ROW_OIDCInfoHook, "iat exp"));
    assert_null(read_line(c, HTTPD_ROW_OIDCInfoHook, "userinfo"));
    assert_int_equal(c->rp.info, RP_INFO_IAT | RP_INFO_EXP | RP_INFO_USERINFO);
    refused(c, HTTPD_ROW_OIDCInfoHook, "iat everything", "everything");
    assert_null(read_line(d, HTTPD_ROW_OIDCPassIDTokenAs, "payload serialized"));
    assert_int_equal(d->rp.pass_id_token, RP_ID_TOKEN_PAYLOAD | RP_ID_TOKEN_SERIALIZED);
    refused(section(), HTTPD_ROW_OIDCPassIDTokenAs, "claims off", "alone");
    d = section();
    assert_null(read_line(d, HTTPD_ROW_OIDCPassIDTokenAs, "off"));
    assert_int_equal(d->rp.pass_id_token, 0);
}

static void lists_grow_within_a_section(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCBlackListedClaims, "a b"));
    assert_null(read_line(c, HTTPD_ROW_OIDCBlackListedClaims, "c"));
    assert_string_equal(c->rp.claims.deny[0], "a");
    assert_string_equal(c->rp.claims.deny[2], "c");
    assert_null(c->rp.claims.deny[3]);
}

static void addresses(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    static const char *const bad[] = {"not-a-url", "ftp://localhost/cb", "javascript:alert(1)",
                                                            "https://",
                                      "http://u:p@x/", "//evil.example/", "/\\evil", "http://x/ y",
                                      "https:///x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_non_null(read_line(c, HTTPD_ROW_OIDCDefaultURL, apr_psprintf(pool, "\"%s\"",
                                                            bad[i])));
        assert_non_null(read_line(c, HTTPD_ROW_OIDCProviderTokenEndpoint,
                                  apr_psprintf(pool, "\"%s\"", bad[i])));
    }
    assert_null(read_line(c, HTTPD_ROW_OIDCDefaultURL, "/home?x=1"));
    refused(c, HTTPD_ROW_OIDCProviderTokenEndpoint, "/token", "http or https");
    assert_null(read_line(c, HTTPD_ROW_OIDCRedirectURI, "/oidc/callback"));
    assert_null(read_line(c, HTTPD_ROW_OIDCRedirectURI, "https://www.example.com/cb"));
    refused(c, HTTPD_ROW_OIDCRedirectURI, "https://www.example.com/cb?x=1", "query");
    refused(c, HTTPD_ROW_OIDCRedirectURI, "/cb#f", "fragment");
    assert_null(read_line(c, HTTPD_ROW_OIDCProviderUserInfoEndpoint, "\"\""));
    assert_string_equal(c->rp.provider.userinfo_endpoint, "");
    assert_null(read_line(c, HTTPD_ROW_OIDCCookieDomain, "example.com"));
    refused(c, HTTPD_ROW_OIDCCookieDomain, "exa_mple.com", "domain");
}

static void parameters(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCAuthRequestParams,
                          "resource=a&resource=b&x=%20y&foo=#"));
    assert_int_equal(c->rp.provider.auth_request_params->n, 4);
    assert_string_equal(c->rp.provider.auth_request_params->fields[2].value, " y");
    refused(c, HTTPD_ROW_OIDCAuthRequestParams, "x=%zz", "name=value");
    refused(c, HTTPD_ROW_OIDCAuthRequestParams, "=x", "name=value");
}

static void same_site(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum oidc_samesite session, state;
    } good[] = {{"on", OIDC_SAMESITE_LAX, OIDC_SAMESITE_LAX},
                {"Off", OIDC_SAMESITE_NONE, OIDC_SAMESITE_NONE},
                {"strict", OIDC_SAMESITE_STRICT, OIDC_SAMESITE_LAX},
                {"Strict None", OIDC_SAMESITE_STRICT, OIDC_SAMESITE_NONE},
                {"Disabled", OIDC_SAMESITE_OMIT, OIDC_SAMESITE_OMIT},
                {"None Lax Strict", OIDC_SAMESITE_NONE, OIDC_SAMESITE_LAX}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct httpd_conf *c = server();
        assert_null(read_line(c, HTTPD_ROW_OIDCCookieSameSite, good[i].line));
        assert_int_equal(c->rp.cookie.same_site, good[i].session);
        assert_int_equal(c->rp.cookie.state_same_site, good[i].state);
    }
    refused(server(), HTTPD_ROW_OIDCCookieSameSite, "Loose", "Lax");
    refused(server(), HTTPD_ROW_OIDCCookieSameSite, "Lax Strict", "one of Lax, None, Disabled");
}

static void timeouts(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "7"));
    assert_int_equal(c->rp.http_long.timeout_ms, 7000);
    assert_int_equal(c->rp.http_long.connect_timeout_ms, 10000);
    assert_null(read_line(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "7 3 2"));
    assert_int_equal(c->rp.http_long.retries, 2);
    assert_int_equal(c->rp.http_long.retry_interval_ms, 500);
    assert_null(read_line(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "7 3 0:900"));
    assert_int_equal(c->rp.http_long.retries, 0);
    assert_int_equal(c->rp.http_long.retry_interval_ms, 900);
    refused(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "0", "1 to 3600");
    refused(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "3 0", "1 to 3600");
    refused(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "3 1 x", "whole number");
    refused(c, HTTPD_ROW_OIDCHTTPTimeoutLong, "3 1 1:", "whole number");
}

static void sessions_and_states(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCSessionType, "client-cookie:persistent:store_id_token"));
    assert_int_equal(c->rp.session.type, RP_SESSION_COOKIE);
    assert_int_equal(c->rp.session.persistent, 1);
    assert_int_equal(c->rp.session.store_id_token, 1);
    assert_null(read_line(c, HTTPD_ROW_OIDCSessionType, "server-cache"));
    assert_int_equal(c->rp.session.persistent, 0);
    assert_null(read_line(c, HTTPD_ROW_OIDCStateMaxNumberOfCookies, "3 off"));
    assert_int_equal(c->rp.state.max_cookies, 3);
    assert_int_equal(c->rp.state.delete_oldest, 0);
    assert_null(read_line(c, HTTPD_ROW_OIDCStateMaxNumberOfCookies, "0"));
    assert_int_equal(c->rp.state.delete_oldest, 1);
    refused(c, HTTPD_ROW_OIDCStateMaxNumberOfCookies, "5 maybe", "On or Off");
}

static void test_n047_algorithms_and_flows(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCIDTokenSignedResponseAlg, "ES256"));
    assert_int_equal(c->rp.provider.id_token_alg, OIDC_ALG_ES256);
    refused(c, HTTPD_ROW_OIDCIDTokenSignedResponseAlg, "none", "unsigned");
    refused(c, HTTPD_ROW_OIDCIDTokenSignedResponseAlg, "nOnE", "RS256");
    refused(c, HTTPD_ROW_OIDCIDTokenSignedResponseAlg, "RS257", "did you mean \"RS256\"?");
    refused(c, HTTPD_ROW_OIDCResponseType, "implicit", "code");
    assert_null(read_line(c, HTTPD_ROW_OIDCResponseType, "\"id_token code\""));
    assert_string_equal(c->rp.provider.response_type, "code id_token");
    assert_null(read_line(c, HTTPD_ROW_OIDCResponseType, "code"));
}

static void what_is_passed_on(void **state)
{
    (void)state;
    struct httpd_dir *d = section();
    assert_null(read_line(d, HTTPD_ROW_OIDCPassClaimsAs, "headers latin1"));
    assert_int_equal(d->rp.pass_as, RP_PASS_HEADERS);
    assert_int_equal(d->rp.pass_encoding, RP_PASS_LATIN1);
    assert_null(read_line(d, HTTPD_ROW_OIDCPassClaimsAs, "both"));
    assert_int_equal(d->rp.pass_encoding, RP_PASS_UTF8);
    refused(d, HTTPD_ROW_OIDCPassClaimsAs, "both utf16", "latin1");
    assert_null(read_line(d, HTTPD_ROW_OIDCPassUserInfoAs, "claims json:X-Person"));
    assert_int_equal(d->rp.pass_userinfo, RP_USERINFO_CLAIMS | RP_USERINFO_JSON);
    assert_string_equal(d->rp.userinfo_json_name, "X-Person");
    refused(section(), HTTPD_ROW_OIDCPassUserInfoAs, "claims:x", "json:NAME");
    refused(section(), HTTPD_ROW_OIDCPassUserInfoAs, "json:a b:c", "expected");
    refused(section(), HTTPD_ROW_OIDCPassUserInfoAs, "jwt", "does not pass on");
}

static void refusals(void **state)
{
    (void)state;
    struct httpd_dir *d = section();
    assert_null(read_line(d, HTTPD_ROW_OIDCUnAutzAction, "401 \"Ask the team\""));
    assert_int_equal(d->unautz.status, 401);
    assert_string_equal(d->unautz.arg, "Ask the team");
    assert_null(read_line(d, HTTPD_ROW_OIDCUnAutzAction, "302 https://help.example.com/"));
    refused(d, HTTPD_ROW_OIDCUnAutzAction, "302", "needs a URL");
    refused(d, HTTPD_ROW_OIDCUnAutzAction, "302 //evil.example", "needs a URL");
    refused(d, HTTPD_ROW_OIDCUnAutzAction, "Auth", "auth");
    refused(d, HTTPD_ROW_OIDCUnAutzAction, "404", "401, 403, 302");
}

static void names(void **state)
{
    (void)state;
    struct httpd_dir *d = section();
    refused(d, HTTPD_ROW_OIDCAuthNHeader, "\"X Y\"", "header name");
    refused(d, HTTPD_ROW_OIDCCookie, "a=b", "cookie name");
    refused(d, HTTPD_ROW_OIDCStripCookies, "a b;c", "cookie names");
    refused(d, HTTPD_ROW_OIDCCookiePath, "no-slash", "begins with '/'");
    refused(d, HTTPD_ROW_OIDCCookiePath, "\"/;x\"", "begins with '/'");
    assert_null(read_line(d, HTTPD_ROW_OIDCCookiePath, "/app"));
}

static void the_proxy(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(read_line(c, HTTPD_ROW_OIDCOutgoingProxy, "proxy.example:3128 u:p ntlm"));
    assert_string_equal(c->rp.http_long.proxy, "proxy.example:3128");
    assert_string_equal(c->rp.http_long.proxy_user, "u:p");
    assert_string_equal(c->rp.http_long.proxy_auth, "ntlm");
    refused(c, HTTPD_ROW_OIDCOutgoingProxy, "proxy.example:99999", "host");
    refused(c, HTTPD_ROW_OIDCOutgoingProxy, "p user", "user:password");
    refused(c, HTTPD_ROW_OIDCOutgoingProxy, "p u:p kerberos", "negotiate");
}

static void proxies_that_are_trusted(void **state)
{
    (void)state;
    struct httpd_conf *c = server();
    assert_null(c->forwarded.trusted);
    assert_int_equal(c->forwarded.headers, 0);
    assert_null(read_line(c, HTTPD_ROW_OIDCTrustedProxies, "127.0.0.1 10.0.0.0/8"));
    assert_null(read_line(c, HTTPD_ROW_OIDCTrustedProxies, "::1 2001:db8::/32 0.0.0.0/1"));
    assert_int_equal(c->forwarded.trusted->n, 5);
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "proxy.example.com", "expected addresses");
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "10.0", "expected addresses");
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "10.0.0.0/33", "expected addresses");
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "10.0.0.0/", "expected addresses");
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "10.0.0.0/0", "expected addresses");
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "::1/129", "expected addresses");
    refused(c, HTTPD_ROW_OIDCTrustedProxies, "10.0.0.0/255.0.0.0", "expected addresses");
    assert_null(read_line(c, HTTPD_ROW_OIDCXForwardedHeaders, "X-Forwarded-Host X-Forwarded-Proto"));
    assert_null(read_line(c, HTTPD_ROW_OIDCXForwardedHeaders, "X-Forwarded-Port Forwarded"));
    assert_int_equal(c->forwarded.headers, 15);
    refused(c, HTTPD_ROW_OIDCXForwardedHeaders, "none", "alone");
    refused(server(), HTTPD_ROW_OIDCXForwardedHeaders, "X-Forwarded-For", "X-Forwarded-Port");
}

static void splitting(void **state)
{
    (void)state;
    const char **w;
    assert_int_equal(httpd_table_split(pool, "  a \"b c\" 'd\"e' \"f\\\"g\" \"\"", 0, &w), 5);
    assert_string_equal(w[1], "b c");
    assert_string_equal(w[2], "d\"e");
    assert_string_equal(w[3], "f\"g");
    assert_string_equal(w[4], "");
    assert_int_equal(httpd_table_split(pool, "x=\"a b\" y", 0, &w), 3);
    assert_int_equal(httpd_table_split(pool, "x=\"a b\" y", 1, &w), 2);
    assert_string_equal(w[0], "x=a b");
    assert_int_equal(httpd_table_split(pool, "\"open", 0, &w), 1);
    assert_string_equal(w[0], "open");
    assert_int_equal(httpd_table_split(pool, "", 0, &w), 0);
}

static const struct CMUnitTest tests[] = {
    CASE(booleans), CASE(words_have_their_nearest), CASE(assertions_have_their_algorithm),
    CASE(bits_add_up_and_off_stands_alone),
    CASE(lists_grow_within_a_section), CASE(addresses), CASE(parameters), CASE(same_site),
    CASE(timeouts), CASE(sessions_and_states), CASE(test_n047_algorithms_and_flows),
    CASE(what_is_passed_on), CASE(refusals), CASE(names), CASE(the_proxy),
    CASE(proxies_that_are_trusted), CASE(splitting),
};

RUN(tests)
