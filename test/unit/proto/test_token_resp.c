/* SPDX-License-Identifier: Apache-2.0 */
/* The token response: what passes, what a provider may send instead, what our own one prints. */
#include "fixture.h"

#include "oidc/token_resp.h"

#define JSON "application/json"
#define LEAST "\"access_token\":\"at\",\"token_type\":\"Bearer\""

static void parsed(const char *type, const char *body, struct oidc_token_resp *out)
{
    struct oidc_http_answer answer = fixture_answer(200, type, body);
    assert_ok(oidc_token_resp_parse(&t.ctx, &answer, out));
}

static void refused(int status, const char *body, enum oidc_code code)
{
    struct oidc_http_answer answer = fixture_answer(status, JSON, body);
    struct oidc_token_resp out;
    assert_fails(oidc_token_resp_parse(&t.ctx, &answer, &out), code);
}

static void same(const struct oidc_token_resp *a, const struct oidc_token_resp *b)
{
    assert_same(a, b, access_token);
    assert_same(a, b, token_type);
    assert_same(a, b, refresh_token);
    assert_same(a, b, id_token);
    assert_same(a, b, scope);
    assert_int_equal(a->expires_in, b->expires_in);
}

static void round_trip(void **state)
{
    (void)state;
    static const struct oidc_token_resp messages[] = {
        {"a", "Bearer", "r", "i.i.i", "openid x", 3600},
        {"a\\\"b", "bearer", NULL, NULL, NULL, -1},
        {"a", "BEARER", NULL, "i", NULL, 0},
    };
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct oidc_token_resp back;
        parsed(JSON, oidc_token_resp_print(t.pool, &messages[i]), &back);
        same(&messages[i], &back);
    }
    assert_string_equal(oidc_token_resp_print(t.pool, &messages[0]),
                        "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":3600,"
                        "\"refresh_token\":\"r\",\"id_token\":\"i.i.i\",\"scope\":\"openid x\"}");
}

static void the_least_passes(void **state)
{
    (void)state;
    struct oidc_token_resp r;
    parsed(JSON, "{" LEAST "}", &r); /* no expires_in: conformance, honest provider */
    assert_string_equal(r.access_token, "at");
    assert_null(r.id_token);
    assert_null(r.refresh_token);
    assert_null(r.scope);
    assert_int_equal(r.expires_in, -1);
    parsed(JSON,
           "{" LEAST
           ",\"id_token\":null,\"scope\":null,\"expires_in\":null,\"refresh_token\":null}",
           &r);
    assert_null(r.id_token);
    assert_int_equal(r.expires_in, -1);
    parsed(JSON, " \r\n\t{" LEAST ",\"id_token\":\"\",\"refresh_token\":\"\",\"more\":[{}]}\n", &r);
    assert_null(r.id_token);
    assert_null(r.refresh_token);
}

static void the_case_of_the_token_type_does_not_matter(void **state)
{
    (void)state;
    static const char *const types[] = {"Bearer", "bearer", "bEARER", "BEARER"};
    for (size_t i = 0; i < COUNT(types); i++) {
        struct oidc_token_resp r;
        parsed(
            JSON,
            apr_pstrcat(t.pool, "{\"access_token\":\"a\",\"token_type\":\"", types[i], "\"}", NULL),
            &r);
        assert_string_equal(r.token_type, types[i]);
    }
}

static void expires_in_is_a_number_or_a_string_of_one(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        apr_int64_t seconds;
    } cases[] = {{"0", 0},
                 {"3600", 3600},
                 {"\"3600\"", 3600},
                 {"3600.9", 3600},
                 {"2147483648", 2147483648LL}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct oidc_token_resp r;
        parsed(JSON, apr_pstrcat(t.pool, "{" LEAST ",\"expires_in\":", cases[i].json, "}", NULL),
               &r);
        assert_int_equal(r.expires_in, cases[i].seconds);
    }
}

static void an_array_of_scopes_becomes_a_list(void **state)
{
    (void)state;
    struct oidc_token_resp r;
    parsed(JSON, "{" LEAST ",\"scope\":[\"openid\",\"user:read\"]}", &r);
    assert_string_equal(r.scope, "openid user:read");
    parsed(JSON, "{" LEAST ",\"scope\":[]}", &r);
    assert_true(!r.scope || !*r.scope);
    parsed(JSON, "{" LEAST ",\"scope\":[1]}", &r);
    assert_true(!r.scope || !*r.scope);
}

