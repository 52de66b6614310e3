/* SPDX-License-Identifier: Apache-2.0 */
/* base64 and base64url: RFC 4648 10, round trips, and all that is not canonical. */
#include "fixture.h"

#include "oidc/b64.h"

static const struct {
    const char *plain, *std, *url;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
};

static void known_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct oidc_str plain = oidc_str_z(vectors[i].plain), out;
        assert_string_equal(oidc_b64_print(t.pool, plain), vectors[i].std);
        assert_string_equal(oidc_b64url_print(t.pool, plain), vectors[i].url);
        assert_ok(oidc_b64_parse(t.pool, oidc_str_z(vectors[i].std), &out));
        assert_str(out, vectors[i].plain);
        assert_ok(oidc_b64url_parse(t.pool, oidc_str_z(vectors[i].url), &out));
        assert_str(out, vectors[i].plain);
        assert_int_equal(out.p[out.n], 0);
    }
}

static void round_trips(void **state)
{
    (void)state;
    unsigned char bytes[260], back[260];
    for (size_t n = 0; n < sizeof bytes; n++) {
        struct oidc_str view = oidc_str((const char *)bytes, n), out;
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (unsigned char)(i * 37 + n);
        }
        size_t got = 0;
        const char *text = oidc_b64url_print(t.pool, view);
        assert_ok(oidc_b64url_parse_into(oidc_str_z(text), back, &got));
        assert_int_equal(got, n);
        assert_memory_equal(back, bytes, n);
        assert_ok(oidc_b64_parse(t.pool, oidc_str_z(oidc_b64_print(t.pool, view)), &out));
        assert_true(oidc_str_eq(out, view));
    }
}

/* No byte beyond the 3/4 is written: the sanitizer watches the exact allocation. */
static void parse_into_stays_within_three_quarters(void **state)
{
    (void)state;
    for (size_t n = 0; n < 20; n++) {
        size_t got = 0, room = n * 3 / 4;
        unsigned char *out = malloc(room ? room : 1);
        enum oidc_rc rc = oidc_b64url_parse_into(oidc_str("AAAAAAAAAAAAAAAAAAAA", n), out, &got);
        assert_int_equal(rc, n % 4 == 1 ? OIDC_FAILED : OIDC_OK);
        assert_true(rc != OIDC_OK || got == room);
        free(out);
    }
}

static void test_n058_url_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "A", "AAAAA", "Zg==", "Zg=", "=", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v ", "+/+/",
        "Zm9v+", "Zm9/", "Zh", "Zn", "Zm9", "Zm-9Zm9", "Zm9vYh", "Zm.v", "Zm9\xc3", "Z\x80gA",
    };
    struct oidc_str out;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(oidc_b64url_parse(t.pool, oidc_str_z(bad[i]), &out), OIDC_FAILED);
    }
    assert_int_equal(oidc_b64url_parse(t.pool, oidc_str("Zm\0v", 4), &out), OIDC_FAILED);
    assert_int_equal(oidc_b64url_parse(t.pool, oidc_str("Z\0", 2), &out), OIDC_FAILED);
}

static void test_n058_std_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v====", "Zm9v\n", "-_-_", "Zh==", "Zm9=",
        "Zg==Zg==", "Zm9vZg==x", "Z=g=", "A", " Zg=", "Zm8 ",
    };
    struct oidc_str out;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(oidc_b64_parse(t.pool, oidc_str_z(bad[i]), &out), OIDC_FAILED);
    }
}

/* Every byte in every place of a quad and of both tails: only the 64 digits pass. */
static void test_n058_every_byte_in_every_place(void **state)
{
    (void)state;
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t n = 2; n <= 8; n += n == 4 ? 2 : 1) {
        for (size_t at = 0; at < n; at++) {
            for (int c = 0; c < 256; c++) {
                char text[8] = "AAAAAAAA";
                unsigned char out[8];
                size_t got;
                text[at] = (char)c;
                const char *d = c ? strchr(digits, c) : NULL;
                unsigned value = d ? (unsigned)(d - digits) : 0;
                unsigned over = at == n - 1 && n % 4 == 2   ? value & 15
                                : at == n - 1 && n % 4 == 3 ? value & 3
                                                            : 0;
                assert_int_equal(oidc_b64url_parse_into(oidc_str(text, n), out, &got),
                                 d && !over ? OIDC_OK : OIDC_FAILED);
            }
        }
    }
}

static const struct CMUnitTest tests[] = {
    CASE(known_vectors),
    CASE(round_trips),
    CASE(parse_into_stays_within_three_quarters),
    CASE(test_n058_url_is_strict),
    CASE(test_n058_std_is_strict),
    CASE(test_n058_every_byte_in_every_place),
};

RUN(tests)
