/* SPDX-License-Identifier: Apache-2.0 */
/* Sets when somebody else changes them at the same moment, every time or for ever. */
#include "fixture.h"

#include <apr_strings.h>

#include "io/store_set.h"
#include "oidc/store_mem.h"

/* A store where another one is faster: just before a write he adds a member of his own. */
static struct oidc_store *base, meddled;
static int meddle, met;
static struct oidc_str key;

static void be_faster(struct oidc_ctx *ctx)
{
    if (meddle > 0) {
        meddle--;
        struct oidc_str member = oidc_str_z(apr_psprintf(t.pool, "other-%d", met++));
        assert_ok(oidc_store_set_add(ctx, base, key, member, t.now + 1000000));
    }
}

static enum oidc_rc get(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str k,
                        struct oidc_store_value *out)
{
    (void)self;
    return base->ops->get(ctx, base, k, out);
}

static enum oidc_rc put(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str k,
                        struct oidc_str value, apr_time_t expires, apr_uint64_t expected,
                        apr_uint64_t *version)
{
    (void)self;
    be_faster(ctx);
    return base->ops->put(ctx, base, k, value, expires, expected, version);
}

static enum oidc_rc add(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str k,
                        struct oidc_str value, apr_time_t expires)
{
    (void)self;
    be_faster(ctx);
    return base->ops->add(ctx, base, k, value, expires);
}

static const struct oidc_store_ops ops = {.name = "meddled", .get = get, .put = put, .add = add};

static int start(void **state)
{
    fixture_start(state);
    assert_ok(oidc_store_mem_make(&t.ctx, &base));
    meddled.ops = &ops;
    key = oidc_str_z("set");
    met = 0;
    return 0;
}

static int members(void)
{
    const struct oidc_str *list;
    int n = 0;
    enum oidc_rc rc = oidc_store_set_get(&t.ctx, base, key, &list, &n);
    assert_int_not_equal(rc, OIDC_FAILED);
    return rc == OIDC_OK ? n : 0;
}

static void nothing_is_lost(void **state)
{
    (void)state;
    apr_time_t expires = t.now + 1000000;
    meddle = 5;
    assert_ok(oidc_store_set_add(&t.ctx, &meddled, key, oidc_str_z("mine"), expires));
    assert_int_equal(members(), 6);
    meddle = 3;
    assert_ok(oidc_store_set_drop(&t.ctx, &meddled, key, oidc_str_z("mine")));
    assert_int_equal(members(), 8);
    meddle = 0;
    assert_absent(oidc_store_set_drop(&t.ctx, &meddled, key, oidc_str_z("mine")));
}

static void it_does_not_go_on_for_ever(void **state)
{
    (void)state;
    meddle = 1000000;
    assert_fails(oidc_store_set_add(&t.ctx, &meddled, key, oidc_str_z("mine"), t.now + 1000000),
                 OIDC_E_STORE);
    meddle = 0;
    assert_ok(oidc_store_set_add(&t.ctx, &meddled, key, oidc_str_z("mine"), t.now + 1000000));
}

/* The detail of a failure outlives the rounds. */
static void a_set_that_is_full_is_an_error(void **state)
{
    (void)state;
    char *value = apr_palloc(t.pool, OIDC_STORE_VALUE_MAX);
    size_t n = 0;
    for (unsigned i = 0; n + 264 <= OIDC_STORE_VALUE_MAX; i++, n += 264) {
        memset(value + n, 0, 8);
        apr_uint64_t expires = (apr_uint64_t)t.now + 1000000;
        for (int b = 7; b >= 0; b--, expires >>= 8) {
            value[n + (size_t)b] = (char)(expires & 0xff);
        }
        value[n + 8] = (char)255;
        memset(value + n + 9, 'm', 255);
        memcpy(value + n + 9, &i, sizeof i);
    }
    assert_ok(base->ops->put(&t.ctx, base, key, oidc_str(value, n), t.now + 1000000, 0, NULL));
    char *member = apr_palloc(t.pool, 255);
    memset(member, 'x', 255);
    struct oidc_str m = oidc_str(member, 255);
    assert_int_equal(oidc_store_set_add(&t.ctx, &meddled, key, m, t.now + 1000000), OIDC_FAILED);
    assert_int_equal(t.ctx.err.code, OIDC_E_TOO_LARGE);
    assert_non_null(strstr(t.ctx.err.detail, "set of the store"));
    oidc_ctx_clear(&t.ctx);
    t.now += 1000000; /* the old ones are over */
    assert_ok(oidc_store_set_add(&t.ctx, &meddled, key, m, t.now + 1000000));
    assert_int_equal(members(), 1);
}

#define SET_CASE(f) cmocka_unit_test_setup_teardown(f, start, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SET_CASE(nothing_is_lost),
        SET_CASE(it_does_not_go_on_for_ever),
        SET_CASE(a_set_that_is_full_is_an_error),
    };
    return fixture_run("store_set", tests, sizeof tests / sizeof *tests);
}
