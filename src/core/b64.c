/* SPDX-License-Identifier: Apache-2.0 */
/* base64 and base64url, strict both ways. */
#include "oidc/b64.h"

#define BAD 0xff /* any bit above the six of a digit */

static const char digits_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const unsigned char values_std[256] = {
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,  62, BAD, BAD, BAD,  63,
     52,  53,  54,  55,  56,  57,  58,  59,  60,  61, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD,   0,   1,   2,   3,   4,   5,   6,   7,   8,   9,  10,  11,  12,  13,  14,
     15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25, BAD, BAD, BAD, BAD, BAD,
    BAD,  26,  27,  28,  29,  30,  31,  32,  33,  34,  35,  36,  37,  38,  39,  40,
     41,  42,  43,  44,  45,  46,  47,  48,  49,  50,  51, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
};

static const unsigned char values_url[256] = {
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,  62, BAD, BAD,
     52,  53,  54,  55,  56,  57,  58,  59,  60,  61, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD,   0,   1,   2,   3,   4,   5,   6,   7,   8,   9,  10,  11,  12,  13,  14,
     15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25, BAD, BAD, BAD, BAD,  63,
    BAD,  26,  27,  28,  29,  30,  31,  32,  33,  34,  35,  36,  37,  38,  39,  40,
     41,  42,  43,  44,  45,  46,  47,  48,  49,  50,  51, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
    BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
};

/* Writes the digits of n bytes without padding; returns how many. */
static size_t b64_encode(const char *digits, struct oidc_str bytes, char *out)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t left = bytes.n;
    char *w = out;
    for (; left >= 3; left -= 3, p += 3) {
        *w++ = digits[p[0] >> 2];
        *w++ = digits[(p[0] & 3) << 4 | p[1] >> 4];
        *w++ = digits[(p[1] & 15) << 2 | p[2] >> 6];
        *w++ = digits[p[2] & 63];
    }
    if (left) {
        unsigned second = left == 2 ? p[1] : 0;
        *w++ = digits[p[0] >> 2];
        *w++ = digits[(p[0] & 3u) << 4 | second >> 4];
        if (left == 2) {
            *w++ = digits[(second & 15) << 2];
        }
    }
    return (size_t)(w - out);
}

/* The last two or three digits: one or two bytes, and the bits that are left over must be zero. */
static enum oidc_rc b64_decode_tail(const unsigned char *v, size_t left, unsigned char *w)
{
    unsigned over = left == 2 ? v[1] & 15u : v[2] & 3u;
    unsigned all = (unsigned)v[0] | v[1] | v[2];
    /* CHECK canonical: one text per value (RFC 4648 3.5); N058 */
    if (all > 63 || over) {
        return OIDC_FAILED;
    }
    w[0] = (unsigned char)(v[0] << 2 | v[1] >> 4);
    if (left == 3) {
        w[1] = (unsigned char)(v[1] << 4 | v[2] >> 2);
    }
    return OIDC_OK;
}

static enum oidc_rc b64_decode(const unsigned char *values, struct oidc_str text,
                               unsigned char *out, size_t *n)
{
    const unsigned char *p = (const unsigned char *)text.p;
    const size_t left = text.n % 4;
    unsigned char *w = out;
    unsigned all = 0;
    if (left == 1) {
        return OIDC_FAILED;
    }
    for (size_t quads = text.n / 4; quads > 0; quads--, p += 4, w += 3) {
        unsigned a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
        all |= a | b | c | d;
        w[0] = (unsigned char)(a << 2 | b >> 4);
        w[1] = (unsigned char)(b << 4 | c >> 2);
        w[2] = (unsigned char)(c << 6 | d);
    }
    /* CHECK alphabet: no padding, white space or foreign digit (RFC 7515 2); N058 */
    if (all > 63) {
        return OIDC_FAILED;
    }
    if (left) {
        unsigned char v[3] = {values[p[0]], values[p[1]], left == 3 ? values[p[2]] : 0};
        if (b64_decode_tail(v, left, w) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    *n = text.n / 4 * 3 + (left ? left - 1 : 0);
    return OIDC_OK;
}

static enum oidc_rc b64_decode_pool(const unsigned char *values, apr_pool_t *pool,
                                    struct oidc_str text, struct oidc_str *out)
{
    size_t n;
    unsigned char *bytes = apr_palloc(pool, text.n / 4 * 3 + 3);
    if (b64_decode(values, text, bytes, &n) != OIDC_OK) {
        return OIDC_FAILED;
    }
    bytes[n] = '\0';
    *out = oidc_str((const char *)bytes, n);
    return OIDC_OK;
}

char *oidc_b64url_print(apr_pool_t *pool, struct oidc_str bytes)
{
    char *out = apr_palloc(pool, bytes.n / 3 * 4 + 5);
    out[b64_encode(digits_url, bytes, out)] = '\0';
    return out;
}

enum oidc_rc oidc_b64url_parse(apr_pool_t *pool, struct oidc_str text, struct oidc_str *out)
{
    return b64_decode_pool(values_url, pool, text, out);
}

enum oidc_rc oidc_b64url_parse_into(struct oidc_str text, unsigned char *out, size_t *n)
{
    return b64_decode(values_url, text, out, n);
}

char *oidc_b64_print(apr_pool_t *pool, struct oidc_str bytes)
{
    char *out = apr_palloc(pool, bytes.n / 3 * 4 + 5);
    size_t n = b64_encode(digits_std, bytes, out);
    while (n % 4) {
        out[n++] = '=';
    }
    out[n] = '\0';
    return out;
}

enum oidc_rc oidc_b64_parse(apr_pool_t *pool, struct oidc_str text, struct oidc_str *out)
{
    if (text.n % 4) {
        return OIDC_FAILED;
    }
    for (int pads = 0; pads < 2 && text.n && text.p[text.n - 1] == '='; pads++) {
        text.n--;
    }
    return b64_decode_pool(values_std, pool, text, out);
}
