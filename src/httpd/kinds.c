/* SPDX-License-Identifier: Apache-2.0 */
/* Directive values: numbers, words and text. Nothing here needs the server. */
#include "httpd/kinds.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <stdlib.h>

#include "oidc/cookie.h"
#include "oidc/ctx.h"

#define NEAR_MAX 40 /* longer words have no near match */

const char *httpd_kinds_expected(const struct httpd_arg *a, const char *what, const char *got)
{
    if (a->row->kind->hidden) {
        return apr_psprintf(a->pool, "expected %s", what);
    }
    return apr_psprintf(a->pool, "expected %s, got %s", what, oidc_log_quote(a->pool, got));
}

/* ---- words ---- */

static int kinds_least(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Edit distance, letters compared without their case. */
static int kinds_distance(const char *a, const char *b)
{
    int row[NEAR_MAX + 1], n = (int)strlen(b);
    if (strlen(a) > NEAR_MAX || n > NEAR_MAX) {
        return NEAR_MAX;
    }
    for (int j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int same = oidc_str_eq_case(oidc_str(a + i - 1, 1), oidc_str(b + j - 1, 1));
            int next = kinds_least(row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1));
            diagonal = row[j];
            row[j] = next;
        }
    }
    return row[n];
}

static const char *kinds_nearest(const struct httpd_word *words, const char *got)
{
    const char *best = NULL;
    int least = 0;
    for (; words->word; words++) {
        int d = kinds_distance(got, words->word);
        if (!best || d < least) {
            best = words->word;
            least = d;
        }
    }
    return best && least <= 2 + (int)strlen(best) / 4 && least < (int)strlen(best) ? best : NULL;
}

static const char *kinds_unknown(const struct httpd_arg *a, const struct httpd_word *words,
                                 const char *got)
{
    const char *near = kinds_nearest(words, got), *list = "";
    for (const struct httpd_word *w = words; w->word; w++) {
        list = apr_pstrcat(a->pool, list, *list ? ", " : "", w->word, NULL);
    }
    list = apr_pstrcat(a->pool, words[1].word ? "one of " : "", list, NULL);
    list = httpd_kinds_expected(a, list, got);
    return near ? apr_psprintf(a->pool, "%s; did you mean \"%s\"?", list, near) : list;
}

const char *httpd_kinds_find(const struct httpd_arg *a, const struct httpd_word *words,
                             const char *got, int *value)
{
    for (const struct httpd_word *w = words; w->word; w++) {
        if (strcmp(w->word, got) == 0) {
            *value = w->value;
            return NULL;
        }
    }
    return kinds_unknown(a, words, got);
}

static const char *kinds_parse_word(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return httpd_kinds_find(a, a->row->words, words[0], a->field);
}
const struct httpd_kind httpd_kind_word = {1, 1, 0, 0, kinds_parse_word};

static const char *kinds_parse_bits(struct httpd_arg *a, int n, const char *const *words)
{
    unsigned *bits = a->field, sum = a->again ? *bits : 0;
    int alone = a->again && sum == 0;
    for (int i = 0; i < n; i++) {
        int value = 0;
        const char *message = httpd_kinds_find(a, a->row->words, words[i], &value);
        if (message) {
            return message;
        }
        alone = alone || value == 0;
        sum |= (unsigned)value;
    }
    if (alone && sum) {
        return "the word that switches everything off must stand alone";
    }
    *bits = sum;
    return NULL;
}
const struct httpd_kind httpd_kind_bits = {1, 0, 0, 0, kinds_parse_bits};

const char *httpd_kinds_bool(const struct httpd_arg *a, const char *got, int *value)
{
    static const char *const words[] = {"true", "on", "yes", "1", "false", "off", "no", "0"};
    for (int i = 0; i < 8; i++) {
        if (oidc_str_eq_case(oidc_str_z(words[i]), oidc_str_z(got))) {
            *value = i < 4;
            return NULL;
        }
    }
    return httpd_kinds_expected(a, "On or Off", got);
}

static const char *kinds_parse_bool(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return httpd_kinds_bool(a, words[0], a->field);
}
const struct httpd_kind httpd_kind_bool = {1, 1, 0, 0, kinds_parse_bool};

/* ---- numbers ---- */

const char *httpd_kinds_number(const struct httpd_arg *a, const char *got, apr_int64_t min,
                               apr_int64_t max, apr_int64_t *value)
{
    if (oidc_str_to_int64(oidc_str_z(got), min, max, value)) {
        return NULL;
    }
    return httpd_kinds_expected(a,
                                apr_psprintf(a->pool,
                                             "a whole number from %" APR_INT64_T_FMT
                                             " to %" APR_INT64_T_FMT,
                                             min, max),
                                got);
}