static void test_n078_members_of_wrong_types_are_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"access_token\":1,\"token_type\":\"Bearer\"}",
        "{\"access_token\":[\"a\"],\"token_type\":\"Bearer\"}",
        "{\"access_token\":true,\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\",\"token_type\":1}",
        "{\"access_token\":\"a\",\"token_type\":[\"Bearer\"]}",
        "{" LEAST ",\"id_token\":{}}",
        "{" LEAST ",\"id_token\":[\"a.b.c\"]}",
        "{" LEAST ",\"refresh_token\":5}",
        "{" LEAST ",\"scope\":5}",
        "{" LEAST ",\"scope\":{}}",
        "{" LEAST ",\"expires_in\":-1}",
        "{" LEAST ",\"expires_in\":1e300}",
        "{" LEAST ",\"expires_in\":2147483649}",
        "{" LEAST ",\"expires_in\":9223372036854775807}",
        "{" LEAST ",\"expires_in\":true}",
        "{" LEAST ",\"expires_in\":\"300x\"}",
        "{" LEAST ",\"expires_in\":\"-1\"}",
        "{" LEAST ",\"expires_in\":\"\"}",
        "{" LEAST ",\"expires_in\":[300]}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refused(200, bodies[i], OIDC_E_TOKEN_RESPONSE);
    }
}

static void what_is_required_must_be_there(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}",
        "{\"token_type\":\"Bearer\",\"id_token\":\"a.b.c\"}",
        "{\"access_token\":\"\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":null,\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\"}",
        "{\"access_token\":\"a\",\"token_type\":\"\"}",
        "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}",
        "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
        "{\"access_token\":\"a\",\"token_type\":\"Bearer \"}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refused(200, bodies[i], OIDC_E_TOKEN_RESPONSE);
    }
}

static void test_n114_a_token_with_a_line_break_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"a\\r\\nX-Evil: 1", "a\\u0001", "a\\u007f", "\\u00e9",
                                         "a\\tb"};
    static const char *const names[] = {"access_token", "id_token", "refresh_token"};
    for (size_t v = 0; v < COUNT(values); v++) {
        for (size_t n = 0; n < COUNT(names); n++) {
            json_t *doc = oidc_json_object(t.pool);
            oidc_json_put_string(doc, "access_token", "a");
            oidc_json_put_string(doc, "token_type", "Bearer");
            json_object_set_new(doc, names[n],
                                json_loads(apr_pstrcat(t.pool, "\"", values[v], "\"", NULL),
                                           JSON_DECODE_ANY, NULL));
            refused(200, oidc_json_print(t.pool, doc), OIDC_E_TOKEN_RESPONSE);
        }
    }
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {"",
                                         " ",
                                         "[]",
                                         "[{" LEAST "}]",
                                         "\"x\"",
                                         "null",
                                         "1",
                                         "{",
                                         "{" LEAST,
                                         "{" LEAST "}x",
                                         "{" LEAST "}{}",
                                         "{" LEAST ",\"access_token\":\"b\"}",
                                         "access_token=a&token_type=Bearer",
                                         "\xef\xbb\xbf{" LEAST "}",
                                         "{" LEAST ",\"x\":\"\\u0000\"}",
                                         "{" LEAST ",\"x\":\"\xff\"}",
                                         "<html>",
                                         "\n <!DOCTYPE html>"};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refused(200, bodies[i], OIDC_E_TOKEN_RESPONSE);
    }
    struct oidc_http_answer with_nul = fixture_answer(200, JSON, "");
    struct oidc_token_resp out;
    with_nul.body = oidc_str("\0{" LEAST "}", sizeof "\0{" LEAST "}" - 1);
    assert_fails(oidc_token_resp_parse(&t.ctx, &with_nul, &out), OIDC_E_TOKEN_RESPONSE);
}

static void the_size_has_a_limit(void **state)
{
    (void)state;
    for (int over = -1; over <= 1; over++) {
        size_t n = (size_t)(OIDC_TOKEN_RESP_MAX + over), head = strlen("{" LEAST "}");
        char *body = apr_palloc(t.pool, n + 1);
        memset(body, ' ', n);
        memcpy(body, "{" LEAST "}", head);
        body[n] = '\0';
        struct oidc_token_resp r;
        if (over <= 0) {
            parsed(JSON, body, &r);
        } else {
            refused(200, body, OIDC_E_TOKEN_RESPONSE);
            refused(400, body, OIDC_E_TOKEN_ENDPOINT);
        }
        memset(body, ' ', n);
        memcpy(body, "{\"error\":\"invalid_client\"}", 26); /* not read at all beyond the limit */
        refused(401, body, over <= 0 ? OIDC_E_TOKEN_CLIENT_AUTH : OIDC_E_TOKEN_ENDPOINT);
    }
}

