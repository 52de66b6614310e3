/* SPDX-License-Identifier: Apache-2.0 */
/* HOT: rp_session_find(). The rest runs at login, logout, and when the idle time is due. */
#include "rp/session.h"

#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/hash.h"
#include "rp/cookies.h"
#include "rp/pack.h"
#include "rp/sealed.h"

#define COOKIE_BYTES 32 /* random */
#define COOKIE_LEN 43   /* the same in base64url */
#define SEALED_LIFE_MAX 31536000 /* seconds; of sessions that end with the ID token */
#define STEP_MAX apr_time_from_sec(60)

static int session_is_sealed(const struct rp_site *site)
{
    return site->conf->session.type == RP_SESSION_COOKIE;
}

enum oidc_rc rp_session_key(struct oidc_ctx *ctx, const struct rp_site *site, char section,
                            const char *id, struct oidc_str *out)
{
    return oidc_store_key(ctx, site->name_space, section, oidc_str(id, RP_SESSION_ID_LEN), out);
}

/* The store holds what is made from the hash, never the cookie's value. */
static enum oidc_rc session_id(struct oidc_ctx *ctx, struct oidc_str cookie, const char **out)
{
    unsigned char hash[OIDC_SHA256_LEN];
    if (oidc_hash_sha256(ctx, cookie, hash) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)hash, RP_SESSION_ID_BYTES));
    return OIDC_OK;
}

enum rp_found rp_session_dead(struct oidc_ctx *ctx, const char *why)
{
    oidc_log(ctx, OIDC_LOG_DEBUG, "a cookie but no session: %s", why);
    return RP_FOUND_DEAD;
}

static enum rp_found session_find_stored(struct oidc_ctx *ctx, const struct rp_call *call,
                                         struct rp_session *out)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str cookie, key;
    const char *id;
    if (!oidc_cookie_find(call->req->cookie, oidc_str_z(call->dir->cookie), &cookie)) {
        return RP_FOUND_NOTHING;
    }
    if (cookie.n != COOKIE_LEN) {
        return rp_session_dead(ctx, "the cookie has another length");
    }
    if (session_id(ctx, cookie, &id) != OIDC_OK
        || rp_session_key(ctx, call->site, OIDC_STORE_SESSION, id, &key) != OIDC_OK) {
        return RP_FOUND_ERROR;
    }
    enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
    if (rc == OIDC_ABSENT) {
        return rp_session_dead(ctx, "the store has none of that id");
    }
    /* CHECK outage: a store that fails is no empty store; N148 */
    if (rc != OIDC_OK) {
        return RP_FOUND_ERROR;
    }
    /* CHECK entry: it says itself whose it is; N140, N155 */
    if (rp_record_read(value.bytes, out) != OIDC_OK || strcmp(out->id, id) != 0) {
        return rp_session_dead(ctx, "its record can't be read");
    }
    out->cold = oidc_str(NULL, 0);
    out->version = value.version;
    return RP_FOUND_SESSION;
}

enum rp_found rp_session_find(struct oidc_ctx *ctx, const struct rp_call *call,
                              struct rp_session *out)
{
    return session_is_sealed(call->site) ? rp_sealed_find(ctx, call, out)
                                         : session_find_stored(ctx, call, out);
}

const char *rp_session_binding(const struct rp_call *call)
{
    const char *domain = call->site->conf->cookie.domain;
    return domain ? domain : call->req->origin.host;
}

static apr_time_t session_idle(const struct rp_site *site, const struct rp_session *s,
                               apr_time_t from)
{
    apr_time_t idle = from + apr_time_from_sec(site->conf->session.inactivity_timeout);
    return idle < s->hard_expires ? idle : s->hard_expires;
}

int rp_session_is_due(const struct rp_site *site, const struct rp_session *s, apr_time_t now)
{
    apr_time_t step = apr_time_from_sec(site->conf->session.inactivity_timeout) / 10;
    if (step > STEP_MAX) {
        step = STEP_MAX;
    }
    return session_idle(site, s, now) - s->idle_expires > step;
}

