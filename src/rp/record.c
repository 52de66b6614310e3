/* SPDX-License-Identifier: Apache-2.0 */
/* HOT: the bytes of a session's records. */
#include "rp/record.h"

#include <apr_strings.h>

#include "oidc/buf.h"
#include "oidc/store.h"

#define HOT_VERSION 1
#define COLD_VERSION 1
#define PRINT_MAX ((size_t)2 * OIDC_STORE_VALUE_MAX) /* what is too much for a store is the caller's to say */

enum {
    AT_VERSION = 0,
    AT_FLAGS = 1,
    AT_IDLE = 4,
    AT_CREATED = 12,
    AT_HARD = 20,
    AT_COLD = 28,
    AT_ACCESS = 36,
    AT_FIELDS = 44
};

static apr_uint64_t record_get_u64(const char *p)
{
    apr_uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static void record_set_u64(char *p, apr_uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(p, &v, sizeof v);
}

/* The field at *rest; moves *rest behind it and its NUL. 0 when the bytes end before it does. */
static int record_next(struct oidc_str *rest, struct oidc_str *out)
{
    apr_uint32_t n;
    if (rest->n < 5) {
        return 0;
    }
    memcpy(&n, rest->p, sizeof n);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    n = __builtin_bswap32(n);
#endif
    if (n > rest->n - 5 || rest->p[4 + n] != '\0') {
        return 0;
    }
    *out = oidc_str(rest->p + 4, n);
    rest->p += 5 + (size_t)n;
    rest->n -= 5 + (size_t)n;
    return 1;
}

/* The same for a text, which has no NUL inside. */
static int record_next_text(struct oidc_str *rest, const char **out)
{
    struct oidc_str field;
    if (!record_next(rest, &field) || memchr(field.p, '\0', field.n)) {
        return 0;
    }
    *out = field.p;
    return 1;
}

static void record_add(struct oidc_buf *b, struct oidc_str field)
{
    if (field.n > OIDC_STORE_VALUE_MAX) {
        b->overflowed = 1;
        return;
    }
    oidc_buf_add_u32(b, (apr_uint32_t)field.n);
    oidc_buf_add_str(b, field);
    oidc_buf_add_char(b, '\0');
}

enum oidc_rc rp_record_print(struct oidc_ctx *ctx, const struct rp_session *s, struct oidc_str *out)
{
    const char *const texts[] = {s->id,  s->user,    s->issuer,       s->sub,        s->sid,
                                 s->binding, s->access_token, s->token_type, s->scope};
    char head[AT_FIELDS] = {HOT_VERSION, (char)s->flags};
    struct oidc_buf b;
    record_set_u64(head + AT_IDLE, (apr_uint64_t)s->idle_expires);
    record_set_u64(head + AT_CREATED, (apr_uint64_t)s->created);
    record_set_u64(head + AT_HARD, (apr_uint64_t)s->hard_expires);
    record_set_u64(head + AT_COLD, (apr_uint64_t)s->cold_expires);
    record_set_u64(head + AT_ACCESS, (apr_uint64_t)s->access_token_expires);
    oidc_buf_init(&b, ctx->pool, PRINT_MAX);
    oidc_buf_add(&b, head, sizeof head);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        record_add(&b, oidc_str_z(texts[i]));
    }
    record_add(&b, s->index);
    record_add(&b, s->packed);
    return oidc_buf_take(ctx, &b, "the session", out);
}

static void record_read_numbers(const char *p, struct rp_session *out)
{
    out->flags = (unsigned char)p[AT_FLAGS];
    out->idle_expires = (apr_time_t)record_get_u64(p + AT_IDLE);
    out->created = (apr_time_t)record_get_u64(p + AT_CREATED);
    out->hard_expires = (apr_time_t)record_get_u64(p + AT_HARD);
    out->cold_expires = (apr_time_t)record_get_u64(p + AT_COLD);
    out->access_token_expires = (apr_int64_t)record_get_u64(p + AT_ACCESS);
}

enum oidc_rc rp_record_read(struct oidc_str bytes, struct rp_session *out)
{
    const char **const texts[] = {&out->id,      &out->user,         &out->issuer,
                                  &out->sub,     &out->sid,          &out->binding,
                                  &out->access_token, &out->token_type, &out->scope};
    struct oidc_str rest;
    /* CHECK version: another one is no session, whatever it looks like; N140, N142 */
    if (bytes.n < AT_FIELDS || bytes.p[AT_VERSION] != HOT_VERSION) {
        return OIDC_FAILED;
    }
    record_read_numbers(bytes.p, out);
    rest = oidc_str(bytes.p + AT_FIELDS, bytes.n - AT_FIELDS);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!record_next_text(&rest, texts[i])) {
            return OIDC_FAILED;
        }
    }
    if (!record_next(&rest, &out->index) || !record_next(&rest, &out->packed) || rest.n) {
        return OIDC_FAILED;
    }
    out->record = bytes;
    return OIDC_OK;
}

struct oidc_str rp_record_patch(apr_pool_t *pool, struct oidc_str bytes, const struct rp_session *s)
{
    char *copy = apr_pmemdup(pool, bytes.p, bytes.n);
    copy[AT_FLAGS] = (char)s->flags;
    record_set_u64(copy + AT_IDLE, (apr_uint64_t)s->idle_expires);
    record_set_u64(copy + AT_COLD, (apr_uint64_t)s->cold_expires);
    return oidc_str(copy, bytes.n);
}

enum oidc_rc rp_record_print_cold(struct oidc_ctx *ctx, const struct rp_cold *c,
                                  struct oidc_str *out)
{
    const char *const texts[] = {c->refresh_token, c->id_token, c->state, c->url};
    struct oidc_buf b;
    oidc_buf_init(&b, ctx->pool, PRINT_MAX);
    oidc_buf_add_char(&b, COLD_VERSION);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        record_add(&b, oidc_str_z(texts[i]));
    }
    return oidc_buf_take(ctx, &b, "the tokens of the session", out);
}

enum oidc_rc rp_record_read_cold(struct oidc_str bytes, struct rp_cold *out)
{
    const char **const texts[] = {&out->refresh_token, &out->id_token, &out->state, &out->url};
    struct oidc_str rest;
    if (bytes.n < 1 || bytes.p[0] != COLD_VERSION) {
        return OIDC_FAILED;
    }
    rest = oidc_str(bytes.p + 1, bytes.n - 1);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!record_next_text(&rest, texts[i])) {
            return OIDC_FAILED;
        }
    }
    return rest.n ? OIDC_FAILED : OIDC_OK;
}
