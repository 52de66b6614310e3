/* SPDX-License-Identifier: Apache-2.0 */
/* The store within one process: a hash table and a mutex. */
#include "oidc/store_mem.h"

#include <apr_hash.h>
#include <pthread.h>
#include <string.h>

#include "io/store_limit.h"
#include "io/store_set.h"

#define MEM_SWEEP_EVERY 1024 /* writes between two looks for what has expired */

struct mem_entry {
    apr_pool_t *pool; /* of this entry alone */
    struct oidc_str key, value;
    apr_uint64_t version;
    apr_time_t expires;
};

struct mem_store {
    struct oidc_store store; /* first: the port's handle */
    apr_pool_t *pool;
    apr_hash_t *entries;
    pthread_mutex_t lock;
    apr_uint64_t version;
    unsigned writes;
};

/* One operation on one key. */
struct mem_op {
    struct oidc_ctx *ctx;
    struct mem_store *mem;
    struct oidc_str key;
    apr_time_t now;
};

static apr_status_t mem_end(void *data)
{
    struct mem_store *mem = data;
    return pthread_mutex_destroy(&mem->lock);
}

static enum oidc_rc mem_begin(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                              struct mem_op *op)
{
    if (oidc_store_limit_key(ctx, key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    op->ctx = ctx;
    op->mem = (struct mem_store *)(void *)self;
    op->key = key;
    op->now = oidc_ctx_now(ctx);
    if (pthread_mutex_lock(&op->mem->lock) != 0) {
        return oidc_fail(ctx, OIDC_E_STORE, "the lock of the store in memory fails");
    }
    return OIDC_OK;
}

static enum oidc_rc mem_finish(struct mem_op *op, enum oidc_rc rc)
{
    if (pthread_mutex_unlock(&op->mem->lock) != 0) {
        return oidc_fail(op->ctx, OIDC_E_STORE, "the lock of the store in memory fails");
    }
    return rc;
}

static void mem_remove(struct mem_store *mem, struct mem_entry *e)
{
    apr_hash_set(mem->entries, e->key.p, (apr_ssize_t)e->key.n, NULL);
    apr_pool_destroy(e->pool);
}

static struct mem_entry *mem_find(struct mem_op *op)
{
    struct mem_entry *e = apr_hash_get(op->mem->entries, op->key.p, (apr_ssize_t)op->key.n);
    if (e && oidc_store_limit_over(e->expires, op->now)) {
        mem_remove(op->mem, e);
        e = NULL;
    }
    return e;
}

static void mem_sweep(struct mem_op *op)
{
    if (++op->mem->writes % MEM_SWEEP_EVERY != 0) {
        return;
    }
    for (apr_hash_index_t *i = apr_hash_first(op->ctx->pool, op->mem->entries); i;
         i = apr_hash_next(i)) {
        struct mem_entry *e = apr_hash_this_val(i);
        if (oidc_store_limit_over(e->expires, op->now)) {
            mem_remove(op->mem, e); /* removing the current one is allowed while walking */
        }
    }
}

/*
 * Puts the value there in place of `old`, or only takes `old` away when its time would be over at
 * once.
 */
static enum oidc_rc mem_replace(struct mem_op *op, struct mem_entry *old, struct oidc_str value,
                                apr_time_t expires)
{
    apr_pool_t *pool;
    if (old) {
        mem_remove(op->mem, old);
    }
    op->mem->version++;
    if (expires <= op->now) {
        return OIDC_OK;
    }
    if (apr_pool_create(&pool, op->mem->pool) != APR_SUCCESS) {
        return oidc_fail(op->ctx, OIDC_E_STORE, "no memory");
    }
    struct mem_entry *e = apr_pcalloc(pool, sizeof *e);
    e->pool = pool;
    e->key = oidc_str(oidc_str_dup(pool, op->key), op->key.n);
    e->value = oidc_str(oidc_str_dup(pool, value), value.n);
    e->version = op->mem->version;
    e->expires = oidc_store_limit_expiry(expires, op->now);
    apr_hash_set(op->mem->entries, e->key.p, (apr_ssize_t)e->key.n, e);
    mem_sweep(op);
    return OIDC_OK;
}

static enum oidc_rc mem_get(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_store_value *out)
{
    struct mem_op op;
    if (mem_begin(ctx, self, key, &op) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const struct mem_entry *e = mem_find(&op);
    if (e) {
        out->bytes = oidc_str(oidc_str_dup(ctx->pool, e->value), e->value.n);
        out->version = e->version;
        out->expires = e->expires;
    }
    return mem_finish(&op, e ? OIDC_OK : OIDC_ABSENT);
}

static enum oidc_rc mem_put(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_str value, apr_time_t expires, apr_uint64_t expected,
                            apr_uint64_t *version)
{
    struct mem_op op;
    if (oidc_store_limit_value(ctx, value) != OIDC_OK
        || mem_begin(ctx, self, key, &op) != OIDC_OK) {
        return OIDC_FAILED;
    }
    struct mem_entry *old = mem_find(&op);
    if (expected && (!old || old->version != expected)) {
        return mem_finish(&op, OIDC_ABSENT);
    }
    enum oidc_rc rc = mem_replace(&op, old, value, expires);
    if (rc == OIDC_OK && version) {
        *version = op.mem->version;
    }
    return mem_finish(&op, rc);
}

static enum oidc_rc mem_add(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_str value, apr_time_t expires)
{
    struct mem_op op;
    if (oidc_store_limit_value(ctx, value) != OIDC_OK
        || oidc_store_limit_add(ctx, expires, oidc_ctx_now(ctx)) != OIDC_OK
        || mem_begin(ctx, self, key, &op) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return mem_finish(&op, mem_find(&op) ? OIDC_ABSENT : mem_replace(&op, NULL, value, expires));
}

static enum oidc_rc mem_drop(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key)
{
    struct mem_op op;
    if (mem_begin(ctx, self, key, &op) != OIDC_OK) {
        return OIDC_FAILED;
    }
    struct mem_entry *e = mem_find(&op);
    if (e) {
        mem_remove(op.mem, e);
    }
    return mem_finish(&op, e ? OIDC_OK : OIDC_ABSENT);
}

static const struct oidc_store_ops mem_ops = {
    .name = "mem",
    .get = mem_get,
    .put = mem_put,
    .add = mem_add,
    .drop = mem_drop,
    .index_add = oidc_store_set_add,
    .index_get = oidc_store_set_get,
    .index_drop = oidc_store_set_drop,
};

enum oidc_rc oidc_store_mem_make(struct oidc_ctx *ctx, struct oidc_store **out)
{
    struct mem_store *mem = apr_pcalloc(ctx->pool, sizeof *mem);
    mem->store.ops = &mem_ops;
    if (apr_pool_create(&mem->pool, ctx->pool) != APR_SUCCESS
        || pthread_mutex_init(&mem->lock, NULL) != 0) {
        return oidc_fail(ctx, OIDC_E_STORE, "no memory, or no lock");
    }
    apr_pool_cleanup_register(mem->pool, mem, mem_end, apr_pool_cleanup_null);
    mem->entries = apr_hash_make(mem->pool);
    *out = &mem->store;
    return OIDC_OK;
}
