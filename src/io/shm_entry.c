/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a shard: finding, writing, linking, dropping. The caller holds the shard's lock. What
 * is found to be damaged makes the shard dirty, and the caller tries again after the repair.
 */
#include "io/shm.h"

#include <string.h>

#define ENTRY_KEY_CAPACITY (OIDC_STORE_KEY_MAX + 1)

static uint32_t *bucket_of(const struct oidc_shm *shm, uint64_t hash)
{
    size_t shard = (size_t)oidc_shm_shard_of(hash) * shm->buckets;
    return &shm->bucket[shard + ((hash / OIDC_SHM_SHARDS) & (shm->buckets - 1))];
}

int oidc_shm_entry_is_sound(const struct oidc_shm_head *head, uint32_t s)
{
    /* CHECK store_head: an expiry or version that changed since it was written counts not; N140 */
    return head->head_sum == oidc_shm_hash_head(head) && oidc_shm_shard_of(head->hash) == s
           && head->key_n > 0 && head->key_n <= OIDC_STORE_KEY_MAX
           && head->value_n <= OIDC_STORE_VALUE_MAX;
}

static int key_is(const struct oidc_shm *shm, uint32_t b, struct oidc_str key)
{
    char there[ENTRY_KEY_CAPACITY];
    if (oidc_shm_head(shm, b)->key_n != key.n) {
        return 0;
    }
    if (key.n <= OIDC_SHM_FIRST) { /* nearly all keys lie within the first block */
        return memcmp((const char *)(oidc_shm_head(shm, b) + 1), key.p, key.n) == 0;
    }
    return oidc_shm_block_read(shm, b, 0, there, key.n) && memcmp(there, key.p, key.n) == 0;
}

uint32_t oidc_shm_entry_find(const struct oidc_shm_op *op)
{
    const struct oidc_shm *shm = op->shm;
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, op->s);
    uint32_t b = *bucket_of(shm, op->hash),
             left = shm->heap_max; /* no chain is longer, unless it is a ring */
    while (b != OIDC_SHM_NONE) {
        const struct oidc_shm_head *head = oidc_shm_head(shm, b < shm->blocks ? b : OIDC_SHM_NONE);
        if (left-- == 0 || !oidc_shm_is(shm, b, OIDC_SHM_TAG_HEAD, op->s)) {
            shard->dirty = 1;
            return OIDC_SHM_NONE;
        }
        if (head->hash == op->hash && key_is(shm, b, op->key)) {
            return b;
        }
        b = head->bucket_next;
    }
    return OIDC_SHM_NONE;
}

/* Copies bytes into a chain that was just taken, from `at` within block *b on. */
static void fill(struct oidc_shm *shm, uint32_t *b, uint32_t *at, struct oidc_str bytes)
{
    const char *from = bytes.p;
    size_t n = bytes.n;
    while (n > 0) {
        if (*at == OIDC_SHM_BLOCK) {
            *b = shm->next[*b];
            *at = 0;
        }
        size_t here = n < OIDC_SHM_BLOCK - *at ? n : OIDC_SHM_BLOCK - *at;
        memcpy(shm->bytes + (size_t)*b * OIDC_SHM_BLOCK + *at, from, here);
        OIDC_SHM_STEP();
        from += here;
        n -= here;
        *at += (uint32_t)here;
    }
}

uint32_t oidc_shm_entry_write(struct oidc_shm *shm, const struct oidc_shm_record *r)
{
    uint32_t s = oidc_shm_shard_of(r->hash);
    uint32_t first = oidc_shm_block_get(shm, s, oidc_shm_blocks_for(r->key.n, r->value.n));
    uint32_t b = first, at = sizeof(struct oidc_shm_head);
    if (first == OIDC_SHM_NONE || first == OIDC_SHM_STUCK) {
        return first;
    }
    fill(shm, &b, &at, r->key);
    fill(shm, &b, &at, r->value);
    struct oidc_shm_head *head = oidc_shm_head(shm, first);
    *head = (struct oidc_shm_head){.hash = r->hash,
                                   .version = r->version,
                                   .expires = r->expires,
                                   .sum = r->sum,
                                   .used = r->used,
                                   .value_n = (uint32_t)r->value.n,
                                   .used_sec = r->used_sec,
                                   .key_n = (uint32_t)r->key.n};
    head->head_sum = oidc_shm_hash_head(head);
    OIDC_SHM_STEP();
    oidc_shm_set_tag(shm, first, OIDC_SHM_TAG_HEAD | s);
    return first;
}

static unsigned class_of(uint32_t value_n)
{
    unsigned c = 0;
    for (uint32_t limit = 256; c < OIDC_STORE_SHM_CLASSES - 1 && value_n > limit; limit *= 4) {
        c++;
    }
    return c;
}

void oidc_shm_entry_index(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    struct oidc_shm_head *head = oidc_shm_head(shm, b);
    uint32_t *bucket = bucket_of(shm, head->hash);
    head->bucket_next = *bucket;
    OIDC_SHM_STEP();
    *bucket = b;
    OIDC_SHM_STEP();
    shard->bytes += head->key_n + head->value_n;
    shard->classes[class_of(head->value_n)]++;
}

void oidc_shm_entry_link(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    oidc_shm_entry_index(shm, s, b);
    oidc_shm_order_add(shm, s, b);
    oidc_shm_heap_add(shm, s, b);
    oidc_shm_order_publish(shm, s);
}

static void bucket_drop(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    const struct oidc_shm_head *head = oidc_shm_head(shm, b);
    uint32_t *link = bucket_of(shm, head->hash), left = shm->heap_max;
    while (*link != b) {
        if (left-- == 0 || !oidc_shm_is(shm, *link, OIDC_SHM_TAG_HEAD, s)) {
            shard->dirty = 1;
            return;
        }
        link = &oidc_shm_head(shm, *link)->bucket_next;
    }
    *link = head->bucket_next;
    OIDC_SHM_STEP();
}

void oidc_shm_entry_drop(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    struct oidc_shm_head *head = oidc_shm_head(shm, b);
    if (!oidc_shm_entry_is_sound(head, s)) {
        oidc_shm_set_tag(shm, b,
                         OIDC_SHM_TAG_BODY
                             | s); /* its numbers mean nothing: let the repair collect it */
        shard->damaged++;
        shard->dirty = 1;
        return;
    }
    oidc_shm_set_tag(shm, b, OIDC_SHM_TAG_BODY | s); /* from here on it is gone, whatever happens */
    bucket_drop(shm, s, b);
    oidc_shm_order_drop(shm, s, b);
    oidc_shm_heap_drop(shm, s, b);
    shard->bytes -= head->key_n + head->value_n;
    shard->classes[class_of(head->value_n)]--;
    oidc_shm_order_publish(shm, s);
    oidc_shm_block_drop(shm, s, b, oidc_shm_blocks_for(head->key_n, head->value_n));
}

unsigned oidc_shm_entry_expire(struct oidc_shm *shm, uint32_t s, apr_time_t now, unsigned max)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    unsigned n = 0;
    while (n < max && !shard->dirty) {
        uint32_t b = oidc_shm_heap_first(shm, s);
        if (b == OIDC_SHM_NONE || oidc_shm_head(shm, b)->expires > now) {
            break;
        }
        oidc_shm_entry_drop(shm, s, b);
        shard->expired++;
        n++;
    }
    return n;
}
