/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded buffer and the reader. */
#include "fixture.h"

#include "oidc/buf.h"

static void grows_and_ends_with_nul(void **state)
{
    (void)state;
    struct oidc_buf b;
    struct oidc_str s;
    oidc_buf_init(&b, t.pool, 100000);
    for (int i = 0; i < 10000; i++) {
        oidc_buf_add_z(&b, "ab");
        oidc_buf_add_char(&b, 'c');
    }
    assert_ok(oidc_buf_take(&t.ctx, &b, "x", &s));
    assert_int_equal(s.n, 30000);
    assert_int_equal(strlen(s.p), 30000);
    assert_memory_equal(s.p + 29997, "abc", 3);
}

static void limit_at_n_minus_1_n_n_plus_1(void **state)
{
    (void)state;
    for (size_t max = 0; max < 600; max += 150) {
        for (size_t n = max ? max - 1 : 0; n <= max + 1; n++) {
            struct oidc_buf b;
            struct oidc_str s;
            oidc_buf_init(&b, t.pool, max);
            for (size_t i = 0; i < n; i++) {
                oidc_buf_add_char(&b, 'x');
            }
            if (n <= max) {
                assert_ok(oidc_buf_take(&t.ctx, &b, "x", &s));
                assert_int_equal(s.n, n);
            } else {
                assert_fails(oidc_buf_take(&t.ctx, &b, "the thing", &s), OIDC_E_TOO_LARGE);
            }
        }
    }
}

static void overflow_is_for_good(void **state)
{
    (void)state;
    struct oidc_buf b;
    struct oidc_str s;
    oidc_buf_init(&b, t.pool, 10);
    oidc_buf_add_z(&b, "12345678901");
    assert_true(b.overflowed);
    oidc_buf_add_z(&b, "x");
    assert_int_equal(b.n, 0);
    assert_int_equal(oidc_buf_take(&t.ctx, &b, "the thing", &s), OIDC_FAILED);
    assert_string_equal(t.ctx.err.detail, "the thing is larger than 10 bytes");
}

static void sizes_that_wrap_are_refused(void **state)
{
    (void)state;
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 1000);
    oidc_buf_add_z(&b, "x");
    oidc_buf_add(&b, "y", SIZE_MAX);
    assert_true(b.overflowed);
}

static void numbers_round_trip(void **state)
{
    (void)state;
    struct oidc_buf b;
    struct oidc_str s;
    struct oidc_reader r;
    oidc_buf_init(&b, t.pool, 100);
    oidc_buf_add_char(&b, (char)0xfe);
    oidc_buf_add_u16(&b, 0xffff);
    oidc_buf_add_u32(&b, 0xdeadbeef);
    oidc_buf_add_u64(&b, APR_UINT64_MAX - 1);
    oidc_buf_add_str(&b, oidc_str("a\0b", 3));
    assert_ok(oidc_buf_take(&t.ctx, &b, "x", &s));
    assert_int_equal(s.n, 18);
    assert_memory_equal(s.p, "\xfe\xff\xff\xde\xad\xbe\xef", 7);
    oidc_reader_init(&r, s);
    assert_int_equal(oidc_reader_u8(&r), 0xfe);
    assert_int_equal(oidc_reader_u16(&r), 0xffff);
    assert_int_equal(oidc_reader_u32(&r), 0xdeadbeef);
    assert_true(oidc_reader_u64(&r) == APR_UINT64_MAX - 1);
    struct oidc_str bytes = oidc_reader_bytes(&r, 3);
    assert_memory_equal(bytes.p, "a\0b", 3);
    assert_int_equal(r.bad, 0);
    assert_ptr_equal(r.p, r.end);
}

static void a_number_too_big_for_u16_overflows(void **state)
{
    (void)state;
    struct oidc_buf b;
    oidc_buf_init(&b, t.pool, 100);
    oidc_buf_add_u16(&b, 0x10000);
    assert_true(b.overflowed);
}

static void reading_beyond_the_end_is_bad_for_good(void **state)
{
    (void)state;
    struct oidc_reader r;
    oidc_reader_init(&r, oidc_str("\x01\x02\x03", 3));
    assert_int_equal(oidc_reader_u32(&r), 0);
    assert_int_equal(r.bad, 1);
    assert_int_equal(oidc_reader_u8(&r), 0);
    assert_null(oidc_reader_bytes(&r, 0).p);
    oidc_reader_init(&r, oidc_str("ab", 2));
    assert_null(oidc_reader_bytes(&r, SIZE_MAX).p);
    assert_int_equal(r.bad, 1);
    oidc_reader_init(&r, oidc_str(NULL, 0));
    assert_int_equal(oidc_reader_bytes(&r, 0).n, 0);
    assert_int_equal(r.bad, 0);
    assert_int_equal(oidc_reader_u16(&r), 0);
    assert_int_equal(r.bad, 1);
}

static const struct CMUnitTest tests[] = {
    CASE(grows_and_ends_with_nul),
    CASE(limit_at_n_minus_1_n_n_plus_1),
    CASE(overflow_is_for_good),
    CASE(sizes_that_wrap_are_refused),
    CASE(numbers_round_trip),
    CASE(a_number_too_big_for_u16_overflows),
    CASE(reading_beyond_the_end_is_bad_for_good),
};

RUN(tests)
