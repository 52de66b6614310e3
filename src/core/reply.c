/* SPDX-License-Identifier: Apache-2.0 */
/* Replies: redirects, documents, and the one that tells a failure. */
#include "oidc/exchange.h"

#include "core/ascii.h"
#include "oidc/b64.h"
#include "oidc/header.h"
#include "oidc/html.h"
#include "oidc/json.h"

#define PAGE_MAX ((size_t)64 * 1024)
#define RETRY_AFTER "5" /* seconds */

void oidc_reply_add_header(struct oidc_reply *reply, const char *name, const char *value)
{
    if (reply->n_headers >= OIDC_REPLY_HEADERS) {
        /* a header left out may be the one that ends a session: rather nothing at all */
        reply->status = 500;
        reply->location = NULL;
        reply->content_type = NULL;
        reply->body = oidc_str(NULL, 0);
        return;
    }
    reply->headers[reply->n_headers].name = name;
    reply->headers[reply->n_headers++].value = value;
}

void oidc_reply_set_cookie(apr_pool_t *pool, struct oidc_reply *reply, const struct oidc_cookie *c)
{
    oidc_reply_add_header(reply, "Set-Cookie", oidc_cookie_print(pool, c));
}

static int reply_is_ours(const char *name)
{
    static const char *const ours[] = {"Cache-Control",   "Content-Security-Policy",
                                       "Referrer-Policy", "X-Content-Type-Options",
                                       "Retry-After",     NULL};
    for (const char *const *p = ours; *p; p++) {
        if (oidc_header_same(name, *p)) {
            return 1;
        }
    }
    return 0;
}

/* Forgets an answer that was made before, but for its cookies and what callers added. */
static void reply_begin(struct oidc_reply *reply, int status)
{
    int kept = 0;
    for (int i = 0; i < reply->n_headers; i++) {
        if (!reply_is_ours(reply->headers[i].name)) {
            reply->headers[kept++] = reply->headers[i];
        }
    }
    reply->n_headers = kept;
    reply->status = status;
    reply->content_type = NULL;
    reply->body = oidc_str(NULL, 0);
    reply->location = NULL;
    oidc_reply_add_header(reply, "Cache-Control", "no-store");
}

void oidc_reply_redirect(struct oidc_reply *reply, const char *location)
{
    /* CHECK one line: a Location with a control byte would begin another header; N004 */
    if (!location || !oidc_str_is_printable(oidc_str_z(location))) {
        reply_begin(reply, 500);
        return;
    }
    reply_begin(reply, 302);
    reply->location = location;
}

void oidc_reply_json(struct oidc_reply *reply, int status, struct oidc_str body)
{
    reply_begin(reply, status);
    reply->content_type = "application/json";
    reply->body = body;
    oidc_reply_add_header(reply, "X-Content-Type-Options", "nosniff");
}

void oidc_reply_html(struct oidc_reply *reply, int status, struct oidc_str body, const char *policy)
{
    reply_begin(reply, status);
    reply->content_type = "text/html; charset=utf-8";
    reply->body = body;
    oidc_reply_add_header(reply, "Content-Security-Policy", policy);
    oidc_reply_add_header(reply, "X-Content-Type-Options", "nosniff");
    oidc_reply_add_header(reply, "Referrer-Policy", "no-referrer");
}

static const char *reply_title(int status)
{
    switch (status) {
    case 401:
        return "Sign-in required";
    case 403:
        return "No access";
    case 404:
        return "Not found";
    case 502:
    case 503:
    case 504:
        return "Signing in is not possible right now";
    default:
        return status < 500 ? "This request can't be answered" : "Something went wrong";
    }
}

static const char *reply_whom(enum oidc_whom whom)
{
    switch (whom) {
    case OIDC_WHOM_USER:
        return "You can mend this yourself.";
    case OIDC_WHOM_CLIENT:
        return "The application or the link that brought you here has to change.";
    case OIDC_WHOM_PROVIDER:
        return "Whoever runs the sign-in service can mend this.";
    case OIDC_WHOM_OPERATOR:
        break;
    }
    return "Whoever runs this site can mend this.";
}

static void reply_add_fact(struct oidc_buf *b, const char *term, const char *text)
{
    oidc_buf_add_z(b, "<dt>");
    oidc_html_add_text(b, term);
    oidc_buf_add_z(b, "</dt><dd>");
    oidc_html_add_text(b, text);
    oidc_buf_add_z(b, "</dd>\n");
}

