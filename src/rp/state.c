/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a login: record, cookie, single use. */
#include "rp/state.h"

#include <apr_atomic.h>
#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/buf.h"
#include "oidc/hash.h"
#include "rp/cookies.h"
#include "rp/flow.h"

#define STATE_BYTES 32
#define TAG_LEN 12 /* characters of the state in the cookie's name */
#define HEX_LEN 16
#define RECORD_VERSION 2
#define RECORD_MAX 8192
#define SKEW 60                 /* seconds */
#define ALL_MAX ((size_t)6000)  /* bytes of all state cookies: httpd takes 8190 of header line by default */
#define DROP_MAX 16             /* deleted in one reply */
#define PREFIX_DEFAULT "mod_auth_openidc_state_"

/* ---- drawing ---- */

static enum oidc_rc state_draw(struct oidc_ctx *ctx, const char **out)
{
    unsigned char bytes[STATE_BYTES];
    if (oidc_ctx_random(ctx, bytes, sizeof bytes) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, sizeof bytes));
    return OIDC_OK;
}

enum oidc_rc rp_state_make(struct oidc_ctx *ctx, enum rp_pkce_method pkce, struct rp_state *out)
{
    memset(out, 0, sizeof *out);
    out->max_age = -1;
    out->flow = RP_FLOW_CODE;
    out->response_mode = RP_RESPONSE_MODE_QUERY;
    out->verifier = "";
    if (state_draw(ctx, &out->state) != OIDC_OK || state_draw(ctx, &out->nonce) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return pkce == RP_PKCE_NONE ? OIDC_OK : state_draw(ctx, &out->verifier);
}

/* ---- the record ---- */

static void state_add(struct oidc_buf *b, const char *text)
{
    struct oidc_str s = oidc_str_z(text);
    oidc_buf_add_u16(b, s.n > 0xffff ? 0x10000 : (unsigned)s.n);
    oidc_buf_add_str(b, s);
}

/* Random values as their bytes, a third shorter. */
static void state_add_drawn(struct oidc_buf *b, const char *text)
{
    unsigned char bytes[STATE_BYTES + 4];
    size_t n = 0;
    if (strlen(text) > RP_STATE_LEN
        || oidc_b64url_parse_into(oidc_str_z(text), bytes, &n) != OIDC_OK) {
        b->overflowed = 1;
        return;
    }
    oidc_buf_add_u16(b, (unsigned)n);
    oidc_buf_add(b, bytes, n);
}

static enum oidc_rc state_print(struct oidc_ctx *ctx, const struct rp_state *s, struct oidc_str *out)
{
    struct oidc_buf b;
    oidc_buf_init(&b, ctx->pool, RECORD_MAX);
    oidc_buf_add_char(&b, RECORD_VERSION);
    oidc_buf_add_char(&b, (char)s->response_mode);
    oidc_buf_add_char(&b, (char)s->flow);
    oidc_buf_add_char(&b, (char)s->flags);
    oidc_buf_add_u64(&b, (apr_uint64_t)s->max_age);
    state_add_drawn(&b, s->state);
    state_add_drawn(&b, s->nonce);
    state_add_drawn(&b, s->verifier);
    state_add(&b, s->url);
    state_add(&b, s->method);
    state_add(&b, s->issuer);
    state_add(&b, s->path_scope);
    return oidc_buf_take(ctx, &b, "the state of the login", out);
}

static const char *state_read(apr_pool_t *pool, struct oidc_reader *r)
{
    return oidc_str_dup(pool, oidc_reader_bytes(r, oidc_reader_u16(r)));
}

static const char *state_read_drawn(apr_pool_t *pool, struct oidc_reader *r)
{
    return oidc_b64url_print(pool, oidc_reader_bytes(r, oidc_reader_u16(r)));
}

static enum oidc_rc state_parse(apr_pool_t *pool, struct oidc_str bytes, struct rp_state *out)
{
    struct oidc_reader r;
    oidc_reader_init(&r, bytes);
    unsigned version = oidc_reader_u8(&r), mode = oidc_reader_u8(&r);
    out->response_mode = (enum rp_response_mode)mode;
    out->flow = oidc_reader_u8(&r);
    out->flags = oidc_reader_u8(&r);
    out->max_age = (apr_int64_t)oidc_reader_u64(&r);
    out->state = state_read_drawn(pool, &r);
    out->nonce = state_read_drawn(pool, &r);
    out->verifier = state_read_drawn(pool, &r);
    out->url = state_read(pool, &r);
    out->method = state_read(pool, &r);
    out->issuer = state_read(pool, &r);
    out->path_scope = state_read(pool, &r);
    return r.bad || r.p != r.end || version != RECORD_VERSION || mode > RP_RESPONSE_MODE_FRAGMENT
                   || !rp_flow_print(out->flow)
               ? OIDC_FAILED
               : OIDC_OK;
}

/* ---- the cookie ---- */

static const char *state_path(const struct rp_call *call)
{
    /* the provider sends the browser to the redirect URI, wherever the login began */
    const char *path = call->dir->cookie_path, *target = call->site->redirect_path;
    size_t n = strlen(path);
    int covers = n > 0 && strncmp(target, path, n) == 0
                 && (path[n - 1] == '/' || target[n] == '/' || target[n] == '\0');
    return covers ? path : "/";
}

/* CHECK tossing: a sibling domain can't set a __Host- cookie for us (RFC 6265bis 4.1.3.2); N029 */
static const char *state_prefix(struct oidc_ctx *ctx, const struct rp_call *call)
{
    const char *prefix = call->dir->state_cookie_prefix;
    int plain_host = rp_cookies_is_https(call) && !call->site->conf->cookie.domain
                     && strcmp(state_path(call), "/") == 0;
    return plain_host && strcmp(prefix, PREFIX_DEFAULT) == 0
               ? apr_pstrcat(ctx->pool, "__Host-", prefix, NULL)
               : prefix;
}

static const char *state_cookie_name(struct oidc_ctx *ctx, const struct rp_call *call,
                                     const char *state)
{
    return apr_pstrcat(ctx->pool, state_prefix(ctx, call),
                       apr_pstrndup(ctx->pool, state, TAG_LEN), NULL);
}

/* Fixed lengths first, so that no two contexts read alike (N120). */
static struct oidc_str state_seal_context(struct oidc_ctx *ctx, const struct rp_call *call,
                                          const char *hex, const char *name)
{
    const struct oidc_str ns = call->site->name_space;
    return oidc_str_z(apr_pstrcat(ctx->pool, apr_pstrmemdup(ctx->pool, ns.p, ns.n), hex, name, NULL));
}

/* The start in front of a cookie's value; 0 when the value is none of ours. */
static int state_parse_start(struct oidc_str value, apr_int64_t *out)
{
    apr_uint64_t v = 0;
    if (value.n <= HEX_LEN || value.p[HEX_LEN] != '.') {
        return 0;
    }
    for (size_t i = 0; i < HEX_LEN; i++) {
        const char *digits = "0123456789abcdef";
        const char *d = value.p[i] ? strchr(digits, value.p[i]) : NULL;
        if (!d) {
            return 0;
        }
        v = v << 4 | (apr_uint64_t)(d - digits);
    }
    if (v > (apr_uint64_t)APR_INT64_MAX / 2) {
        return 0;
    }
    *out = (apr_int64_t)v;
    return 1;
}

static int state_is_expired(const struct rp_call *call, apr_int64_t started, apr_int64_t now)
{
    /* CHECK time: also a start in the future is none; N023 */
    return started > now + SKEW || now > started + call->site->conf->state.timeout;
}

/* ---- room for one more ---- */

struct state_found {
    struct oidc_str name;
    apr_int64_t started;
    size_t bytes;
};

struct state_room {
    struct state_found found[DROP_MAX * 2]; /* alive */
    int n, dropped;
    size_t bytes;
};

static void state_drop_cookie(struct oidc_ctx *ctx, const struct rp_call *call, struct oidc_str name)
{
    rp_cookies_drop(ctx, call, oidc_str_dup(ctx->pool, name), state_path(call));
}

/* Deletes what is expired or unreadable, notes the rest. */
static void state_look(struct oidc_ctx *ctx, const struct rp_call *call, struct state_room *room)
{
    const struct oidc_str prefix = oidc_str_z(state_prefix(ctx, call));
    const apr_int64_t now = oidc_ctx_now_sec(ctx);
    struct oidc_str name, value;
    memset(room, 0, sizeof *room);
    for (size_t pos = 0; oidc_cookie_next(call->req->cookie, &pos, &name, &value);) {
        apr_int64_t started;
        if (!oidc_str_starts(name, prefix) || !oidc_cookie_is_name(oidc_str_dup(ctx->pool, name))) {
            continue;
        }
        if (!state_parse_start(value, &started) || state_is_expired(call, started, now)
            || room->n == DROP_MAX * 2) {
            if (room->dropped < DROP_MAX) {
                state_drop_cookie(ctx, call, name);
                room->dropped++;
            }
            continue;
        }
        const struct state_found f = {name, started, name.n + value.n};
        room->found[room->n++] = f;
        room->bytes += f.bytes;
    }
}

static void state_drop_oldest(struct oidc_ctx *ctx, const struct rp_call *call,
                              struct state_room *room)
{
    int oldest = 0;
    for (int i = 1; i < room->n; i++) {
        oldest = room->found[i].started < room->found[oldest].started ? i : oldest;
    }
    state_drop_cookie(ctx, call, room->found[oldest].name);
    room->bytes -= room->found[oldest].bytes;
    room->found[oldest] = room->found[--room->n];
    room->dropped++;
}

/* CHECK pile: bounded in number and in bytes, so that no request becomes too large; N236 */
static enum oidc_rc state_make_room(struct oidc_ctx *ctx, const struct rp_call *call, size_t bytes)
{
    const struct rp_conf *conf = call->site->conf;
    struct state_room room;
    state_look(ctx, call, &room);
    while (room.n > 0
           && ((conf->state.max_cookies > 0 && room.n >= conf->state.max_cookies)
               || room.bytes + bytes > ALL_MAX)) {
        if (!conf->state.delete_oldest) {
            return oidc_fail(ctx, OIDC_E_TOO_MANY_LOGINS,
                             "%d logins are under way in this browser, with %zu bytes of cookies",
                             room.n, room.bytes);
        }
        if (room.dropped >= DROP_MAX * 2) {
            break; /* the next login sweeps on */
        }
        state_drop_oldest(ctx, call, &room);
    }
    return OIDC_OK;
}

/*
 * form_post comes back as a cross-site POST, which carries no Lax cookie. Over http None is not to be had (it needs
 * Secure): without the attribute browsers send a fresh cookie with it, some of them.
 */
static enum oidc_samesite state_same_site(struct oidc_ctx *ctx, const struct rp_call *call)
{
    const struct rp_conf *conf = call->site->conf;
    if (conf->provider.response_mode == RP_RESPONSE_MODE_FORM_POST) {
        if (rp_cookies_is_https(call)) {
            return OIDC_SAMESITE_NONE;
        }
        if (apr_atomic_cas32(call->site->form_post_warned, 1, 0) == 0) {
            oidc_log(ctx, OIDC_LOG_WARNING,
                     "OIDCResponseMode form_post over http: some browsers will not send the cookie "
                     "that the answer needs");
        }
        return OIDC_SAMESITE_OMIT;
    }
    /* on the way back from the provider a Strict cookie would not be sent */
    return conf->cookie.state_same_site == OIDC_SAMESITE_STRICT ? OIDC_SAMESITE_LAX
                                                                : conf->cookie.state_same_site;
}

enum oidc_rc rp_state_put(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_state *s)
{
    const struct rp_cookies_attributes a = {state_path(call), 0, state_same_site(ctx, call)};
    const char *name = state_cookie_name(ctx, call, s->state), *sealed;
    struct oidc_str plain;
    s->started = oidc_ctx_now_sec(ctx);
    const char *hex = apr_psprintf(ctx->pool, "%016" APR_UINT64_T_HEX_FMT,
                                   (apr_uint64_t)s->started);
    if (state_print(ctx, s, &plain) != OIDC_OK
        || oidc_seal_text(ctx, call->site->sealer, OIDC_SEAL_STATE,
                          state_seal_context(ctx, call, hex, name), plain, &sealed) != OIDC_OK
        || state_make_room(ctx, call, strlen(name) + HEX_LEN + 1 + strlen(sealed)) != OIDC_OK) {
        return OIDC_FAILED;
    }
    rp_cookies_put(ctx, call, name, apr_pstrcat(ctx->pool, hex, ".", sealed, NULL), &a);
    return OIDC_OK;
}

/* ---- the way back ---- */

static int state_is_state(const char *text)
{
    unsigned char bytes[STATE_BYTES + 4];
    size_t n;
    return text && strlen(text) == RP_STATE_LEN
           && oidc_b64url_parse_into(oidc_str_z(text), bytes, &n) == OIDC_OK;
}

static enum oidc_rc state_open(struct oidc_ctx *ctx, const struct rp_call *call, const char *name,
                               struct oidc_str value, struct rp_state *out)
{
    struct oidc_str plain;
    if (!state_parse_start(value, &out->started)) {
        return oidc_fail(ctx, OIDC_E_STATE_COOKIE_INVALID, "the cookie %s is malformed",
                         oidc_log_quote(ctx->pool, name));
    }
    const char *hex = apr_pstrmemdup(ctx->pool, value.p, HEX_LEN);
    struct oidc_str sealed = oidc_str(value.p + HEX_LEN + 1, value.n - HEX_LEN - 1);
    /* CHECK sealed: made here, for this cookie's name and start; N027, N029, N120 */
    if (oidc_unseal_text(ctx, call->site->sealer, OIDC_SEAL_STATE,
                         state_seal_context(ctx, call, hex, name), sealed, &plain) != OIDC_OK
        || state_parse(ctx->pool, plain, out) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_STATE_COOKIE_INVALID,
                         "the cookie %s is not one that this site sealed",
                         oidc_log_quote(ctx->pool, name));
    }
    return OIDC_OK;
}

