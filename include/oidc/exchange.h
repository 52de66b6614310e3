/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request as the flows see it, and the reply that they make. The server's glue fills the one and sends the other;
 * a test does the same with plain structs.
 */
#ifndef OIDC_EXCHANGE_H
#define OIDC_EXCHANGE_H

#include "oidc/cookie.h"
#include "oidc/ctx.h"
#include "oidc/url.h"

struct oidc_form;

struct oidc_request {
    const char *method;        /* as on the wire, upper and lower case matter */
    struct oidc_origin origin; /* of this site as the browser sees it: validated host, effective port */
    const char *path;          /* decoded and normalised as the server mapped it */
    const char *query;         /* raw, without '?', or NULL */
    const char *uri;           /* raw path and query as the browser asked, begins with '/' */
    struct oidc_str cookie;    /* Cookie header, all of them joined by "; ", may be empty */
    const char *content_type;  /* or NULL */
    const char *user;          /* who the server authenticated, or NULL (the provider's input) */
    void *baton;
    /* Value of a request header, or NULL. */
    const char *(*header)(void *baton, const char *name);
    /* The whole body, at most max bytes (OIDC_E_BODY_TOO_LARGE), read once; later calls give the same. */
    enum oidc_rc (*body)(struct oidc_ctx *ctx, void *baton, size_t max, struct oidc_str *out);
};

struct oidc_reply_header {
    const char *name, *value;
};

#define OIDC_REPLY_HEADERS 64

struct oidc_reply {
    int status;               /* 0: no reply made */
    const char *content_type; /* NULL: no body */
    struct oidc_str body;
    const char *location; /* for 302 and 303 */
    /* further headers, Set-Cookie among them; sent on errors as well */
    struct oidc_reply_header headers[OIDC_REPLY_HEADERS];
    int n_headers;
};

/* Appends. Beyond OIDC_REPLY_HEADERS the reply becomes a bare 500: a cookie left out could be a logout left out. */
void oidc_reply_add_header(struct oidc_reply *reply, const char *name, const char *value);
void oidc_reply_set_cookie(apr_pool_t *pool, struct oidc_reply *reply, const struct oidc_cookie *c);
/* 302 with Cache-Control: no-store. `location` is a URL printed by us. */
void oidc_reply_redirect(struct oidc_reply *reply, const char *location);
/* application/json, no-store, nosniff. */
void oidc_reply_json(struct oidc_reply *reply, int status, struct oidc_str body);
/* An HTML page with its policy, no-store, nosniff, Referrer-Policy: no-referrer. */
void oidc_reply_html(struct oidc_reply *reply, int status, struct oidc_str body, const char *policy);
/*
 * The reply to ctx->err: an HTML page for a browser that navigates, problem JSON (RFC 9457, with the OAuth members error
 * and error_description) for everything else. `incident` is the id that stands in the log line as well. Never contains
 * the detail. Cookies already set in the reply stay.
 */
void oidc_reply_error(struct oidc_ctx *ctx, const struct oidc_request *req, const char *incident, struct oidc_reply *reply);
/* 1 when the request is a browser's navigation that can follow a login redirect (interface: Accept, Sec-Fetch-*, XHR). */
int oidc_request_navigates(const struct oidc_request *req);

#endif
