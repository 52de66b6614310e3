/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of the shared-memory store: one free list for all shards, and bytes in chains of blocks. A
 * block's tag says who owns it, and changes to and from FREE only under the allocator's lock; the
 * list itself is derived.
 */
#include "io/shm.h"

#include <string.h>

uint32_t oidc_shm_block_room(struct oidc_shm *shm)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    uint32_t fresh = atomic_load_explicit(&a->fresh, memory_order_relaxed);
    uint32_t room = fresh < shm->blocks ? shm->blocks - fresh : 0;
    uint32_t listed = atomic_load_explicit(&a->free_count, memory_order_relaxed);
    return listed > shm->blocks ? room : room + listed;
}

static void set_free_count(struct oidc_shm_allocator *a, uint32_t n)
{
    atomic_store_explicit(&a->free_count, n, memory_order_relaxed);
    OIDC_SHM_STEP();
}

uint32_t oidc_shm_block_end(const struct oidc_shm *shm)
{
    uint32_t fresh = atomic_load_explicit(&shm->header->allocator.fresh, memory_order_relaxed);
    return fresh == 0 || fresh > shm->blocks ? shm->blocks : fresh;
}

/* Tags are read eight at a time where that is all there is to see; as bytes they are written. */
typedef _Atomic uint64_t __attribute__((may_alias)) eight_tags;

/* 1 when one of the eight may be the shard's (0x3f: the part of a tag that names the shard). */
static int may_hold(const struct oidc_shm *shm, uint32_t b, uint32_t s)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t tags = atomic_load_explicit((const eight_tags *)(const void *)(shm->tags + b),
                                         memory_order_relaxed);
    uint64_t differ = (tags & 0x3f * each) ^ s * each;
    return ((differ - each) & ~differ & 0x80 * each) != 0;
}

uint32_t oidc_shm_block_next_of(const struct oidc_shm *shm, uint32_t s, uint32_t b, uint32_t end)
{
    while (b < end) {
        if (b % 8 == 0 && b + 8 <= end && !may_hold(shm, b, s)) {
            b += 8;
            continue;
        }
        unsigned tag = oidc_shm_tag(shm, b);
        if (tag != OIDC_SHM_TAG_FREE && tag % OIDC_SHM_SHARDS == s) {
            return b;
        }
        b++;
    }
    return end;
}

void oidc_shm_block_repair(struct oidc_shm *shm)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    uint32_t end = oidc_shm_block_end(shm);
    uint32_t first = OIDC_SHM_NONE, n = 0;
    atomic_store_explicit(&a->fresh, end, memory_order_relaxed);
    for (uint32_t b = end - 1; b > 0; b--) {
        if (oidc_shm_tag(shm, b) == OIDC_SHM_TAG_FREE) {
            shm->next[b] = first;
            first = b;
            n++;
        }
    }
    a->free_first = first;
    set_free_count(a, n);
    a->dirty = 0;
}

/*
 * From the list: the first of a chain of n, whose end is *last. 0 when the list is not what it
 * says.
 */
static uint32_t take_listed(struct oidc_shm *shm, uint32_t s, uint32_t n, uint32_t *last)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    uint32_t first = a->free_first, b = first, at = OIDC_SHM_NONE;
    for (uint32_t i = 0; i < n; i++) {
        if (b == OIDC_SHM_NONE || b >= shm->blocks || oidc_shm_tag(shm, b) != OIDC_SHM_TAG_FREE) {
            a->dirty = 1;
            return OIDC_SHM_NONE;
        }
        oidc_shm_set_tag(shm, b, OIDC_SHM_TAG_BODY | s);
        at = b;
        b = shm->next[b];
    }
    a->free_first = b;
    OIDC_SHM_STEP();
    set_free_count(a, atomic_load_explicit(&a->free_count, memory_order_relaxed) - n);
    *last = at;
    return first;
}

/*
 * A block beyond the mark that is in use: the mark was overwritten. Then every block is looked at
 * from now on.
 */