enum oidc_rc rp_state_get(struct oidc_ctx *ctx, const struct rp_call *call, const char *state,
                          struct rp_state *out)
{
    struct oidc_str value;
    if (!state_is_state(state)) {
        return oidc_fail(ctx, OIDC_E_STATE_MISSING, "the answer has %s %s", state ? "the state" : "no state",
                         state ? oidc_log_quote(ctx->pool, state) : "");
    }
    const char *name = state_cookie_name(ctx, call, state);
    /* CHECK browser: the one that began the login has its cookie; N022, N024, N026 */
    if (!oidc_cookie_find(call->req->cookie, oidc_str_z(name), &value)) {
        return oidc_fail(ctx, OIDC_E_STATE_COOKIE_MISSING, "the request has no cookie %s",
                         oidc_log_quote(ctx->pool, name));
    }
    if (state_open(ctx, call, name, value, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK state: all of it, not only what is in the name; N022 */
    if (!oidc_str_eq_secret_z(out->state, state)) {
        return oidc_fail(ctx, OIDC_E_STATE_COOKIE_INVALID, "the cookie %s is of another login",
                         oidc_log_quote(ctx->pool, name));
    }
    const apr_int64_t now = oidc_ctx_now_sec(ctx);
    if (state_is_expired(call, out->started, now)) {
        rp_cookies_drop(ctx, call, name, state_path(call));
        return oidc_fail(ctx, OIDC_E_STATE_EXPIRED,
                         "begun %" APR_INT64_T_FMT " seconds ago, OIDCStateTimeout is %" APR_INT64_T_FMT,
                         now - out->started, call->site->conf->state.timeout);
    }
    return OIDC_OK;
}

enum oidc_rc rp_state_hash(struct oidc_ctx *ctx, const char *state, const char **out)
{
    return oidc_hash_sha256_b64url(ctx, oidc_str_z(state), out);
}

enum oidc_rc rp_state_use(struct oidc_ctx *ctx, const struct rp_call *call, const struct rp_state *s)
{
    struct oidc_store *store = ctx->env->store;
    const apr_int64_t until = s->started + call->site->conf->state.timeout + 2 * SKEW;
    struct oidc_str key;
    const char *hash;
    rp_cookies_drop(ctx, call, state_cookie_name(ctx, call, s->state), state_path(call));
    if (rp_state_hash(ctx, s->state, &hash) != OIDC_OK
        || oidc_store_key(ctx, call->site->name_space, OIDC_STORE_STATE, oidc_str_z(hash), &key)
               != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK once: also where the browser did not delete the cookie; a store that fails is no proof; N025 */
    switch (store->ops->add(ctx, store, key, oidc_str("1", 1), apr_time_from_sec(until))) {
    case OIDC_OK:
        return OIDC_OK;
    case OIDC_ABSENT:
        return oidc_fail(ctx, OIDC_E_STATE_USED, "this state was used before");
    case OIDC_FAILED:
        break;
    }
    return oidc_fail(ctx, OIDC_E_STORE, "the state could not be noted as used");
}
