/* SPDX-License-Identifier: Apache-2.0 */
/* URLs: parsing, printing, origins, and the judgement of redirect targets. */
#include "oidc/url.h"

#include <apr_strings.h>
#include "core/ascii.h"
#include "core/url_host.h"

#define URL_TEXT_MAX 8192 /* of any URL at all */

static int url_default_port(const char *scheme)
{
    return strcmp(scheme, "https") == 0 ? 443 : 80;
}

/* CHECK bytes: browsers drop some, and read '\' as '/': none of them; N003, N004, N010 */
static int url_has_bad_byte(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p <= 0x20 || *p >= 0x7f || *p == '\\') {
            return 1;
        }
    }
    return 0;
}

/* Behind "http://" or "https://", or NULL. */
static const char *url_parse_scheme(const char *text, struct oidc_url *out)
{
    static const char *const schemes[] = {"https", "http"};
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(schemes[i]);
        /* CHECK authority: a scheme is followed by exactly "//" (RFC 3986 3); N005, N006 */
        if (oidc_str_eq_case(oidc_str(text, strnlen(text, n)), oidc_str_z(schemes[i]))
            && strncmp(text + n, "://", 3) == 0) {
            out->scheme = schemes[i];
            return text + n + 3;
        }
    }
    return NULL;
}

/* Host and port of the authority; NULL, or what is wrong. */
static const char *url_parse_authority(apr_pool_t *pool, struct oidc_str text,
                                       struct oidc_url *out)
{
    apr_int64_t port = url_default_port(out->scheme);
    /* CHECK userinfo: what stands before '@' looks like the host to a person; N007 */
    if (memchr(text.p, '@', text.n)) {
        return "user information";
    }
    const char *end = text.p + text.n, *host_end = end, *p = end;
    while (p > text.p && ascii_is_digit((unsigned char)p[-1])) {
        p--;
    }
    if (p > text.p && p[-1] == ':') {
        host_end = p - 1;
        if (!oidc_str_to_int64(oidc_str(p, (size_t)(end - p)), 1, 65535, &port)) {
            return "a malformed port";
        }
    }
    out->host = oidc_url_host_parse(pool, oidc_str(text.p, (size_t)(host_end - text.p)));
    out->port = (int)port;
    return out->host ? NULL : "no host, or a malformed one";
}

/* NULL and *out, or what is wrong with the text, for a detail. */
static const char *url_parse(apr_pool_t *pool, const char *text, struct oidc_url *out)
{
    memset(out, 0, sizeof *out);
    /* CHECK length: refused, never cut; N015 */
    if (!text || strnlen(text, URL_TEXT_MAX + 1) > URL_TEXT_MAX) {
        return text ? "too many bytes" : "nothing in it";
    }
    if (url_has_bad_byte(text)) {
        return "a control byte, space, backslash or non-ASCII byte";
    }
    const char *p = url_parse_scheme(text, out);
    if (!p) {
        return "no http:// or https:// at its start";
    }
    size_t n = strcspn(p, "/?#");
    const char *problem = url_parse_authority(pool, oidc_str(p, n), out);
    if (problem) {
        return problem;
    }
    p += n;
    n = strcspn(p, "?#");
    out->path = n ? apr_pstrmemdup(pool, p, n) : "/";
    p += n;
    if (*p == '?') {
        n = strcspn(++p, "#");
        out->query = apr_pstrmemdup(pool, p, n);
        p += n;
    }
    if (*p == '#') {
        out->fragment = apr_pstrdup(pool, p + 1);
    }
    return NULL;
}

enum oidc_rc oidc_url_parse(struct oidc_ctx *ctx, const char *text, const char *what,
                            struct oidc_url *out)
{
    const char *problem = url_parse(ctx->pool, text, out);
    if (problem) {
        return oidc_fail(ctx, OIDC_E_URL, "%s %s has %s", what, oidc_log_quote(ctx->pool, text),
                         problem);
    }
    return OIDC_OK;
}

char *oidc_url_print_origin(apr_pool_t *pool, const struct oidc_origin *o)
{
    if (o->port == url_default_port(o->scheme)) {
        return apr_pstrcat(pool, o->scheme, "://", o->host, NULL);
    }
    return apr_psprintf(pool, "%s://%s:%d", o->scheme, o->host, o->port);
}

