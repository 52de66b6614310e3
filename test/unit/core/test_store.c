/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the store. */
#include "fixture.h"

#include "oidc/store.h"

static enum oidc_rc key(const char *space, char section, struct oidc_str name, struct oidc_str *out)
{
    return oidc_store_key(&t.ctx, oidc_str_z(space), section, name, out);
}

static void makes_keys(void **state)
{
    (void)state;
    struct oidc_str k;
    assert_ok(key("vhost1", OIDC_STORE_SESSION, oidc_str_z("abc"), &k));
    assert_str(k, "vhost1:s:abc");
    assert_int_equal(k.p[k.n], 0);
    assert_ok(key("", OIDC_STORE_CODE, oidc_str_z("x"), &k));
    assert_str(k, ":o:x");
    assert_ok(key("app:https://a.test:8443", 'j', oidc_str_z("x:y:z"), &k));
    assert_ok(key("app:", 'j', oidc_str("\0\xff", 2), &k));
    assert_int_equal(k.n, 9);
}

static void test_n138_n143_lengths(void **state)
{
    (void)state;
    char name[300];
    struct oidc_str k;
    memset(name, 'n', sizeof name);
    assert_ok(key("ns", 's', oidc_str(name, OIDC_STORE_KEY_MAX - 6), &k));
    assert_ok(key("ns", 's', oidc_str(name, OIDC_STORE_KEY_MAX - 5), &k));
    assert_int_equal(k.n, OIDC_STORE_KEY_MAX);
    assert_fails(key("ns", 's', oidc_str(name, OIDC_STORE_KEY_MAX - 4), &k), OIDC_E_INTERNAL);
    assert_fails(key("ns", 's', oidc_str(name, 0), &k), OIDC_E_INTERNAL);
}

static void test_n279_name_spaces_can_not_overlap(void **state)
{
    (void)state;
    struct oidc_str k;
    static const char *const bad[] = {"a:s", "a:s:b", ":s", ":::", "a b", "a\n", "a\x7f", "a:s:"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_fails(key(bad[i], 's', oidc_str_z("x"), &k), OIDC_E_INTERNAL);
    }
    assert_fails(key("a", ':', oidc_str_z("x"), &k), OIDC_E_INTERNAL);
    assert_fails(key("a", '\0', oidc_str_z("x"), &k), OIDC_E_INTERNAL);
}

static const struct CMUnitTest tests[] = {
    CASE(makes_keys),
    CASE(test_n138_n143_lengths),
    CASE(test_n279_name_spaces_can_not_overlap),
};

RUN(tests)
