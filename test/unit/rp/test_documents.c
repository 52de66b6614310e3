/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of the provider: one fetch for all, last good copies, throttles, several threads. */
#include <apr_thread_proc.h>

#include "oidc/buf.h"
#include "rig.h"
#include "rp/providers.h"

static const struct rp_provider *provider(struct rig *r)
{
    const struct rp_provider *p = NULL;
    r->rc = rp_providers_get(rig_ctx(r), r->site, &p);
    return r->rc == OIDC_OK ? p : NULL;
}

static const struct oidc_jwks *keys(struct rig *r, const struct oidc_jwks *unfit)
{
    const struct oidc_jwks *k = NULL;
    r->rc = rp_providers_get_keys(rig_ctx(r), r->site, OIDC_ALG_ES256, unfit, &k);
    return r->rc == OIDC_OK ? k : NULL;
}

static void test_once(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const struct rp_provider *p = provider(r);
    assert_non_null(p);
    assert_string_equal(p->issuer, ISSUER);
    assert_string_equal(p->token_endpoint, ISSUER "/token");
    for (int i = 0; i < 100; i++) {
        int gets = r->store.gets;
        assert_ptr_equal(provider(r), p); /* parsed once */
        assert_int_equal(r->store.gets, gets);
        rig_tick(r, 60);
    }
    assert_int_equal(r->op.n_metadata, 1);
    assert_non_null(keys(r, NULL));
    assert_int_equal(r->op.n_jwks, 1);
}

/* Another process, or the next start, takes the store's copy. */
static void test_shared(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    assert_non_null(keys(r, NULL));
    rig_restart(r);
    r->op.down = 1;
    assert_non_null(provider(r));
    assert_non_null(keys(r, NULL));
    assert_int_equal(r->op.n_metadata, 1);
    assert_int_equal(r->op.n_jwks, 1);
}

/* A virtual host that trusts less sees nothing of one that trusts all (N279). */
static void test_n279_trust(void **state)
{
    struct rig *r = *state;
    r->conf.http_short.tls_verify = 0;
    rig_start(r);
    assert_non_null(provider(r));
    r->conf.http_short.tls_verify = 1;
    rig_restart(r);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, 2);
}

/* When it is due: one fetch, then again the copy for all. */
static void test_refresh(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const struct rp_provider *p = provider(r);
    rig_tick(r, 86399);
    assert_ptr_equal(provider(r), p);
    rig_tick(r, 1);
    r->op.metadata = "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/new\","
                     "\"token_endpoint\":\"" ISSUER "/token\",\"jwks_uri\":\"" ISSUER "/jwks\"}";
    assert_string_equal(provider(r)->authorization_endpoint, ISSUER "/new");
    assert_int_equal(r->op.n_metadata, 2);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, 2);
    rig_restart(r);
    assert_string_equal(provider(r)->authorization_endpoint, ISSUER "/new");
    assert_int_equal(r->op.n_metadata, 2);
}

/* The last good copy serves on; one attempt and one warning per minute. */
static int warnings(struct rig *r)
{
    int n = 0;
    for (const char *p = r->log; (p = strstr(p, "the last copy is used on")); p++) {
        n++;
    }
    return n;
}

static void stale(struct rig *r)
{
    rig_start(r);
    const struct rp_provider *p = provider(r);
    rig_tick(r, 86400);
    int before = r->op.n_metadata;
    for (int second = 0; second < 600; second++) {
        assert_non_null(provider(r));
        assert_string_equal(provider(r)->token_endpoint, p->token_endpoint);
        assert_code(r, OIDC_E_NONE);
        rig_tick(r, 1);
    }
    assert_true(r->op.n_metadata - before <= 10);
    assert_true(r->op.n_metadata - before >= 8);
    assert_true(warnings(r) <= 10 && warnings(r) >= 8);
}

static void test_stale_down(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    r->op.down = 1;
    stale(r);
    r->op.down = 0;
    rig_tick(r, 70);
    assert_non_null(provider(r));
    int n = r->op.n_metadata;
    rig_tick(r, 3600);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, n);
}

static void test_stale_status(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    r->op.metadata_status = 500;
    stale(r);
}

static void test_stale_garbage(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    r->op.metadata = "<html>we are away</html>";
    stale(r);
}

