/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of proxies: Forwarded (RFC 7239) and its forerunners. */
#include "oidc/forwarded.h"

#include <apr_strings.h>

#include "core/ascii.h"

#define VALUE_MAX 1024 /* bytes of one value */
#define PAIRS_MAX 16
#define HOST_MAX 264   /* a name, a colon, a port */

const char *oidc_forwarded_name(enum oidc_forwarded_header header)
{
    switch (header) {
    case OIDC_FORWARDED_HOST:
        return "X-Forwarded-Host";
    case OIDC_FORWARDED_PORT:
        return "X-Forwarded-Port";
    case OIDC_FORWARDED_PROTO:
        return "X-Forwarded-Proto";
    case OIDC_FORWARDED:
        break;
    }
    return "Forwarded";
}

static enum oidc_rc forwarded_fail(struct oidc_ctx *ctx, const char *what, struct oidc_str value)
{
    return oidc_fail(ctx, OIDC_E_FORWARDED, "%s is %s", what,
                     oidc_log_quote_n(ctx->pool, value.p, value.n));
}

/* ---- values ---- */

static enum oidc_rc forwarded_read_scheme(struct oidc_ctx *ctx, const char *what,
                                          struct oidc_str value, struct oidc_forwarded *out)
{
    /* some proxies name the scheme of a WebSocket */
    if (oidc_str_eq_case(value, oidc_str_z("https"))
        || oidc_str_eq_case(value, oidc_str_z("wss"))) {
        out->scheme = "https";
    } else if (oidc_str_eq_case(value, oidc_str_z("http"))
               || oidc_str_eq_case(value, oidc_str_z("ws"))) {
        out->scheme = "http";
    } else {
        return forwarded_fail(ctx, what, value);
    }
    return OIDC_OK;
}

static enum oidc_rc forwarded_read_port(struct oidc_ctx *ctx, const char *what,
                                        struct oidc_str value, struct oidc_forwarded *out)
{
    apr_int64_t port = 0;
    if (!oidc_str_to_int64(value, 1, 65535, &port)) {
        return forwarded_fail(ctx, what, value);
    }
    out->port = (int)port;
    return OIDC_OK;
}

/* 1 when a port stands behind the host; the colons of an IPv6 address are in brackets. */
static int forwarded_has_port(struct oidc_str value)
{
    for (size_t i = value.n; i > 0 && value.p[i - 1] != ']'; i--) {
        if (value.p[i - 1] == ':') {
            return 1;
        }
    }
    return 0;
}

/* CHECK forwarded host: what is printed into URLs is a host and nothing else; N016, N109 */
static enum oidc_rc forwarded_read_host(struct oidc_ctx *ctx, const char *what,
                                        struct oidc_str value, struct oidc_forwarded *out)
{
    struct oidc_ctx probe; /* the URL parser's code would blame another header */
    struct oidc_url url;
    const char *text = oidc_str_dup(ctx->pool, value);
    oidc_ctx_init(&probe, ctx->pool, ctx->env, ctx->log_baton);
    if (value.n == 0 || value.n > HOST_MAX || strlen(text) != value.n || strpbrk(text, "/?#@\\")
        || oidc_url_parse(&probe, apr_pstrcat(ctx->pool, "http://", text, "/", NULL), what, &url)
               != OIDC_OK) {
        return forwarded_fail(ctx, what, value);
    }
    out->host = url.host;
    out->port = forwarded_has_port(value) ? url.port : 0;
    return OIDC_OK;
}

/* ---- X-Forwarded-* ---- */

static struct oidc_str forwarded_trim(struct oidc_str s)
{
    while (s.n > 0 && (*s.p == ' ' || *s.p == '\t')) {
        s = oidc_str(s.p + 1, s.n - 1);
    }
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) {
        s.n--;
    }
    return s;
}

typedef enum oidc_rc forwarded_read(struct oidc_ctx *ctx, const char *what, struct oidc_str value,
                                    struct oidc_forwarded *out);

/* The leftmost member. An empty one is malformed: it would hide who wrote the next. */
static enum oidc_rc forwarded_parse_x(struct oidc_ctx *ctx, const struct oidc_request *req,
                                      enum oidc_forwarded_header header, forwarded_read *read,
                                      struct oidc_forwarded *out)
{
    const char *name = oidc_forwarded_name(header), *value = req->header(req->baton, name);
    return value ? read(ctx, name, forwarded_trim(oidc_str(value, strcspn(value, ","))), out)
                 : OIDC_OK;
}

/* ---- Forwarded ---- */

static const char *forwarded_skip_space(const char *p)
{
    return p + strspn(p, " \t");
}

