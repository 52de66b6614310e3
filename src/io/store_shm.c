/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of the shared-memory store. Each computes what it can (hash, sum, expiry) before
 * it takes the shard's lock, does nothing under it but follow numbers and copy bytes, and judges
 * what it copied after it has let go.
 */
#include "io/shm.h"
#include "io/store_set.h"

#include <string.h>

/*
 * Values up to this are copied to the stack under the lock, larger ones need a second look with a
 * buffer of their size.
 */
#define SHM_NEAR 8192
#define SHM_TRIES 2 /* a damaged shard is mended once, then it is an error */
/* Room that was made may be taken by another; each time somebody gets on. */
#define SHM_ROOM_TRIES 100

static enum oidc_rc shm_begin(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                              struct oidc_shm_op *op)
{
    struct oidc_shm *shm = (struct oidc_shm *)(void *)self;
    if (oidc_store_limit_key(ctx, key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    op->ctx = ctx;
    op->shm = shm;
    op->key = key;
    op->hash = oidc_shm_hash_key(shm->hash_key, key);
    op->s = oidc_shm_shard_of(op->hash);
    op->now = oidc_ctx_now(ctx);
    return OIDC_OK;
}

/*
 * Works on the locked shard; must not fail the context. *done says that the work is complete,
 * whatever damage was noticed on the way; otherwise it is done again on the mended shard.
 */
typedef enum oidc_rc shm_work(struct oidc_shm_op *op, void *baton, int *done);

static enum oidc_rc shm_run(struct oidc_shm_op *op, shm_work *work, void *baton)
{
    for (int i = 0; i < SHM_TRIES; i++) {
        int done = 0;
        if (oidc_shm_lock_shard(op->ctx, op->shm, op->s) != OIDC_OK) {
            return OIDC_FAILED;
        }
        enum oidc_rc rc = work(op, baton, &done);
        int damaged = oidc_shm_shard(op->shm, op->s)->dirty != 0;
        if (oidc_shm_unlock_shard(op->ctx, op->shm, op->s) != OIDC_OK) {
            return OIDC_FAILED;
        }
        if (done || !damaged) {
            return rc;
        }
    }
    return oidc_fail(op->ctx, OIDC_E_STORE, "shard %u of the shared memory is damaged", op->s);
}

/* The live entry of the key or 0; one whose time is over is dropped on the way. */
static uint32_t shm_find_live(struct oidc_shm_op *op)
{
    uint32_t b = oidc_shm_entry_find(op);
    if (b != OIDC_SHM_NONE && oidc_store_limit_over(oidc_shm_head(op->shm, b)->expires, op->now)) {
        oidc_shm_entry_drop(op->shm, op->s, b);
        oidc_shm_shard(op->shm, op->s)->expired++;
        b = OIDC_SHM_NONE;
    }
    return b;
}

/* ---- get ---- */

struct copy {
    char *to;
    size_t room;
    int too_small;             /* nothing was copied: head.value_n is larger than the room */
    struct oidc_shm_head head; /* as it was when the value was copied */
};

static enum oidc_rc shm_copy_out(struct oidc_shm_op *op, void *baton, int *done)
{
    struct copy *copy = baton;
    struct oidc_shm_shard *shard = oidc_shm_shard(op->shm, op->s);
    uint32_t b = shm_find_live(op);
    if (b == OIDC_SHM_NONE) {
        shard->misses += !shard->dirty;
        return OIDC_ABSENT;
    }
    copy->head = *oidc_shm_head(op->shm, b);
    if (!oidc_shm_entry_is_sound(&copy->head, op->s)) {
        shard->dirty = 1;
        return OIDC_FAILED;
    }
    if (copy->head.value_n > copy->room) {
        copy->too_small = 1;
        *done = 1;
        return OIDC_FAILED;
    }
    if (!oidc_shm_block_read(op->shm, b, copy->head.key_n, copy->to, copy->head.value_n)) {
        shard->dirty = 1;
        return OIDC_FAILED;
    }
    shard->hits++;
    oidc_shm_order_use(op, b);
    *done = 1;
    return OIDC_OK;
}

static enum oidc_rc shm_drop_damaged(struct oidc_shm_op *op, void *baton, int *done)
{
    const struct copy *copy = baton;
    uint32_t b = oidc_shm_entry_find(op);
    if (b != OIDC_SHM_NONE && oidc_shm_head(op->shm, b)->version == copy->head.version) {
        oidc_shm_entry_drop(op->shm, op->s, b);
        oidc_shm_shard(op->shm, op->s)->damaged++;
        *done = 1;
    }
    return OIDC_OK;
}

/*
 * Copies into `copy`, which gets a larger buffer from the pool as long as the value does not fit.
 */
static enum oidc_rc shm_fetch(struct oidc_shm_op *op, struct copy *copy)
{
    for (;;) {
        copy->too_small = 0;
        enum oidc_rc rc = shm_run(op, shm_copy_out, copy);
        if (!copy->too_small) {
            return rc;
        }
        while (copy->room < copy->head.value_n) {
            copy->room *= 2;
        }
        copy->to = apr_palloc(op->ctx->pool, copy->room + 1);
    }
}

static enum oidc_rc shm_get(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_store_value *out)
{
    _Alignas(16) char near[SHM_NEAR];
    struct copy copy = {.to = near, .room = sizeof near};
    struct oidc_shm_op op;
    if (shm_begin(ctx, self, key, &op) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = shm_fetch(&op, &copy);
    if (rc != OIDC_OK) {
        return rc;
    }
    size_t n = copy.head.value_n;
    /* CHECK store_sum: bytes that changed since they were written are no session; N140 */
    if (oidc_shm_hash_value(copy.to, n) != copy.head.sum) {
        if (shm_run(&op, shm_drop_damaged, &copy) != OIDC_OK) {
            return OIDC_FAILED;
        }
        return oidc_fail(ctx, OIDC_E_STORE,
                         "an entry of the shared memory was overwritten and is dropped");
    }
    if (copy.to == near) {
        copy.to = apr_palloc(ctx->pool, n + 1);
        memcpy(copy.to, near, n);
    }
    copy.to[n] = '\0';
    out->bytes = oidc_str(copy.to, n);
    out->version = copy.head.version;
    out->expires = copy.head.expires;
    return OIDC_OK;
}

/* ---- put and add ---- */

struct write {
    struct oidc_shm_record record;
    uint64_t expected; /* version that must be there, or 0 */
    int add;           /* nothing may be there */
    int full, stuck;   /* nothing was changed: no room; no access to the free blocks */
};

/* Under the lock, with nothing in the way: the new entry is there before the old one goes. */
static enum oidc_rc shm_replace(struct oidc_shm_op *op, struct write *w, uint32_t old, int *done)
{
    /* Drawn under the lock: numbers are in the order of use. */
    w->record.version = w->record.used = oidc_shm_next_number(op->shm);
    uint32_t b = oidc_shm_entry_write(op->shm, &w->record);
    if (b == OIDC_SHM_NONE || b == OIDC_SHM_STUCK) {
        w->full = b == OIDC_SHM_NONE;
        w->stuck = b == OIDC_SHM_STUCK;
        return OIDC_FAILED;
    }
    oidc_shm_entry_link(op->shm, op->s, b);
    *done = 1;
    if (old != OIDC_SHM_NONE) {
        oidc_shm_entry_drop(op->shm, op->s, old);
    }
    oidc_shm_shard(op->shm, op->s)->writes++;
    return OIDC_OK;
}

static enum oidc_rc shm_write(struct oidc_shm_op *op, void *baton, int *done)
{
    struct write *w = baton;
    struct oidc_shm_shard *shard = oidc_shm_shard(op->shm, op->s);
    w->full = w->stuck = 0;
    /* What was added is taken away again in time, at twice the pace. */
    (void)oidc_shm_entry_expire(op->shm, op->s, op->now, 2);
    if (shard->count >= op->shm->heap_max
        && oidc_shm_is(op->shm, shard->oldest, OIDC_SHM_TAG_HEAD, op->s)) {
        oidc_shm_entry_drop(op->shm, op->s, shard->oldest);
        shard->evicted++;
    }
    uint32_t old = shm_find_live(op);
    if (shard->dirty) {
        return OIDC_FAILED;
    }
    if (w->add ? old != OIDC_SHM_NONE
               : w->expected
                     && (old == OIDC_SHM_NONE
                         || oidc_shm_head(op->shm, old)->version != w->expected)) {
        return OIDC_ABSENT;
    }
    if (w->record.expires > op->now) {
        return shm_replace(op, w, old, done);
    }
    w->record.version = oidc_shm_next_number(op->shm);
    if (old != OIDC_SHM_NONE) {
        oidc_shm_entry_drop(op->shm, op->s, old);
        *done = 1;
    }
    return OIDC_OK;
}

static enum oidc_rc shm_store(struct oidc_shm_op *op, struct oidc_str value, apr_time_t expires,
                              struct write *w)
{
    w->record = (struct oidc_shm_record){.key = op->key,
                                         .value = value,
                                         .hash = op->hash,
                                         .sum = oidc_shm_hash_value(value.p, value.n),
                                         .expires = oidc_store_limit_expiry(expires, op->now),
                                         .used_sec = (uint32_t)apr_time_sec(op->now)};
    for (int i = 0; i < SHM_ROOM_TRIES; i++) {
        enum oidc_rc rc = shm_run(op, shm_write, w);
        if (w->stuck) {
            return oidc_fail(op->ctx, OIDC_E_STORE, "the free list of the shared memory is locked");
        }
        if (rc != OIDC_FAILED || !w->full) {
            return rc;
        }
        if (oidc_shm_evict(op->ctx, op->shm, oidc_shm_blocks_for(op->key.n, value.n), op->now)
            != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    return oidc_fail(op->ctx, OIDC_E_STORE_FULL, "no room for %zu bytes in the session store",
                     value.n);
}

static enum oidc_rc shm_put(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_str value, apr_time_t expires, apr_uint64_t expected,
                            apr_uint64_t *version)
{
    struct oidc_shm_op op;
    struct write w = {.expected = expected};
    if (shm_begin(ctx, self, key, &op) != OIDC_OK
        || oidc_store_limit_value(ctx, value) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = shm_store(&op, value, expires, &w);
    if (rc == OIDC_OK && version) {
        *version = w.record.version;
    }
    return rc;
}

static enum oidc_rc shm_add(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_str value, apr_time_t expires)
{
    struct oidc_shm_op op;
    struct write w = {.add = 1};
    if (shm_begin(ctx, self, key, &op) != OIDC_OK || oidc_store_limit_value(ctx, value) != OIDC_OK
        || oidc_store_limit_add(ctx, expires, op.now) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return shm_store(&op, value, expires, &w);
}

/* ---- drop ---- */

static enum oidc_rc shm_remove(struct oidc_shm_op *op, void *baton, int *done)
{
    (void)baton;
    uint32_t b = shm_find_live(op);
    if (b == OIDC_SHM_NONE) {
        return OIDC_ABSENT;
    }
    oidc_shm_entry_drop(op->shm, op->s, b);
    *done = 1;
    return OIDC_OK;
}

static enum oidc_rc shm_drop(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key)
{
    struct oidc_shm_op op;
    if (shm_begin(ctx, self, key, &op) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return shm_run(&op, shm_remove, NULL);
}

const struct oidc_store_ops oidc_store_shm_ops = {
    .name = "shm",
    .get = shm_get,
    .put = shm_put,
    .add = shm_add,
    .drop = shm_drop,
    .index_add = oidc_store_set_add,
    .index_get = oidc_store_set_get,
    .index_drop = oidc_store_set_drop,
};
