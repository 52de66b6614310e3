/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs, and the one place where a redirect target that came from outside is judged.
 *
 * The parser is strict: http or https, a host, no user information, no control byte, space, backslash or non-ASCII byte
 * anywhere, a port within 1..65535. What it accepts, a browser reads the same way; what leaves is our own print of the
 * parsed parts, never the text that came in.
 */
#ifndef OIDC_URL_H
#define OIDC_URL_H

#include "oidc/ctx.h"
#include "oidc/str.h"

#define OIDC_URL_MAX 2048 /* a return or redirect target from outside */

struct oidc_url {
    const char *scheme;   /* "http" or "https" */
    const char *host;     /* lower case; an IPv6 literal keeps its brackets */
    int port;             /* effective, never 0 */
    const char *path;     /* begins with '/'; as it came, escapes untouched */
    const char *query;    /* without '?', or NULL */
    const char *fragment; /* without '#', or NULL */
};

/* Scheme, host and port, compared as a tuple. */
struct oidc_origin {
    const char *scheme;
    const char *host;
    int port;
};

/* Absolute URL; `what` names it in the detail (OIDC_E_URL). */
enum oidc_rc oidc_url_parse(struct oidc_ctx *ctx, const char *text, const char *what, struct oidc_url *out) OIDC_MUST_CHECK;
/* The port is printed only when it is not the scheme's own. */
char *oidc_url_print(apr_pool_t *pool, const struct oidc_url *url);
char *oidc_url_print_origin(apr_pool_t *pool, const struct oidc_origin *o);
struct oidc_origin oidc_url_origin(const struct oidc_url *url);
int oidc_url_same_origin(struct oidc_origin a, struct oidc_origin b);
/* 1 when the host is localhost, 127.0.0.0/8 or [::1]. */
int oidc_url_is_loopback(const struct oidc_url *url);

/* Says whether a whole URL (already printed by us) is on the operator's list. */
typedef int oidc_url_allowed_fn(void *baton, const char *url);

struct oidc_redirect_rule {
    struct oidc_origin own;       /* the origin of this site */
    oidc_url_allowed_fn *allowed; /* NULL: only the own origin */
    void *baton;
};

/*
 * Judges a target that came from outside: an absolute URL of the own origin or on the list, or a path that begins with
 * exactly one '/'. *out is our own absolute print. OIDC_E_REDIRECT otherwise (RFC 9700 4.11; N001-N018).
 */
enum oidc_rc oidc_url_check_redirect(struct oidc_ctx *ctx, const struct oidc_redirect_rule *rule, const char *target,
                                     const char **out) OIDC_MUST_CHECK;

#endif
