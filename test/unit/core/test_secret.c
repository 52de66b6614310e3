/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets are copied, exposed, and wiped with their pool. */
#include "fixture.h"

#include "oidc/secret.h"

static void copies_and_exposes(void **state)
{
    (void)state;
    char text[] = "s3cret";
    struct oidc_secret *s = oidc_secret_make(t.pool, oidc_str_z(text));
    oidc_secret_wipe(text, sizeof text);
    assert_int_equal(text[0], 0);
    assert_str(oidc_secret_expose(s), "s3cret");
    assert_int_equal(oidc_secret_expose(s).p[6], 0);
    assert_int_equal(oidc_secret_expose(NULL).n, 0);
    assert_int_equal(oidc_secret_expose(oidc_secret_make(t.pool, oidc_str(NULL, 0))).n, 0);
    oidc_secret_wipe(NULL, 0);
}

static const char *watched;
static int wiped;

static apr_status_t look(void *baton)
{
    (void)baton;
    wiped = watched[0] == 0 && watched[5] == 0;
    return APR_SUCCESS;
}

static void is_wiped_with_its_pool(void **state)
{
    (void)state;
    apr_pool_t *pool;
    apr_pool_create(&pool, t.pool);
    /* cleanups run last in, first out: this one looks after the secret's own */
    apr_pool_cleanup_register(pool, NULL, look, apr_pool_cleanup_null);
    watched = oidc_secret_expose(oidc_secret_make(pool, oidc_str_z("s3cret"))).p;
    assert_int_equal(watched[0], 's');
    wiped = 0;
    apr_pool_clear(pool);
    assert_true(wiped);
}

static const struct CMUnitTest tests[] = {
    CASE(copies_and_exposes),
    CASE(is_wiped_with_its_pool),
};

RUN(tests)
