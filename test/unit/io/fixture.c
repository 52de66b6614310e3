/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the io layer begins with. */
#include "fixture.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <sys/random.h>
#include <time.h>

struct fixture t;

static apr_time_t fixture_now(void *baton)
{
    (void)baton;
    return t.now;
}

apr_time_t fixture_real_now(void *baton)
{
    (void)baton;
    return apr_time_now();
}

enum oidc_rc fixture_real_random(void *baton, unsigned char *out, size_t n)
{
    (void)baton;
    return getrandom(out, n, 0) == (ssize_t)n ? OIDC_OK : OIDC_FAILED;
}

static void fixture_log(void *baton, enum oidc_level level, const char *file, int line,
                        const char *text)
{
    (void)baton;
    (void)level;
    (void)file;
    (void)line;
    t.lines++;
    apr_cpystrn(t.line, text, sizeof t.line);
}

static int fixture_log_wants(void *baton, enum oidc_level level)
{
    (void)baton;
    (void)level;
    return 1;
}

int fixture_start(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    apr_pool_create(&t.pool, NULL);
    t.now = apr_time_from_sec(1700000000);
    t.env.now = fixture_now;
    t.env.random = fixture_real_random;
    t.env.log = fixture_log;
    t.env.log_wants = fixture_log_wants;
    oidc_ctx_init(&t.ctx, t.pool, &t.env, NULL);
    return 0;
}

int fixture_end(void **state)
{
    (void)state;
    apr_pool_destroy(t.pool);
    t.pool = NULL;
    return 0;
}

void fixture_fork_ctx(struct oidc_ctx *ctx)
{
    apr_pool_t *pool;
    apr_pool_create(&pool, NULL);
    oidc_ctx_init(ctx, pool, &t.env, NULL);
}

double fixture_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

long fixture_setting(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text && *text ? atol(text) : otherwise;
}

int fixture_is_slow(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 1;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return 1;
#else
    return 0;
#endif
#else
    return 0;
#endif
}

int fixture_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    apr_initialize();
    int failures = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
    apr_terminate();
    return failures;
}
