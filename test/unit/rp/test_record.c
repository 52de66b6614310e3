/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a session: what goes in comes out, and damage is no session. */
#include "rig.h"
#include "rp/record.h"

static const struct rp_session sample = {.id = "0123456789abcdef0123456789abcdef",
                                         .user = "alice@op.test",
                                         .issuer = ISSUER,
                                         .sub = "alice",
                                         .sid = "",
                                         .binding = HOST,
                                         .created = APR_INT64_C(1700000000123456),
                                         .idle_expires = APR_INT64_C(1700000300123456),
                                         .hard_expires = APR_INT64_C(253402300799000000),
                                         .cold_expires = APR_INT64_C(1700000600123456),
                                         .access_token_expires = APR_INT64_C(4102444800),
                                         .access_token = "at",
                                         .token_type = "Bearer",
                                         .scope = "openid",
                                         .packed = {"\1\0\0\0\0", 5},
                                         .index = {"\x11\0\0\1\2", 5},
                                         .flags = RP_RECORD_PLAIN};

static struct oidc_str print(struct rig *r)
{
    struct oidc_str bytes = {0};
    assert_int_equal(rp_record_print(rig_ctx(r), &sample, &bytes), OIDC_OK);
    return bytes;
}

static void test_round_trip(void **state)
{
    struct rp_session s;
    struct oidc_str bytes = print(*state);
    assert_int_equal(rp_record_read(bytes, &s), OIDC_OK);
    assert_string_equal(s.id, sample.id);
    assert_string_equal(s.user, sample.user);
    assert_string_equal(s.issuer, sample.issuer);
    assert_string_equal(s.sub, sample.sub);
    assert_string_equal(s.sid, "");
    assert_string_equal(s.binding, sample.binding);
    assert_string_equal(s.access_token, "at");
    assert_string_equal(s.token_type, "Bearer");
    assert_string_equal(s.scope, "openid");
    assert_true(s.created == sample.created && s.idle_expires == sample.idle_expires);
    assert_true(s.hard_expires == sample.hard_expires && s.cold_expires == sample.cold_expires);
    assert_true(s.access_token_expires == sample.access_token_expires);
    assert_true(oidc_str_eq(s.packed, sample.packed) && oidc_str_eq(s.index, sample.index));
    assert_int_equal(s.flags, RP_RECORD_PLAIN);
}

/* N140: cut anywhere, it is no record. */
static void test_cut(void **state)
{
    struct rig *r = *state;
    struct oidc_str bytes = print(r);
    for (size_t n = 0; n < bytes.n; n++) {
        struct rp_session s;
        char *copy = apr_pmemdup(r->pool, bytes.p, n + 1);
        copy[n] = 'x'; /* no NUL helps */
        assert_int_equal(rp_record_read(oidc_str(copy, n), &s), OIDC_FAILED);
    }
    struct rp_session s;
    assert_int_equal(rp_record_read(oidc_str(apr_pstrcat(r->pool, "", NULL), 0), &s), OIDC_FAILED);
    char *longer = apr_pcalloc(r->pool, bytes.n + 1);
    memcpy(longer, bytes.p, bytes.n);
    assert_int_equal(rp_record_read(oidc_str(longer, bytes.n + 1), &s), OIDC_FAILED);
}

/* Each byte changed in turn: read or refused, never outside the record. */
static void test_flip(void **state)
{
    struct rig *r = *state;
    struct oidc_str bytes = print(r);
    for (size_t i = 0; i < bytes.n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct rp_session s;
            char *copy = malloc(bytes.n);
            memcpy(copy, bytes.p, bytes.n);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            if (rp_record_read(oidc_str(copy, bytes.n), &s) == OIDC_OK) {
                assert_true(s.user >= copy && s.user + strlen(s.user) < copy + bytes.n);
                assert_true(s.packed.p + s.packed.n <= copy + bytes.n);
            }
            free(copy);
        }
    }
}

static void test_version(void **state)
{
    struct rig *r = *state;
    struct oidc_str bytes = print(r);
    struct rp_session s;
    char *copy = apr_pmemdup(r->pool, bytes.p, bytes.n);
    for (int v = 0; v < 256; v++) {
        copy[0] = (char)v;
        assert_int_equal(rp_record_read(oidc_str(copy, bytes.n), &s), v == 1 ? OIDC_OK : OIDC_FAILED);
    }
}

static void test_patch(void **state)
{
    struct rig *r = *state;
    struct oidc_str bytes = print(r);
    struct rp_session s, again;
    assert_int_equal(rp_record_read(bytes, &s), OIDC_OK);
    s.idle_expires = APR_INT64_C(0x0102030405060708);
    s.cold_expires = APR_INT64_C(0x1112131415161718);
    s.flags = RP_RECORD_LAX;
    assert_int_equal(rp_record_read(rp_record_patch(r->pool, bytes, &s), &again), OIDC_OK);
    assert_true(again.idle_expires == s.idle_expires && again.cold_expires == s.cold_expires);
    assert_int_equal(again.flags, RP_RECORD_LAX);
    assert_true(again.created == sample.created);
    assert_string_equal(again.user, sample.user);
    assert_int_equal(rp_record_read(bytes, &again), OIDC_OK);
    assert_true(again.idle_expires == sample.idle_expires);
}

static void test_cold(void **state)
{
    struct rig *r = *state;
    const struct rp_cold cold = {"rt", "", "hash", "https://rp.test/"};
    struct rp_cold out;
    struct oidc_str bytes = {0};
    assert_int_equal(rp_record_print_cold(rig_ctx(r), &cold, &bytes), OIDC_OK);
    assert_int_equal(rp_record_read_cold(bytes, &out), OIDC_OK);
    assert_string_equal(out.refresh_token, "rt");
    assert_string_equal(out.id_token, "");
    assert_string_equal(out.state, "hash");
    assert_string_equal(out.url, "https://rp.test/");
    for (size_t n = 0; n < bytes.n; n++) {
        assert_int_equal(rp_record_read_cold(oidc_str(bytes.p, n), &out), OIDC_FAILED);
    }
    char *copy = apr_pmemdup(r->pool, bytes.p, bytes.n);
    copy[0] = 9;
    assert_int_equal(rp_record_read_cold(oidc_str(copy, bytes.n), &out), OIDC_FAILED);
}

/* A text can't end before its field does. */
static void test_nul_inside(void **state)
{
    struct rig *r = *state;
    struct oidc_str bytes = print(r);
    struct rp_session s;
    char *copy = apr_pmemdup(r->pool, bytes.p, bytes.n);
    char *user = memmem(copy, bytes.n, sample.user, strlen(sample.user));
    assert_non_null(user);
    user[3] = '\0';
    assert_int_equal(rp_record_read(oidc_str(copy, bytes.n), &s), OIDC_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cut, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_flip, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_version, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_patch, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_cold, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_nul_inside, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/record", tests, NULL, NULL);
}