/* N102: a document that turned bad does not replace the good one. */
static void test_n102_stale_other_issuer(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    r->op.metadata = "{\"issuer\":\"https://evil.test\",\"authorization_endpoint\":\"https://evil.test/a\","
                     "\"token_endpoint\":\"https://evil.test/t\",\"jwks_uri\":\"https://evil.test/j\"}";
    stale(r);
}

/* With a store that fails the copy serves on, and nobody is asked (N094). */
static void test_n094_stale_no_store(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    rig_tick(r, 86400);
    r->store.fail_get = "*";
    assert_non_null(provider(r));
    r->store.fail_get = NULL;
    r->store.fail_add = "*";
    rig_tick(r, 11);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, 1);
    r->store.fail_add = NULL;
    rig_tick(r, 11);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, 2);
}

/* No copy yet, and the provider is down: one probe a second, all others at once. */
static void test_first_down(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->op.down = 1;
    for (int second = 0; second < 60; second++) {
        for (int i = 0; i < 20; i++) {
            assert_null(provider(r));
            assert_code(r, OIDC_E_HTTP_CONNECT);
        }
        rig_tick(r, 1);
    }
    assert_true(r->op.n_metadata <= 60);
    assert_true(r->op.n_metadata >= 55);
    r->op.down = 0;
    rig_tick(r, 1);
    assert_non_null(provider(r)); /* recovery at once */
}

static void test_first_refused(void **state)
{
    static const struct {
        const char *text;
        enum oidc_code code;
    } bad[] = {
        {"<html>", OIDC_E_METADATA},
        {"[]", OIDC_E_METADATA},
        {"{}", OIDC_E_METADATA_ISSUER},
        {"{\"issuer\":\"https://op.test/\",\"authorization_endpoint\":\"https://op.test/a\"}", OIDC_E_METADATA_ISSUER},
        {"{\"issuer\":\"https://op.test\",\"authorization_endpoint\":\"https://op.test/a\","
         "\"jwks_uri\":\"https://op.test/j\"}", OIDC_E_METADATA},
        {"{\"issuer\":\"https://op.test\",\"authorization_endpoint\":\"http://op.test/a\",\"token_endpoint\":"
         "\"https://op.test/t\",\"jwks_uri\":\"https://op.test/j\"}", OIDC_E_METADATA},
    };
    struct rig *r = *state;
    rig_start(r);
    for (size_t i = 0; i < COUNT(bad); i++) {
        r->op.metadata = bad[i].text;
        assert_null(provider(r));
        /* which of the two says it is the message layer's to choose */
        if (r->ctx.err.code != bad[i].code && r->ctx.err.code != OIDC_E_METADATA) {
            fail_msg("%s: %s", bad[i].text, r->ctx.err.detail);
        }
        rig_tick(r, 2);
    }
    r->op.metadata_status = 404;
    assert_null(provider(r));
    assert_code(r, OIDC_E_METADATA);
    assert_non_null(strstr(r->ctx.err.detail, "status 404"));
}

static void test_first_no_store(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->store.fail_get = "p";
    assert_null(provider(r));
    assert_code(r, OIDC_E_STORE);
    r->store.fail_get = NULL;
    r->store.fail_add = "x";
    assert_null(provider(r));
    assert_code(r, OIDC_E_STORE);
    assert_int_equal(r->op.n_metadata, 0);
}

/* Another process is fetching: wait for its document, and take it. */
static int waited;

static void other_process_finishes(struct rig *r, struct oidc_str key)
{
    if (!memmem(key.p, key.n, ":p:", 3) || ++waited != 4) {
        return;
    }
    struct oidc_buf b;
    struct oidc_str bytes = {0};
    oidc_buf_init(&b, r->pool, 100000);
    oidc_buf_add_char(&b, 1);
    oidc_buf_add_u64(&b, (apr_uint64_t)r->now);
    oidc_buf_add_z(&b, r->op.metadata);
    assert_int_equal(oidc_buf_take(&r->ctx, &b, "test", &bytes), OIDC_OK);
    assert_int_equal(r->store.real->ops->put(&r->ctx, r->store.real, key, bytes,
                                             r->now + apr_time_from_sec(3600), 0, NULL), OIDC_OK);
}