/* RFC 9110 5.6.2. */
static int forwarded_is_token_char(char c)
{
    return ascii_is_alnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *forwarded_token(const char *p, struct oidc_str *out)
{
    size_t n = 0;
    while (forwarded_is_token_char(p[n])) {
        n++;
    }
    *out = oidc_str(p, n);
    return n > 0 ? p + n : NULL;
}

/* A quoted string without its quotes and backslashes; NULL when it doesn't end within the limit. */
static const char *forwarded_quoted(apr_pool_t *pool, const char *p, struct oidc_str *out)
{
    char *text = apr_palloc(pool, VALUE_MAX);
    size_t n = 0;
    for (p++; *p && *p != '"' && n < VALUE_MAX; n++) {
        p += *p == '\\' && p[1];
        text[n] = *p++;
    }
    *out = oidc_str(text, n);
    return *p == '"' ? p + 1 : NULL;
}

struct forwarded_element {
    struct oidc_str host, proto; /* p NULL: not there */
};

/* name=value; NULL when malformed, or when one of ours stands there twice. */
static const char *forwarded_pair(apr_pool_t *pool, const char *p, struct forwarded_element *out)
{
    struct oidc_str name, value, *slot;
    p = forwarded_token(p, &name);
    if (!p || *p != '=') {
        return NULL;
    }
    p = p[1] == '"' ? forwarded_quoted(pool, p + 1, &value) : forwarded_token(p + 1, &value);
    slot = oidc_str_eq_case(name, oidc_str_z("host"))    ? &out->host
           : oidc_str_eq_case(name, oidc_str_z("proto")) ? &out->proto
                                                         : NULL;
    if (!p || (slot && slot->p)) {
        return NULL;
    }
    if (slot) {
        *slot = value;
    }
    return p;
}

/* The leftmost element; 0 when it is malformed. */
static int forwarded_element(apr_pool_t *pool, const char *p, struct forwarded_element *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 0; i < PAIRS_MAX; i++) {
        p = forwarded_pair(pool, forwarded_skip_space(p), out);
        if (!p) {
            return 0;
        }
        p = forwarded_skip_space(p);
        if (*p != ';') {
            return *p == ',' || *p == '\0';
        }
        p++;
    }
    return 0;
}

static enum oidc_rc forwarded_parse_standard(struct oidc_ctx *ctx, const struct oidc_request *req,
                                             struct oidc_forwarded *out)
{
    const char *value = req->header(req->baton, "Forwarded");
    struct forwarded_element e;
    if (!value) {
        return OIDC_OK;
    }
    /* CHECK forwarded: understood whole or refused; N109 */
    if (!forwarded_element(ctx->pool, value, &e)) {
        return forwarded_fail(ctx, "Forwarded", oidc_str_z(value));
    }
    if (e.proto.p && forwarded_read_scheme(ctx, "proto of Forwarded", e.proto, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return e.host.p ? forwarded_read_host(ctx, "host of Forwarded", e.host, out) : OIDC_OK;
}

/* ---- all of them ---- */

enum oidc_rc oidc_forwarded_parse(struct oidc_ctx *ctx, const struct oidc_request *req,
                                  unsigned allowed, struct oidc_forwarded *out)
{
    static const struct {
        enum oidc_forwarded_header header;
        forwarded_read *read;
    } rows[] = {{OIDC_FORWARDED_PROTO, forwarded_read_scheme},
                {OIDC_FORWARDED_HOST, forwarded_read_host},
                {OIDC_FORWARDED_PORT, forwarded_read_port}};
    struct oidc_forwarded older = {NULL, NULL, 0};
    memset(out, 0, sizeof *out);
    if ((allowed & OIDC_FORWARDED) && forwarded_parse_standard(ctx, req, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((allowed & rows[i].header)
            && forwarded_parse_x(ctx, req, rows[i].header, rows[i].read, &older) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    out->scheme = out->scheme ? out->scheme : older.scheme;
    /* a port belongs to the host that it came with */
    out->port = out->host ? out->port : older.port;
    out->host = out->host ? out->host : older.host;
    return OIDC_OK;
}

struct oidc_origin oidc_forwarded_apply(const struct oidc_forwarded *f, struct oidc_origin own,
                                        int own_port_was_sent)
{
    struct oidc_origin out = {f->scheme ? f->scheme : own.scheme, f->host ? f->host : own.host,
                              own.port};
    int is_default = f->host || (f->scheme && !own_port_was_sent);
    if (f->port) {
        out.port = f->port;
    } else if (is_default) {
        out.port = strcmp(out.scheme, "https") == 0 ? 443 : 80;
    }
    return out;
}
