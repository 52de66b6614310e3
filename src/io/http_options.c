/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libcurl is told for one call. Nothing is taken from the environment or from files that
 * nobody configured.
 */
#include "io/http_options.h"

#include <apr_strings.h>
#include <stdio.h>

/* The first refusal counts; later options are not set any more. */
#define SET(option, value) (rc = rc == CURLE_OK ? curl_easy_setopt(curl, option, value) : rc)

/* Values in a field or an option are one line. */
static int is_line(const char *text)
{
    return !strpbrk(text, "\r\n");
}

static apr_status_t slist_end(void *data)
{
    curl_slist_free_all(*(struct curl_slist **)data);
    return APR_SUCCESS;
}

/*
 * Appends "name: value"; a name without a value keeps libcurl from sending a field of its own. 0
 * when it can't be.
 */
static int add_field(apr_pool_t *pool, struct curl_slist **list, const char *name,
                     const char *value)
{
    const char *line = apr_pstrcat(pool, name, !value ? ":" : *value ? ": " : ";", value, NULL);
    struct curl_slist *more = is_line(line) ? curl_slist_append(*list, line) : NULL;
    if (!more) {
        return 0;
    }
    *list = more;
    return 1;
}

static CURLcode set_fields(struct oidc_ctx *ctx, CURL *curl, const struct oidc_http_call *call)
{
    struct curl_slist **list = apr_pcalloc(ctx->pool, sizeof(struct curl_slist *));
    apr_pool_cleanup_register(ctx->pool, list, slist_end, apr_pool_cleanup_null);
    int ok = add_field(ctx->pool, list, "Expect", NULL)
             && add_field(ctx->pool, list, "Accept", call->accept);
    if (strcmp(call->method, "POST") == 0) {
        ok = ok && add_field(ctx->pool, list, "Content-Type", call->content_type);
    }
    for (int i = 0; ok && i < call->n_headers; i++) {
        ok = add_field(ctx->pool, list, call->headers[i].name, call->headers[i].value);
    }
    return ok ? curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *list) : CURLE_BAD_FUNCTION_ARGUMENT;
}

/* http and https, nothing that libcurl can do besides: the address was parsed, this is the second wall (N215). */
static CURLcode set_protocols(CURL *curl)
{
    CURLcode rc = CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    SET(CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    return rc;
}

static size_t read_body(char *to, size_t size, size_t n, void *wiring)
{
    struct oidc_http_wiring *w = wiring;
    struct oidc_str body = w->call->body;
    size_t here = size * n < body.n - w->sent ? size * n : body.n - w->sent;
    if (here > 0) {
        memcpy(to, body.p + w->sent, here);
    }
    w->sent += here;
    return here;
}

/*
 * CHECK http_once: when a kept connection breaks, libcurl would send the body again on a new one.
 * It may not, once the other side may have read it: a code or a rotating refresh token is good for
 * one time. A proxy's answer is another matter: then the other side saw nothing.
 */
static int rewind_body(void *wiring, curl_off_t offset, int origin)
{
    struct oidc_http_wiring *w = wiring;
    if (offset != 0 || origin != SEEK_SET || (w->sent > 0 && w->receiver->header_bytes == 0)) {
        return CURL_SEEKFUNC_FAIL;
    }
    w->sent = 0;
    return CURL_SEEKFUNC_OK;
}

static CURLcode set_body(CURL *curl, struct oidc_http_wiring *w)
{
    CURLcode rc = CURLE_OK;
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)w->call->body.n);
    SET(CURLOPT_READFUNCTION, read_body);
    SET(CURLOPT_READDATA, w);
    SET(CURLOPT_SEEKFUNCTION, rewind_body);
    SET(CURLOPT_SEEKDATA, w);
    return rc;
}

static CURLcode set_request(CURL *curl, struct oidc_http_wiring *w)
{
    const struct oidc_http_call *call = w->call;
    CURLcode rc = CURLE_OK;
    SET(CURLOPT_URL, call->url);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    if (strcmp(call->method, "POST") == 0) {
        rc = rc == CURLE_OK ? set_body(curl, w) : rc;
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
    if (call->options->user_agent) {
        SET(CURLOPT_USERAGENT, call->options->user_agent);
    }
    /* CHECK http_redirect: a redirect is an answer, not an order; N214 */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    return rc;
}

static CURLcode set_limits(CURL *curl, const struct oidc_http_wiring *w)
{
    const struct oidc_http_options *o = w->call->options;
    CURLcode rc = CURLE_OK;
    SET(CURLOPT_NOSIGNAL, 1L);
    /* CHECK http_deadline: the whole attempt ends in time, whatever drips; N099, N216 */
    SET(CURLOPT_TIMEOUT_MS, w->left_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS,
        o->connect_timeout_ms < w->left_ms ? (long)o->connect_timeout_ms : w->left_ms);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)w->call->max_body);
    SET(CURLOPT_MAXCONNECTS, 2L);
