/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing buffer with a maximum. Adding beyond it, or beyond memory, marks the buffer as overflowed: every later add
 * is ignored and taking the content fails. So a chain of adds needs one check at the end, and unbounded growth is
 * impossible by construction.
 */
#ifndef OIDC_BUF_H
#define OIDC_BUF_H

#include "oidc/ctx.h"
#include "oidc/str.h"

struct oidc_buf {
    apr_pool_t *pool;
    char *p;
    size_t n, cap, max;
    int overflowed;
};

void oidc_buf_init(struct oidc_buf *b, apr_pool_t *pool, size_t max);
void oidc_buf_add(struct oidc_buf *b, const void *p, size_t n);
void oidc_buf_add_str(struct oidc_buf *b, struct oidc_str s);
void oidc_buf_add_z(struct oidc_buf *b, const char *z);
void oidc_buf_add_char(struct oidc_buf *b, char c);
/* 16/32/64-bit big-endian numbers, for binary records. */
void oidc_buf_add_u16(struct oidc_buf *b, unsigned v);
void oidc_buf_add_u32(struct oidc_buf *b, apr_uint32_t v);
void oidc_buf_add_u64(struct oidc_buf *b, apr_uint64_t v);
/* Content, NUL-terminated behind its end; OIDC_E_TOO_LARGE with `what` when it overflowed. */
enum oidc_rc oidc_buf_take(struct oidc_ctx *ctx, struct oidc_buf *b, const char *what, struct oidc_str *out) OIDC_MUST_CHECK;

/* Reading a binary record. Any read beyond the end sets `bad`, and yields zero or the empty view from then on. */
struct oidc_reader {
    const unsigned char *p, *end;
    int bad;
};
void oidc_reader_init(struct oidc_reader *r, struct oidc_str s);
unsigned oidc_reader_u8(struct oidc_reader *r);
unsigned oidc_reader_u16(struct oidc_reader *r);
apr_uint32_t oidc_reader_u32(struct oidc_reader *r);
apr_uint64_t oidc_reader_u64(struct oidc_reader *r);
struct oidc_str oidc_reader_bytes(struct oidc_reader *r, size_t n);

#endif
