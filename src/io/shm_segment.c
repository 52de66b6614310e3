/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared-memory segment: made, taken over after a graceful restart, moved into one of another
 * size, unmapped.
 */
#include "io/shm.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEGMENT_ALIGN ((size_t)4096)
#define SEGMENT_ENTRIES_PER_BUCKET 8 /* were every entry one block; sessions take twenty */

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Offsets of the parts for that many blocks; returns where it all ends. */
struct layout {
    size_t tags, next, bucket, heap, bytes;
    uint32_t buckets, heap_max;
};

static size_t segment_lay_out(uint32_t blocks, struct layout *l)
{
    uint32_t mean = blocks / OIDC_SHM_SHARDS + 1;
    l->heap_max = 2 * mean + 16; /* keyed hashing never gets near twice the mean */
    l->buckets = 1;
    while (l->buckets * SEGMENT_ENTRIES_PER_BUCKET < mean) {
        l->buckets *= 2;
    }
    l->tags = round_up(sizeof(struct oidc_shm_header), SEGMENT_ALIGN);
    l->next = round_up(l->tags + blocks, 64);
    l->bucket = round_up(l->next + blocks * sizeof(uint32_t), 64);
    l->heap = round_up(l->bucket + (size_t)OIDC_SHM_SHARDS * l->buckets * sizeof(uint32_t), 64);
    l->bytes =
        round_up(l->heap + (size_t)OIDC_SHM_SHARDS * l->heap_max * sizeof(uint32_t), SEGMENT_ALIGN);
    return l->bytes + (size_t)blocks * OIDC_SHM_BLOCK;
}

/*
 * The view of a segment: all that keeps within bounds is computed from its size, nothing read from
 * within.
 */
static struct oidc_shm *segment_view(apr_pool_t *pool, void *address, size_t size)
{
    struct oidc_shm *shm = apr_pcalloc(pool, sizeof *shm);
    struct layout l;
    uint32_t blocks = (uint32_t)(size / OIDC_SHM_BLOCK);
    unsigned char *base = address;
    while (segment_lay_out(blocks, &l) > size) {
        blocks -= blocks / 256 + 1;
    }
    shm->store.ops = &oidc_store_shm_ops;
    shm->header = address;
    shm->size = size;
    shm->blocks = blocks;
    shm->buckets = l.buckets;
    shm->heap_max = l.heap_max;
    shm->tags = (_Atomic unsigned char *)(base + l.tags);
    shm->next = (uint32_t *)(void *)(base + l.next);
    shm->bucket = (uint32_t *)(void *)(base + l.bucket);
    shm->heap = (uint32_t *)(void *)(base + l.heap);
    shm->bytes = base + l.bytes;
    return shm;
}

/*
 * Fresh memory is zero: free blocks, empty buckets. What is not zero is set here, the magic last.
 */