static void ask_meanwhile(struct rig *r, const char *url)
{
    struct rp_site *mine = r->site;
    const struct oidc_ctx ctx = r->ctx;
    (void)url;
    r->op.before_answer = NULL;
    waited = 0;
    r->store.before_get = other_process_finishes;
    rig_restart(r); /* the other process, while this one's call is under way */
    assert_non_null(provider(r));
    r->store.before_get = NULL;
    r->site = mine;
    r->ctx = ctx;
}

static void test_wait(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    r->op.before_answer = ask_meanwhile;
    assert_non_null(provider(r));
    assert_int_equal(waited, 4);
    assert_int_equal(r->op.n_metadata, 1);
}

/* N093: unknown keys ask the provider at most once per minute; what is new is used. */
static void test_n093_newer(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const struct oidc_jwks *old = keys(r, NULL), *next;
    assert_int_equal(r->op.n_jwks, 1);
    rig_new_key(r, OIDC_ALG_ES256);
    next = keys(r, old);
    assert_non_null(next);
    assert_ptr_not_equal(next, old);
    assert_int_equal(r->op.n_jwks, 2);
    assert_ptr_equal(keys(r, old), next); /* who saw the old ones gets these without asking */
    assert_int_equal(r->op.n_jwks, 2);
    for (int second = 0; second < 120; second++) {
        const struct oidc_jwks *now = keys(r, NULL);
        (void)keys(r, now);
        assert_code(r, OIDC_E_NONE);
        rig_tick(r, 1);
    }
    assert_int_equal(r->op.n_jwks, 3);
    assert_ptr_not_equal(keys(r, NULL), next);
}

/* A key that another process found is taken from the store. */
static void test_newer_from_store(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const struct oidc_jwks *old = keys(r, NULL);
    struct rp_site *first = r->site;
    rig_restart(r);
    rig_tick(r, 1);
    rig_new_key(r, OIDC_ALG_ES256);
    const struct oidc_jwks *theirs = keys(r, NULL);
    assert_non_null(keys(r, theirs));
    assert_int_equal(r->op.n_jwks, 2);
    r->site = first;
    assert_non_null(keys(r, old));
    assert_int_equal(r->op.n_jwks, 2);
}

static void test_newer_fails(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    const struct oidc_jwks *old = keys(r, NULL);
    r->store.fail_add = "x"; /* N094 */
    assert_null(keys(r, old));
    assert_int_equal(r->rc, OIDC_ABSENT);
    assert_code(r, OIDC_E_NONE);
    assert_int_equal(r->op.n_jwks, 1);
    r->store.fail_add = NULL;
    r->op.down = 1;
    assert_null(keys(r, old));
    assert_int_equal(r->rc, OIDC_ABSENT);
    assert_ptr_equal(keys(r, NULL), old);
    r->op.down = 0;
    r->op.jwks = "{\"keys\":17}"; /* N095 */
    rig_tick(r, 61);
    assert_null(keys(r, old));
    assert_ptr_equal(keys(r, NULL), old);
}

/* A stored copy that is damaged, of another version, or no document is fetched anew (N140). */
static const char *stored;
static size_t stored_n;

static void damage_copy(struct rig *r, struct oidc_str key)
{
    if (memmem(key.p, key.n, ":p:", 3)) {
        r->store.before_get = NULL;
        assert_int_equal(r->store.real->ops->put(&r->ctx, r->store.real, key, oidc_str(stored, stored_n),
                                                 r->now + apr_time_from_sec(3600), 0, NULL), OIDC_OK);
    }
}

static void test_n140_damaged_copy(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } bad[] = {{"", 0}, {"x", 1}, {"\1\0\0\0", 4}, {"\2\0\6\12\0\0\0\0\0{}", 11}, {"\1\0\6\12\0\0\0\0\0{}", 11},
               {"\1\0\6\12\0\0\0\0\0<html>", 15}, {"\1\377\377\377\377\377\377\377\377{}", 11}};
    struct rig *r = *state;
    rig_start(r);
    assert_non_null(provider(r));
    for (size_t i = 0; i < COUNT(bad); i++) {
        rig_restart(r);
        rig_tick(r, 2);
        stored = bad[i].text;
        stored_n = bad[i].n;
        r->store.before_get = damage_copy;
        r->op.n_metadata = 0;
        assert_non_null(provider(r));
        assert_int_equal(r->op.n_metadata, 1);
        assert_code(r, OIDC_E_NONE);
    }
}