static void reply_add_error_page(struct oidc_buf *b, const struct oidc_error_row *row,
                                 const char *incident, const char *nonce)
{
    oidc_html_begin(b, reply_title(row->status), nonce);
    oidc_buf_add_z(b, "<h1>");
    oidc_html_add_text(b, reply_title(row->status));
    oidc_buf_add_z(b, "</h1>\n<p>");
    oidc_html_add_text(b, row->sentence);
    oidc_buf_add_z(b, "</p>\n<h2>What to do</h2>\n<p>");
    oidc_html_add_text(b, row->remedy);
    oidc_buf_add_z(b, "</p>\n<p>");
    oidc_html_add_text(b, reply_whom(row->whom));
    oidc_buf_add_z(b, "</p>\n<dl>\n");
    reply_add_fact(b, "Incident", incident);
    reply_add_fact(b, "Error", row->id);
    oidc_buf_add_z(b, "</dl>\n");
    oidc_html_end(b);
}

/* A page without style where there are no random numbers for its nonce. */
static void reply_error_page(struct oidc_ctx *ctx, const struct oidc_error_row *row,
                             const char *incident, struct oidc_reply *reply)
{
    unsigned char bytes[16];
    struct oidc_buf b;
    const char *nonce = NULL;
    if (oidc_ctx_random(ctx, bytes, sizeof bytes) == OIDC_OK) {
        nonce = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, sizeof bytes));
    }
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    reply_add_error_page(&b, row, incident, nonce);
    oidc_reply_html(reply, row->status, oidc_str(b.p, b.overflowed ? 0 : b.n),
                    oidc_html_policy(ctx->pool, nonce, 0));
}

/* RFC 9457, with the members of RFC 6749 5.2. */
static void reply_error_json(struct oidc_ctx *ctx, const struct oidc_error_row *row,
                             const char *incident, struct oidc_reply *reply)
{
    json_t *problem = oidc_json_object(ctx->pool);
    oidc_json_put_string(problem, "type", "about:blank");
    oidc_json_put_string(problem, "title", reply_title(row->status));
    oidc_json_put_int(problem, "status", row->status);
    oidc_json_put_string(problem, "detail", row->sentence);
    oidc_json_put_string(problem, "error", row->oauth);
    oidc_json_put_string(problem, "error_description", row->sentence);
    oidc_json_put_string(problem, "id", row->id);
    oidc_json_put_string(problem, "incident", incident);
    oidc_json_put_string(problem, "remedy", row->remedy);
    oidc_reply_json(reply, row->status, oidc_str_z(oidc_json_print(ctx->pool, problem)));
    reply->content_type = "application/problem+json";
}

void oidc_reply_error(struct oidc_ctx *ctx, const struct oidc_request *req, const char *incident,
                      struct oidc_reply *reply)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);
    if (oidc_request_navigates(req)) {
        reply_error_page(ctx, row, incident, reply);
    } else {
        reply_error_json(ctx, row, incident, reply);
    }
    if (row->status == 503) {
        oidc_reply_add_header(reply, "Retry-After", RETRY_AFTER);
    }
}

/* 1 when the media range, parameters and all, is one that a page can answer. */
static int reply_is_page_range(struct oidc_str range)
{
    static const char *const pages[] = {"text/html", "application/xhtml+xml", "*/*", NULL};
    const char *semicolon = memchr(range.p, ';', range.n);
    struct oidc_str type = oidc_str(range.p, semicolon ? (size_t)(semicolon - range.p) : range.n);
    while (type.n > 0 && (type.p[type.n - 1] == ' ' || type.p[type.n - 1] == '\t')) {
        type.n--;
    }
    for (const char *const *p = pages; *p; p++) {
        if (oidc_str_eq_case(type, oidc_str_z(*p))) {
            return 1;
        }
    }
    return 0;
}

static int reply_accepts_page(const char *accept)
{
    for (const char *p = accept; *p;) {
        p += strspn(p, ", \t");
        size_t n = strcspn(p, ",");
        if (reply_is_page_range(oidc_str(p, n))) {
            return 1;
        }
        p += n;
    }
    return 0;
}

/* 1 when the header is there and says something else. */
static int reply_header_denies(const struct oidc_request *req, const char *name, const char *value)
{
    const char *v = req->header(req->baton, name);
    return v && !oidc_str_eq_case(oidc_str_z(v), oidc_str_z(value));
}

int oidc_request_navigates(const struct oidc_request *req)
{
    const char *with = req->header(req->baton, "X-Requested-With");
    const char *accept = req->header(req->baton, "Accept");
    if (with && oidc_str_eq_case(oidc_str_z(with), oidc_str_z("XMLHttpRequest"))) {
        return 0;
    }
    if (reply_header_denies(req, "Sec-Fetch-Mode", "navigate")
        || reply_header_denies(req, "Sec-Fetch-Dest", "document")) {
        return 0;
    }
    return !accept || reply_accepts_page(accept);
}
