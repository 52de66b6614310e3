/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making room. Each shard publishes its soonest expiry and its oldest use; the victim is chosen
 * among these few numbers, so the order holds across all shards and nothing is scanned: whatever
 * has expired goes before anything that is alive, then goes what was idle longest (N137).
 */
#include "io/shm.h"

#define EVICT_EXPIRED_AT_ONCE 16
#define EVICT_WARN_EVERY apr_time_from_sec(60)

struct choice {
    uint32_t s;
    int expired;
    uint64_t used; /* of the entry that was idle longest */
};

/* Shards in the set `skip` are left out. 0 when there is nothing to evict. */
static int evict_choose(const struct oidc_shm *shm, uint64_t skip, apr_time_t now,
                        struct choice *out)
{
    int64_t soonest = INT64_MAX;
    uint64_t oldest = UINT64_MAX;
    uint32_t expired_s = 0, idle_s = 0;
    for (uint32_t s = 0; s < OIDC_SHM_SHARDS; s++) {
        const struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
        int64_t expiry = atomic_load_explicit(&shard->first_expiry, memory_order_relaxed);
        uint64_t used = atomic_load_explicit(&shard->oldest_used, memory_order_relaxed);
        if (skip >> s & 1) {
            continue;
        }
        if (expiry < soonest) {
            soonest = expiry;
            expired_s = s;
        }
        if (used < oldest) {
            oldest = used;
            idle_s = s;
        }
    }
    out->expired = soonest <= now;
    out->s = out->expired ? expired_s : idle_s;
    out->used = oldest;
    return out->expired || oldest != UINT64_MAX;
}

/* Evicts from the shard that was chosen; returns how many live entries went. */
static unsigned evict_from(struct oidc_shm *shm, const struct choice *choice, apr_time_t now)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, choice->s);
    uint32_t b = shard->oldest;
    unsigned live = 0;
    /* The choice was made without the lock: was it used since, the choice is made again. */
    if (oidc_shm_entry_expire(shm, choice->s, now, EVICT_EXPIRED_AT_ONCE) == 0 && !choice->expired
        && oidc_shm_is(shm, b, OIDC_SHM_TAG_HEAD, choice->s)
        && oidc_shm_head(shm, b)->used == choice->used) {
        oidc_shm_entry_drop(shm, choice->s, b);
        shard->evicted++;
        live = 1;
    }
    oidc_shm_order_publish(shm, choice->s);
    return live;
}

static void evict_warn(struct oidc_ctx *ctx, struct oidc_shm *shm, apr_time_t now)
{
    int64_t last = atomic_load_explicit(&shm->header->warned, memory_order_relaxed);
    if (last <= now && now - last < EVICT_WARN_EVERY) {
        return;
    }
    if (atomic_compare_exchange_strong(&shm->header->warned, &last, now)) {
        oidc_log(ctx, OIDC_LOG_WARNING,
                 "the session store of %zu MB is full: the entries idle longest make room "
                 "(OIDCCacheShmMax)",
                 shm->size >> 20);
    }
}

enum oidc_rc oidc_shm_evict(struct oidc_ctx *ctx, struct oidc_shm *shm, uint32_t n, apr_time_t now)
{
    struct choice choice;
    uint64_t skip = 0;
    unsigned live = 0;
    for (uint32_t tries = 0; oidc_shm_block_room(shm) < n && tries < shm->blocks; tries++) {
        if (n >= shm->blocks || !evict_choose(shm, skip, now, &choice)) {
            return oidc_fail(ctx, OIDC_E_STORE_FULL,
                             "%u blocks of %u bytes do not fit into the session store", n,
                             OIDC_SHM_BLOCK);
        }
        struct oidc_err before = ctx->err;
        if (oidc_shm_lock_shard(ctx, shm, choice.s) != OIDC_OK) {
            ctx->err = before; /* there are other shards */
            oidc_log(ctx, OIDC_LOG_WARNING,
                     "shard %u of the session store is stuck: evicting from others", choice.s);
            skip |= UINT64_C(1) << choice.s;
            continue;
        }
        live += evict_from(shm, &choice, now);
        if (oidc_shm_unlock_shard(ctx, shm, choice.s) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    if (live) {
        evict_warn(ctx, shm, now);
    }
    return OIDC_OK;
}
