/* SPDX-License-Identifier: Apache-2.0 */
/* The store within one process keeps the contract; threads do not disturb each other. */
#include "store_contract.h"

#include <apr_strings.h>
#include <pthread.h>

#include "oidc/store_mem.h"

static struct oidc_store *make(void)
{
    struct oidc_store *store = NULL;
    assert_ok(oidc_store_mem_make(&t.ctx, &store));
    return store;
}

static const struct store_backend mem = {make, NULL};

struct worker {
    struct oidc_store *store;
    int id, won;
};

/*
 * Each thread adds its own members to one set, and tries to be the first at each of the same marks.
 */
static void *work(void *data)
{
    struct worker *w = data;
    struct oidc_ctx ctx;
    fixture_fork_ctx(&ctx);
    for (int i = 0; i < 100; i++) {
        struct oidc_str mark = oidc_str_z(apr_psprintf(ctx.pool, "mark%d", i));
        struct oidc_str member = oidc_str_z(apr_psprintf(ctx.pool, "%d-%d", w->id, i));
        apr_time_t expires = t.now + apr_time_from_sec(60);
        w->won += w->store->ops->add(&ctx, w->store, mark, member, expires) == OIDC_OK;
        if (w->store->ops->index_add(&ctx, w->store, oidc_str_z("set"), member, expires)
            != OIDC_OK) {
            w->won = -1000000;
        }
    }
    apr_pool_destroy(ctx.pool);
    return NULL;
}

static void threads(void **state)
{
    (void)state;
    struct worker w[4];
    pthread_t id[4];
    const struct oidc_str *list;
    int n, won = 0;
    struct oidc_store *store = make();
    for (int i = 0; i < 4; i++) {
        w[i] = (struct worker){store, i, 0};
        assert_int_equal(pthread_create(&id[i], NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(id[i], NULL);
        won += w[i].won;
    }
    assert_int_equal(won, 100);
    assert_ok(store->ops->index_get(&t.ctx, store, oidc_str_z("set"), &list, &n));
    assert_int_equal(n, 400);
}

/* Entries that nobody asks for again go as well. */
static void sweeps(void **state)
{
    (void)state;
    struct oidc_store_value v;
    struct oidc_store *store = make();
    for (int i = 0; i < 5000; i++) {
        struct oidc_str key = oidc_str_z(apr_psprintf(t.pool, "k%d", i));
        assert_ok(store->ops->put(&t.ctx, store, key, key, t.now + 1000, 0, NULL));
        t.now += 10;
    }
    assert_absent(store->ops->get(&t.ctx, store, oidc_str_z("k0"), &v));
}

int main(void)
{
    struct CMUnitTest tests[STORE_CONTRACT_MAX + 2] = {CASE(threads), CASE(sweeps)};
    return fixture_run("store_mem", tests, store_contract_add(&mem, tests, 2));
}
