/* SPDX-License-Identifier: Apache-2.0 */
/* application/x-www-form-urlencoded, both ways. */
#include "oidc/form.h"

#include "core/ascii.h"

struct oidc_form *oidc_form_make(apr_pool_t *pool)
{
    struct oidc_form *f = apr_pcalloc(pool, sizeof *f);
    f->pool = pool;
    return f;
}

void oidc_form_add(struct oidc_form *f, const char *name, const char *value)
{
    if (!value) {
        return;
    }
    if (f->n == f->cap) {
        int cap = f->cap ? f->cap * 2 : 16;
        struct oidc_param *fields = apr_palloc(f->pool, (size_t)cap * sizeof *fields);
        if (f->n) {
            memcpy(fields, f->fields, (size_t)f->n * sizeof *fields);
        }
        f->fields = fields;
        f->cap = cap;
    }
    f->fields[f->n].name = name;
    f->fields[f->n++].value = value;
}

void oidc_form_set(struct oidc_form *f, const char *name, const char *value)
{
    int kept = 0, placed = 0;
    for (int i = 0; i < f->n; i++) {
        struct oidc_param field = f->fields[i];
        if (strcmp(field.name, name) == 0) {
            if (placed || !value) {
                continue;
            }
            field.value = value;
            placed = 1;
        }
        f->fields[kept++] = field;
    }
    f->n = kept;
    if (!placed) {
        oidc_form_add(f, name, value);
    }
}

enum oidc_rc oidc_form_unescape(apr_pool_t *pool, struct oidc_str text, char **out)
{
    char *bytes = apr_palloc(pool, text.n + 1);
    char *w = bytes;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < text.n ? ascii_hex((unsigned char)text.p[i + 1]) : -1;
            int low = high >= 0 ? ascii_hex((unsigned char)text.p[i + 2]) : -1;
            if (low < 0) {
                return OIDC_FAILED;
            }
            c = (char)(high << 4 | low);
            i += 2;
        }
        *w++ = c;
    }
    *w = '\0';
    /* CHECK text: a NUL would cut the value, broken UTF-8 has many readings; N022, N296 */
    if (!oidc_str_is_utf8(oidc_str(bytes, (size_t)(w - bytes)))) {
        return OIDC_FAILED;
    }
    *out = bytes;
    return OIDC_OK;
}

static enum oidc_rc form_parse_field(struct oidc_ctx *ctx, struct oidc_str text,
                                     struct oidc_form *f)
{
    char *name, *value;
    const char *eq = memchr(text.p, '=', text.n);
    size_t name_n = eq ? (size_t)(eq - text.p) : text.n;
    size_t value_at = eq ? name_n + 1 : text.n;
    /* CHECK fields: their number is bounded; N165 */
    if (f->n == OIDC_FORM_MAX_FIELDS) {
        return oidc_fail(ctx, OIDC_E_FORM, "more than %d fields", OIDC_FORM_MAX_FIELDS);
    }
    if (oidc_form_unescape(ctx->pool, oidc_str(text.p, name_n), &name) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_FORM, "the name of field %d is malformed", f->n + 1);
    }
    if (oidc_form_unescape(ctx->pool, oidc_str(text.p + value_at, text.n - value_at), &value)
        != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_FORM, "the value of field %s is malformed",
                         oidc_log_quote(ctx->pool, name));
    }
    oidc_form_add(f, name, value);
    return OIDC_OK;
}

enum oidc_rc oidc_form_parse(struct oidc_ctx *ctx, struct oidc_str text, struct oidc_form **out)
{
    struct oidc_form *f = oidc_form_make(ctx->pool);
    if (text.n > OIDC_FORM_MAX_BYTES) {
        return oidc_fail(ctx, OIDC_E_FORM, "%zu bytes of fields", text.n);
    }
    for (size_t at = 0; at < text.n;) {
        const char *p = text.p + at;
        const char *amp = memchr(p, '&', text.n - at);
        size_t n = amp ? (size_t)(amp - p) : text.n - at;
        if (n > 0 && form_parse_field(ctx, oidc_str(p, n), f) != OIDC_OK) {
            return OIDC_FAILED;
        }
        at += n + 1;
    }
    *out = f;
    return OIDC_OK;
}

enum oidc_rc oidc_form_get(struct oidc_ctx *ctx, const struct oidc_form *f, const char *name,
                           const char **out)
{
    const char *value = NULL;
    for (int i = 0; i < f->n; i++) {
        if (strcmp(f->fields[i].name, name) != 0) {
            continue;
        }
        /* CHECK once: no parameter twice (RFC 6749 3.1); N030 */
        if (value) {
            return oidc_fail(ctx, OIDC_E_DUPLICATE_PARAMETER, "%s came more than once",
                             oidc_log_quote(ctx->pool, name));
        }
        value = f->fields[i].value;
    }
    if (!value) {
        return OIDC_ABSENT;
    }
    *out = value;
    return OIDC_OK;
}

int oidc_form_has(const struct oidc_form *f, const char *name)
{
    for (int i = 0; i < f->n; i++) {
        if (strcmp(f->fields[i].name, name) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Bytes that form_escape_to() writes. */
static size_t form_escaped_len(const char *value)
{
    size_t n = 0;
    for (; *value; value++) {
        n += ascii_is_unreserved((unsigned char)*value) || *value == ' ' ? 1 : 3;
    }
    return n;
}

static char *form_escape_to(char *w, const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if (ascii_is_unreserved(c)) {
            *w++ = (char)c;
        } else if (c == ' ') {
            *w++ = '+';
        } else {
            *w++ = '%';
            *w++ = digits[c >> 4];
            *w++ = digits[c & 15];
        }
    }
    return w;
}

char *oidc_form_escape(apr_pool_t *pool, const char *value)
{
    char *out = apr_palloc(pool, form_escaped_len(value) + 1);
    *form_escape_to(out, value) = '\0';
    return out;
}

char *oidc_form_print(apr_pool_t *pool, const struct oidc_form *f)
{
    size_t n = 1;
    for (int i = 0; i < f->n; i++) {
        n += form_escaped_len(f->fields[i].name) + form_escaped_len(f->fields[i].value) + 2;
    }
    char *out = apr_palloc(pool, n);
    char *w = out;
    for (int i = 0; i < f->n; i++) {
        if (i > 0) {
            *w++ = '&';
        }
        w = form_escape_to(w, f->fields[i].name);
        *w++ = '=';
        w = form_escape_to(w, f->fields[i].value);
    }
    *w = '\0';
    return out;
}

char *oidc_form_print_url(apr_pool_t *pool, const char *url, const struct oidc_form *f)
{
    size_t n = strcspn(url, "#"); /* parameters behind a fragment would reach nobody */
    int has_query = memchr(url, '?', n) != NULL;
    int is_open = n > 0 && (url[n - 1] == '?' || (has_query && url[n - 1] == '&'));
    const char *join = f->n == 0 || is_open ? "" : has_query ? "&" : "?";
    char *fields = oidc_form_print(pool, f);
    size_t fields_n = strlen(fields), join_n = strlen(join);
    char *out = apr_palloc(pool, n + join_n + fields_n + 1);
    memcpy(out, url, n);
    memcpy(out + n, join, join_n);
    memcpy(out + n + join_n, fields, fields_n + 1);
    return out;
}