#if LIBCURL_VERSION_NUM >= 0x074000
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else a name server that is silent holds the thread beyond the deadline. */
    SET(CURLOPT_QUICK_EXIT, 1L);
#endif
    return rc;
}

static CURLcode set_trust(CURL *curl, const struct oidc_http_options *o)
{
    CURLcode rc = CURLE_OK;
    /* CHECK http_tls: peer and host, unless the operator switched it off; N215 */
    SET(CURLOPT_SSL_VERIFYPEER, o->tls_verify ? 1L : 0L);
    SET(CURLOPT_SSL_VERIFYHOST, o->tls_verify ? 2L : 0L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (o->ca_bundle) {
        SET(CURLOPT_CAINFO, o->ca_bundle);
        /* These and no others. Not every TLS library has the option. */
        (void)curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (o->client_cert) {
        SET(CURLOPT_SSLCERT, o->client_cert);
    }
    if (o->client_key) {
        SET(CURLOPT_SSLKEY, o->client_key);
    }
    if (o->client_key_password) {
        SET(CURLOPT_KEYPASSWD, o->client_key_password);
    }
    return rc;
}

static const struct {
    const char *name;
    unsigned long bits;
} proxy_auth[] = {
    {"basic", CURLAUTH_BASIC}, {"digest", CURLAUTH_DIGEST},       {"ntlm", CURLAUTH_NTLM},
    {"any", CURLAUTH_ANY},     {"negotiate", CURLAUTH_NEGOTIATE},
};

static CURLcode set_proxy_auth(CURL *curl, const char *name)
{
    for (size_t i = 0; i < sizeof proxy_auth / sizeof *proxy_auth; i++) {
        if (strcmp(proxy_auth[i].name, name) == 0) {
            return curl_easy_setopt(curl, CURLOPT_PROXYAUTH, (long)proxy_auth[i].bits);
        }
    }
    return CURLE_BAD_FUNCTION_ARGUMENT;
}

/*
 * CHECK http_proxy: the one that is configured or none; http_proxy, no_proxy and the like have no
 * say; N220
 */
static CURLcode set_proxy(CURL *curl, const struct oidc_http_options *o)
{
    CURLcode rc = CURLE_OK;
    SET(CURLOPT_PROXY, o->proxy ? o->proxy : "");
    SET(CURLOPT_NOPROXY, o->proxy ? "" : "*");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (o->proxy && o->proxy_user) {
        SET(CURLOPT_PROXYUSERPWD, o->proxy_user);
    }
    if (rc == CURLE_OK && o->proxy && o->proxy_auth) {
        rc = set_proxy_auth(curl, o->proxy_auth);
    }
    return rc;
}

static CURLcode set_callbacks(CURL *curl, const struct oidc_http_wiring *w)
{
    CURLcode rc = CURLE_OK;
    SET(CURLOPT_ERRORBUFFER, w->error);
    SET(CURLOPT_HEADERFUNCTION, oidc_http_answer_header);
    SET(CURLOPT_HEADERDATA, w->receiver);
    SET(CURLOPT_WRITEFUNCTION, oidc_http_answer_body);
    SET(CURLOPT_WRITEDATA, w->receiver);
    return rc;
}

CURLcode oidc_http_options_apply(struct oidc_ctx *ctx, CURL *curl, struct oidc_http_wiring *w)
{
    CURLcode rc = set_protocols(curl);
    rc = rc == CURLE_OK ? set_callbacks(curl, w) : rc;
    rc = rc == CURLE_OK ? set_request(curl, w) : rc;
    rc = rc == CURLE_OK ? set_fields(ctx, curl, w->call) : rc;
    rc = rc == CURLE_OK ? set_limits(curl, w) : rc;
    rc = rc == CURLE_OK ? set_trust(curl, w->call->options) : rc;
    return rc == CURLE_OK ? set_proxy(curl, w->call->options) : rc;
}

const char *oidc_http_options_profile(apr_pool_t *pool, const char *origin,
                                      const struct oidc_http_options *o)
{
    const char *parts[] = {origin,
                           o->tls_verify ? "verified" : "unverified",
                           o->ca_bundle,
                           o->proxy,
                           o->proxy_user,
                           o->proxy_auth,
                           o->client_cert,
                           o->client_key,
                           o->client_key_password};
    const char *out = "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        out = apr_pstrcat(pool, out, parts[i] ? parts[i] : "\r", "\n", NULL);
    }
    return out;
}
