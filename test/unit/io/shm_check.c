/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at a whole segment while nobody works on it. */
#include "shm_check.h"

#include <apr_strings.h>
#include <stdlib.h>

struct check {
    struct oidc_ctx *ctx;
    struct oidc_shm *shm;
    unsigned char *met; /* per block: part of an entry, or free */
    uint32_t s;
};

static const char *say(const struct check *c, const char *what, uint32_t b)
{
    return apr_psprintf(c->ctx->pool, "shard %u, block %u: %s", c->s, b, what);
}

static const char *check_chain(struct check *c, uint32_t b)
{
    const struct oidc_shm_head *head = oidc_shm_head(c->shm, b);
    if (head->head_sum != oidc_shm_hash_head(head)) {
        return say(c, "the head's sum is wrong", b);
    }
    uint32_t n = oidc_shm_blocks_for(head->key_n, head->value_n);
    for (uint32_t i = 0, at = b; i < n; i++, at = c->shm->next[at]) {
        if (!oidc_shm_is(c->shm, at, i ? OIDC_SHM_TAG_BODY : OIDC_SHM_TAG_HEAD, c->s)) {
            return say(c, "the chain leads elsewhere", b);
        }
        if (c->met[at]++) {
            return say(c, "the block has two owners", at);
        }
    }
    char *bytes = apr_palloc(c->ctx->pool, head->key_n + head->value_n + 1);
    if (!oidc_shm_block_read(c->shm, b, 0, bytes, head->key_n + head->value_n)) {
        return say(c, "it can't be read", b);
    }
    if (oidc_shm_hash_value(bytes + head->key_n, head->value_n) != head->sum) {
        return say(c, "the value's sum is wrong", b);
    }
    struct oidc_shm_op op = {
        .ctx = c->ctx, .shm = c->shm, .key = oidc_str(bytes, head->key_n), .s = c->s};
    op.hash = oidc_shm_hash_key(c->shm->hash_key, op.key);
    return op.hash == head->hash && oidc_shm_entry_find(&op) == b
               ? NULL
               : say(c, "it is not found by its key", b);
}

static const char *check_order(struct check *c, uint32_t count)
{
    const struct oidc_shm_shard *shard = oidc_shm_shard(c->shm, c->s);
    uint32_t n = 0, last = OIDC_SHM_NONE;
    uint64_t used = UINT64_MAX;
    for (uint32_t b = shard->newest; b != OIDC_SHM_NONE; b = oidc_shm_head(c->shm, b)->older) {
        if (!oidc_shm_is(c->shm, b, OIDC_SHM_TAG_HEAD, c->s)
            || oidc_shm_head(c->shm, b)->newer != last || oidc_shm_head(c->shm, b)->used > used
            || n++ > count) {
            return say(c, "the order of use is broken", b);
        }
        used = oidc_shm_head(c->shm, b)->used;
        last = b;
    }
    if (n != count || shard->oldest != last) {
        return say(c, "the order of use has another length", n);
    }
    if (atomic_load(&shard->oldest_used) != used) {
        return say(c, "the oldest use is not published", last);
    }
    return NULL;
}

static const char *check_heap(struct check *c, uint32_t count)
{
    const struct oidc_shm_shard *shard = oidc_shm_shard(c->shm, c->s);
    const uint32_t *heap = c->shm->heap + (size_t)c->s * c->shm->heap_max;
    if (shard->count != count) {
        return say(c, "the heap has another length", shard->count);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!oidc_shm_is(c->shm, heap[i], OIDC_SHM_TAG_HEAD, c->s)
            || oidc_shm_head(c->shm, heap[i])->heap_at != i
            || oidc_shm_head(c->shm, heap[i])->expires
                   < oidc_shm_head(c->shm, heap[(i - !!i) / 2])->expires) {
            return say(c, "the heap is broken", heap[i]);
        }
    }
    int64_t first = count ? oidc_shm_head(c->shm, heap[0])->expires : INT64_MAX;
    return atomic_load(&shard->first_expiry) == first
               ? NULL
               : say(c, "the first expiry is not published", 0);
}

static const char *check_shard(struct check *c)
{
    const struct oidc_shm_shard *shard = oidc_shm_shard(c->shm, c->s);
    uint32_t count = 0;
    uint64_t bytes = 0, classes = 0;
    const char *why = NULL;
    for (uint32_t b = 1; !why && b < c->shm->blocks; b++) {
        if (oidc_shm_tag(c->shm, b) == (OIDC_SHM_TAG_HEAD | c->s)) {
            why = check_chain(c, b);
            count++;
            bytes += oidc_shm_head(c->shm, b)->key_n + oidc_shm_head(c->shm, b)->value_n;
        }
    }
    why = why ? why : check_order(c, count);
    why = why ? why : check_heap(c, count);
    for (int i = 0; i < OIDC_STORE_SHM_CLASSES; i++) {
        classes += shard->classes[i];
    }
    if (!why && (bytes != shard->bytes || classes != count)) {
        why = say(c, "the bytes are counted wrongly", count);
    }
    return why;
}

static const char *check_free(struct check *c)
{
    const struct oidc_shm_allocator *a = &c->shm->header->allocator;
    uint32_t n = 0, fresh = atomic_load(&a->fresh);
    for (uint32_t b = a->free_first; b != OIDC_SHM_NONE; b = c->shm->next[b], n++) {
        if (b >= fresh || oidc_shm_tag(c->shm, b) != OIDC_SHM_TAG_FREE || c->met[b]++) {
            return say(c, "the free list is broken", b);
        }
    }
    if (n != atomic_load(&a->free_count)) {
        return say(c, "the free list has another length", n);
    }
    for (uint32_t b = 1; b < c->shm->blocks; b++) {
        if (b < fresh ? c->met[b] != 1 : oidc_shm_tag(c->shm, b) != OIDC_SHM_TAG_FREE) {
            return say(c, "the block is lost", b);
        }
    }
    return NULL;
}

static const char *check_all(struct check *c)
{
    const char *why = NULL;
    for (c->s = 0; !why && c->s < OIDC_SHM_SHARDS; c->s++) {
        if (oidc_shm_lock_shard(c->ctx, c->shm, c->s) != OIDC_OK) {
            return c->ctx->err.detail;
        }
        if (!oidc_shm_lock_allocator(c->shm)) {
            return "the allocator's lock is not to be had";
        }
        oidc_shm_unlock_allocator(c->shm);
        why = check_shard(c);
        if (oidc_shm_unlock_shard(c->ctx, c->shm, c->s) != OIDC_OK) {
            return c->ctx->err.detail;
        }
    }
    return why ? why : check_free(c);
}

const char *shm_check(struct oidc_ctx *ctx, struct oidc_store *store)
{
    struct check c = {.ctx = ctx, .shm = (struct oidc_shm *)(void *)store};
    apr_pool_t *pool = ctx->pool, *scratch;
    c.met = calloc(c.shm->blocks, 1);
    apr_pool_create(&scratch, pool);
    ctx->pool = scratch;
    const char *why = check_all(&c);
    ctx->pool = pool;
    why = why ? apr_pstrdup(pool, why) : NULL;
    apr_pool_destroy(scratch);
    free(c.met);
    return why;
}
