/* SPDX-License-Identifier: Apache-2.0 */
/* What the shared-memory store counts. */
#include "io/shm.h"

#include <string.h>

static void stats_add(const struct oidc_shm_shard *shard, struct oidc_store_shm_stats *out)
{
    out->entries += shard->count;
    out->bytes += shard->bytes;
    out->hits += shard->hits;
    out->misses += shard->misses;
    out->writes += shard->writes;
    out->expired += shard->expired;
    out->evicted += shard->evicted;
    out->recovered += shard->recovered;
    out->damaged += shard->damaged;
    for (int c = 0; c < OIDC_STORE_SHM_CLASSES; c++) {
        out->classes[c] += shard->classes[c];
    }
}

enum oidc_rc oidc_store_shm_stats(struct oidc_ctx *ctx, struct oidc_store *store,
                                  struct oidc_store_shm_stats *out)
{
    struct oidc_shm *shm = (struct oidc_shm *)(void *)store;
    memset(out, 0, sizeof *out);
    if (store->ops != &oidc_store_shm_ops) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "the store is no shared memory");
    }
    for (uint32_t s = 0; s < OIDC_SHM_SHARDS; s++) {
        if (oidc_shm_lock_shard(ctx, shm, s) != OIDC_OK) {
            return OIDC_FAILED;
        }
        stats_add(oidc_shm_shard(shm, s), out);
        if (oidc_shm_unlock_shard(ctx, shm, s) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    out->size = shm->size;
    out->capacity = (uint64_t)(shm->blocks - 1) * OIDC_SHM_BLOCK;
    out->used = (uint64_t)(shm->blocks - 1 - oidc_shm_block_room(shm)) * OIDC_SHM_BLOCK;
    return OIDC_OK;
}