static enum oidc_rc segment_format(struct oidc_ctx *ctx, struct oidc_shm *shm)
{
    struct oidc_shm_header *h = shm->header;
    if (oidc_ctx_random(ctx, (unsigned char *)h->hash_key, sizeof h->hash_key) != OIDC_OK
        || oidc_shm_lock_init(ctx, &h->allocator.lock) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (uint32_t s = 0; s < OIDC_SHM_SHARDS; s++) {
        if (oidc_shm_lock_init(ctx, &h->shards[s].lock) != OIDC_OK) {
            return OIDC_FAILED;
        }
        oidc_shm_order_publish(shm, s);
    }
    atomic_store_explicit(&h->allocator.fresh, 1, memory_order_relaxed);
    h->format = OIDC_SHM_FORMAT;
    h->head_size = sizeof(struct oidc_shm_head);
    h->size = shm->size;
    h->magic = OIDC_SHM_MAGIC;
    return OIDC_OK;
}

static enum oidc_rc segment_make(struct oidc_ctx *ctx, size_t size, struct oidc_shm **out)
{
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (address == MAP_FAILED) {
        return oidc_fail(ctx, OIDC_E_STORE, "no shared memory of %zu bytes: error %d", size, errno);
    }
#ifdef MADV_DONTDUMP
    (void)madvise(address, size, MADV_DONTDUMP); /* sessions do not belong into a core file */
#endif
    *out = segment_view(ctx->pool, address, size);
    if (segment_format(ctx, *out) != OIDC_OK) {
        munmap(address, size);
        return OIDC_FAILED;
    }
    memcpy((*out)->hash_key, (*out)->header->hash_key, sizeof(*out)->hash_key);
    return OIDC_OK;
}

/* The view of an older segment; NULL when another build wrote it. */
static struct oidc_shm *segment_adopt(apr_pool_t *pool,
                                      const struct oidc_store_shm_segment *segment)
{
    const struct oidc_shm_header *h = segment->address;
    if (h->magic != OIDC_SHM_MAGIC || h->format != OIDC_SHM_FORMAT || h->size != segment->size
        || h->head_size != sizeof(struct oidc_shm_head)) {
        return NULL;
    }
    struct oidc_shm *shm = segment_view(pool, segment->address, segment->size);
    memcpy(shm->hash_key, h->hash_key, sizeof shm->hash_key);
    return shm;
}

struct move {
    struct oidc_ctx *ctx;
    struct oidc_shm *from, *to;
    char *buffer; /* for one entry */
    apr_time_t now;
};

/* Copies one entry; its version and place in the order of use stay. */
static enum oidc_rc segment_put(const struct move *m, const struct oidc_shm_record *r)
{
    struct oidc_shm *to = m->to;
    uint32_t s = oidc_shm_shard_of(r->hash), n = oidc_shm_blocks_for(r->key.n, r->value.n);
    if (n >= to->blocks) {
        return OIDC_OK; /* it stays behind */
    }
    if (oidc_shm_evict(m->ctx, to, n, m->now) != OIDC_OK
        || oidc_shm_lock_shard(m->ctx, to, s) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_shm_shard(to, s)->count < to->heap_max) {
        uint32_t b = oidc_shm_entry_write(to, r);
        if (b != OIDC_SHM_NONE && b != OIDC_SHM_STUCK) {
            oidc_shm_entry_link(to, s, b);
        }
    }
    return oidc_shm_unlock_shard(m->ctx, to, s);
}

/* 1 and *r when the entry is alive and whole; key and value are then in the buffer. */
static int segment_get(const struct move *m, uint32_t s, uint32_t b, struct oidc_shm_record *r)
{
    const struct oidc_shm_head *head = oidc_shm_head(m->from, b);
    if (oidc_store_limit_over(head->expires, m->now) || !oidc_shm_entry_is_sound(head, s)
        || !oidc_shm_block_read(m->from, b, 0, m->buffer, head->key_n + head->value_n)) {
        return 0;
    }
    *r = (struct oidc_shm_record){.key = oidc_str(m->buffer, head->key_n),
                                  .value = oidc_str(m->buffer + head->key_n, head->value_n),
                                  .hash = head->hash,
                                  .version = head->version,
                                  .sum = head->sum,
                                  .used = head->used,
                                  .expires = head->expires,
                                  .used_sec = head->used_sec};
    return 1;
}

/*
 * Moves one shard, from the longest idle entry to the newest use, under the old shard's lock: the
 * new segment is not shared with anybody yet, so nobody can wait for the two in the other order.
 */
static enum oidc_rc segment_move_shard(const struct move *m, uint32_t s)
{
    struct oidc_shm_record r;
    enum oidc_rc rc = OIDC_OK;
    struct oidc_err before = m->ctx->err;
    if (oidc_shm_lock_shard(m->ctx, m->from, s) != OIDC_OK) {
        m->ctx->err = before;
        oidc_log(m->ctx, OIDC_LOG_WARNING,
                 "shard %u of the session store is stuck: its sessions are lost", s);
        return OIDC_OK;
    }
    uint32_t b = oidc_shm_shard(m->from, s)->oldest;
    uint32_t left = oidc_shm_shard(m->from, s)->count;
    while (rc == OIDC_OK && left-- > 0 && oidc_shm_is(m->from, b, OIDC_SHM_TAG_HEAD, s)) {
        if (segment_get(m, s, b, &r)) {
            rc = segment_put(m, &r);
        }
        b = oidc_shm_head(m->from, b)->newer;
    }
    enum oidc_rc unlocked = oidc_shm_unlock_shard(m->ctx, m->from, s);
    return rc == OIDC_OK ? unlocked : rc;
}

static enum oidc_rc segment_move(struct oidc_ctx *ctx, struct oidc_shm *from, struct oidc_shm *to)
{
    struct move m = {.ctx = ctx, .from = from, .to = to, .now = oidc_ctx_now(ctx)};
    m.buffer = apr_palloc(ctx->pool, OIDC_STORE_KEY_MAX + OIDC_STORE_VALUE_MAX);
    memcpy(to->hash_key, from->hash_key, sizeof to->hash_key);
    memcpy(to->header->hash_key, from->hash_key, sizeof to->hash_key);
    for (uint32_t s = 0; s < OIDC_SHM_SHARDS; s++) {
        if (segment_move_shard(&m, s) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    atomic_store(&to->header->sequence, atomic_load(&from->header->sequence));
    return OIDC_OK;
}

static enum oidc_rc segment_replace(struct oidc_ctx *ctx, struct oidc_shm *old,
                                    struct oidc_shm *shm, struct oidc_store_shm_segment *segment)
{
    struct oidc_store_shm_segment made = {shm->header, shm->size};
    if (old) {
        if (segment_move(ctx, old, shm) != OIDC_OK) {
            oidc_store_shm_unmap(&made);
            return OIDC_FAILED;
        }
    } else if (segment->address) {
        oidc_log(ctx, OIDC_LOG_NOTICE,
                 "the shared memory is of another format: its sessions are not taken over");
    }
    oidc_store_shm_unmap(segment);
    *segment = made;
    return OIDC_OK;
}

enum oidc_rc oidc_store_shm_make(struct oidc_ctx *ctx, size_t size,
                                 struct oidc_store_shm_segment *segment, struct oidc_store **out)
{
    struct oidc_shm *old = NULL, *shm = NULL;
    if (size < OIDC_STORE_SHM_SIZE_MIN || size > OIDC_STORE_SHM_SIZE_MAX) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "shared memory of %zu bytes: at least %zu, at most %zu", size,
                         OIDC_STORE_SHM_SIZE_MIN, OIDC_STORE_SHM_SIZE_MAX);
    }
    size = round_up(size, (size_t)sysconf(_SC_PAGESIZE));
    if (segment->address) {
        old = segment_adopt(ctx->pool, segment);
    }
    if (old && old->size == size) {
        *out = &old->store;
        return OIDC_OK;
    }
    if (segment_make(ctx, size, &shm) != OIDC_OK
        || segment_replace(ctx, old, shm, segment) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = &shm->store;
    return OIDC_OK;
}

void oidc_store_shm_unmap(struct oidc_store_shm_segment *segment)
{
    if (segment->address) {
        munmap(segment->address, segment->size);
    }
    segment->address = NULL;
    segment->size = 0;
}