static void errors_are_told_apart(void **state)
{
    (void)state;
    refused(400, "{\"error\":\"invalid_grant\"}", OIDC_E_TOKEN_ENDPOINT);
    refused(400, "{\"error\":\"invalid_client\"}", OIDC_E_TOKEN_CLIENT_AUTH);
    refused(401, "{\"error\":\"invalid_client\",\"error_description\":5}",
            OIDC_E_TOKEN_CLIENT_AUTH);
    refused(401, "{\"error\":\"invalid_clients\"}", OIDC_E_TOKEN_ENDPOINT);
    refused(401, "", OIDC_E_TOKEN_ENDPOINT);
    refused(500, "<html>oops</html>", OIDC_E_TOKEN_ENDPOINT);
    refused(503, "{\"error\":5}", OIDC_E_TOKEN_ENDPOINT);
    refused(503, "{\"error_description\":\"alone\"}", OIDC_E_TOKEN_ENDPOINT);
    /* a success in form, but not in status */
    refused(201, "{" LEAST "}", OIDC_E_TOKEN_ENDPOINT);
    refused(302, "{" LEAST "}", OIDC_E_TOKEN_ENDPOINT);
    refused(0, "{" LEAST "}", OIDC_E_TOKEN_ENDPOINT);
    /* a success in status, but not in content */
    refused(200, "{\"error\":\"bad_verification_code\"}", OIDC_E_TOKEN_ENDPOINT);
    refused(200, "{" LEAST ",\"error\":\"invalid_client\"}", OIDC_E_TOKEN_CLIENT_AUTH);
}

static void details_quote_the_error(void **state)
{
    (void)state;
    struct oidc_token_resp out;
    struct oidc_http_answer answer = fixture_answer(
        400, JSON, "{\"error\":\"invalid_grant\",\"error_description\":\"no\\n\\\"x\"}");
    assert_int_equal(oidc_token_resp_parse(&t.ctx, &answer, &out), OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail,
                        "the token endpoint answered with status 400, error \"invalid_grant\", "
                        "description \"no\\x0a\\x22x\"");
    oidc_ctx_clear(&t.ctx);
    answer = fixture_answer(502, "text/html", "\n<html>\x1b[31m");
    assert_int_equal(oidc_token_resp_parse(&t.ctx, &answer, &out), OIDC_FAILED);
    assert_string_equal(
        t.ctx.err.detail,
        "the token endpoint answered with status 502, content type \"text/html\", 12 bytes "
        "that begin with \"<html>\\x1b[31m\"");
}

static void a_page_is_quoted_but_nothing_else_is(void **state)
{
    (void)state;
    struct oidc_token_resp out;
    struct oidc_http_answer answer = fixture_answer(200, "text/html", "  <html>Proxy error</html>");
    assert_int_equal(oidc_token_resp_parse(&t.ctx, &answer, &out), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_TOKEN_RESPONSE);
    assert_non_null(strstr(t.ctx.err.detail, "\"<html>Proxy error</html>\""));
    static const char *const secrets[] = {"access_token=canary", "{\"access_token\":\"canary\"",
                                          "{\"access_token\":\"canary\",\"token_type\":\"mac\"}",
                                          "{\"access_token\":\"canary\\n\"}"};
    for (size_t i = 0; i < COUNT(secrets); i++) { /* N223 */
        for (int status = 200; status <= 400; status += 200) {
            oidc_ctx_clear(&t.ctx);
            answer = fixture_answer(status, "text/plain", secrets[i]);
            assert_int_equal(oidc_token_resp_parse(&t.ctx, &answer, &out), OIDC_FAILED);
            assert_null(strstr(t.ctx.err.detail, "canary"));
        }
    }
}

static void content_types(void **state)
{
    (void)state;
    struct oidc_token_resp r;
    static const char *const usual[] = {"application/json", "application/json; charset=utf-8",
                                        "Application/JSON;charset=UTF-8", "application/x+json"};
    static const char *const odd[] = {
        "",      "text/html", "text/plain",         "application/jsonx",
        "+json", "json",      "application/json+x", NULL};
    for (size_t i = 0; i < COUNT(usual); i++) {
        parsed(usual[i], "{" LEAST "}", &r);
        assert_int_equal(t.lines, 0);
    }
    for (size_t i = 0; i < COUNT(odd); i++) {
        parsed(odd[i], "{" LEAST "}", &r);
        assert_int_equal(t.lines, (int)i + 1);
        assert_non_null(strstr(t.line, "content type is"));
    }
}

static const struct CMUnitTest tests[] = {
    CASE(round_trip),
    CASE(the_least_passes),
    CASE(the_case_of_the_token_type_does_not_matter),
    CASE(expires_in_is_a_number_or_a_string_of_one),
    CASE(an_array_of_scopes_becomes_a_list),
    CASE(test_n078_members_of_wrong_types_are_refused),
    CASE(what_is_required_must_be_there),
    CASE(test_n114_a_token_with_a_line_break_is_refused),
    CASE(what_is_no_object_is_refused),
    CASE(the_size_has_a_limit),
    CASE(errors_are_told_apart),
    CASE(details_quote_the_error),
    CASE(a_page_is_quoted_but_nothing_else_is),
    CASE(content_types),
};
RUN(tests)