static uint32_t take_fresh(struct oidc_shm *shm, uint32_t s, uint32_t n)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    uint32_t first = atomic_load_explicit(&a->fresh, memory_order_relaxed);
    /* First the mark: blocks beyond it are not looked at when a shard is mended. */
    atomic_store_explicit(&a->fresh, first + n, memory_order_relaxed);
    OIDC_SHM_STEP();
    for (uint32_t b = first; b < first + n; b++) {
        if (oidc_shm_tag(shm, b) != OIDC_SHM_TAG_FREE) {
            atomic_store_explicit(&a->fresh, shm->blocks, memory_order_relaxed);
            a->dirty = 1;
            return OIDC_SHM_NONE;
        }
        oidc_shm_set_tag(shm, b, OIDC_SHM_TAG_BODY | s);
        shm->next[b] = b + 1;
    }
    shm->next[first + n - 1] = OIDC_SHM_NONE;
    return first;
}

/* Under the allocator's lock, with room for n. */
static uint32_t take(struct oidc_shm *shm, uint32_t s, uint32_t n)
{
    uint32_t listed =
        atomic_load_explicit(&shm->header->allocator.free_count, memory_order_relaxed);
    uint32_t first = OIDC_SHM_NONE, last = OIDC_SHM_NONE;
    listed = listed < n ? listed : n;
    if (listed > 0) {
        first = take_listed(shm, s, listed, &last);
        if (first == OIDC_SHM_NONE) {
            return OIDC_SHM_NONE;
        }
        shm->next[last] = OIDC_SHM_NONE;
    }
    if (listed < n) {
        uint32_t fresh = take_fresh(shm, s, n - listed);
        if (first == OIDC_SHM_NONE || fresh == OIDC_SHM_NONE) {
            return fresh;
        }
        shm->next[last] = fresh;
    }
    return first;
}

uint32_t oidc_shm_block_get(struct oidc_shm *shm, uint32_t s, uint32_t n)
{
    if (!oidc_shm_lock_allocator(shm)) {
        return OIDC_SHM_STUCK;
    }
    uint32_t first = oidc_shm_block_room(shm) < n ? OIDC_SHM_NONE : take(shm, s, n);
    if (shm->header->allocator.dirty) {
        oidc_shm_block_repair(shm);
        oidc_shm_shard(shm, s)->dirty =
            1; /* blocks may have been tagged for it that nothing leads to */
    }
    oidc_shm_unlock_allocator(shm);
    return first;
}

/* Frees a chain while it looks as it should; returns how many blocks, and where it ended. */
static uint32_t free_chain(struct oidc_shm *shm, uint32_t s, uint32_t first, uint32_t n,
                           uint32_t *last)
{
    uint32_t b = first, done = 0;
    while (done < n && oidc_shm_is(shm, b, OIDC_SHM_TAG_BODY, s)) {
        *last = b;
        b = shm->next[b];
        oidc_shm_set_tag(shm, *last, OIDC_SHM_TAG_FREE);
        done++;
    }
    return done;
}

void oidc_shm_block_drop(struct oidc_shm *shm, uint32_t s, uint32_t first, uint32_t n)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    uint32_t last = OIDC_SHM_NONE;
    if (!oidc_shm_lock_allocator(shm)) {
        oidc_shm_shard(shm, s)->dirty = 1; /* the repair collects them later */
        return;
    }
    uint32_t done = free_chain(shm, s, first, n, &last);
    if (done > 0) {
        shm->next[last] = a->free_first;
        a->free_first = first;
        OIDC_SHM_STEP();
        set_free_count(a, atomic_load_explicit(&a->free_count, memory_order_relaxed) + done);
    }
    if (done < n) {
        oidc_shm_shard(shm, s)->dirty = 1;
    }
    oidc_shm_unlock_allocator(shm);
}

