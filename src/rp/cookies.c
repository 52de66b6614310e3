/* SPDX-License-Identifier: Apache-2.0 */
/* HOT: reading the session's cookie. The rest runs when one is set or deleted. */
#include "rp/cookies.h"

#include <apr_strings.h>

#define CHUNK_WARN 7000 /* a Cookie header beyond 8190 bytes is refused by an httpd that was not told otherwise */

int rp_cookies_is_https(const struct rp_call *call)
{
    return strcmp(call->req->origin.scheme, "https") == 0;
}

void rp_cookies_put(struct oidc_ctx *ctx, const struct rp_call *call, const char *name,
                    const char *value, const struct rp_cookies_attributes *a)
{
    const struct rp_conf *conf = call->site->conf;
    struct oidc_cookie c = {.name = name,
                            .value = value,
                            .path = a->path,
                            .domain = conf->cookie.domain,
                            .expires = a->expires,
                            .secure = rp_cookies_is_https(call),
                            .http_only = conf->cookie.http_only,
                            .same_site = a->same_site};
    oidc_reply_set_cookie(ctx->pool, call->reply, &c);
}

void rp_cookies_drop(struct oidc_ctx *ctx, const struct rp_call *call, const char *name,
                     const char *path)
{
    const struct rp_cookies_attributes a = {path, 1, OIDC_SAMESITE_OMIT};
    rp_cookies_put(ctx, call, name, "", &a);
}

/* RFC 6265 5.1.4. */
static int cookies_path_matches(const char *path, const char *cookie_path)
{
    size_t n = strlen(cookie_path);
    return n > 0 && strncmp(path, cookie_path, n) == 0
           && (cookie_path[n - 1] == '/' || path[n] == '/' || path[n] == '\0');
}

const char *rp_cookies_session_path(struct oidc_ctx *ctx, const struct rp_call *call)
{
    const char *path = call->req->path, *wanted = call->dir->cookie_path;
    if (cookies_path_matches(path, wanted)) {
        return wanted;
    }
    const char *slash = strrchr(path, '/');
    const char *used = slash && slash > path ? apr_pstrndup(ctx->pool, path, (size_t)(slash - path))
                                             : "/";
    oidc_log(ctx, OIDC_LOG_WARNING, "OIDCCookiePath %s is no prefix of the path %s; used is %s",
             oidc_log_quote(ctx->pool, wanted), oidc_log_quote(ctx->pool, path),
             oidc_log_quote(ctx->pool, used));
    return used;
}

/* What the request has of the session's cookie. Views have p set where the cookie was there. */
struct cookies_found {
    struct oidc_str plain, count, chunks[RP_COOKIES_MAX_CHUNKS];
    int any;
};

/* What stands behind "<name>_": the count or a chunk's number. Of a name that came twice the first counts. */
static void cookies_note_part(struct cookies_found *f, struct oidc_str part, struct oidc_str value)
{
    struct oidc_str *slot = NULL;
    apr_int64_t i;
    if (oidc_str_eq(part, oidc_str("chunks", 6))) {
        slot = &f->count;
    } else if (oidc_str_to_int64(part, 0, RP_COOKIES_MAX_CHUNKS - 1, &i)) {
        slot = &f->chunks[i];
    }
    if (slot) {
        f->any = 1;
        *slot = slot->p ? *slot : value;
    }
}

static void cookies_look(const struct rp_call *call, struct cookies_found *f)
{
    const struct oidc_str wanted = oidc_str_z(call->dir->cookie);
    struct oidc_str name, value;
    memset(f, 0, sizeof *f);
    for (size_t pos = 0; oidc_cookie_next(call->req->cookie, &pos, &name, &value);) {
        if (name.n < wanted.n || memcmp(name.p, wanted.p, wanted.n) != 0) {
            continue;
        }
        if (name.n == wanted.n) {
            f->any = 1;
            f->plain = f->plain.p ? f->plain : value;
        } else if (name.p[wanted.n] == '_') {
            cookies_note_part(f, oidc_str(name.p + wanted.n + 1, name.n - wanted.n - 1), value);
        }
    }
}

/* CHECK chunks: exactly 0..count-1 are there, within the limits that the writer keeps; N123-N126, CVE-2024-24814 */
static enum oidc_rc cookies_join(apr_pool_t *pool, const struct cookies_found *f,
                                 struct oidc_str *out)
{
    apr_int64_t count;
    size_t n = 0;
    if (f->plain.p || !oidc_str_to_int64(f->count, 1, RP_COOKIES_MAX_CHUNKS, &count)) {
        return OIDC_FAILED;
    }
    for (int i = 0; i < RP_COOKIES_MAX_CHUNKS; i++) {
        if ((f->chunks[i].n > 0) != (i < count)) {
            return OIDC_FAILED;
        }
        n += f->chunks[i].n;
    }
    if (n > RP_COOKIES_MAX_BYTES) {
        return OIDC_FAILED;
    }
    char *joined = apr_palloc(pool, n + 1), *w = joined;
    for (int i = 0; i < count; i++) {
        memcpy(w, f->chunks[i].p, f->chunks[i].n);
        w += f->chunks[i].n;
    }
    *w = '\0';
    *out = oidc_str(joined, n);
    return OIDC_OK;
}

