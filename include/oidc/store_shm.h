/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store in shared memory: one anonymous segment, made by the parent before it forks, seen by
 * all its children at the same address. Entries have any size up to OIDC_STORE_VALUE_MAX; memory is
 * taken as it is used. When it is full, entries that have expired go first, then those idle
 * longest.
 *
 * A child may be killed at any instruction: the next one that needs the same part of the store
 * mends it within milliseconds; entries that were complete stay, a half-written one was never
 * visible. A lock that can't be had within a second is OIDC_E_STORE, never an answer.
 *
 * The segment outlives the configuration: the caller keeps struct oidc_store_shm_segment where it
 * survives a graceful restart and hands it in again.
 */
#ifndef OIDC_STORE_SHM_H
#define OIDC_STORE_SHM_H

#include "oidc/store.h"

#define OIDC_STORE_SHM_SIZE_MIN ((size_t)256 * 1024)
#define OIDC_STORE_SHM_SIZE_MAX ((size_t)64 * 1024 * 1024 * 1024)

/* Where the segment is. All zero the first time. */
struct oidc_store_shm_segment {
    void *address;
    size_t size;
};

/*
 * Makes the store in the parent, before children are forked. The handle lives in ctx->pool, the
 * segment until oidc_store_shm_unmap(). `size` is in bytes, rounded up to whole pages.
 *
 * With an empty *segment a new one is made and noted there. Otherwise the old one is taken over
 * with all its entries. When its size differs, a new one is made, all live entries are copied (the
 * longest idle ones stay behind if it is smaller) and the old one is unmapped here; children of the
 * old generation keep it, and what they write from now on is lost. A segment of another format (a
 * new version of this module) is left to the old generation, with a notice.
 *
 * OIDC_E_CONFIG: size out of range. OIDC_E_STORE: no memory, no robust locks. OIDC_E_RANDOM.
 */
enum oidc_rc oidc_store_shm_make(struct oidc_ctx *ctx, size_t size,
                                 struct oidc_store_shm_segment *segment,
                                 struct oidc_store **out) OIDC_MUST_CHECK;
/*
 * Gives the memory back in this process and empties *segment. No handle on it may be used
 * afterwards.
 */
void oidc_store_shm_unmap(struct oidc_store_shm_segment *segment);

/* Entries counted by size of their value: up to 256 bytes, 1, 4, 16, 64, 256 KiB, 1 MiB. */
#define OIDC_STORE_SHM_CLASSES 7

struct oidc_store_shm_stats {
    apr_uint64_t size;     /* bytes of the segment */
    apr_uint64_t capacity; /* bytes that entries can take */
    apr_uint64_t used;     /* bytes that entries take, in whole blocks */
    apr_uint64_t bytes;    /* keys and values alone */
    apr_uint64_t entries;
    apr_uint64_t classes[OIDC_STORE_SHM_CLASSES];
    /* Since the segment was made: */
    apr_uint64_t hits, misses; /* of get */
    apr_uint64_t writes;       /* by put and add */
    apr_uint64_t expired;      /* entries removed after their time */
    apr_uint64_t evicted;      /* live entries that had to make room: the segment is too small */
    apr_uint64_t recovered;    /* times that the work of a killed process was mended */
    apr_uint64_t damaged;      /* entries dropped because their bytes had changed */
};

/* `store` must come from oidc_store_shm_make(). Takes each lock for a moment. */
enum oidc_rc oidc_store_shm_stats(struct oidc_ctx *ctx, struct oidc_store *store,
                                  struct oidc_store_shm_stats *out) OIDC_MUST_CHECK;

#endif