int oidc_shm_block_sweep(struct oidc_shm *shm, uint32_t s, uint32_t end)
{
    struct oidc_shm_allocator *a = &shm->header->allocator;
    if (!oidc_shm_lock_allocator(shm)) {
        return 0;
    }
    uint32_t n = atomic_load_explicit(&a->free_count, memory_order_relaxed);
    for (uint32_t b = oidc_shm_block_next_of(shm, s, 1, end); b < end;
         b = oidc_shm_block_next_of(shm, s, b + 1, end)) {
        if (oidc_shm_is(shm, b, OIDC_SHM_TAG_BODY, s)) {
            oidc_shm_set_tag(shm, b, OIDC_SHM_TAG_FREE);
            shm->next[b] = a->free_first;
            a->free_first = b;
            n++;
        } else if (oidc_shm_is(shm, b, OIDC_SHM_TAG_SEEN, s)) {
            oidc_shm_set_tag(shm, b, OIDC_SHM_TAG_BODY | s);
        }
    }
    set_free_count(a, n);
    oidc_shm_unlock_allocator(shm);
    return 1;
}

/*
 * The next block of a chain of that tag, or NONE. SEEN instead of BODY is right as well: during
 * repair.
 */
static inline uint32_t follow(const struct oidc_shm *shm, uint32_t b, unsigned body)
{
    b = shm->next[b];
    if (b >= shm->blocks
        || (oidc_shm_tag(shm, b) & ~(OIDC_SHM_TAG_BODY ^ OIDC_SHM_TAG_SEEN)) != body) {
        return OIDC_SHM_NONE;
    }
    return b;
}

/*
 * 64 bytes through registers: the compiler knows better than to do this, but calls or starts slowly
 * otherwise.
 */
static inline void copy_64(unsigned char *to, const unsigned char *from)
{
    typedef uint64_t words __attribute__((vector_size(16)));
    words a, b, c, d;
    memcpy(&a, from, 16);
    memcpy(&b, from + 16, 16);
    memcpy(&c, from + 32, 16);
    memcpy(&d, from + 48, 16);
    memcpy(to, &a, 16);
    memcpy(to + 16, &b, 16);
    memcpy(to + 32, &c, 16);
    memcpy(to + 48, &d, 16);
}

static inline void copy_block(unsigned char *to, const unsigned char *from)
{
    copy_64(to, from);
    copy_64(to + 64, from + 64);
    copy_64(to + 128, from + 128);
    copy_64(to + 192, from + 192);
}
_Static_assert(OIDC_SHM_BLOCK == 256, "copy_block copies a block");

int oidc_shm_block_read(const struct oidc_shm *shm, uint32_t b, size_t skip, void *out, size_t n)
{
    const unsigned body = OIDC_SHM_TAG_BODY | oidc_shm_tag(shm, b) % OIDC_SHM_SHARDS;
    const unsigned char *from = shm->bytes;
    unsigned char *to = out;
    size_t at = sizeof(struct oidc_shm_head) + skip;
    for (; at >= OIDC_SHM_BLOCK && b != OIDC_SHM_NONE; at -= OIDC_SHM_BLOCK) {
        b = follow(shm, b, body);
    }
    size_t here = n < OIDC_SHM_BLOCK - at ? n : OIDC_SHM_BLOCK - at;
    while (b != OIDC_SHM_NONE) {
        memcpy(to, from + (size_t)b * OIDC_SHM_BLOCK + at, here);
        to += here;
        n -= here;
        at = 0;
        for (; n >= OIDC_SHM_BLOCK && (b = follow(shm, b, body)) != OIDC_SHM_NONE;
             n -= OIDC_SHM_BLOCK) {
            copy_block(to, from + (size_t)b * OIDC_SHM_BLOCK);
            to += OIDC_SHM_BLOCK;
        }
        if (n == 0) {
            return 1;
        }
        here = n;
        b = b == OIDC_SHM_NONE ? b : follow(shm, b, body);
    }
    return 0;
}
