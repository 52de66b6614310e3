/* SPDX-License-Identifier: Apache-2.0 */
/* HOT: rp_sealed_find(). */
#include "rp/sealed.h"

#include <apr_strings.h>

#include "oidc/buf.h"
#include "rp/cookies.h"

#define PLAIN_MAX ((size_t)2 * OIDC_STORE_VALUE_MAX)

/* CHECK purpose: name space and cookie name are bound in, the first of fixed length; N120, N130 */
static struct oidc_str sealed_context(struct oidc_ctx *ctx, const struct rp_call *call)
{
    const struct oidc_str ns = call->site->name_space;
    return oidc_str_z(apr_pstrcat(ctx->pool, apr_pstrmemdup(ctx->pool, ns.p, ns.n),
                                  call->dir->cookie, NULL));
}

/* hot record's length (4 bytes), hot record, cold record. */
static enum oidc_rc sealed_split(struct oidc_str plain, struct rp_session *out)
{
    struct oidc_reader r;
    oidc_reader_init(&r, plain);
    struct oidc_str hot = oidc_reader_bytes(&r, oidc_reader_u32(&r));
    if (r.bad || rp_record_read(hot, out) != OIDC_OK || strlen(out->id) != RP_SESSION_ID_LEN) {
        return OIDC_FAILED;
    }
    out->cold = oidc_reader_bytes(&r, (size_t)(r.end - r.p));
    out->version = 0;
    return OIDC_OK;
}

/* CHECK revoked: a session that ended stays ended although the browser has its cookie; N134 */
static enum rp_found sealed_check_revoked(struct oidc_ctx *ctx, const struct rp_site *site,
                                          const struct rp_session *s)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str key;
    if (rp_session_key(ctx, site, OIDC_STORE_REVOKED, s->id, &key) != OIDC_OK) {
        return RP_FOUND_ERROR;
    }
    switch (store->ops->get(ctx, store, key, &value)) {
    case OIDC_ABSENT:
        return RP_FOUND_SESSION;
    case OIDC_OK:
        return rp_session_dead(ctx, "it was ended");
    case OIDC_FAILED:
        break;
    }
    return RP_FOUND_ERROR;
}

enum rp_found rp_sealed_find(struct oidc_ctx *ctx, const struct rp_call *call,
                             struct rp_session *out)
{
    const struct rp_site *site = call->site;
    struct oidc_str sealed, plain;
    enum oidc_rc rc = rp_cookies_get_session(ctx, call, &sealed);
    if (rc == OIDC_ABSENT) {
        return RP_FOUND_NOTHING;
    }
    if (rc != OIDC_OK) {
        return rp_session_dead(ctx, "its cookies are no whole");
    }
    /* CHECK sealed: each of its bytes was made by us, for this; N119, N122 */
    if (oidc_unseal_text(ctx, site->sealer, OIDC_SEAL_SESSION, sealed_context(ctx, call), sealed,
                         &plain) != OIDC_OK) {
        return ctx->err.code ? RP_FOUND_ERROR
                             : rp_session_dead(ctx, "the cookie is not of this site");
    }
    if (sealed_split(plain, out) != OIDC_OK) {
        return rp_session_dead(ctx, "its record can't be read");
    }
    return sealed_check_revoked(ctx, site, out);
}

enum oidc_rc rp_sealed_put(struct oidc_ctx *ctx, const struct rp_call *call,
                           const struct rp_session *s)
{
    struct oidc_buf b;
    struct oidc_str plain;
    const char *text;
    oidc_buf_init(&b, ctx->pool, PLAIN_MAX);
    oidc_buf_add_u32(&b, (apr_uint32_t)s->record.n);
    oidc_buf_add_str(&b, s->record);
    oidc_buf_add_str(&b, s->cold);
    if (oidc_buf_take(ctx, &b, "the session", &plain) != OIDC_OK
        || oidc_seal_text(ctx, call->site->sealer, OIDC_SEAL_SESSION,
                          sealed_context(ctx, call), plain, &text) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return rp_session_put_cookie(ctx, call, text, s);
}

enum oidc_rc rp_sealed_make(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *s,
                            struct oidc_str cold)
{
    const size_t limit = rp_cookies_session_max(call->site->conf->session.chunk_size);
    s->cold = cold;
    s->version = 0;
    if (rp_session_random(ctx, RP_SESSION_ID_BYTES, &s->id) != OIDC_OK
        || rp_record_print(ctx, s, &s->record) != OIDC_OK) {
        return OIDC_FAILED;
    }
    size_t sealed = (s->record.n + cold.n + 4 + OIDC_SEAL_OVERHEAD + 2) / 3 * 4;
    if (rp_session_check_size(ctx, s, sealed, limit) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return rp_sealed_put(ctx, call, s);
}

enum oidc_rc rp_sealed_drop(struct oidc_ctx *ctx, const struct rp_site *site, const char *id,
                            apr_time_t until)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    if (rp_session_key(ctx, site, OIDC_STORE_REVOKED, id, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return store->ops->put(ctx, store, key, oidc_str("1", 1), until, 0, NULL);
}
