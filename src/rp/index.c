/* SPDX-License-Identifier: Apache-2.0 */
/* The index of sessions. */
#include "rp/index.h"

#include "oidc/buf.h"
#include "oidc/hash.h"

#define PART_MAX 8192 /* of issuer and name together */

/* Length first, so that no two pairs run together into the same key (N120). */
static enum oidc_rc index_key(struct oidc_ctx *ctx, const struct rp_site *site, char kind,
                              const char *issuer, const char *name, struct oidc_str *out)
{
    struct oidc_buf b;
    struct oidc_str text;
    const char *hash;
    oidc_buf_init(&b, ctx->pool, PART_MAX);
    oidc_buf_add_char(&b, kind);
    oidc_buf_add_u32(&b, (apr_uint32_t)strlen(issuer));
    oidc_buf_add_z(&b, issuer);
    oidc_buf_add_z(&b, name);
    if (oidc_buf_take(ctx, &b, "issuer and name of a session", &text) != OIDC_OK
        || oidc_hash_sha256_b64url(ctx, text, &hash) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_store_key(ctx, site->name_space, OIDC_STORE_INDEX, oidc_str_z(hash), out);
}

/* The set that a session stands in, by its sid ('s') or its subject ('u'); OIDC_ABSENT when it has none. */
static enum oidc_rc index_key_of(struct oidc_ctx *ctx, const struct rp_site *site, char kind,
                                 const struct rp_session *s, struct oidc_str *out)
{
    const char *name = kind == 's' ? s->sid : s->sub;
    return *name ? index_key(ctx, site, kind, s->issuer, name, out) : OIDC_ABSENT;
}

static enum oidc_rc index_add_one(struct oidc_ctx *ctx, const struct rp_site *site, char kind,
                                  const struct rp_session *s)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    enum oidc_rc rc = index_key_of(ctx, site, kind, s, &key);
    if (rc == OIDC_OK) {
        rc = store->ops->index_add(ctx, store, key, oidc_str_z(s->id), s->hard_expires);
    }
    if (rc == OIDC_FAILED
        && (ctx->err.code == OIDC_E_TOO_LARGE || ctx->err.code == OIDC_E_STORE_FULL)) {
        oidc_log(ctx, OIDC_LOG_WARNING,
                 "this subject has so many sessions that the provider's logout won't reach the "
                 "newest: %s",
                 ctx->err.detail);
        oidc_ctx_clear(ctx);
        return OIDC_OK;
    }
    return rc == OIDC_FAILED ? OIDC_FAILED : OIDC_OK;
}

enum oidc_rc rp_index_add(struct oidc_ctx *ctx, const struct rp_site *site,
                          const struct rp_session *s)
{
    return index_add_one(ctx, site, 's', s) == OIDC_OK ? index_add_one(ctx, site, 'u', s)
                                                       : OIDC_FAILED;
}

static enum oidc_rc index_drop_one(struct oidc_ctx *ctx, const struct rp_site *site, char kind,
                                   const struct rp_session *s)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    enum oidc_rc rc = index_key_of(ctx, site, kind, s, &key);
    if (rc == OIDC_OK) {
        rc = store->ops->index_drop(ctx, store, key, oidc_str_z(s->id));
    }
    return rc == OIDC_FAILED ? OIDC_FAILED : OIDC_OK;
}

enum oidc_rc rp_index_drop(struct oidc_ctx *ctx, const struct rp_site *site,
                           const struct rp_session *s)
{
    return index_drop_one(ctx, site, 's', s) == OIDC_OK ? index_drop_one(ctx, site, 'u', s)
                                                        : OIDC_FAILED;
}

/* Members are ids that we put there; anything else is damage and is passed over. */
static enum oidc_rc index_end_all(struct oidc_ctx *ctx, const struct rp_site *site,
                                  struct oidc_str key, int *ended)
{
    struct oidc_store *store = ctx->env->store;
    const struct oidc_str *members;
    int n;
    enum oidc_rc rc = store->ops->index_get(ctx, store, key, &members, &n);
    if (rc != OIDC_OK) {
        return rc == OIDC_ABSENT ? OIDC_OK : OIDC_FAILED;
    }
    for (int i = 0; i < n; i++) {
        if (members[i].n != RP_SESSION_ID_LEN) {
            continue;
        }
        const char *id = oidc_str_dup(ctx->pool, members[i]);
        if (rp_session_end(ctx, site, id) != OIDC_OK
            || store->ops->index_drop(ctx, store, key, members[i]) == OIDC_FAILED) {
            return OIDC_FAILED;
        }
        oidc_log(ctx, OIDC_LOG_DEBUG, "the session %s ends: the provider says so", id);
        ++*ended;
    }
    return OIDC_OK;
}

enum oidc_rc rp_index_end(struct oidc_ctx *ctx, const struct rp_site *site,
                          const struct rp_index_whose *whose, int *ended)
{
    struct oidc_str key;
    *ended = 0;
    if (index_key(ctx, site, whose->sid ? 's' : 'u', whose->issuer,
                  whose->sid ? whose->sid : whose->sub, &key)
        != OIDC_OK) {
        return OIDC_FAILED;
    }
    return index_end_all(ctx, site, key, ended);
}
