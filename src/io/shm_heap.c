/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a shard by expiry: a binary heap of block numbers, soonest first, so that the next one
 * to expire is known at once. The same array serves to sort entries by use when a shard is mended.
 */
#include "io/shm.h"

/* What is compared: the smaller rank is nearer to the root. */
typedef uint64_t rank_fn(const struct oidc_shm_head *head);

static uint64_t rank_by_expiry(const struct oidc_shm_head *head)
{
    return (uint64_t)head->expires;
}

static uint64_t rank_by_use(const struct oidc_shm_head *head)
{
    return head->used;
}

struct heap {
    struct oidc_shm *shm;
    uint32_t *at;
    uint32_t n, s;
    rank_fn *rank;
};

static struct heap heap_of(struct oidc_shm *shm, uint32_t s, rank_fn *rank)
{
    struct heap h = {shm, shm->heap + (size_t)s * shm->heap_max, oidc_shm_shard(shm, s)->count, s,
                     rank};
    if (h.n > shm->heap_max) {
        oidc_shm_shard(shm, s)->dirty = 1;
        h.n = 0;
    }
    return h;
}

/* A number that was overwritten ranks first: it comes up, and is noticed there. */
static uint64_t heap_rank(const struct heap *h, uint32_t i)
{
    if (!oidc_shm_is(h->shm, h->at[i], OIDC_SHM_TAG_HEAD, h->s)) {
        oidc_shm_shard(h->shm, h->s)->dirty = 1;
        return 0;
    }
    return h->rank(oidc_shm_head(h->shm, h->at[i]));
}

static void heap_put(const struct heap *h, uint32_t i, uint32_t b)
{
    h->at[i] = b;
    if (b < h->shm->blocks) {
        oidc_shm_head(h->shm, b)->heap_at = i;
    }
    OIDC_SHM_STEP();
}

static uint32_t heap_up(const struct heap *h, uint32_t i)
{
    uint32_t b = h->at[i];
    uint64_t rank = heap_rank(h, i);
    while (i > 0 && heap_rank(h, (i - 1) / 2) > rank) {
        heap_put(h, i, h->at[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    heap_put(h, i, b);
    return i;
}

static void heap_down(const struct heap *h, uint32_t i)
{
    uint32_t b = h->at[i];
    uint64_t rank = heap_rank(h, i);
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= h->n) {
            break;
        }
        if (child + 1 < h->n && heap_rank(h, child + 1) < heap_rank(h, child)) {
            child++;
        }
        if (heap_rank(h, child) >= rank) {
            break;
        }
        heap_put(h, i, h->at[child]);
        i = child;
    }
    heap_put(h, i, b);
}

void oidc_shm_heap_add(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    struct heap h = heap_of(shm, s, rank_by_expiry);
    if (h.n >= shm->heap_max) {
        shard->dirty = 1;
        return;
    }
    h.at[h.n] = b;
    shard->count = h.n + 1;
    OIDC_SHM_STEP();
    h.n++;
    heap_up(&h, h.n - 1);
}

void oidc_shm_heap_drop(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    struct heap h = heap_of(shm, s, rank_by_expiry);
    uint32_t i = oidc_shm_head(shm, b)->heap_at;
    if (i >= h.n || h.at[i] != b) {
        shard->dirty = 1;
        return;
    }
    h.n--;
    shard->count = h.n;
    OIDC_SHM_STEP();
    if (i < h.n) {
        heap_put(&h, i, h.at[h.n]);
        heap_down(&h, heap_up(&h, i));
    }
}

uint32_t oidc_shm_heap_first(const struct oidc_shm *shm, uint32_t s)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    if (shard->count == 0) {
        return OIDC_SHM_NONE;
    }
    uint32_t b = shm->heap[(size_t)s * shm->heap_max];
    if (!oidc_shm_is(shm, b, OIDC_SHM_TAG_HEAD, s)) {
        shard->dirty = 1;
        return OIDC_SHM_NONE;
    }
    return b;
}

static void heap_make(struct heap *h)
{
    for (uint32_t i = h->n / 2; i-- > 0;) {
        heap_down(h, i);
    }
}

void oidc_shm_heap_build(struct oidc_shm *shm, uint32_t s)
{
    struct heap h = heap_of(shm, s, rank_by_expiry);
    for (uint32_t i = 0; i < h.n; i++) {
        heap_put(&h, i, h.at[i]);
    }
    heap_make(&h);
}

void oidc_shm_heap_sort_by_use(struct oidc_shm *shm, uint32_t s)
{
    struct heap h = heap_of(shm, s, rank_by_use);
    heap_make(&h);
    while (h.n > 1) {
        uint32_t smallest = h.at[0];
        h.n--;
        h.at[0] = h.at[h.n];
        heap_down(&h, 0);
        h.at[h.n] = smallest;
    }
}
