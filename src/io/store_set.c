/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of members with an expiry each, on top of get, put with compare-and-swap, and add. */
#include "io/store_set.h"

#include <apr_strings.h>

#include "io/store_limit.h"
#include "oidc/buf.h"

/*
 * Each round that is lost was won by somebody else, so this many are lost only by a store that is
 * broken.
 */
#define SET_ROUNDS 1000

struct member {
    apr_time_t expires;
    struct oidc_str name;
};

/* One change of a set. */
struct change {
    struct oidc_str key;
    struct member member;
    int drop;
    apr_time_t now;
};

static int set_next(struct oidc_reader *r, struct member *out)
{
    if (r->p == r->end) {
        return 0;
    }
    out->expires = (apr_time_t)oidc_reader_u64(r);
    out->name = oidc_reader_bytes(r, oidc_reader_u8(r));
    return !r->bad;
}

static void set_print(struct oidc_buf *b, const struct member *m)
{
    oidc_buf_add_u64(b, (apr_uint64_t)m->expires);
    oidc_buf_add_char(b, (char)(unsigned char)m->name.n);
    oidc_buf_add_str(b, m->name);
}

/*
 * The set after the change: the members that stay, then the new one. *expires is the last of their
 * expiries. OIDC_ABSENT when a member that is to go was not there.
 */
static enum oidc_rc set_apply(struct oidc_ctx *ctx, const struct change *c, struct oidc_str old,
                              struct oidc_str *out, apr_time_t *expires)
{
    struct oidc_buf b;
    struct oidc_reader r;
    struct member m;
    int found = 0;
    oidc_buf_init(&b, ctx->pool, OIDC_STORE_VALUE_MAX);
    oidc_reader_init(&r, old);
    *expires = c->now;
    while (set_next(&r, &m)) {
        int same = oidc_str_eq(m.name, c->member.name);
        if (oidc_store_limit_over(m.expires, c->now)) {
            continue;
        }
        found |= same;
        if (!same) {
            set_print(&b, &m);
            *expires = m.expires > *expires ? m.expires : *expires;
        }
    }
    if (r.bad) {
        return oidc_fail(ctx, OIDC_E_STORE, "a set of the store is malformed");
    }
    if (c->drop && !found) {
        return OIDC_ABSENT;
    }
    if (!c->drop) {
        set_print(&b, &c->member);
        *expires = c->member.expires > *expires ? c->member.expires : *expires;
    }
    return oidc_buf_take(ctx, &b, "a set of the store", out);
}

/*
 * One round: OIDC_OK done, OIDC_ABSENT nothing to drop, OIDC_FAILED; *lost is 1 when somebody else
 * was faster.
 */
static enum oidc_rc set_try(struct oidc_ctx *ctx, struct oidc_store *store, const struct change *c,
                            int *lost)
{
    struct oidc_store_value old = {.version = 0};
    struct oidc_str value;
    apr_time_t expires;
    *lost = 0;
    enum oidc_rc rc = store->ops->get(ctx, store, c->key, &old);
    if (rc == OIDC_FAILED || (rc == OIDC_ABSENT && c->drop)) {
        return rc;
    }
    enum oidc_rc applied = set_apply(ctx, c, old.bytes, &value, &expires);
    if (applied != OIDC_OK) {
        return applied;
    }
    rc = rc == OIDC_ABSENT ? store->ops->add(ctx, store, c->key, value, expires)
                           : store->ops->put(ctx, store, c->key, value, expires, old.version, NULL);
    *lost = rc == OIDC_ABSENT;
    return rc;
}

/* What a round allocates goes before the next; the reason of a failure stays. */
static enum oidc_rc set_change(struct oidc_ctx *ctx, struct oidc_store *store, struct change *c)
{
    apr_pool_t *pool = ctx->pool, *scratch;
    enum oidc_rc rc = OIDC_ABSENT;
    int lost = 1;
    c->now = oidc_ctx_now(ctx);
    if (apr_pool_create(&scratch, pool) != APR_SUCCESS) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no memory");
    }
    int failed_before = ctx->err.code != OIDC_E_NONE;
    for (int i = 0; lost && i < SET_ROUNDS; i++) {
        apr_pool_clear(scratch);
        ctx->pool = scratch;
        rc = set_try(ctx, store, c, &lost);
        ctx->pool = pool;
    }
    if (!failed_before && ctx->err.detail) {
        ctx->err.detail = apr_pstrdup(pool, ctx->err.detail);
    }
    apr_pool_destroy(scratch);
    return lost ? oidc_fail(ctx, OIDC_E_STORE, "a set of the store changes all the time") : rc;
}

static enum oidc_rc set_check_member(struct oidc_ctx *ctx, struct oidc_str member)
{
    if (member.n == 0 || member.n > OIDC_STORE_MEMBER_MAX) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "a member of %zu bytes for a set of the store",
                         member.n);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_store_set_add(struct oidc_ctx *ctx, struct oidc_store *store, struct oidc_str key,
                                struct oidc_str member, apr_time_t expires)
{
    apr_time_t now = oidc_ctx_now(ctx);
    struct change c = {.key = key, .member = {oidc_store_limit_expiry(expires, now), member}};
    if (set_check_member(ctx, member) != OIDC_OK
        || oidc_store_limit_add(ctx, expires, now) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return set_change(ctx, store, &c);
}

enum oidc_rc oidc_store_set_drop(struct oidc_ctx *ctx, struct oidc_store *store,
                                 struct oidc_str key, struct oidc_str member)
{
    struct change c = {.key = key, .member = {0, member}, .drop = 1};
    if (set_check_member(ctx, member) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return set_change(ctx, store, &c);
}

enum oidc_rc oidc_store_set_get(struct oidc_ctx *ctx, struct oidc_store *store, struct oidc_str key,
                                const struct oidc_str **out, int *n)
{
    struct oidc_store_value value;
    struct oidc_reader r;
    struct member m;
    apr_time_t now = oidc_ctx_now(ctx);
    enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
    if (rc != OIDC_OK) {
        return rc;
    }
    struct oidc_str *list = NULL;
    int count = 0, room = 0;
    oidc_reader_init(&r, value.bytes);
    while (set_next(&r, &m)) {
        if (oidc_store_limit_over(m.expires, now)) {
            continue;
        }
        if (count == room) {
            struct oidc_str *more = apr_palloc(ctx->pool, (size_t)(2 * room + 8) * sizeof *more);
            memcpy(more, list ? list : more, (size_t)count * sizeof *more);
            list = more;
            room = 2 * room + 8;
        }
        list[count++] = m.name;
    }
    if (r.bad) {
        return oidc_fail(ctx, OIDC_E_STORE, "a set of the store is malformed");
    }
    *out = list;
    *n = count;
    return count ? OIDC_OK : OIDC_ABSENT;
}
