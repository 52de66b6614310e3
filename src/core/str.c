/* SPDX-License-Identifier: Apache-2.0 */
/* Views of bytes: comparing, copying, words of lists, UTF-8. */
#include "oidc/str.h"

#include <stdint.h>

#include "core/ascii.h"
#include "core/utf8.h"

int oidc_str_eq_secret(struct oidc_str a, struct oidc_str b)
{
    /* CHECK constant time: no early end at the first difference; N212 */
    volatile unsigned char diff = 0;
    if (a.n != b.n) {
        return 0;
    }
    for (size_t i = 0; i < a.n; i++) {
        diff = (unsigned char)(diff | (a.p[i] ^ b.p[i]));
    }
    return diff == 0;
}

int oidc_str_eq_secret_z(const char *a, const char *b)
{
    return a && b && oidc_str_eq_secret(oidc_str_z(a), oidc_str_z(b));
}

int oidc_str_eq_case(struct oidc_str a, struct oidc_str b)
{
    if (a.n != b.n) {
        return 0;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (ascii_lower((unsigned char)a.p[i]) != ascii_lower((unsigned char)b.p[i])) {
            return 0;
        }
    }
    return 1;
}

int oidc_str_starts(struct oidc_str s, struct oidc_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

char *oidc_str_dup(apr_pool_t *pool, struct oidc_str s)
{
    char *out = apr_palloc(pool, s.n + 1);
    if (s.n) {
        memcpy(out, s.p, s.n);
    }
    out[s.n] = '\0';
    return out;
}

char *oidc_str_hex(apr_pool_t *pool, const unsigned char *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char *out = apr_palloc(pool, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
    return out;
}

/* Next word of a space-separated list; moves *rest behind it; 0 at the end. */
static int str_next_word(const char **rest, struct oidc_str *word)
{
    const char *p = *rest;
    while (*p == ' ') {
        p++;
    }
    const char *end = p;
    while (*end && *end != ' ') {
        end++;
    }
    *rest = end;
    *word = oidc_str(p, (size_t)(end - p));
    return word->n > 0;
}

static int str_list_has(const char *list, struct oidc_str word)
{
    struct oidc_str w;
    while (str_next_word(&list, &w)) {
        if (oidc_str_eq(w, word)) {
            return 1;
        }
    }
    return 0;
}

static int str_is_subset(const char *list, const char *of)
{
    struct oidc_str w;
    while (str_next_word(&list, &w)) {
        if (!str_list_has(of, w)) {
            return 0;
        }
    }
    return 1;
}

int oidc_str_same_words(const char *a, const char *b)
{
    a = a ? a : "";
    b = b ? b : "";
    return str_is_subset(a, b) && str_is_subset(b, a);
}

int oidc_str_has_word(const char *list, const char *word)
{
    return list && word && *word && str_list_has(list, oidc_str_z(word));
}

int oidc_str_is_utf8(struct oidc_str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    unsigned cp;
    for (size_t i = 0; i < s.n;) {
        size_t step = utf8_step(p + i, s.n - i, &cp);
        if (step == 0 || cp == 0) {
            return 0;
        }
        i += step;
    }
    return 1;
}

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Non-zero when one of the eight bytes is below 0x20, or 0x7f: each value of a request passes here. */
static uint64_t str_control_bytes(uint64_t w)
{
    uint64_t del = w ^ EACH_BYTE(0x7f);
    return (((w - EACH_BYTE(0x20)) & ~w) | ((del - EACH_BYTE(1)) & ~del)) & EACH_BYTE(0x80);
}

int oidc_str_is_printable(struct oidc_str s)
{
    size_t i = 0;
    for (uint64_t w; s.n - i >= sizeof w; i += sizeof w) {
        memcpy(&w, s.p + i, sizeof w);
        if (str_control_bytes(w)) {
            return 0;
        }
    }
    for (; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f) {
            return 0;
        }
    }
    return 1;
}

char *oidc_str_latin1(apr_pool_t *pool, struct oidc_str utf8)
{
    const unsigned char *p = (const unsigned char *)utf8.p;
    char *out = apr_palloc(pool, utf8.n + 1);
    char *w = out;
    for (size_t i = 0; i < utf8.n;) {
        unsigned cp = 0;
        size_t step = utf8_step(p + i, utf8.n - i, &cp);
        *w++ = step && cp <= 0xff ? (char)cp : '?';
        i += step ? step : 1;
    }
    *w = '\0';
    return out;
}

int oidc_str_to_int64(struct oidc_str s, apr_int64_t min, apr_int64_t max, apr_int64_t *out)
{
    size_t i = s.n > 0 && s.p[0] == '-';
    int negative = i == 1;
    apr_int64_t v = 0;
    /* one form per number: no "+5", "05", "-0" (N125) */
    if (i == s.n || (s.p[i] == '0' && (s.n > i + 1 || negative))) {
        return 0;
    }
    for (; i < s.n; i++) {
        int d = (unsigned char)s.p[i] - '0';
        if (d < 0 || d > 9 || __builtin_mul_overflow(v, (apr_int64_t)10, &v)
            || __builtin_sub_overflow(v, (apr_int64_t)d, &v)) {
            return 0;
        }
    }
    /* summed up below zero, where there is one number more */
    if (!negative && __builtin_sub_overflow((apr_int64_t)0, v, &v)) {
        return 0;
    }
    if (v < min || v > max) {
        return 0;
    }
    *out = v;
    return 1;
}
