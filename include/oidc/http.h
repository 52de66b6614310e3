/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Port: an HTTP call to a provider. Adapters follow no redirects, honour no proxy from the environment, refuse answers
 * beyond max_body, and end within the total deadline whatever the other side does.
 */
#ifndef OIDC_HTTP_H
#define OIDC_HTTP_H

#include "oidc/ctx.h"
#include "oidc/exchange.h"

struct oidc_http_options {     /* from the configuration; lives longer than the call */
    int timeout_ms;            /* total deadline of one attempt, > 0 */
    int connect_timeout_ms;    /* > 0 */
    int retries;               /* further attempts after a failed connect, or for GET; not after a timeout */
    int retry_interval_ms;
    int tls_verify;            /* 0 switches verification off (the operator was warned) */
    const char *ca_bundle;     /* file, or NULL for the system's */
    const char *proxy;         /* URL, or NULL */
    const char *proxy_user;    /* "user:password", each may hold %XX escapes, or NULL */
    const char *proxy_auth;    /* "basic", "digest", "ntlm", "any", "negotiate", or NULL */
    const char *client_cert;   /* PEM file, or NULL */
    const char *client_key;    /* PEM file, or NULL */
    const char *client_key_password;
    const char *user_agent;
};

struct oidc_http_call {
    const char *method; /* "GET" or "POST" */
    const char *url;
    const struct oidc_reply_header *headers; /* beyond Content-Type and Accept */
    int n_headers;
    const char *accept;       /* or NULL */
    const char *content_type; /* of body, or NULL */
    struct oidc_str body;
    size_t max_body; /* of the answer */
    const struct oidc_http_options *options;
};

struct oidc_http_answer {
    int status;
    const char *content_type; /* "" when none was sent */
    struct oidc_str body;     /* NUL-terminated behind its end */
    const char *dpop_nonce;   /* or NULL */
    const char *www_authenticate; /* or NULL */
    int max_age;              /* Cache-Control: max-age, or -1 */
};

struct oidc_http {
    /*
     * One call. OIDC_OK for any complete HTTP answer whatever its status; OIDC_FAILED with OIDC_E_HTTP_CONNECT,
     * OIDC_E_HTTP_TIMEOUT, OIDC_E_HTTP_TLS, OIDC_E_HTTP_TOO_LARGE or OIDC_E_HTTP_BROKEN.
     */
    enum oidc_rc (*call)(struct oidc_ctx *ctx, struct oidc_http *self, const struct oidc_http_call *call,
                         struct oidc_http_answer *out) OIDC_MUST_CHECK;
};

#endif
