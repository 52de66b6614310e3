/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies: walking the request header, stripping it, printing Set-Cookie. */
#include "oidc/cookie.h"

#include "core/ascii.h"
#include "oidc/buf.h"

#define COOKIE_PRINT_MAX ((size_t)1024 * 1024)

static int cookie_is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct oidc_str cookie_trim(const char *p, const char *end)
{
    while (p < end && cookie_is_space(*p)) {
        p++;
    }
    while (p < end && cookie_is_space(end[-1])) {
        end--;
    }
    return oidc_str(p, (size_t)(end - p));
}

int oidc_cookie_next(struct oidc_str header, size_t *pos, struct oidc_str *name,
                     struct oidc_str *value)
{
    while (*pos < header.n) {
        const char *p = header.p + *pos, *end = header.p + header.n;
        const char *semicolon = memchr(p, ';', (size_t)(end - p));
        if (semicolon) {
            end = semicolon;
        }
        *pos = (size_t)(end - header.p) + 1;
        const char *eq = memchr(p, '=', (size_t)(end - p));
        /* CHECK pair: a name without '=' is no cookie; N131, N132 */
        if (!eq) {
            continue;
        }
        *name = cookie_trim(p, eq);
        if (name->n > 0) {
            *value = cookie_trim(eq + 1, end);
            return 1;
        }
    }
    return 0;
}

int oidc_cookie_find(struct oidc_str header, struct oidc_str name, struct oidc_str *value)
{
    struct oidc_str n, v;
    for (size_t pos = 0; oidc_cookie_next(header, &pos, &n, &v);) {
        if (oidc_str_eq(n, name)) {
            *value = v;
            return 1;
        }
    }
    return 0;
}

static int cookie_is_listed(struct oidc_str name, const char *const *names)
{
    for (; *names; names++) {
        if (oidc_str_eq(name, oidc_str_z(*names))) {
            return 1;
        }
    }
    return 0;
}

int oidc_cookie_strip(apr_pool_t *pool, struct oidc_str header, const char *const *names,
                      const char **out)
{
    struct oidc_str name, value;
    int dropped = 0;
    for (size_t pos = 0; !dropped && oidc_cookie_next(header, &pos, &name, &value);) {
        dropped = cookie_is_listed(name, names);
    }
    if (!dropped) {
        return 0;
    }
    struct oidc_buf b;
    oidc_buf_init(&b, pool, header.n * 2);
    for (size_t pos = 0; oidc_cookie_next(header, &pos, &name, &value);) {
        if (!cookie_is_listed(name, names)) {
            oidc_buf_add_z(&b, b.n ? "; " : "");
            oidc_buf_add_str(&b, name);
            oidc_buf_add_char(&b, '=');
            oidc_buf_add_str(&b, value);
        }
    }
    *out = b.n ? oidc_str_dup(pool, oidc_str(b.p, b.n)) : NULL;
    return 1;
}

/* What would end the attribute or the line is left out. */
static void cookie_add_clean(struct oidc_buf *b, const char *text)
{
    for (; text && *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x20 && c != 0x7f && c != ';') {
            oidc_buf_add_char(b, (char)c);
        }
    }
}

static void cookie_add_same_site(struct oidc_buf *b, const struct oidc_cookie *c)
{
    switch (c->same_site) {
    case OIDC_SAMESITE_OMIT:
        break;
    case OIDC_SAMESITE_LAX:
        oidc_buf_add_z(b, "; SameSite=Lax");
        break;
    case OIDC_SAMESITE_STRICT:
        oidc_buf_add_z(b, "; SameSite=Strict");
        break;
    case OIDC_SAMESITE_NONE:
        oidc_buf_add_z(b, c->secure ? "; SameSite=None" : "");
        break;
    }
}

char *oidc_cookie_print(apr_pool_t *pool, const struct oidc_cookie *c)
{
    struct oidc_buf b;
    oidc_buf_init(&b, pool, COOKIE_PRINT_MAX);
    cookie_add_clean(&b, c->name);
    oidc_buf_add_char(&b, '=');
    cookie_add_clean(&b, c->value);
    if (c->path) {
        oidc_buf_add_z(&b, "; Path=");
        cookie_add_clean(&b, c->path);
    }
    if (c->expires) {
        char date[APR_RFC822_DATE_LEN];
        apr_rfc822_date(date, c->expires);
        oidc_buf_add_z(&b, "; Expires=");
        oidc_buf_add_z(&b, date);
    }
    if (c->domain) {
        oidc_buf_add_z(&b, "; Domain=");
        cookie_add_clean(&b, c->domain);
    }
    oidc_buf_add_z(&b, c->secure ? "; Secure" : "");
    oidc_buf_add_z(&b, c->http_only ? "; HttpOnly" : "");
    cookie_add_same_site(&b, c);
    oidc_buf_add_char(&b, '\0');
    return b.overflowed ? NULL : b.p;
}

int oidc_cookie_is_name(const char *name)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    if (!name || !*name) {
        return 0;
    }
    for (; *name; name++) {
        if (!ascii_is_alnum((unsigned char)*name) && !strchr(others, *name)) {
            return 0;
        }
    }
    return 1;
}
