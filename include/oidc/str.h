/* SPDX-License-Identifier: Apache-2.0 */
/* Views of bytes: pointer and length, not owned, not necessarily NUL-terminated; p may be NULL when n is 0. */
#ifndef OIDC_STR_H
#define OIDC_STR_H

#include <apr_pools.h>
#include <string.h>

struct oidc_str {
    const char *p;
    size_t n;
};

static inline struct oidc_str oidc_str(const char *p, size_t n)
{
    struct oidc_str s = {p, n};
    return s;
}

/* View of a C string; NULL gives the empty view. */
static inline struct oidc_str oidc_str_z(const char *z)
{
    return oidc_str(z, z ? strlen(z) : 0);
}

/* 1 when equal, byte by byte. Not for secrets. */
static inline int oidc_str_eq(struct oidc_str a, struct oidc_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* 1 when equal; the time depends on the lengths only. For secrets, hashes, state, nonce, CSRF values. */
int oidc_str_eq_secret(struct oidc_str a, struct oidc_str b);
/* The same for two C strings; NULL equals nothing. */
int oidc_str_eq_secret_z(const char *a, const char *b);
/* ASCII case-insensitive. */
int oidc_str_eq_case(struct oidc_str a, struct oidc_str b);
int oidc_str_starts(struct oidc_str s, struct oidc_str prefix);

/* NUL-terminated copy in the pool. */
char *oidc_str_dup(apr_pool_t *pool, struct oidc_str s);
/* Lower-case hex of n bytes. */
char *oidc_str_hex(apr_pool_t *pool, const unsigned char *p, size_t n);
/* 1 when the words of two space-separated lists are the same set ("code id_token" equals "id_token code"). */
int oidc_str_same_words(const char *a, const char *b);
/* 1 when the space-separated list holds the word. */
int oidc_str_has_word(const char *list, const char *word);
/* 1 when valid UTF-8 (no surrogates, no overlong forms) without NUL. */
int oidc_str_is_utf8(struct oidc_str s);
/* 1 when there is no byte below 0x20 and no 0x7f. */
int oidc_str_is_printable(struct oidc_str s);
/* UTF-8 to ISO-8859-1; code points above 255 become '?'. */
char *oidc_str_latin1(apr_pool_t *pool, struct oidc_str utf8);
/* 1 and *out for a whole-string decimal integer within [min, max], else 0. One spelling: no '+', no leading zeros. */
int oidc_str_to_int64(struct oidc_str s, apr_int64_t min, apr_int64_t max, apr_int64_t *out);

#endif