enum oidc_rc rp_session_put_cookie(struct oidc_ctx *ctx, const struct rp_call *call,
                                   const char *value, const struct rp_session *s)
{
    const struct rp_conf *conf = call->site->conf;
    struct rp_cookies_attributes a = {.path = rp_cookies_session_path(ctx, call),
                                      .expires = conf->session.persistent ? s->hard_expires : 0,
                                      .same_site = conf->cookie.same_site};
    if (s->flags & RP_RECORD_LAX) {
        a.same_site = OIDC_SAMESITE_LAX;
    }
    return rp_cookies_put_session(ctx, call, value, conf->session.chunk_size, &a);
}

/* ---- extending ---- */

/*
 * The cold record must not go before the hot one. The store keeps it for one idle time longer, so that it is written
 * once per idle time at most.
 */
static enum oidc_rc session_touch_cold(struct oidc_ctx *ctx, const struct rp_site *site,
                                       struct rp_session *s)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value;
    struct oidc_str key;
    if (s->cold_expires >= s->idle_expires) {
        return OIDC_OK;
    }
    s->cold_expires = session_idle(site, s, s->idle_expires);
    if (rp_session_key(ctx, site, OIDC_STORE_COLD, s->id, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
    if (rc != OIDC_OK) {
        return rc;
    }
    return store->ops->put(ctx, store, key, value.bytes, s->cold_expires, value.version, NULL);
}

/* CHECK logout wins: the record is written only while it is the one that was read; N268 */
static enum oidc_rc session_touch_stored(struct oidc_ctx *ctx, const struct rp_site *site,
                                         struct rp_session *s)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key;
    if (session_touch_cold(ctx, site, s) == OIDC_FAILED
        || rp_session_key(ctx, site, OIDC_STORE_SESSION, s->id, &key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    s->record = rp_record_patch(ctx->pool, s->record, s);
    return store->ops->put(ctx, store, key, s->record, s->idle_expires, s->version, &s->version);
}

/* The Strict cookie that takes the place of the Lax one has the same value, which the request brought. */
static enum oidc_rc session_put_strict(struct oidc_ctx *ctx, const struct rp_call *call,
                                       const struct rp_session *s)
{
    struct oidc_str cookie;
    if (!oidc_cookie_find(call->req->cookie, oidc_str_z(call->dir->cookie), &cookie)) {
        return OIDC_ABSENT;
    }
    return rp_session_put_cookie(ctx, call, oidc_str_dup(ctx->pool, cookie), s);
}

static enum oidc_rc session_touch(struct oidc_ctx *ctx, const struct rp_call *call,
                                  struct rp_session *s)
{
    int was_lax = (s->flags & RP_RECORD_LAX) != 0;
    s->flags &= ~RP_RECORD_LAX;
    if (session_is_sealed(call->site)) {
        s->record = rp_record_patch(ctx->pool, s->record, s);
        return rp_sealed_put(ctx, call, s);
    }
    enum oidc_rc rc = session_touch_stored(ctx, call->site, s);
    return rc == OIDC_OK && was_lax ? session_put_strict(ctx, call, s) : rc;
}

void rp_session_touch(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *s,
                      apr_time_t now)
{
    const struct rp_session before = *s;
    s->idle_expires = session_idle(call->site, s, now);
    enum oidc_rc rc = session_touch(ctx, call, s);
    if (rc == OIDC_OK) {
        return;
    }
    *s = before;
    if (rc == OIDC_FAILED) {
        oidc_log(ctx, OIDC_LOG_WARNING, "a session was not extended: %s",
                 ctx->err.detail ? ctx->err.detail : "no reason given");
        oidc_ctx_clear(ctx);
    }
}

/* ---- beginning and end ---- */

enum oidc_rc rp_session_check_size(struct oidc_ctx *ctx, const struct rp_session *s, size_t size,
                                   size_t limit)
{
    if (size <= limit) {
        return OIDC_OK;
    }
    return oidc_fail(ctx, OIDC_E_SESSION_TOO_LARGE,
                     "a session of %zu bytes, of which %zu are claims, does not fit into %zu; %s",
                     size, s->packed.n, limit, rp_pack_biggest(ctx->pool, s->packed));
}

enum oidc_rc rp_session_random(struct oidc_ctx *ctx, size_t n, const char **out)
{
    unsigned char bytes[COOKIE_BYTES];
    if (n > sizeof bytes) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "%zu random bytes at once", n);
    }
    if (oidc_ctx_random(ctx, bytes, n) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, n));
    return OIDC_OK;
}

