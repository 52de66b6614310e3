/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared-memory segment from within: its layout and the parts that work on it.
 *
 * The segment holds, in this order: a header with the shards, one tag byte per block, one link per
 * block, the hash buckets, the expiry heaps, the blocks. There are no pointers in it: blocks are
 * numbered, 0 means none.
 *
 * An entry is a chain of blocks. The first begins with struct oidc_shm_head; behind it come the
 * key's bytes and the value's. All blocks come from one allocator, so no shard can starve beside
 * one with room. What is true is said by the tags alone: a block tagged HEAD is an entry of that
 * shard, complete, because the tag is written last when an entry is made and first when it goes.
 * Buckets, use order, heap and free list are derived, and shm_repair.c derives them again when a
 * process was killed under the lock.
 *
 * Locks: one per shard, and one for the free list that is only ever taken under a shard's. Nobody
 * holds two shards of one segment. Under a lock there is no allocation, no clock, no system call,
 * no failing of the context; only waiting for the free list, a second at most. (The parent that
 * moves a segment at a restart may do more.)
 */
#ifndef IO_SHM_H
#define IO_SHM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "io/store_limit.h"
#include "oidc/store_shm.h"

#define OIDC_SHM_MAGIC UINT64_C(0x6f69646373746f72)
#define OIDC_SHM_FORMAT 1u
#define OIDC_SHM_SHARDS 64u
#define OIDC_SHM_BLOCK 256u
#define OIDC_SHM_NONE 0u
#define OIDC_SHM_STUCK UINT32_MAX /* no block: the allocator's lock was not to be had */

/* A tag is a kind and a shard number; 0 is a free block, so fresh memory is free memory. */
#define OIDC_SHM_TAG_FREE 0x00u
#define OIDC_SHM_TAG_BODY 0x40u /* the shard's: part of an entry, or of one being made or ended */
#define OIDC_SHM_TAG_HEAD 0x80u /* begins a complete entry */
#define OIDC_SHM_TAG_SEEN 0xc0u /* only during repair: part of an entry that stays */

/*
 * Every store to the segment that matters after a kill is followed by a step; the tests stop and
 * kill there.
 */
#ifdef OIDC_SHM_TEST_STEP
void oidc_shm_test_step(void);
#define OIDC_SHM_STEP() oidc_shm_test_step()
#else
#define OIDC_SHM_STEP() ((void)0)
#endif

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_CHAR_LOCK_FREE == 2,
               "atomics between processes need no lock");

struct oidc_shm_head {
    uint64_t hash; /* of the key, with the segment's secret */
    uint64_t version;
    int64_t expires; /* microseconds since 1970 */
    uint64_t sum;    /* of the value */
    uint64_t used;   /* sequence number of the last use */
    uint32_t value_n;
    uint32_t used_sec; /* clock at the last use: the order is renewed at most once per second */
    uint32_t bucket_next;
    uint32_t older, newer; /* neighbours in order of use */
    uint32_t heap_at;
    uint32_t key_n;
    uint32_t head_sum; /* of what never changes above */
};

/* Bytes of the first block that are beside the head. */
#define OIDC_SHM_FIRST (OIDC_SHM_BLOCK - (uint32_t)sizeof(struct oidc_shm_head))

struct oidc_shm_shard {
    _Alignas(64) pthread_mutex_t lock;
    uint32_t dirty; /* what is derived may be wrong: repair before use */
    uint32_t count; /* entries; also the length of the heap */
    uint32_t newest, oldest;
    uint64_t hits, misses;
    uint64_t writes, expired, evicted, recovered, damaged, bytes;
    uint32_t classes[OIDC_STORE_SHM_CLASSES];
    /* Published for the choice of a victim without taking the lock. */
    _Atomic uint64_t oldest_used; /* UINT64_MAX when empty */
    _Atomic int64_t first_expiry; /* INT64_MAX when empty */
};

struct oidc_shm_allocator {
    _Alignas(64) pthread_mutex_t lock;
    uint32_t dirty;
    uint32_t free_first;
    _Atomic uint32_t free_count;
    _Atomic uint32_t fresh; /* blocks from here on were never used */
};

struct oidc_shm_header {
    uint64_t magic;
    uint32_t format;
    uint32_t head_size; /* another build with another layout is another format */
    uint64_t size;
    uint64_t hash_key[2];
    _Alignas(64) _Atomic uint64_t sequence; /* the last version or use */
    _Atomic int64_t warned;                 /* when eviction of live entries was last reported */
    struct oidc_shm_allocator allocator;
    struct oidc_shm_shard shards[OIDC_SHM_SHARDS];
};

