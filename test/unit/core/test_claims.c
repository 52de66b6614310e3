/* SPDX-License-Identifier: Apache-2.0 */
/* Verified claims: reading only. */
#include "fixture.h"

#include "oidc/claims_make.h"

static void reads(void **state)
{
    (void)state;
    json_t *doc;
    assert_ok(oidc_json_parse(&t.ctx, t.pool, oidc_str_z("{\"sub\":\"u\",\"exp\":5.5,\"x\":[1]}"),
                              OIDC_E_URL, "x", &doc));
    const struct oidc_claims *claims = oidc_claims_make(t.pool, doc);
    const char *s = NULL;
    apr_int64_t at = 0;
    assert_ptr_equal(oidc_claims_json(claims), doc);
    assert_ok(oidc_claims_get_string(claims, "sub", &s));
    assert_string_equal(s, "u");
    assert_int_equal(oidc_claims_get_string(claims, "x", &s), OIDC_FAILED);
    assert_int_equal(oidc_claims_get_string(claims, "y", &s), OIDC_ABSENT);
    assert_ok(oidc_claims_get_time(claims, "exp", &at));
    assert_int_equal(at, 5);
    assert_int_equal(oidc_claims_get_time(claims, "sub", &at), OIDC_FAILED);
    assert_int_equal(oidc_claims_get_time(claims, "y", &at), OIDC_ABSENT);
}

static const struct CMUnitTest tests[] = {CASE(reads)};

RUN(tests)
