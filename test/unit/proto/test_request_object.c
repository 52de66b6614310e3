/* SPDX-License-Identifier: Apache-2.0 */
/* Signed requests and client assertions, read back by the verifier. */
#include "tokens.h"

#include "oidc/client_assertion.h"
#include "oidc/request_object.h"

static const json_t *verified(const char *compact, const char *typ)
{
    struct oidc_jwt *jwt = NULL;
    const json_t *claims = NULL;
    assert_ok(oidc_jwt_parse(&t.ctx, oidc_str_z(compact), OIDC_JWT_MAX, &jwt));
    assert_string_equal(oidc_jwt_typ(jwt), typ);
    assert_ok(oidc_jwt_verify(&t.ctx, jwt, keys.set, OIDC_ALG_SET_ASYMMETRIC, &claims));
    return claims;
}

static void same(const json_t *claims, const char *name, const char *value)
{
    const char *text = NULL;
    assert_ok(oidc_json_get_string(claims, name, &text));
    assert_string_equal(text, value);
}

static void assertion_names_the_client_and_is_fresh(void **state)
{
    (void)state;
    struct oidc_client_assertion a = {
        .client_id = CLIENT, .audience = ISSUER, .key = keys.ec, .alg = OIDC_ALG_ES256};
    const char *first = NULL, *second = NULL, *type = NULL, *id = NULL;
    struct oidc_form *form = oidc_form_make(t.pool), *again = oidc_form_make(t.pool);
    assert_ok(oidc_client_assertion_print(&t.ctx, &a, form));
    assert_ok(oidc_form_get(&t.ctx, form, "client_assertion", &first));
    assert_ok(oidc_form_get(&t.ctx, form, "client_assertion_type", &type));
    assert_ok(oidc_form_get(&t.ctx, form, "client_id", &id));
    assert_string_equal(type, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_string_equal(id, CLIENT);
    const json_t *claims = verified(first, "JWT");
    same(claims, "iss", CLIENT);
    same(claims, "sub", CLIENT);
    same(claims, "aud", ISSUER); /* one string: N040 */
    apr_int64_t exp = 0;
    assert_ok(oidc_json_get_time(claims, "exp", &exp));
    assert_int_equal(exp, NOW + OIDC_CLIENT_ASSERTION_TTL);
    assert_ok(oidc_client_assertion_print(&t.ctx, &a, again));
    assert_ok(oidc_form_get(&t.ctx, again, "client_assertion", &second));
    assert_string_not_equal(first, second);
}

static void key_that_does_not_fit_signs_nothing(void **state)
{
    (void)state;
    struct oidc_client_assertion a = {
        .client_id = CLIENT, .audience = ISSUER, .key = keys.ec, .alg = OIDC_ALG_RS256};
    assert_fails(oidc_client_assertion_print(&t.ctx, &a, oidc_form_make(t.pool)), OIDC_E_JWT_KEY);
}

static void request_keeps_the_types_of_its_parameters(void **state)
{
    (void)state;
    const char *out = NULL;
    apr_int64_t number = 0;
    const json_t *object = NULL;
    struct oidc_request_object r = {.client_id = CLIENT,
                                    .issuer = ISSUER,
                                    .key = keys.rsa,
                                    .alg = OIDC_ALG_RS256,
                                    .ttl = 30,
                                    .params =
                                        fixture_form("response_type=code&state=s&max_age=60&claims="
                                                     "%7B%22id_token%22%3A%7B%7D%7D&iss=forged")};
    assert_ok(oidc_request_object_print(&t.ctx, &r, &out));
    const json_t *claims = verified(out, "oauth-authz-req+jwt");
    same(claims, "iss", CLIENT);
    same(claims, "aud", ISSUER);
    same(claims, "response_type", "code");
    assert_ok(oidc_json_get_time(claims, "max_age", &number));
    assert_int_equal(number, 60);
    assert_ok(oidc_json_get_object(claims, "claims", &object));
    assert_ok(oidc_json_get_time(claims, "exp", &number));
    assert_int_equal(number, NOW + 30);
}

static const struct CMUnitTest tests[] = {
    CASE(assertion_names_the_client_and_is_fresh),
    CASE(key_that_does_not_fit_signs_nothing),
    CASE(request_keeps_the_types_of_its_parameters),
};
int main(void)
{
    return fixture_run(tests, COUNT(tests), NULL, 0, keys_start);
}
