/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP calls by libcurl: one attempt, what its end means, and whether there is another. */
#include "oidc/http_curl.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/http_answer.h"
#include "io/http_options.h"
#include "io/http_pool.h"

struct http_curl {
    struct oidc_http http; /* first: the port's handle */
    struct oidc_http_pool *pool;
    pid_t pid; /* of the process that made it */
};

/* How an attempt ended. */
struct attempt {
    struct oidc_http_receiver receiver;
    CURLcode rc;
    const char *why; /* libcurl's words, or ours; not quoted yet */
    long status;
};

static apr_status_t curl_end(void *data)
{
    (void)data;
    curl_global_cleanup();
    return APR_SUCCESS;
}

enum oidc_rc oidc_http_curl_start(struct oidc_ctx *ctx)
{
    CURLcode rc = curl_global_init(CURL_GLOBAL_ALL);
    if (rc != CURLE_OK) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "libcurl can't start: %s", curl_easy_strerror(rc));
    }
    apr_pool_cleanup_register(ctx->pool, NULL, curl_end, apr_pool_cleanup_null);
    return OIDC_OK;
}

/* What libcurl reports, as an error of ours. */
static enum oidc_code code_of(const struct attempt *a)
{
    if (a->receiver.too_large) {
        return OIDC_E_HTTP_TOO_LARGE;
    }
    switch (a->rc) {
    case CURLE_FILESIZE_EXCEEDED:
        return OIDC_E_HTTP_TOO_LARGE;
    case CURLE_OPERATION_TIMEDOUT:
        return OIDC_E_HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
        return OIDC_E_HTTP_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return OIDC_E_HTTP_TLS;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_NOT_BUILT_IN:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return OIDC_E_INTERNAL;
    default:
        return OIDC_E_HTTP_BROKEN;
    }
}

/*
 * Nothing that may have reached the other side is sent twice, GET excepted; and who waited once for
 * the whole deadline does not wait again.
 */
static int may_retry(const struct oidc_http_call *call, enum oidc_code code)
{
    return code == OIDC_E_HTTP_CONNECT
           || (code == OIDC_E_HTTP_BROKEN && strcmp(call->method, "GET") == 0);
}

static void attempt_perform(struct oidc_ctx *ctx, const struct oidc_http_call *call,
                            struct oidc_http_handle *handle, long left_ms, struct attempt *a)
{
    char *text = apr_pcalloc(ctx->pool, CURL_ERROR_SIZE);
    struct oidc_http_wiring wiring = {
        .call = call, .receiver = &a->receiver, .error = text, .left_ms = left_ms};
    a->rc = oidc_http_options_apply(ctx, handle->curl, &wiring);
    if (a->rc == CURLE_OK) {
        a->rc = curl_easy_perform(handle->curl);
    }
    if (a->rc == CURLE_OK) {
        a->rc = curl_easy_getinfo(handle->curl, CURLINFO_RESPONSE_CODE, &a->status);
    }
    /* An answer that is none: 101 and the like. */
    if (a->rc == CURLE_OK && (a->status < 200 || a->status > 999)) {
        a->rc = CURLE_WEIRD_SERVER_REPLY;
        a->why = "the answer has no final status";
    }
    if (a->receiver.too_large) {
        a->why = apr_pstrcat(ctx->pool, a->receiver.too_large, " is too large", NULL);
    }
    if (!a->why) {
        /* A proxy's address may hold a password, and libcurl may quote it. */
        int quotable = text[0] && !(call->options->proxy && strchr(call->options->proxy, '@'));
        a->why = quotable ? text : curl_easy_strerror(a->rc);
    }
}

static void attempt_run(struct oidc_ctx *ctx, struct oidc_http_pool *pool,
                        const struct oidc_http_call *call, const char *origin, struct attempt *a)
{
    long left_ms = call->options->timeout_ms;
    memset(a, 0, sizeof *a);
    oidc_http_answer_init(&a->receiver, ctx->pool, call->max_body);
    const char *profile = oidc_http_options_profile(ctx->pool, origin, call->options);
    struct oidc_http_handle *handle = oidc_http_pool_get(pool, origin, profile, &left_ms);
    if (!handle) {
        a->rc = left_ms > 0 ? CURLE_OUT_OF_MEMORY : CURLE_OPERATION_TIMEDOUT;
        a->why = left_ms > 0 ? "no handle" : "too many calls to it are under way";
        return;
    }
    attempt_perform(ctx, call, handle, left_ms, a);
    oidc_http_pool_put(pool, handle, a->rc == CURLE_OK);
}