char *oidc_url_print(apr_pool_t *pool, const struct oidc_url *url)
{
    struct oidc_origin origin = oidc_url_origin(url);
    return apr_pstrcat(pool, oidc_url_print_origin(pool, &origin), url->path,
                       url->query ? "?" : "", url->query ? url->query : "",
                       url->fragment ? "#" : "", url->fragment ? url->fragment : "", NULL);
}

struct oidc_origin oidc_url_origin(const struct oidc_url *url)
{
    struct oidc_origin origin = {url->scheme, url->host, url->port};
    return origin;
}

int oidc_url_same_origin(struct oidc_origin a, struct oidc_origin b)
{
    /* CHECK origin: scheme, host and port together, the host as a whole; N008, N009 */
    return a.scheme && b.scheme && a.host && b.host && a.port == b.port
           && strcmp(a.scheme, b.scheme) == 0
           && oidc_str_eq_case(oidc_str_z(a.host), oidc_str_z(b.host));
}

int oidc_url_is_loopback(const struct oidc_url *url)
{
    /* a host that ends in a number is an IPv4 address in its one spelling */
    size_t n = strlen(url->host);
    int is_ip4 = ascii_is_digit((unsigned char)url->host[n - 1])
                 && strspn(url->host, "0123456789.") == n;
    return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0
           || (is_ip4 && strncmp(url->host, "127.", 4) == 0);
}

/* Value of the escape at p, or -1. */
static int url_escape_value(const char *p)
{
    int high = ascii_hex((unsigned char)p[1]);
    int low = high < 0 ? -1 : ascii_hex((unsigned char)p[2]);
    return low < 0 ? -1 : high << 4 | low;
}

/*
 * CHECK path escapes: harmless to a browser, but whoever decodes once more reads a control byte, a
 * backslash, or another host at the beginning; N003, N004. In the query they are data (N018).
 */
static int url_path_is_suspect(const char *path)
{
    for (const char *p = path; *p; p++) {
        if (*p != '%') {
            continue;
        }
        int v = url_escape_value(p);
        if (v < 0x20 || v == 0x7f || v == '\\' || (v == '/' && p == path + 1)) {
            return 1;
        }
    }
    return 0;
}

/* The target as a parsed URL: its own, or the path on this site. NULL, or what is wrong. */
static const char *url_parse_target(apr_pool_t *pool, const struct oidc_origin *own,
                                    const char *target, struct oidc_url *out)
{
    if (!target || !*target) {
        return "nothing in it";
    }
    /* CHECK length: refused, never cut; N015 */
    if (strnlen(target, OIDC_URL_MAX + 1) > OIDC_URL_MAX) {
        return "too many bytes";
    }
    if (target[0] != '/') {
        return url_parse(pool, target, out);
    }
    /* CHECK one slash: "//host" and "/\host" are another site; N001-N003 */
    if (target[1] == '/' || target[1] == '\\') {
        return "more than one slash at its start";
    }
    return url_parse(pool, apr_pstrcat(pool, oidc_url_print_origin(pool, own), target, NULL), out);
}

enum oidc_rc oidc_url_check_redirect(struct oidc_ctx *ctx, const struct oidc_redirect_rule *rule,
                                     const char *target, const char **out)
{
    struct oidc_url url;
    const char *problem = url_parse_target(ctx->pool, &rule->own, target, &url);
    if (!problem && url_path_is_suspect(url.path)) {
        problem = "a suspect escape in its path";
    }
    if (problem) {
        return oidc_fail(ctx, OIDC_E_REDIRECT, "the target %s has %s",
                         oidc_log_quote(ctx->pool, target), problem);
    }
    const char *printed = oidc_url_print(ctx->pool, &url);
    /* CHECK redirect: the own origin or the operator's list (RFC 9700 4.11); N001-N018 */
    if (!oidc_url_same_origin(oidc_url_origin(&url), rule->own)
        && !(rule->allowed && rule->allowed(rule->baton, printed))) {
        return oidc_fail(ctx, OIDC_E_REDIRECT, "the target %s is neither of this site nor listed",
                         oidc_log_quote(ctx->pool, printed));
    }
    *out = printed;
    return OIDC_OK;
}