/* A clock that was wrong: a copy from the future is not fresh for ever (N157). */
static void test_n157_future_copy(void **state)
{
    struct rig *r = *state;
    rig_start(r);
    rig_tick(r, 86400 * 365);
    assert_non_null(provider(r));
    rig_tick(r, -86400 * 365);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, 2);
    assert_non_null(provider(r));
    assert_int_equal(r->op.n_metadata, 2);
}

/* Many threads use documents while they are replaced (N269). */
#define THREADS 6
struct work {
    struct rig *r;
    int failures;
};

static void *APR_THREAD_FUNC use(apr_thread_t *thread, void *baton)
{
    struct work *w = baton;
    (void)thread;
    for (int i = 0; i < 300; i++) {
        apr_allocator_t *allocator;
        apr_pool_t *pool;
        struct oidc_ctx ctx;
        const struct rp_provider *p;
        const struct oidc_jwks *k;
        apr_allocator_create(&allocator);
        apr_pool_create_ex(&pool, NULL, NULL, allocator);
        apr_allocator_owner_set(allocator, pool);
        oidc_ctx_init(&ctx, pool, &w->r->env, NULL);
        if (rp_providers_get(&ctx, w->r->site, &p) != OIDC_OK || strcmp(p->issuer, ISSUER) != 0
            || rp_providers_get_keys(&ctx, w->r->site, OIDC_ALG_ES256, NULL, &k) != OIDC_OK
            || oidc_jwks_count(k) != 1
            || (i % 10 == 0
                && rp_providers_get_keys(&ctx, w->r->site, OIDC_ALG_ES256, k, &k) == OIDC_OK
                && oidc_jwks_count(k) != 1)) {
            w->failures++;
        }
        apr_pool_destroy(pool);
    }
    return NULL;
}

/* The parts of the rig that are not made for threads are left out. */
static apr_time_t racing_now(void *baton)
{
    struct rig *r = baton;
    static apr_uint32_t ticks;
    return r->now + apr_time_from_msec(__atomic_add_fetch(&ticks, 1, __ATOMIC_RELAXED) * 50);
}

static int fetched;

static enum oidc_rc static_call(struct oidc_ctx *ctx, struct oidc_http *self, const struct oidc_http_call *call,
                                struct oidc_http_answer *out)
{
    const struct rig *r = ((struct rig_provider *)self)->rig;
    const char *text = strstr(call->url, "/jwks") ? r->op.jwks : r->op.metadata;
    __atomic_add_fetch(&fetched, 1, __ATOMIC_RELAXED);
    memset(out, 0, sizeof *out);
    out->status = 200;
    out->content_type = "application/json";
    out->body = oidc_str_z(apr_pstrdup(ctx->pool, text));
    return OIDC_OK;
}

static void no_log(void *baton, enum oidc_level level, const char *file, int line, const char *text)
{
    (void)baton, (void)level, (void)file, (void)line, (void)text;
}

static void test_n269_threads(void **state)
{
    struct rig *r = *state;
    apr_thread_t *threads[THREADS];
    struct work work[THREADS];
    apr_status_t rv;
    r->conf.provider.jwks_refresh = 2;
    r->conf.provider.metadata_refresh = 2;
    rig_start(r);
    r->env.now = racing_now;
    r->env.store = r->store.real;
    r->op.port.call = static_call;
    r->env.log = no_log;
    for (int i = 0; i < THREADS; i++) {
        work[i] = (struct work){r, 0};
        assert_int_equal(apr_thread_create(&threads[i], NULL, use, &work[i], r->pool), APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        apr_thread_join(&rv, threads[i]);
        assert_int_equal(work[i].failures, 0);
    }
    assert_true(fetched > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_once, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_shared, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n279_trust, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_refresh, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_stale_down, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_stale_status, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_stale_garbage, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n102_stale_other_issuer, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n094_stale_no_store, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_first_down, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_first_refused, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_first_no_store, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_wait, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n093_newer, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_newer_from_store, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_newer_fails, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n140_damaged_copy, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n157_future_copy, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_n269_threads, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("rp/documents", tests, NULL, NULL);
}