static enum oidc_rc http_check(struct oidc_ctx *ctx, const struct http_curl *self,
                               const struct oidc_http_call *call)
{
    /* CHECK http_fork: a connection never crosses a fork; N277 */
    if (self->pid != getpid()) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "the HTTP adapter was made by another process");
    }
    if (strcmp(call->method, "GET") != 0 && strcmp(call->method, "POST") != 0) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "the HTTP adapter knows no method %s",
                         oidc_log_quote(ctx->pool, call->method));
    }
    if (call->options->timeout_ms <= 0 || call->options->connect_timeout_ms <= 0
        || call->options->retries < 0 || call->max_body == 0) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "an HTTP call without a deadline or a limit");
    }
    return OIDC_OK;
}

/* The origin of the call's URL, which is all of it that ever stands in a log line. */
static enum oidc_rc http_origin(struct oidc_ctx *ctx, const struct oidc_http_call *call,
                                const char **out)
{
    struct oidc_url url;
    struct oidc_err before = ctx->err;
    if (oidc_url_parse(ctx, call->url, "the address of an HTTP call", &url) != OIDC_OK) {
        /* It is no fault of whoever sent us a request, and its text may hold a secret. */
        ctx->err = before;
        return oidc_fail(ctx, OIDC_E_HTTP_CONNECT, "the address of an HTTP call is malformed");
    }
    struct oidc_origin origin = oidc_url_origin(&url);
    *out = oidc_url_print_origin(ctx->pool, &origin);
    return OIDC_OK;
}

static enum oidc_rc call_run(struct oidc_ctx *ctx, struct oidc_http_pool *pool,
                             const struct oidc_http_call *call, const char *origin,
                             struct oidc_http_answer *out)
{
    struct attempt a;
    enum oidc_code code = OIDC_E_INTERNAL;
    for (int i = 0; i <= call->options->retries; i++) {
        if (i > 0) {
            apr_sleep(apr_time_from_msec(call->options->retry_interval_ms));
        }
        attempt_run(ctx, pool, call, origin, &a);
        if (a.rc == CURLE_OK) {
            return oidc_http_answer_take(ctx, &a.receiver, a.status, out);
        }
        code = code_of(&a);
        if (!may_retry(call, code)) {
            break;
        }
    }
    return oidc_fail(ctx, code, "%s %s: %s (curl %d)", call->method, origin,
                     oidc_log_quote(ctx->pool, a.why), (int)a.rc);
}

static enum oidc_rc http_call(struct oidc_ctx *ctx, struct oidc_http *http,
                              const struct oidc_http_call *call, struct oidc_http_answer *out)
{
    struct http_curl *self = (struct http_curl *)(void *)http;
    struct oidc_http_pool *pool = self->pool;
    const char *origin = NULL;
    if (http_check(ctx, self, call) != OIDC_OK || http_origin(ctx, call, &origin) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_http_pool_enter(pool); /* from here on it may be closed at any time, and self gone */
    enum oidc_rc rc = call_run(ctx, pool, call, origin, out);
    oidc_http_pool_leave(pool);
    return rc;
}

static apr_status_t http_end(void *data)
{
    struct http_curl *self = data;
    /*
     * In a child that inherited it, the connections are the parent's: they must not be touched, not
     * even to end them.
     */
    if (self->pid == getpid()) {
        oidc_http_pool_close(self->pool);
    }
    return APR_SUCCESS;
}

enum oidc_rc oidc_http_curl_make(struct oidc_ctx *ctx, struct oidc_http **out)
{
    struct http_curl *self = apr_pcalloc(ctx->pool, sizeof *self);
    self->http.call = http_call;
    self->pid = getpid();
    self->pool = oidc_http_pool_make();
    if (!self->pool) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no memory");
    }
    apr_pool_cleanup_register(ctx->pool, self, http_end, apr_pool_cleanup_null);
    *out = &self->http;
    return OIDC_OK;
}

void oidc_http_curl_stats(struct oidc_http *http, struct oidc_http_curl_stats *out)
{
    oidc_http_pool_stats(((struct http_curl *)(void *)http)->pool, out);
}
