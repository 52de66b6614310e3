/* SPDX-License-Identifier: Apache-2.0 */
/* The context's effects. */
#include "fixture.h"

static void starts_without_failure(void **state)
{
    (void)state;
    struct oidc_ctx ctx;
    memset(&ctx, 0xff, sizeof ctx);
    oidc_ctx_init(&ctx, t.pool, &t.env, &t);
    assert_int_equal(ctx.err.code, OIDC_E_NONE);
    assert_ptr_equal(ctx.pool, t.pool);
    assert_ptr_equal(ctx.log_baton, &t);
}

static void clock_is_the_environments(void **state)
{
    (void)state;
    t.now = apr_time_from_sec(5) + 999999;
    assert_int_equal(oidc_ctx_now(&t.ctx), 5999999);
    assert_int_equal(oidc_ctx_now_sec(&t.ctx), 5);
    t.now = apr_time_from_sec(APR_INT64_C(253402300799));
    assert_int_equal(oidc_ctx_now_sec(&t.ctx), APR_INT64_C(253402300799));
}

static void random_fills(void **state)
{
    (void)state;
    unsigned char out[4] = {1, 2, 3, 4};
    assert_ok(oidc_ctx_random(&t.ctx, out, 4));
    assert_int_equal(out[3], 0x5a);
}

static void test_n129_random_failure_stops(void **state)
{
    (void)state;
    unsigned char out[4] = {1, 2, 3, 4}, zero[4] = {0};
    t.random_fails = 1;
    assert_fails(oidc_ctx_random(&t.ctx, out, 4), OIDC_E_RANDOM);
    assert_memory_equal(out, zero, 4);
}

static const struct CMUnitTest tests[] = {
    CASE(starts_without_failure),
    CASE(clock_is_the_environments),
    CASE(random_fills),
    CASE(test_n129_random_failure_stops),
};

RUN(tests)
