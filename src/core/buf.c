/* SPDX-License-Identifier: Apache-2.0 */
/* The growing buffer with a maximum, and the reader of binary records. */
#include "oidc/buf.h"

#define BUF_FIRST 256

void oidc_buf_init(struct oidc_buf *b, apr_pool_t *pool, size_t max)
{
    memset(b, 0, sizeof *b);
    b->pool = pool;
    b->max = max;
}

/* Room for n more bytes and a NUL; doubling keeps the garbage in the pool below the final size. */
static int buf_reserve(struct oidc_buf *b, size_t n)
{
    if (b->overflowed || n > b->max - b->n) {
        b->overflowed = 1;
        return 0;
    }
    if (b->p && n <= b->cap - b->n) {
        return 1;
    }
    size_t cap = b->cap ? b->cap : BUF_FIRST;
    while (cap < b->n + n) {
        cap = cap > b->max / 2 ? b->max : cap * 2;
    }
    char *p = cap == SIZE_MAX ? NULL : apr_palloc(b->pool, cap + 1);
    if (!p) {
        b->overflowed = 1;
        return 0;
    }
    if (b->n) {
        memcpy(p, b->p, b->n);
    }
    b->p = p;
    b->cap = cap;
    return 1;
}

void oidc_buf_add(struct oidc_buf *b, const void *p, size_t n)
{
    if (n && buf_reserve(b, n)) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    }
}

void oidc_buf_add_str(struct oidc_buf *b, struct oidc_str s)
{
    oidc_buf_add(b, s.p, s.n);
}

void oidc_buf_add_z(struct oidc_buf *b, const char *z)
{
    oidc_buf_add_str(b, oidc_str_z(z));
}

void oidc_buf_add_char(struct oidc_buf *b, char c)
{
    if (buf_reserve(b, 1)) {
        b->p[b->n++] = c;
    }
}

static void buf_add_be(struct oidc_buf *b, apr_uint64_t v, unsigned bytes)
{
    unsigned char be[8];
    for (unsigned i = bytes; i-- > 0; v >>= 8) {
        be[i] = (unsigned char)v;
    }
    oidc_buf_add(b, be, bytes);
}

void oidc_buf_add_u16(struct oidc_buf *b, unsigned v)
{
    if (v > 0xffff) {
        b->overflowed = 1; /* a cut number would move every boundary behind it */
    }
    buf_add_be(b, v, 2);
}

void oidc_buf_add_u32(struct oidc_buf *b, apr_uint32_t v)
{
    buf_add_be(b, v, 4);
}

void oidc_buf_add_u64(struct oidc_buf *b, apr_uint64_t v)
{
    buf_add_be(b, v, 8);
}

enum oidc_rc oidc_buf_take(struct oidc_ctx *ctx, struct oidc_buf *b, const char *what,
                           struct oidc_str *out)
{
    if (!buf_reserve(b, 0)) {
        return oidc_fail(ctx, OIDC_E_TOO_LARGE, "%s is larger than %zu bytes", what, b->max);
    }
    b->p[b->n] = '\0';
    *out = oidc_str(b->p, b->n);
    return OIDC_OK;
}

void oidc_reader_init(struct oidc_reader *r, struct oidc_str s)
{
    r->p = (const unsigned char *)s.p;
    r->end = s.n ? r->p + s.n : r->p;
    r->bad = 0;
}

struct oidc_str oidc_reader_bytes(struct oidc_reader *r, size_t n)
{
    if (r->bad || n > (size_t)(r->end - r->p)) {
        r->bad = 1;
        return oidc_str(NULL, 0);
    }
    struct oidc_str s = oidc_str((const char *)r->p, n);
    r->p = n ? r->p + n : r->p;
    return s;
}

static apr_uint64_t reader_be(struct oidc_reader *r, size_t bytes)
{
    struct oidc_str s = oidc_reader_bytes(r, bytes);
    apr_uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        v = v << 8 | (unsigned char)s.p[i];
    }
    return v;
}

unsigned oidc_reader_u8(struct oidc_reader *r)
{
    return (unsigned)reader_be(r, 1);
}

unsigned oidc_reader_u16(struct oidc_reader *r)
{
    return (unsigned)reader_be(r, 2);
}

apr_uint32_t oidc_reader_u32(struct oidc_reader *r)
{
    return (apr_uint32_t)reader_be(r, 4);
}

apr_uint64_t oidc_reader_u64(struct oidc_reader *r)
{
    return reader_be(r, 8);
}