/* Within the row's limits. */
static const char *kinds_limited(const struct httpd_arg *a, const char *got, apr_int64_t *value)
{
    const struct httpd_limits *l = &a->row->limits;
    if (l->also != l->min &&
        oidc_str_to_int64(oidc_str_z(got), l->also, l->also, value)) {
        return NULL;
    }
    const char *message = httpd_kinds_number(a, got, l->min, l->max, value);
    if (message && l->also != l->min) {
        return apr_psprintf(a->pool, "%s (%" APR_INT64_T_FMT " is allowed as well)", message,
                            l->also);
    }
    if (!message && l->multiple > 1 && *value % l->multiple) {
        return httpd_kinds_expected(
            a, apr_psprintf(a->pool, "a multiple of %" APR_INT64_T_FMT, l->multiple), got);
    }
    return message;
}

static const char *kinds_parse_seconds(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return kinds_limited(a, words[0], a->field);
}
const struct httpd_kind httpd_kind_seconds = {1, 1, 0, 0, kinds_parse_seconds};

static const char *kinds_parse_integer(struct httpd_arg *a, int n, const char *const *words)
{
    apr_int64_t value = 0;
    const char *message = kinds_limited(a, words[0], &value);
    (void)n;
    if (!message) {
        *(int *)a->field = (int)value;
    }
    return message;
}
const struct httpd_kind httpd_kind_integer = {1, 1, 0, 0, kinds_parse_integer};

/* ---- text ---- */

static const char *kinds_parse_text(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    if (!*words[0] || !oidc_str_is_printable(oidc_str_z(words[0]))) {
        return httpd_kinds_expected(a, "text without control characters", words[0]);
    }
    *(const char **)a->field = words[0];
    return NULL;
}
const struct httpd_kind httpd_kind_text = {1, 1, 0, 0, kinds_parse_text};

static const char *kinds_parse_text_or_empty(struct httpd_arg *a, int n, const char *const *words)
{
    if (n == 1 && *words[0]) {
        return kinds_parse_text(a, n, words);
    }
    *(const char **)a->field = "";
    return NULL;
}
const struct httpd_kind httpd_kind_text_or_empty = {0, 1, 0, 0, kinds_parse_text_or_empty};

const char *const *httpd_kinds_append(apr_pool_t *pool, const char *const *old, int n,
                                      const char *const *words)
{
    int had = 0;
    while (old && old[had]) {
        had++;
    }
    const char **list = apr_pcalloc(pool, sizeof *list * ((size_t)had + (size_t)n + 1));
    for (int i = 0; i < had + n; i++) {
        list[i] = i < had ? old[i] : words[i - had];
    }
    return list;
}

static const char *kinds_parse_list(struct httpd_arg *a, int n, const char *const *words)
{
    const char *const **list = a->field;
    for (int i = 0; i < n; i++) {
        if (!*words[i] || !oidc_str_is_printable(oidc_str_z(words[i]))) {
            return httpd_kinds_expected(a, "words without control characters", words[i]);
        }
    }
    *list = httpd_kinds_append(a->pool, a->again ? *list : NULL, n, words);
    return NULL;
}
const struct httpd_kind httpd_kind_list = {1, 0, 0, 0, kinds_parse_list};

static const char *kinds_parse_token(struct httpd_arg *a, const char *what, const char *word)
{
    if (!oidc_cookie_is_name(word)) {
        return httpd_kinds_expected(a, what, word);
    }
    *(const char **)a->field = word;
    return NULL;
}

static const char *kinds_parse_header_name(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return kinds_parse_token(a, "a header name (letters, digits, hyphens)", words[0]);
}
const struct httpd_kind httpd_kind_header_name = {1, 1, 0, 0, kinds_parse_header_name};

static const char *kinds_parse_cookie_name(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return kinds_parse_token(a, "a cookie name (letters, digits, - _ .)", words[0]);
}
const struct httpd_kind httpd_kind_cookie_name = {1, 1, 0, 0, kinds_parse_cookie_name};

static const char *kinds_parse_cookie_names(struct httpd_arg *a, int n, const char *const *words)
{
    for (int i = 0; i < n; i++) {
        if (!oidc_cookie_is_name(words[i])) {
            return httpd_kinds_expected(a, "cookie names (letters, digits, - _ .)", words[i]);
        }
    }
    return kinds_parse_list(a, n, words);
}
const struct httpd_kind httpd_kind_cookie_names = {1, 0, 0, 0, kinds_parse_cookie_names};

static const char *kinds_parse_path(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    /* a ';' would end the cookie attribute that most paths are for */
    if (words[0][0] != '/' || strpbrk(words[0], "; \\\"?#") ||
        !oidc_str_is_printable(oidc_str_z(words[0]))) {
        return httpd_kinds_expected(a, "a path that begins with '/'", words[0]);
    }
    *(const char **)a->field = words[0];
    return NULL;
}
const struct httpd_kind httpd_kind_path = {1, 1, 0, 0, kinds_parse_path};
