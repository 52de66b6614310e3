/* SPDX-License-Identifier: Apache-2.0 */
/* The engine of the directive table: reading, defaults, merging. Nothing here needs the server. */
#include "httpd/table.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <string.h>

int httpd_table_is_set(const struct httpd_head *head, const struct httpd_row *row)
{
    return (int)(head->set[row->index / 64] >> (row->index % 64) & 1);
}

static const char *table_count(const struct httpd_arg *a, int n)
{
    const struct httpd_kind *kind = a->row->kind;
    if (n >= kind->min && (kind->max == 0 || n <= kind->max)) {
        return NULL;
    }
    if (kind->max == 0) {
        return apr_psprintf(a->pool, "takes one argument or more: %s", a->row->arguments);
    }
    if (kind->min == kind->max) {
        return apr_psprintf(a->pool, "takes %s, not %d: %s",
                            kind->min == 1 ? "one argument" : "two arguments", n,
                            a->row->arguments);
    }
    return apr_psprintf(a->pool, "takes %d to %d arguments, not %d: %s", kind->min, kind->max, n,
                        a->row->arguments);
}

const char *httpd_table_read(struct httpd_arg *a, int n, const char *const *words)
{
    const char *message = table_count(a, n);
    if (!message) {
        message = a->row->kind->parse(a, n, words);
    }
    return message ? apr_pstrcat(a->pool, a->row->name, ": ", message, NULL) : NULL;
}

const char *httpd_table_preset(const struct httpd_table *t, enum httpd_scope scope,
                               apr_pool_t *pool, void *conf)
{
    for (int i = 0; i < t->n; i++) {
        const struct httpd_row *row = &t->rows[i];
        const char **words;
        if (row->scope != scope || !row->preset) {
            continue;
        }
        struct httpd_arg a = {pool, row, (char *)conf + row->offset, 0, NULL};
        int n = httpd_table_split(pool, row->preset, row->kind->pairs, &words);
        const char *message = httpd_table_read(&a, n, words);
        if (message) {
            return message;
        }
    }
    return NULL;
}

static void table_take(const struct httpd_row *row, const struct httpd_head *inner,
                       struct httpd_head *out)
{
    memcpy((char *)out + row->offset, (const char *)inner + row->offset, row->size);
    out->set[row->index / 64] |= (apr_uint64_t)1 << (row->index % 64);
    if (inner->where && out->where) {
        out->where[row->index] = inner->where[row->index];
    }
}

void httpd_table_merge(const struct httpd_table *t, enum httpd_scope scope, const void *inner,
                       void *out)
{
    const struct httpd_head *from = inner;
    for (int w = 0; w * 64 < t->n; w++) {
        apr_uint64_t bits = from->set[w];
        while (bits) {
            const struct httpd_row *row = &t->rows[w * 64 + __builtin_ctzll(bits)];
            bits &= bits - 1;
            if (row->scope == scope) {
                table_take(row, from, out);
            }
        }
    }
}

/* What a quote at *text begins, without the quotes; a backslash keeps a quote or a backslash. */
static const char *table_quoted(const char *text, char **to)
{
    char quote = *text++;
    while (*text && *text != quote) {
        if (*text == '\\' && (text[1] == '\\' || text[1] == quote)) {
            text++;
        }
        *(*to)++ = *text++;
    }
    return *text ? text + 1 : text;
}

static int table_is_quote(char c)
{
    return c == '"' || c == '\'';
}

/* One word from the front of *text. */
static char *table_word(apr_pool_t *pool, const char **text, int pairs)
{
    const char *p = *text;
    char *word = apr_palloc(pool, strlen(p) + 1), *to = word;
    if (table_is_quote(*p)) {
        p = table_quoted(p, &to);
    } else {
        while (*p && *p != ' ' && *p != '\t') {
            if (pairs && table_is_quote(*p) && to > word && to[-1] == '=') {
                p = table_quoted(p, &to);
                continue;
            }
            *to++ = *p++;
        }
    }
    *to = '\0';
    *text = p + strspn(p, " \t");
    return word;
}

int httpd_table_split(apr_pool_t *pool, const char *text, int pairs, const char ***words)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(const char *));
    text += strspn(text, " \t");
    while (*text) {
        APR_ARRAY_PUSH(list, const char *) = table_word(pool, &text, pairs);
    }
    *words = (const char **)(void *)list->elts;
    return list->nelts;
}