static enum oidc_rc session_store(struct oidc_ctx *ctx, const struct rp_site *site,
                                  struct rp_session *s, struct oidc_str cold)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key, cold_key;
    if (rp_session_key(ctx, site, OIDC_STORE_SESSION, s->id, &key) != OIDC_OK
        || rp_session_key(ctx, site, OIDC_STORE_COLD, s->id, &cold_key) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK half a session: the record that makes it one is written last; N160 */
    if (store->ops->put(ctx, store, cold_key, cold, s->cold_expires, 0, NULL) != OIDC_OK
        || store->ops->put(ctx, store, key, s->record, s->idle_expires, 0, &s->version) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_STORE, "the session could not be stored");
    }
    return OIDC_OK;
}

/* CHECK fixation: the cookie's value is ours and new, whatever the browser brought; N128 */
static enum oidc_rc session_make_stored(struct oidc_ctx *ctx, const struct rp_call *call,
                                        struct rp_session *s, struct oidc_str cold)
{
    const char *cookie;
    if (rp_session_random(ctx, COOKIE_BYTES, &cookie) != OIDC_OK
        || session_id(ctx, oidc_str_z(cookie), &s->id) != OIDC_OK
        || rp_record_print(ctx, s, &s->record) != OIDC_OK
        || rp_session_check_size(ctx, s, s->record.n, OIDC_STORE_VALUE_MAX) != OIDC_OK
        || rp_session_check_size(ctx, s, cold.n, OIDC_STORE_VALUE_MAX) != OIDC_OK
        || session_store(ctx, call->site, s, cold) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return rp_session_put_cookie(ctx, call, cookie, s);
}

enum oidc_rc rp_session_make(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_session *s,
                             const struct rp_cold *cold)
{
    const struct rp_site *site = call->site;
    struct oidc_str bytes;
    s->created = oidc_ctx_now(ctx);
    s->idle_expires = session_idle(site, s, s->created);
    s->cold_expires = session_idle(site, s, s->idle_expires);
    s->binding = rp_session_binding(call);
    if (site->conf->cookie.same_site == OIDC_SAMESITE_STRICT) {
        /* the way back from the provider is cross-site: a Strict cookie would not be sent on it */
        s->flags |= RP_RECORD_LAX;
    }
    if (rp_record_print_cold(ctx, cold, &bytes) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return session_is_sealed(site) ? rp_sealed_make(ctx, call, s, bytes)
                                   : session_make_stored(ctx, call, s, bytes);
}

enum oidc_rc rp_session_end(struct oidc_ctx *ctx, const struct rp_site *site, const char *id)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_str key, cold_key;
    if (session_is_sealed(site)) {
        apr_int64_t max = site->conf->session.max_duration;
        /* nobody knows when it would have ended by itself: as long as one can live */
        return rp_sealed_drop(ctx, site, id,
                              oidc_ctx_now(ctx) + apr_time_from_sec(max ? max : SEALED_LIFE_MAX));
    }
    if (rp_session_key(ctx, site, OIDC_STORE_SESSION, id, &key) != OIDC_OK
        || rp_session_key(ctx, site, OIDC_STORE_COLD, id, &cold_key) != OIDC_OK
        || store->ops->drop(ctx, store, key) == OIDC_FAILED
        || store->ops->drop(ctx, store, cold_key) == OIDC_FAILED) {
        return OIDC_FAILED;
    }
    return OIDC_OK;
}

enum oidc_rc rp_session_drop(struct oidc_ctx *ctx, const struct rp_site *site,
                             const struct rp_session *s)
{
    return session_is_sealed(site) ? rp_sealed_drop(ctx, site, s->id, s->hard_expires)
                                   : rp_session_end(ctx, site, s->id);
}

enum oidc_rc rp_session_get_cold(struct oidc_ctx *ctx, const struct rp_site *site,
                                 const struct rp_session *s, struct rp_cold *out)
{
    struct oidc_store *store = ctx->env->store;
    struct oidc_store_value value = {.bytes = s->cold};
    struct oidc_str key;
    if (!session_is_sealed(site)) {
        if (rp_session_key(ctx, site, OIDC_STORE_COLD, s->id, &key) != OIDC_OK) {
            return OIDC_FAILED;
        }
        enum oidc_rc rc = store->ops->get(ctx, store, key, &value);
        if (rc != OIDC_OK) {
            return rc;
        }
    }
    return rp_record_read_cold(value.bytes, out) == OIDC_OK ? OIDC_OK : OIDC_ABSENT;
}