/*
 * A process's view of the segment. What it needs to stay within bounds is kept here, outside of the
 * segment.
 */
struct oidc_shm {
    struct oidc_store store; /* first: the port's handle */
    struct oidc_shm_header *header;
    uint64_t hash_key[2];
    size_t size;
    uint32_t blocks;   /* numbers below are valid, 0 excepted */
    uint32_t buckets;  /* per shard, a power of two */
    uint32_t heap_max; /* entries per shard */
    _Atomic unsigned char *tags;
    uint32_t *next;
    uint32_t *bucket;
    uint32_t *heap;
    unsigned char *bytes;
};

/* One operation on one key. */
struct oidc_shm_op {
    struct oidc_ctx *ctx;
    struct oidc_shm *shm;
    struct oidc_str key;
    uint64_t hash;
    uint32_t s; /* the shard */
    apr_time_t now;
};

/* An entry to be written. */
struct oidc_shm_record {
    struct oidc_str key, value;
    uint64_t hash, version, sum, used;
    int64_t expires;
    uint32_t used_sec;
};

static inline struct oidc_shm_shard *oidc_shm_shard(const struct oidc_shm *shm, uint32_t s)
{
    return &shm->header->shards[s];
}

static inline struct oidc_shm_head *oidc_shm_head(const struct oidc_shm *shm, uint32_t b)
{
    return (struct oidc_shm_head *)(void *)(shm->bytes + (size_t)b * OIDC_SHM_BLOCK);
}

static inline unsigned oidc_shm_tag(const struct oidc_shm *shm, uint32_t b)
{
    return atomic_load_explicit(&shm->tags[b], memory_order_relaxed);
}

/* The release keeps what was written before in front of the tag: the tag is what makes it count. */
static inline void oidc_shm_set_tag(const struct oidc_shm *shm, uint32_t b, unsigned tag)
{
    atomic_store_explicit(&shm->tags[b], (unsigned char)tag, memory_order_release);
    OIDC_SHM_STEP();
}

/* 1 when b is a block of that kind of the shard; every number read from the segment passes here. */
static inline int oidc_shm_is(const struct oidc_shm *shm, uint32_t b, unsigned kind, uint32_t s)
{
    return b < shm->blocks && oidc_shm_tag(shm, b) == (kind | s);
}

static inline uint32_t oidc_shm_shard_of(uint64_t hash)
{
    return (uint32_t)(hash % OIDC_SHM_SHARDS);
}

/* Blocks that an entry takes. */
static inline uint32_t oidc_shm_blocks_for(size_t key_n, size_t value_n)
{
    size_t n = key_n + value_n;
    return n <= OIDC_SHM_FIRST
               ? 1u
               : 1u + (uint32_t)((n - OIDC_SHM_FIRST + OIDC_SHM_BLOCK - 1) / OIDC_SHM_BLOCK);
}

static inline uint64_t oidc_shm_next_number(struct oidc_shm *shm)
{
    return atomic_fetch_add_explicit(&shm->header->sequence, 1, memory_order_relaxed) + 1;
}

/* ---- shm_hash.c: keyed hash of keys, sums of values and heads ---- */
uint64_t oidc_shm_hash_key(const uint64_t secret[2], struct oidc_str key);
uint64_t oidc_shm_hash_value(const void *p, size_t n);
uint32_t oidc_shm_hash_head(const struct oidc_shm_head *head);

/* ---- shm_lock.c ---- */
enum oidc_rc oidc_shm_lock_init(struct oidc_ctx *ctx, pthread_mutex_t *lock) OIDC_MUST_CHECK;
/* Takes the shard, mended if need be. OIDC_FAILED (OIDC_E_STORE): not taken. */
enum oidc_rc oidc_shm_lock_shard(struct oidc_ctx *ctx, struct oidc_shm *shm,
                                 uint32_t s) OIDC_MUST_CHECK;
enum oidc_rc oidc_shm_unlock_shard(struct oidc_ctx *ctx, struct oidc_shm *shm,
                                   uint32_t s) OIDC_MUST_CHECK;
/* 1 when taken. For use under a shard's lock: fails no context. */
int oidc_shm_lock_allocator(struct oidc_shm *shm) OIDC_MUST_CHECK;
void oidc_shm_unlock_allocator(struct oidc_shm *shm);

/* ---- shm_block.c: the allocator, and bytes in chains of blocks ---- */
/* Blocks that could be had now; a snapshot. */
uint32_t oidc_shm_block_room(struct oidc_shm *shm);
/*
 * Takes n blocks for the shard as a chain, tagged BODY. NONE when there are not so many, or STUCK.
 */
