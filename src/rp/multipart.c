/* SPDX-License-Identifier: Apache-2.0 */
/* Reading multipart/form-data as browsers write it (RFC 7578; escapes in names as in the HTML standard). */
#include "rp/multipart.h"

#include <apr_strings.h>

#include "oidc/buf.h"

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

static enum oidc_rc multipart_malformed(struct oidc_ctx *ctx, const char *what)
{
    return oidc_fail(ctx, OIDC_E_FORM, "the multipart form is malformed: %s", what);
}

/* Where text begins in s, or NULL. */
static const char *multipart_find(struct oidc_str s, struct oidc_str text)
{
    for (size_t i = 0; text.n > 0 && i + text.n <= s.n; i++) {
        if (memcmp(s.p + i, text.p, text.n) == 0) {
            return s.p + i;
        }
    }
    return NULL;
}

/* The bytes before text, which is skipped; 0 when it is not there. */
static int multipart_until(struct oidc_str *rest, struct oidc_str text, struct oidc_str *out)
{
    const char *at = multipart_find(*rest, text);
    if (!at) {
        return 0;
    }
    *out = oidc_str(rest->p, (size_t)(at - rest->p));
    size_t used = out->n + text.n;
    *rest = oidc_str(rest->p + used, rest->n - used);
    return 1;
}

/* "\r\n--" and the boundary; NULL when the type has none. */
static const char *multipart_delimiter(apr_pool_t *pool, const char *type)
{
    const char *p = strchr(type, ';');
    for (; p; p = strchr(p, ';')) {
        p += 1 + strspn(p + 1, " \t");
        if (!oidc_str_eq_case(oidc_str(p, strnlen(p, 9)), oidc_str_z("boundary="))) {
            continue;
        }
        p += 9;
        int quoted = *p == '"';
        p += quoted;
        size_t n = strcspn(p, quoted ? "\"" : "; \t");
        return n > 0 && n <= BOUNDARY_MAX
                   ? apr_pstrcat(pool, "\r\n--", apr_pstrmemdup(pool, p, n), NULL)
                   : NULL;
    }
    return NULL;
}

/* The quoted parameter of a Content-Disposition header; escapes are those of browsers: %22, %0D, %0A. NULL: not there. */
static const char *multipart_param(apr_pool_t *pool, struct oidc_str header, const char *name)
{
    const char *text = apr_pstrcat(pool, "; ", name, "=\"", NULL);
    struct oidc_str rest = header, value;
    if (!multipart_until(&rest, oidc_str_z(text), &value)
        || !multipart_until(&rest, oidc_str_z("\""), &value)) {
        return NULL;
    }
    char *out = apr_palloc(pool, value.n + 1), *to = out;
    for (size_t i = 0; i < value.n; i++) {
        struct oidc_str three = oidc_str(value.p + i, value.n - i < 3 ? value.n - i : 3);
        char c = oidc_str_eq_case(three, oidc_str_z("%22"))   ? '"'
                 : oidc_str_eq_case(three, oidc_str_z("%0d")) ? '\r'
                 : oidc_str_eq_case(three, oidc_str_z("%0a")) ? '\n'
                                                              : '\0';
        *to++ = c ? c : value.p[i];
        i += c ? 2 : 0;
    }
    *to = '\0';
    return out;
}

/* The Content-Disposition line among the headers of a part. */
static struct oidc_str multipart_disposition(struct oidc_str headers)
{
    static const char name[] = "content-disposition:";
    struct oidc_str line;
    while (headers.n > 0) {
        if (!multipart_until(&headers, oidc_str_z("\r\n"), &line)) {
            line = headers;
            headers.n = 0;
        }
        if (line.n > sizeof name - 1
            && oidc_str_eq_case(oidc_str(line.p, sizeof name - 1), oidc_str_z(name))) {
            return line;
        }
    }
    return oidc_str(NULL, 0);
}

static enum oidc_rc multipart_part(struct oidc_ctx *ctx, struct oidc_str part, struct oidc_form *out)
{
    struct oidc_str headers;
    if (!multipart_until(&part, oidc_str_z("\r\n\r\n"), &headers)) {
        return multipart_malformed(ctx, "a part without headers");
    }
    const struct oidc_str line = multipart_disposition(headers);
    const char *name = multipart_param(ctx->pool, line, "name");
    const char *file = multipart_param(ctx->pool, line, "filename");
    if (!name || !oidc_str_is_utf8(oidc_str_z(name)) || !oidc_str_is_utf8(part)) {
        return multipart_malformed(ctx, "a part without a name, or not in UTF-8");
    }
    if (file && (*file || part.n > 0)) {
        return oidc_fail(ctx, OIDC_E_POST_NOT_KEPT, "the form holds a file");
    }
    if (out->n >= OIDC_FORM_MAX_FIELDS) {
        return multipart_malformed(ctx, "too many parts");
    }
    oidc_form_add(out, name, oidc_str_dup(ctx->pool, part));
    if (file) {
        out->fields[out->n - 1].value = NULL;
    }
    return OIDC_OK;
}

enum oidc_rc rp_multipart_parse(struct oidc_ctx *ctx, const char *content_type, struct oidc_str body,
                                struct oidc_form **out)
{
    const char *delimiter = multipart_delimiter(ctx->pool, content_type);
    struct oidc_str part, rest = body;
    if (!delimiter) {
        return multipart_malformed(ctx, "no boundary");
    }
    /* the first delimiter stands at the very beginning, without the line break before it */
    const struct oidc_str first = oidc_str_z(delimiter + 2), next = oidc_str_z(delimiter);
    if (!oidc_str_starts(rest, first)) {
        return multipart_malformed(ctx, "it does not begin with its boundary");
    }
    rest = oidc_str(rest.p + first.n, rest.n - first.n);
    *out = oidc_form_make(ctx->pool);
    while (!oidc_str_starts(rest, oidc_str_z("--"))) {
        /* the headers' first line break ends the delimiter's line */
        if (!oidc_str_starts(rest, oidc_str_z("\r\n")) || !multipart_until(&rest, next, &part)) {
            return multipart_malformed(ctx, "it is cut off");
        }
        if (multipart_part(ctx, oidc_str(part.p + 2, part.n - 2), *out) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    return OIDC_OK;
}
