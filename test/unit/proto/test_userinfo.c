/* SPDX-License-Identifier: Apache-2.0 */
/* The userinfo response. */
#include "fixture.h"

#include "oidc/userinfo.h"

#define JSON "application/json"

static const struct oidc_claims *passed(const char *body, const char *sub)
{
    struct oidc_http_answer answer = fixture_answer(200, JSON, body);
    const struct oidc_claims *claims = NULL;
    assert_ok(oidc_userinfo_check(&t.ctx, &answer, sub, &claims));
    return claims;
}

static void refused(int status, const char *body, enum oidc_code code)
{
    struct oidc_http_answer answer = fixture_answer(status, JSON, body);
    const struct oidc_claims *claims = NULL;
    assert_fails(oidc_userinfo_check(&t.ctx, &answer, "alice", &claims), code);
    assert_null(claims);
}

static void claims_of_the_right_subject_pass(void **state)
{
    (void)state;
    const char *text;
    const struct oidc_claims *claims =
        passed("{\"sub\":\"alice\",\"name\":\"\xec\x9d\xb4\",\"address\":{\"country\":\"KR\"},"
               "\"phone_number_verified\":"
               "false,\"updated_at\":1.5,\"groups\":[\"a\"]}",
               "alice");
    assert_ok(oidc_claims_get_string(claims, "name", &text));
    assert_string_equal(text, "\xec\x9d\xb4");
    assert_true(json_is_object(json_object_get(oidc_claims_json(claims), "address")));
    assert_true(json_is_false(json_object_get(oidc_claims_json(claims), "phone_number_verified")));
}

static void round_trip(void **state)
{
    (void)state;
    json_t *doc = oidc_json_object(t.pool);
    oidc_json_put_string(doc, "sub", "mallory");
    oidc_json_put_string(doc, "name", "A");
    oidc_json_put_int(doc, "updated_at", 5);
    assert_string_equal(oidc_userinfo_print(t.pool, "alice", doc),
                        "{\"sub\":\"alice\",\"name\":\"A\",\"updated_at\":5}");
    assert_string_equal(oidc_userinfo_print(t.pool, "alice", NULL), "{\"sub\":\"alice\"}");
    const struct oidc_claims *back = passed(oidc_userinfo_print(t.pool, "alice", doc), "alice");
    oidc_json_put_string(doc, "sub", "alice");
    assert_true(json_equal(oidc_claims_json(back), doc));
}

static void test_n087_another_sub_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"sub\":\"aliceinvalid\"}",
        "{\"sub\":\"Alice\"}",
        "{\"sub\":\"\"}",
        "{\"sub\":\"alic\"}",
        "{\"name\":\"alice\"}",
        "{\"sub\":null}",
        "{\"sub\":1}",
        "{\"sub\":[\"alice\"]}",
        "{\"sub\":true}",
        "{\"Sub\":\"alice\"}",
        "{}",
        "{\"sub\":\"alice \"}",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refused(200, bodies[i], OIDC_E_USERINFO_SUB);
    }
}

static void without_an_id_token_nothing_is_equal(void **state)
{
    (void)state;
    struct oidc_http_answer answer = fixture_answer(200, JSON, "{\"sub\":\"alice\"}");
    const struct oidc_claims *claims = NULL;
    assert_fails(oidc_userinfo_check(&t.ctx, &answer, NULL, &claims), OIDC_E_USERINFO_SUB);
    assert_fails(oidc_userinfo_check(&t.ctx, &answer, "", &claims), OIDC_E_USERINFO_SUB);
    assert_null(claims);
}

static void test_n087_what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {"",
                                         "[]",
                                         "[{\"sub\":\"alice\"}]",
                                         "\"alice\"",
                                         "null",
                                         "<html><body>alice</body></html>",
                                         "{\"sub\":\"alice\"}{\"sub\":\"bob\"}",
                                         "{\"sub\":\"alice\",\"sub\":\"bob\"}",
                                         "{\"sub\":\"alice\\u0000bob\"}",
                                         "{\"sub\":\"alice\"",
                                         "{\"sub\":\"alice\",\"x\":\"\xff\"}"};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        refused(200, bodies[i], OIDC_E_USERINFO);
    }
}

static void test_n087_the_size_has_a_limit(void **state)
{
    (void)state;
    static const char head[] = "{\"sub\":\"alice\"}";
    for (int over = -1; over <= 1; over++) {
        size_t n = (size_t)(OIDC_USERINFO_MAX + over);
        char *body = apr_palloc(t.pool, n + 1);
        memset(body, ' ', n);
        memcpy(body, head, sizeof head - 1);
        body[n] = '\0';
        if (over <= 0) {
            passed(body, "alice");
        } else {
            refused(200, body, OIDC_E_USERINFO);
        }
    }
}

static void test_n088_a_jwt_is_refused(void **state)
{
    (void)state;
    struct oidc_http_answer answer = fixture_answer(200, "application/jwt;charset=UTF-8",
                                                    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
    const struct oidc_claims *claims = NULL;
    assert_fails(oidc_userinfo_check(&t.ctx, &answer, "alice", &claims), OIDC_E_USERINFO);
    assert_null(claims);
}

static void test_n092_claims_elsewhere_are_left_where_they_are(void **state)
{
    (void)state;
    static const char body[] =
        "{\"sub\":\"alice\",\"_claim_names\":{\"sub\":\"s1\",\"role\":\"s1\"},"
        "\"_claim_sources\":{\"s1\":{\"endpoint\":\"http://169.254.169.254/\",\"JWT\":\"a.b.c\"}}}";
    const struct oidc_claims *claims = passed(body, "alice");
    const char *text;
    assert_ok(oidc_claims_get_string(claims, "sub", &text));
    assert_string_equal(text, "alice");
    assert_null(json_object_get(oidc_claims_json(claims), "role"));
}

static void other_statuses_are_refused(void **state)
{
    (void)state;
    static const int statuses[] = {0, 100, 199, 201, 204, 301, 302, 400, 401, 403, 500, 503};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        refused(statuses[i], "{\"sub\":\"alice\"}", OIDC_E_USERINFO);
    }
}

static void details_say_what_came(void **state)
{
    (void)state;
    const struct oidc_claims *claims;
    struct oidc_http_answer answer = fixture_answer(401, "", "");
    answer.www_authenticate = "Bearer error=\"invalid_token\"";
    assert_int_equal(oidc_userinfo_check(&t.ctx, &answer, "alice", &claims), OIDC_FAILED);
    assert_string_equal(
        t.ctx.err.detail,
        "the userinfo endpoint answered with status 401, content type (none), 0 bytes, challenge "
        "\"Bearer error=\\x22invalid_token\\x22\"");
    oidc_ctx_clear(&t.ctx);
    answer = fixture_answer(400, JSON, "{\"error\":\"invalid_token\"}");
    assert_int_equal(oidc_userinfo_check(&t.ctx, &answer, "alice", &claims), OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail,
                        "the userinfo endpoint answered with status 400, error \"invalid_token\", "
                        "description (none)");
}

static const struct CMUnitTest tests[] = {
    CASE(claims_of_the_right_subject_pass),
    CASE(round_trip),
    CASE(test_n087_another_sub_is_refused),
    CASE(without_an_id_token_nothing_is_equal),
    CASE(test_n087_what_is_no_object_is_refused),
    CASE(test_n087_the_size_has_a_limit),
    CASE(test_n088_a_jwt_is_refused),
    CASE(test_n092_claims_elsewhere_are_left_where_they_are),
    CASE(other_statuses_are_refused),
    CASE(details_say_what_came),
};
RUN(tests)