uint32_t oidc_shm_block_get(struct oidc_shm *shm, uint32_t s, uint32_t n);
/* Gives a chain of n BODY blocks back; what does not look like that makes the shard dirty. */
void oidc_shm_block_drop(struct oidc_shm *shm, uint32_t s, uint32_t first, uint32_t n);
/* Blocks from here on were never used. */
uint32_t oidc_shm_block_end(const struct oidc_shm *shm);
/*
 * The first block from b on and before `end` that belongs to the shard, or `end`. Looks at eight in
 * one go.
 */
uint32_t oidc_shm_block_next_of(const struct oidc_shm *shm, uint32_t s, uint32_t b, uint32_t end);
/* Rebuilds the free list from the tags, under the allocator's lock. */
void oidc_shm_block_repair(struct oidc_shm *shm);
/*
 * The end of a repair: frees the shard's BODY blocks and makes SEEN ones BODY. 0 when the lock is
 * not to be had.
 */
int oidc_shm_block_sweep(struct oidc_shm *shm, uint32_t s, uint32_t end) OIDC_MUST_CHECK;
/* Copies bytes of an entry, from `skip` behind its head. 0 when the chain is damaged. */
int oidc_shm_block_read(const struct oidc_shm *shm, uint32_t b, size_t skip, void *out,
                        size_t n) OIDC_MUST_CHECK;

/* ---- shm_entry.c: entries of a locked shard ---- */
/*
 * 1 when the head is as it was written, and its lengths are possible: only then may they be used.
 */
int oidc_shm_entry_is_sound(const struct oidc_shm_head *head, uint32_t s);
/* The entry of the key, expired or not, or 0. */
uint32_t oidc_shm_entry_find(const struct oidc_shm_op *op);
/* Writes a complete entry that nothing leads to yet. NONE when there was no room, or STUCK. */
uint32_t oidc_shm_entry_write(struct oidc_shm *shm, const struct oidc_shm_record *record);
/* Puts it into its bucket and into the counts of bytes. */
void oidc_shm_entry_index(struct oidc_shm *shm, uint32_t s, uint32_t b);
/* Makes it complete: bucket, counts, order of use, heap. */
void oidc_shm_entry_link(struct oidc_shm *shm, uint32_t s, uint32_t b);
/* Takes the entry apart and gives its blocks back. */
void oidc_shm_entry_drop(struct oidc_shm *shm, uint32_t s, uint32_t b);
/* Drops at most `max` entries whose time is over; returns how many. */
unsigned oidc_shm_entry_expire(struct oidc_shm *shm, uint32_t s, apr_time_t now, unsigned max);

/* ---- shm_order.c: the order of use ---- */
void oidc_shm_order_add(struct oidc_shm *shm, uint32_t s, uint32_t b);
void oidc_shm_order_drop(struct oidc_shm *shm, uint32_t s, uint32_t b);
/* Notes a use; renews the order when the clock's second changed. */
void oidc_shm_order_use(struct oidc_shm_op *op, uint32_t b);
/* Publishes what the choice of a victim needs; after each change. */
void oidc_shm_order_publish(struct oidc_shm *shm, uint32_t s);

/* ---- shm_heap.c: entries by expiry, soonest first ---- */
void oidc_shm_heap_add(struct oidc_shm *shm, uint32_t s, uint32_t b);
void oidc_shm_heap_drop(struct oidc_shm *shm, uint32_t s, uint32_t b);
uint32_t oidc_shm_heap_first(const struct oidc_shm *shm, uint32_t s);
/*
 * The shard's heap array holds its `count` entries in any order: sorts it, most recently used
 * first.
 */
void oidc_shm_heap_sort_by_use(struct oidc_shm *shm, uint32_t s);
/* Makes it a heap by expiry again. */
void oidc_shm_heap_build(struct oidc_shm *shm, uint32_t s);

/* ---- shm_repair.c ---- */
/*
 * Derives a dirty shard again from the tags. 0 when the allocator's lock was not to be had: the
 * shard stays dirty.
 */
int oidc_shm_repair(struct oidc_shm *shm, uint32_t s) OIDC_MUST_CHECK;

/* ---- shm_evict.c ---- */
/* Makes n blocks free, without a lock held: expired entries first, then the longest idle. */
enum oidc_rc oidc_shm_evict(struct oidc_ctx *ctx, struct oidc_shm *shm, uint32_t n,
                            apr_time_t now) OIDC_MUST_CHECK;

/* ---- shm_segment.c ---- */
extern const struct oidc_store_ops oidc_store_shm_ops;

#endif
