/* SPDX-License-Identifier: Apache-2.0 */
/* Header names, compared folded; header values, made fit for a line. */
#include "oidc/header.h"

#include "core/ascii.h"
#include "oidc/buf.h"

#define TOKEN_MAX 128 /* a longer Connection token is copied to the pool */

/* How a CGI reads it: a lower-case letter, a digit, or '_'. The end stays the end. */
static unsigned char header_fold(char c)
{
    unsigned char u = (unsigned char)c;
    return ascii_is_alnum(u) ? ascii_lower(u) : u ? '_' : 0;
}

int oidc_header_same(const char *name, const char *other)
{
    while (header_fold(*name) == header_fold(*other)) {
        if (!*name) {
            return 1;
        }
        name++;
        other++;
    }
    return 0;
}

int oidc_header_starts(const char *name, const char *prefix, size_t prefix_len)
{
    /* CHECK fold: OIDC-CLAIM-x, oidc.claim.x and OIDC_CLAIM_x are one name; N103-N106 */
    for (size_t i = 0; i < prefix_len; i++) {
        if (!name[i] || header_fold(name[i]) != header_fold(prefix[i])) {
            return 0;
        }
    }
    return 1;
}

static char header_name_byte(char c)
{
    unsigned char u = (unsigned char)c;
    return u <= 0x20 || u > 0x7e || strchr("\"(),/:;<=>?@[\\]{}", c) ? '-' : c;
}

char *oidc_header_name(apr_pool_t *pool, const char *prefix, struct oidc_str claim)
{
    size_t prefix_n = prefix ? strlen(prefix) : 0;
    char *out = apr_palloc(pool, prefix_n + claim.n + 1);
    /* CHECK name: no byte that ends a field name or begins another; N117 */
    for (size_t i = 0; i < prefix_n; i++) {
        out[i] = header_name_byte(prefix[i]);
    }
    for (size_t i = 0; i < claim.n; i++) {
        out[prefix_n + i] = header_name_byte(claim.p[i]);
    }
    out[prefix_n + claim.n] = '\0';
    return out;
}

const char *oidc_header_value(apr_pool_t *pool, const char *v)
{
    if (oidc_str_is_printable(oidc_str_z(v))) {
        return v;
    }
    char *out = apr_palloc(pool, strlen(v) + 1);
    char *w = out;
    /* CHECK value: one line, and nothing that another parser takes for its end; N114 */
    for (; *v; v++) {
        unsigned char c = (unsigned char)*v;
        if (c == '\r' || c == '\n' || c == '\t') {
            *w++ = ' ';
        } else if (c >= 0x20 && c != 0x7f) {
            *w++ = *v;
        }
    }
    *w = '\0';
    return out;
}

char *oidc_header_quote(apr_pool_t *pool, const char *text)
{
    char *out = apr_palloc(pool, 2 * strlen(text) + 3);
    char *w = out;
    *w++ = '"';
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            *w++ = '\\';
        }
        *w++ = c >= 0x20 && c < 0x7f ? *text : '?';
    }
    *w++ = '"';
    *w = '\0';
    return out;
}

/* The next token of a comma-separated list, white space around it taken off; 0 at the end. */
static int header_next_token(const char **rest, struct oidc_str *out)
{
    const char *p = *rest + strspn(*rest, ", \t");
    const char *end = p + strcspn(p, ",");
    *rest = end;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    *out = oidc_str(p, (size_t)(end - p));
    return out->n > 0;
}

static int header_token_matches(apr_pool_t *pool, struct oidc_str token,
                                int (*match)(void *baton, const char *token), void *baton)
{
    char small[TOKEN_MAX + 1];
    if (token.n > TOKEN_MAX) {
        return match(baton, oidc_str_dup(pool, token));
    }
    memcpy(small, token.p, token.n);
    small[token.n] = '\0';
    return match(baton, small);
}

const char *oidc_header_drop_tokens(apr_pool_t *pool, const char *v,
                                    int (*match)(void *baton, const char *token), void *baton)
{
    struct oidc_str token;
    int dropped = 0;
    for (const char *rest = v; !dropped && header_next_token(&rest, &token);) {
        dropped = header_token_matches(pool, token, match, baton);
    }
    if (!dropped) {
        return v;
    }
    struct oidc_buf b;
    oidc_buf_init(&b, pool, 2 * strlen(v));
    for (const char *rest = v; header_next_token(&rest, &token);) {
        if (!header_token_matches(pool, token, match, baton)) {
            oidc_buf_add_z(&b, b.n ? ", " : "");
            oidc_buf_add_str(&b, token);
        }
    }
    return b.n ? oidc_str_dup(pool, oidc_str(b.p, b.n)) : NULL;
}