enum oidc_rc rp_cookies_get_session(struct oidc_ctx *ctx, const struct rp_call *call,
                                    struct oidc_str *out)
{
    struct cookies_found f;
    cookies_look(call, &f);
    if (!f.any) {
        return OIDC_ABSENT;
    }
    int in_chunks = f.count.p != NULL;
    for (int i = 0; i < RP_COOKIES_MAX_CHUNKS; i++) {
        in_chunks |= f.chunks[i].p != NULL;
    }
    if (in_chunks) {
        return cookies_join(ctx->pool, &f, out);
    }
    *out = f.plain;
    return f.plain.n > 0 && f.plain.n <= RP_COOKIES_MAX_BYTES ? OIDC_OK : OIDC_FAILED;
}

static const char *cookies_part_name(struct oidc_ctx *ctx, const struct rp_call *call, int i)
{
    return apr_psprintf(ctx->pool, "%s_%d", call->dir->cookie, i);
}

static const char *cookies_count_name(struct oidc_ctx *ctx, const struct rp_call *call)
{
    return apr_pstrcat(ctx->pool, call->dir->cookie, "_chunks", NULL);
}

/* Deletes the parts of an earlier value from chunk `from` on; the count too unless it is set anew. */
static void cookies_drop_parts(struct oidc_ctx *ctx, const struct rp_call *call,
                               const struct cookies_found *f, int from, const char *path)
{
    for (int i = from; i < RP_COOKIES_MAX_CHUNKS; i++) {
        if (f->chunks[i].p) {
            rp_cookies_drop(ctx, call, cookies_part_name(ctx, call, i), path);
        }
    }
    if (f->count.p && from == 0) {
        rp_cookies_drop(ctx, call, cookies_count_name(ctx, call), path);
    }
}

static void cookies_put_chunks(struct oidc_ctx *ctx, const struct rp_call *call,
                               struct oidc_str value, size_t chunk,
                               const struct rp_cookies_attributes *a)
{
    int count = 0;
    for (size_t at = 0; at < value.n; at += chunk, count++) {
        size_t n = value.n - at < chunk ? value.n - at : chunk;
        rp_cookies_put(ctx, call, cookies_part_name(ctx, call, count),
                       apr_pstrmemdup(ctx->pool, value.p + at, n), a);
    }
    rp_cookies_put(ctx, call, cookies_count_name(ctx, call), apr_itoa(ctx->pool, count), a);
}

size_t rp_cookies_session_max(int chunk_size)
{
    size_t all = (size_t)chunk_size * RP_COOKIES_MAX_CHUNKS;
    return chunk_size > 0 && all < RP_COOKIES_MAX_BYTES ? all : RP_COOKIES_MAX_BYTES;
}

enum oidc_rc rp_cookies_put_session(struct oidc_ctx *ctx, const struct rp_call *call,
                                    const char *value, int chunk_size,
                                    const struct rp_cookies_attributes *a)
{
    const struct oidc_str v = oidc_str_z(value);
    const size_t chunk = chunk_size > 0 ? (size_t)chunk_size : RP_COOKIES_MAX_BYTES;
    const size_t count = (v.n + chunk - 1) / chunk;
    struct cookies_found f;
    /* CHECK writer: it never makes what the reader refuses; N124, N126 */
    if (v.n > rp_cookies_session_max(chunk_size)) {
        return oidc_fail(ctx, OIDC_E_SESSION_TOO_LARGE, "a session cookie of %zu bytes, at most %zu",
                         v.n, rp_cookies_session_max(chunk_size));
    }
    if (v.n > CHUNK_WARN) {
        oidc_log(ctx, OIDC_LOG_WARNING,
                 "the session cookie has %zu bytes: LimitRequestFieldSize must allow for it", v.n);
    }
    cookies_look(call, &f);
    if (count > 1) {
        cookies_put_chunks(ctx, call, v, chunk, a);
        cookies_drop_parts(ctx, call, &f, (int)count, a->path);
        if (f.plain.p) {
            rp_cookies_drop(ctx, call, call->dir->cookie, a->path);
        }
        return OIDC_OK;
    }
    rp_cookies_put(ctx, call, call->dir->cookie, value, a);
    cookies_drop_parts(ctx, call, &f, 0, a->path);
    return OIDC_OK;
}

void rp_cookies_drop_session(struct oidc_ctx *ctx, const struct rp_call *call)
{
    struct cookies_found f;
    cookies_look(call, &f);
    if (!f.any) {
        return;
    }
    const char *path = rp_cookies_session_path(ctx, call);
    if (f.plain.p) {
        rp_cookies_drop(ctx, call, call->dir->cookie, path);
    }
    cookies_drop_parts(ctx, call, &f, 0, path);
}
