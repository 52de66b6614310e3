/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mends a shard whose last owner was killed, or whose lists were overwritten: everything derived is
 * derived again from the tags and heads. Entries that are complete stay, with their order of use;
 * blocks that belong to none go back to the free list. Interrupted at any point it can be begun
 * again.
 */
#include "io/shm.h"

#include <string.h>

struct repair {
    struct oidc_shm *shm;
    struct oidc_shm_shard *shard;
    uint32_t s;
    uint32_t end; /* blocks from here on were never used */
};

/* The shard's next block from b on. */
static uint32_t repair_next(const struct repair *r, uint32_t b)
{
    return oidc_shm_block_next_of(r->shm, r->s, b, r->end);
}

static void repair_begin(const struct repair *r)
{
    struct oidc_shm *shm = r->shm;
    struct oidc_shm_shard *shard = r->shard;
    shard->count = 0;
    shard->newest = shard->oldest = OIDC_SHM_NONE;
    shard->bytes = 0;
    memset(shard->classes, 0, sizeof shard->classes);
    memset(shm->bucket + (size_t)r->s * shm->buckets, 0, shm->buckets * sizeof *shm->bucket);
    for (uint32_t b = repair_next(r, 1); b < r->end; b = repair_next(r, b + 1)) {
        if (oidc_shm_tag(shm, b) == (OIDC_SHM_TAG_SEEN | r->s)) {
            oidc_shm_set_tag(shm, b, OIDC_SHM_TAG_BODY | r->s); /* left by an interrupted repair */
        }
    }
}

/* Changes the kind of an entry's further blocks; returns how many were as expected. */
static uint32_t retag_chain(const struct repair *r, uint32_t first, uint32_t n, unsigned from,
                            unsigned to)
{
    uint32_t b = first, done = 0;
    while (done < n) {
        b = r->shm->next[b];
        if (!oidc_shm_is(r->shm, b, from, r->s)) {
            break;
        }
        oidc_shm_set_tag(r->shm, b, to | r->s);
        done++;
    }
    return done;
}

static void repair_reject(const struct repair *r, uint32_t b, uint32_t seen)
{
    oidc_shm_set_tag(r->shm, b, OIDC_SHM_TAG_BODY | r->s);
    (void)retag_chain(r, b, seen, OIDC_SHM_TAG_SEEN, OIDC_SHM_TAG_BODY);
}

/* 1 when the entry is whole; its blocks are then marked as seen. */
static int repair_is_whole(const struct repair *r, uint32_t b)
{
    const struct oidc_shm_head *head = oidc_shm_head(r->shm, b);
    if (!oidc_shm_entry_is_sound(head, r->s)) {
        repair_reject(r, b, 0);
        return 0;
    }
    uint32_t more = oidc_shm_blocks_for(head->key_n, head->value_n) - 1;
    uint32_t seen = retag_chain(r, b, more, OIDC_SHM_TAG_BODY, OIDC_SHM_TAG_SEEN);
    if (seen < more) {
        repair_reject(r, b, seen);
        return 0;
    }
    return 1;
}

/* Puts every whole entry into the heap's array, in no order yet. */
static void repair_collect(const struct repair *r)
{
    uint32_t *list = r->shm->heap + (size_t)r->s * r->shm->heap_max;
    for (uint32_t b = repair_next(r, 1); b < r->end; b = repair_next(r, b + 1)) {
        if (oidc_shm_tag(r->shm, b) != (OIDC_SHM_TAG_HEAD | r->s)) {
            continue;
        }
        if (r->shard->count >= r->shm->heap_max) {
            repair_reject(r, b, 0);
            r->shard->damaged++;
        } else if (repair_is_whole(r, b)) {
            list[r->shard->count++] = b;
            OIDC_SHM_STEP();
        } else {
            r->shard->damaged++;
        }
    }
}

/* The entry that is linked already and has the same key as b, or 0. */
static uint32_t repair_twin(const struct repair *r, uint32_t b)
{
    char key[OIDC_STORE_KEY_MAX];
    const struct oidc_shm_head *head = oidc_shm_head(r->shm, b);
    struct oidc_shm_op op = {
        .shm = r->shm, .hash = head->hash, .s = r->s, .key = oidc_str(key, head->key_n)};
    return oidc_shm_block_read(r->shm, b, 0, key, head->key_n) ? oidc_shm_entry_find(&op)
                                                               : OIDC_SHM_NONE;
}

/*
 * Links the entries from the newest use to the oldest. Of two with one key the older one was to be
 * dropped by the process that was killed.
 */
static void repair_link(const struct repair *r)
{
    uint32_t *list = r->shm->heap + (size_t)r->s * r->shm->heap_max;
    uint32_t kept = 0, last = OIDC_SHM_NONE;
    for (uint32_t i = 0; i < r->shard->count; i++) {
        uint32_t b = list[i];
        struct oidc_shm_head *head = oidc_shm_head(r->shm, b);
        if (repair_twin(r, b) != OIDC_SHM_NONE) {
            repair_reject(r, b, oidc_shm_blocks_for(head->key_n, head->value_n) - 1);
            continue;
        }
        oidc_shm_entry_index(r->shm, r->s, b);
        head->newer = last;
        head->older = OIDC_SHM_NONE;
        if (last == OIDC_SHM_NONE) {
            r->shard->newest = b;
        } else {
            oidc_shm_head(r->shm, last)->older = b;
        }
        last = r->shard->oldest = b;
        list[kept++] = b;
        OIDC_SHM_STEP();
    }
    r->shard->count = kept;
}

int oidc_shm_repair(struct oidc_shm *shm, uint32_t s)
{
    struct repair r = {shm, oidc_shm_shard(shm, s), s, oidc_shm_block_end(shm)};
    r.shard->dirty = 1;
    repair_begin(&r);
    repair_collect(&r);
    r.shard->dirty = 0; /* from here on it shows whether the work itself finds damage */
    oidc_shm_heap_sort_by_use(shm, s);
    repair_link(&r);
    oidc_shm_heap_build(shm, s);
    if (r.shard->dirty || !oidc_shm_block_sweep(shm, s, r.end)) {
        r.shard->dirty = 1;
        return 0;
    }
    r.shard->recovered++;
    oidc_shm_order_publish(shm, s);
    return 1;
}
