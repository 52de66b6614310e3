/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results and errors.
 *
 * Every function that can fail returns enum oidc_rc and must be checked. The zero value is failure, so that
 * memory which nobody set can never mean success. Absent ("there was none") and failed ("there was one and it was
 * bad, or we could not look") are different answers; neither is success.
 *
 * The reason of a failure stands in ctx->err: the first failure wins, later ones while unwinding change nothing.
 * The rows of src/core/errors.def say for each code who is to blame, what the wire sees, and what to do about it.
 */
#ifndef OIDC_ERR_H
#define OIDC_ERR_H

#include <stddef.h>

#define OIDC_MUST_CHECK __attribute__((warn_unused_result))

enum oidc_rc {
    OIDC_FAILED = 0, /* refused, broken, forged: the reason is in ctx->err */
    OIDC_OK = 1,
    OIDC_ABSENT = 2, /* there is none; ctx->err is untouched */
};

/* Severity of a log line; maps one to one to httpd's levels. */
enum oidc_level {
    OIDC_LOG_ERROR,
    OIDC_LOG_WARNING,
    OIDC_LOG_NOTICE,
    OIDC_LOG_INFO,
    OIDC_LOG_DEBUG,
    OIDC_LOG_TRACE,
};

/* Who can mend it. */
enum oidc_whom {
    OIDC_WHOM_USER,     /* the person at the browser: try again, log in again */
    OIDC_WHOM_CLIENT,   /* the program that sent the request */
    OIDC_WHOM_OPERATOR, /* whoever runs this httpd */
    OIDC_WHOM_PROVIDER, /* whoever runs the OpenID Provider */
};

enum oidc_code {
    OIDC_E_NONE = 0,
#define ERROR_ROW(code, oauth, status, level, whom, retry, sentence, remedy) OIDC_E_##code,
#include "core/errors.def"
#undef ERROR_ROW
    OIDC_E_COUNT
};

/* One row of errors.def. */
struct oidc_error_row {
    const char *id;       /* stable and searchable: "OIDC-NONCE_MISMATCH" */
    const char *oauth;    /* OAuth error code for JSON bodies (RFC 6749 5.2), never NULL */
    int status;           /* HTTP status for the browser or client */
    enum oidc_level level;
    enum oidc_whom whom;
    int retry;            /* 1: trying again may help */
    const char *sentence; /* what happened, for a person; no secrets, no foreign text */
    const char *remedy;   /* what to do about it */
};

/* The row of a code; never NULL (an unknown code gives the row of INTERNAL). */
const struct oidc_error_row *oidc_error_row(enum oidc_code code);

struct oidc_err {
    enum oidc_code code;
    const char *detail; /* for the log: quoted, capped, free of secrets; NULL when code is NONE */
    const char *file;   /* where it was noticed */
    int line;
};

#endif
