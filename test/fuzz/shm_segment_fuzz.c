/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of the shared memory are overwritten, by whatever else lives in the process; then the store
 * is used. Nothing may crash or hang, no entry may come back under another key or with other bytes
 * than were written (N140).
 *
 * The locks themselves are left alone: what the C library does with one that was overwritten is its
 * own affair.
 *
 * Input: pairs of (position, 4 bytes; length and value, 2 bytes), each one overwriting.
 */
#include "fuzz.h"

#include <apr_strings.h>

#include "io/shm.h"

#define ENTRIES 40

static apr_time_t now_value;

static apr_time_t moving_now(void *baton)
{
    (void)baton;
    return now_value;
}

static void silent_log(void *baton, enum oidc_level level, const char *file, int line,
                       const char *text)
{
    (void)baton;
    (void)level;
    (void)file;
    (void)line;
    (void)text;
}

static int silent_log_wants(void *baton, enum oidc_level level)
{
    (void)baton;
    (void)level;
    return 0;
}

static const struct oidc_env env = {
    .now = moving_now, .random = fuzz_random, .log = silent_log, .log_wants = silent_log_wants};

static struct oidc_str key_of(apr_pool_t *pool, int i)
{
    return oidc_str_z(apr_psprintf(pool, "%d:s:%0*d", i, i % 7 == 0 ? 230 : 20, i));
}

/* All bytes of a value follow from its key and its length. */
static struct oidc_str value_of(apr_pool_t *pool, int i, size_t n)
{
    char *p = apr_palloc(pool, n + 1);
    for (size_t at = 0; at < n; at++) {
        p[at] = (char)((size_t)i * 31 + at * 7 + n);
    }
    return oidc_str(p, n);
}

static int is_lock(const struct oidc_shm_header *h, size_t at)
{
    size_t lock = offsetof(struct oidc_shm_header, allocator.lock);
    if (at >= lock && at < lock + sizeof h->allocator.lock) {
        return 1;
    }
    for (unsigned s = 0; s < OIDC_SHM_SHARDS; s++) {
        lock = offsetof(struct oidc_shm_header, shards) + s * sizeof h->shards[0]
               + offsetof(struct oidc_shm_shard, lock);
        if (at >= lock && at < lock + sizeof h->shards[0].lock) {
            return 1;
        }
    }
    return 0;
}

/* Positions are spread so that the small parts in front are met as often as the blocks behind. */
static size_t position(const struct oidc_shm *shm, const uint8_t *p)
{
    const unsigned char *base = (const unsigned char *)shm->header;
    const size_t part[] = {0,
                           (size_t)((const unsigned char *)shm->tags - base),
                           (size_t)((const unsigned char *)shm->next - base),
                           (size_t)((const unsigned char *)shm->bucket - base),
                           (size_t)((const unsigned char *)shm->heap - base),
                           (size_t)(shm->bytes - base),
                           shm->size};
    unsigned which = p[0] % 6;
    size_t offset = (size_t)p[1] | (size_t)p[2] << 8 | (size_t)p[3] << 16;
    return part[which] + offset % (part[which + 1] - part[which]);
}

static void overwrite(struct oidc_shm *shm, const uint8_t *data, size_t n)
{
    unsigned char *base = (unsigned char *)shm->header;
    for (; n >= 6; n -= 6, data += 6) {
        size_t at = position(shm, data), length = data[4] < 250 ? 1u + data[4] % 8u : 4096u;
        for (size_t i = 0; i < length && at + i < shm->size; i++) {
            if (!is_lock(shm->header, at + i)) {
                base[at + i] = (unsigned char)(data[5] + (length > 8 ? i * 167 : i));
            }
        }
    }
}

static void check_value(apr_pool_t *pool, int i, const struct oidc_store_value *v)
{
    MUST(oidc_str_eq(
        v->bytes, value_of(pool, i, v->bytes.n))); /* not another key's value, nor a changed one */
}

/* Whatever the answer is: it may be an error, or gone. */
static void any(enum oidc_rc rc)
{
    (void)rc;
}

static void use(struct oidc_ctx *ctx, struct oidc_store *store)
{
    struct oidc_store_value v;
    struct oidc_store_shm_stats stats;
    for (int i = 0; i < ENTRIES; i++) {
        if (store->ops->get(ctx, store, key_of(ctx->pool, i), &v) == OIDC_OK) {
            check_value(ctx->pool, i, &v);
        }
        now_value += 300000;
        struct oidc_str value = value_of(ctx->pool, i + 1, (size_t)(i * 211 % 9000));
        if (i % 3 == 0) {
            any(store->ops->put(ctx, store, key_of(ctx->pool, i + 1), value,
                                now_value + apr_time_from_sec(50), 0, NULL));
        } else if (i % 3 == 1) {
            any(store->ops->drop(ctx, store, key_of(ctx->pool, i + 3)));
        } else {
            any(store->ops->add(ctx, store, key_of(ctx->pool, i + 1), value,
                                now_value + apr_time_from_sec(50)));
        }
        oidc_ctx_clear(ctx);
    }
    any(oidc_store_shm_stats(ctx, store, &stats));
    oidc_ctx_clear(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct oidc_store_shm_segment segment = {NULL, 0};
    struct oidc_store *store;
    struct oidc_ctx ctx;
    fuzz_start(&ctx);
    ctx.env = &env;
    now_value = fuzz_now(NULL);
    MUST(oidc_store_shm_make(&ctx, OIDC_STORE_SHM_SIZE_MIN, &segment, &store) == OIDC_OK);
    for (int i = 0; i < ENTRIES; i++) {
        struct oidc_str value = value_of(ctx.pool, i, (size_t)(i * 173 % 6000));
        any(store->ops->put(&ctx, store, key_of(ctx.pool, i), value,
                            now_value + apr_time_from_sec(20 + i), 0, NULL));
    }
    overwrite((struct oidc_shm *)(void *)store, data, n);
    use(&ctx, store);
    use(&ctx, store);
    oidc_store_shm_unmap(&segment);
    return fuzz_end(&ctx);
}
