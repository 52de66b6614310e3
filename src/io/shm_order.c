/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of use within a shard: a list from the newest to the oldest. Across shards the sequence
 * numbers decide, which no clock can turn round.
 */
#include "io/shm.h"

void oidc_shm_order_add(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    struct oidc_shm_head *head = oidc_shm_head(shm, b);
    head->newer = OIDC_SHM_NONE;
    head->older = shard->newest;
    OIDC_SHM_STEP();
    if (shard->newest == OIDC_SHM_NONE) {
        shard->oldest = b;
    } else if (oidc_shm_is(shm, shard->newest, OIDC_SHM_TAG_HEAD, s)) {
        oidc_shm_head(shm, shard->newest)->newer = b;
    } else {
        shard->dirty = 1;
    }
    OIDC_SHM_STEP();
    shard->newest = b;
}

/*
 * The neighbour's way back must lead here, else the list was overwritten. Where there is no
 * neighbour: the end.
 */
static int leads_back(const struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    const struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    const struct oidc_shm_head *head = oidc_shm_head(shm, b);
    int newer = head->newer == OIDC_SHM_NONE ? shard->newest == b
                                             : oidc_shm_is(shm, head->newer, OIDC_SHM_TAG_HEAD, s)
                                                   && oidc_shm_head(shm, head->newer)->older == b;
    int older = head->older == OIDC_SHM_NONE ? shard->oldest == b
                                             : oidc_shm_is(shm, head->older, OIDC_SHM_TAG_HEAD, s)
                                                   && oidc_shm_head(shm, head->older)->newer == b;
    return newer && older;
}

void oidc_shm_order_drop(struct oidc_shm *shm, uint32_t s, uint32_t b)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    const struct oidc_shm_head *head = oidc_shm_head(shm, b);
    if (!leads_back(shm, s, b)) {
        shard->dirty = 1;
        return;
    }
    if (head->newer == OIDC_SHM_NONE) {
        shard->newest = head->older;
    } else {
        oidc_shm_head(shm, head->newer)->older = head->older;
    }
    OIDC_SHM_STEP();
    if (head->older == OIDC_SHM_NONE) {
        shard->oldest = head->newer;
    } else {
        oidc_shm_head(shm, head->older)->newer = head->newer;
    }
    OIDC_SHM_STEP();
}

void oidc_shm_order_use(struct oidc_shm_op *op, uint32_t b)
{
    struct oidc_shm_head *head = oidc_shm_head(op->shm, b);
    uint32_t now_sec = (uint32_t)apr_time_sec(op->now);
    if (head->used_sec == now_sec) {
        return;
    }
    head->used_sec = now_sec;
    head->used = oidc_shm_next_number(op->shm);
    if (oidc_shm_shard(op->shm, op->s)->newest != b) {
        oidc_shm_order_drop(op->shm, op->s, b);
        oidc_shm_order_add(op->shm, op->s, b);
    }
    oidc_shm_order_publish(op->shm, op->s);
}

void oidc_shm_order_publish(struct oidc_shm *shm, uint32_t s)
{
    struct oidc_shm_shard *shard = oidc_shm_shard(shm, s);
    uint64_t used = UINT64_MAX;
    int64_t expiry = INT64_MAX;
    uint32_t soonest = oidc_shm_heap_first(shm, s);
    if (oidc_shm_is(shm, shard->oldest, OIDC_SHM_TAG_HEAD, s)) {
        used = oidc_shm_head(shm, shard->oldest)->used;
    }
    if (soonest != OIDC_SHM_NONE) {
        expiry = oidc_shm_head(shm, soonest)->expires;
    }
    atomic_store_explicit(&shard->oldest_used, used, memory_order_relaxed);
    atomic_store_explicit(&shard->first_expiry, expiry, memory_order_relaxed);
}
