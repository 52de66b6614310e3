/* SPDX-License-Identifier: Apache-2.0 */
/* Packed claims: written once at login, read in place by every request. */
#include "oidc/packed.h"

#include <stdio.h>
#include "oidc/buf.h"
#include "oidc/header.h"

#define PACKED_VERSION 1
#define PACKED_HEAD 14      /* bytes of a claim before its name */
#define PACKED_PASSED 0x80  /* in the byte of the type */
#define PACKED_LONG 0x80    /* in the first byte of a length: four bytes of it */
#define PACKED_DEPTH_MAX 64 /* beyond any document that oidc_json_parse() lets in */

/* ---- reading ---- */

static inline size_t packed_u16(const unsigned char *p)
{
    return (size_t)p[0] << 8 | p[1];
}

static inline size_t packed_u32(const unsigned char *p)
{
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

static inline apr_uint64_t packed_u64(const unsigned char *p)
{
    return (apr_uint64_t)packed_u32(p) << 32 | packed_u32(p + 4);
}

/* Version, prefix and delimiter; the position behind them, or 0. */
static size_t packed_style_read(struct oidc_str packed, struct oidc_str *prefix,
                                struct oidc_str *delimiter)
{
    struct oidc_reader r;
    oidc_reader_init(&r, packed);
    unsigned version = oidc_reader_u8(&r);
    *prefix = oidc_reader_bytes(&r, oidc_reader_u16(&r));
    *delimiter = oidc_reader_bytes(&r, oidc_reader_u16(&r));
    return r.bad || version != PACKED_VERSION ? 0 : (size_t)((const char *)r.p - packed.p);
}

int oidc_packed_has_style(struct oidc_str packed, const struct oidc_packed_style *style)
{
    struct oidc_str prefix, delimiter;
    return packed_style_read(packed, &prefix, &delimiter) > 0
           && oidc_str_eq(prefix, oidc_str_z(style->prefix))
           && oidc_str_eq(delimiter, oidc_str_z(style->delimiter));
}

static inline int packed_is_source(unsigned source)
{
    return source == OIDC_FROM_ID_TOKEN || source == OIDC_FROM_USERINFO
           || source == OIDC_FROM_TOKEN_RESPONSE;
}

int oidc_packed_next(struct oidc_str packed, size_t *pos, struct oidc_packed_claim *out)
{
    struct oidc_str prefix, delimiter;
    if (*pos == 0) {
        *pos = packed_style_read(packed, &prefix, &delimiter);
    }
    if (*pos == 0 || *pos > packed.n || packed.n - *pos < PACKED_HEAD) {
        return 0;
    }
    const unsigned char *head = (const unsigned char *)packed.p + *pos;
    const char *p = (const char *)head + PACKED_HEAD;
    size_t left = packed.n - *pos - PACKED_HEAD;
    size_t name_n = packed_u16(head + 2), header_n = packed_u16(head + 4);
    size_t text_n = packed_u32(head + 6), tree_n = packed_u32(head + 10);
    unsigned type = head[1] & ~(unsigned)PACKED_PASSED;
    /* CHECK damage: every length against what is there, before anything is read; N140 */
    if (text_n > left || tree_n > left || name_n + header_n + text_n + tree_n + 2 > left
        || type > OIDC_PACKED_OBJECT || !packed_is_source(head[0])
        || p[name_n + header_n] != '\0' || p[name_n + header_n + 1 + text_n] != '\0') {
        return 0;
    }
    out->source = (enum oidc_claim_source)head[0];
    out->type = (enum oidc_packed_type)type;
    out->passed = (head[1] & PACKED_PASSED) != 0;
    out->name = oidc_str(p, name_n);
    out->header = oidc_str(p + name_n, header_n);
    out->text = oidc_str(p + name_n + header_n + 1, text_n);
    out->tree = oidc_str(p + name_n + header_n + text_n + 2, tree_n);
    *pos += PACKED_HEAD + name_n + header_n + text_n + tree_n + 2;
    return 1;
}

/* Length in front of the rest; moves *rest behind it; 0 when it is cut. Judges no content. */
static inline int packed_length_read(struct oidc_str *rest, size_t *n)
{
    if (rest->n < 1) {
        return 0;
    }
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t used = p[0] & PACKED_LONG ? 4 : 1;
    if (rest->n < used) {
        return 0;
    }
    *n = used == 1 ? p[0] : packed_u32(p) & 0x7fffffff;
    *rest = oidc_str(rest->p + used, rest->n - used);
    return 1;
}

int oidc_packed_node_read(struct oidc_str *rest, struct oidc_packed_node *out)
{
    size_t n = 0;
    if (rest->n < 1 || (unsigned char)rest->p[0] > OIDC_PACKED_OBJECT) {
        return 0;
    }
    enum oidc_packed_type type = (enum oidc_packed_type)rest->p[0];
    struct oidc_str body = oidc_str(rest->p + 1, rest->n - 1);
    if (type == OIDC_PACKED_INT || type == OIDC_PACKED_REAL) {
        n = 8;
    } else if (type >= OIDC_PACKED_STRING && !packed_length_read(&body, &n)) {
        return 0;
    }
    if (n > body.n) {
        return 0;
    }
    out->type = type;
    out->body = oidc_str(body.p, n);
    *rest = oidc_str(body.p + n, body.n - n);
    return 1;
}

int oidc_packed_member_read(struct oidc_str *rest, struct oidc_str *name,
                            struct oidc_packed_node *out)
{
    if (rest->n < 2) {
        return 0;
    }
    size_t n = packed_u16((const unsigned char *)rest->p);
    if (n > rest->n - 2) {
        return 0;
    }
    *name = oidc_str(rest->p + 2, n);
    *rest = oidc_str(rest->p + 2 + n, rest->n - 2 - n);
    return oidc_packed_node_read(rest, out);
}

apr_int64_t oidc_packed_int(const struct oidc_packed_node *n)
{
    return n->body.n == 8 ? (apr_int64_t)packed_u64((const unsigned char *)n->body.p) : 0;
}

double oidc_packed_real(const struct oidc_packed_node *n)
{
    double d = 0;
    if (n->body.n == 8) {
        apr_uint64_t bits = packed_u64((const unsigned char *)n->body.p);
        memcpy(&d, &bits, sizeof d);
    }
    return d;
}

/* ---- writing ---- */

struct packed_writer {
    apr_pool_t *pool;
    const struct oidc_packed_style *style;
    struct oidc_buf out, text, tree; /* the record; text and tree of the claim at hand */
};

static enum oidc_packed_type packed_type_of(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return OIDC_PACKED_OBJECT;
    case JSON_ARRAY:
        return OIDC_PACKED_ARRAY;
    case JSON_STRING:
        return OIDC_PACKED_STRING;
    case JSON_INTEGER:
        return OIDC_PACKED_INT;
    case JSON_REAL:
        return OIDC_PACKED_REAL;
    case JSON_TRUE:
        return OIDC_PACKED_TRUE;
    case JSON_FALSE:
        return OIDC_PACKED_FALSE;
    case JSON_NULL:
        break;
    }
    return OIDC_PACKED_NULL;
}

static struct oidc_str packed_string_of(const json_t *v)
{
    return oidc_str(json_string_value(v), json_string_length(v));
}

static void packed_tree_add_string(struct oidc_buf *tree, struct oidc_str s)
{
    if (s.n < PACKED_LONG) {
        oidc_buf_add_char(tree, (char)s.n);
    } else {
        oidc_buf_add_u32(tree, (apr_uint32_t)s.n | 0x80000000u);
    }
    oidc_buf_add_str(tree, s);
}

static void packed_tree_add(struct oidc_buf *tree, const json_t *v, int depth);

/* Nodes of an array, members of an object, behind the length that is known afterwards. */
static void packed_tree_add_children(struct oidc_buf *tree, const json_t *v, int depth)
{
    oidc_buf_add_u32(tree, 0);
    size_t start = tree->n;
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v); i++) {
            packed_tree_add(tree, json_array_get(v, i), depth + 1);
        }
    } else {
        const char *name;
        json_t *member;
        json_object_foreach((json_t *)v, name, member) {
            size_t n = strlen(name);
            oidc_buf_add_u16(tree, n > 0xffff ? 0x10000 : (unsigned)n);
            oidc_buf_add(tree, name, n);
            packed_tree_add(tree, member, depth + 1);
        }
    }
    if (!tree->overflowed) {
        size_t n = tree->n - start;
        for (size_t i = 4; i > 0; i--, n >>= 8) {
            tree->p[start - 5 + i] = (char)(i == 1 ? n | PACKED_LONG : n);
        }
    }
}

static void packed_tree_add(struct oidc_buf *tree, const json_t *v, int depth)
{
    double d = json_real_value(v);
    apr_uint64_t bits;
    oidc_buf_add_char(tree, (char)packed_type_of(v));
    switch (packed_type_of(v)) {
    case OIDC_PACKED_INT:
        oidc_buf_add_u64(tree, (apr_uint64_t)json_integer_value(v));
        break;
    case OIDC_PACKED_REAL:
        memcpy(&bits, &d, sizeof bits);
        oidc_buf_add_u64(tree, bits);
        break;
    case OIDC_PACKED_STRING:
        packed_tree_add_string(tree, packed_string_of(v));
        break;
    case OIDC_PACKED_ARRAY:
    case OIDC_PACKED_OBJECT:
        tree->overflowed |= depth > PACKED_DEPTH_MAX;
        if (!tree->overflowed) {
            packed_tree_add_children(tree, v, depth);
        }
        break;
    case OIDC_PACKED_NULL:
    case OIDC_PACKED_FALSE:
    case OIDC_PACKED_TRUE:
        break;
    }
}

/* %.8g with a point, whatever the locale puts there. */
static void packed_text_add_real(struct oidc_buf *text, double d)
{
    char digits[48];
    int in_point = 0;
    snprintf(digits, sizeof digits, "%.8g", d);
    for (const char *p = digits; *p; p++) {
        if (strchr("0123456789+-e", *p)) {
            oidc_buf_add_char(text, *p);
            in_point = 0;
        } else if (!in_point) {
            oidc_buf_add_char(text, '.');
            in_point = 1;
        }
    }
}

/* 1 when it was a string, boolean or number. */
static int packed_text_add_scalar(struct oidc_buf *text, const json_t *v)
{
    char digits[24];
    switch (packed_type_of(v)) {
    case OIDC_PACKED_STRING:
        oidc_buf_add_str(text, packed_string_of(v));
        return 1;
    case OIDC_PACKED_TRUE:
    case OIDC_PACKED_FALSE:
        oidc_buf_add_char(text, json_is_true(v) ? '1' : '0');
        return 1;
    case OIDC_PACKED_INT:
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(v));
        oidc_buf_add_z(text, digits);
        return 1;
    case OIDC_PACKED_REAL:
        packed_text_add_real(text, json_real_value(v));
        return 1;
    case OIDC_PACKED_NULL:
    case OIDC_PACKED_ARRAY:
    case OIDC_PACKED_OBJECT:
        break;
    }
    return 0;
}

static void packed_text_add_escaped(struct oidc_buf *text, struct oidc_str s,
                                    struct oidc_str delimiter)
{
    for (size_t i = 0; i < s.n; i++) {
        struct oidc_str rest = oidc_str(s.p + i, s.n - i);
        /* CHECK delimiter: ["a,b"] and ["a","b"] differ; N116 */
        if (s.p[i] == '\\' || (delimiter.n > 0 && oidc_str_starts(rest, delimiter))) {
            oidc_buf_add_char(text, '\\');
        }
        oidc_buf_add_char(text, s.p[i]);
    }
}

static void packed_text_add_array(struct packed_writer *w, const json_t *array)
{
    struct oidc_str delimiter = oidc_str_z(w->style->delimiter);
    int members = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *v = json_array_get(array, i);
        if (json_is_null(v) || json_is_object(v) || json_is_array(v)) {
            continue;
        }
        if (members++ > 0) {
            oidc_buf_add_str(&w->text, delimiter);
        }
        if (json_is_string(v)) {
            packed_text_add_escaped(&w->text, packed_string_of(v), delimiter);
        } else {
            packed_text_add_scalar(&w->text, v);
        }
    }
}

static void packed_add_claim(struct packed_writer *w, enum oidc_claim_source source,
                             const char *name, const json_t *v)
{
    enum oidc_packed_type type = packed_type_of(v);
    struct oidc_str n = oidc_str_z(name);
    struct oidc_str header = oidc_str_z(oidc_header_name(w->pool, w->style->prefix, n));
    unsigned passed = type != OIDC_PACKED_NULL && header.n > 0 ? PACKED_PASSED : 0;
    w->text.n = w->tree.n = 0;
    if (type == OIDC_PACKED_ARRAY) {
        packed_text_add_array(w, v);
    } else if (type == OIDC_PACKED_OBJECT) {
        oidc_buf_add_z(&w->text, oidc_json_print(w->pool, v));
    } else {
        packed_text_add_scalar(&w->text, v);
    }
    if (type >= OIDC_PACKED_INT && type != OIDC_PACKED_STRING) {
        packed_tree_add(&w->tree, v, 0);
    }
    oidc_buf_add_char(&w->out, (char)source);
    oidc_buf_add_char(&w->out, (char)((unsigned)type | passed));
    oidc_buf_add_u16(&w->out, n.n > 0xffff ? 0x10000 : (unsigned)n.n);
    oidc_buf_add_u16(&w->out, header.n > 0xffff ? 0x10000 : (unsigned)header.n);
    oidc_buf_add_u32(&w->out, (apr_uint32_t)w->text.n);
    oidc_buf_add_u32(&w->out, (apr_uint32_t)w->tree.n);
    oidc_buf_add_str(&w->out, n);
    oidc_buf_add(&w->out, header.p, header.n + 1);
    oidc_buf_add(&w->out, w->text.p, w->text.n);
    oidc_buf_add_char(&w->out, '\0');
    oidc_buf_add(&w->out, w->tree.p, w->tree.n);
    w->out.overflowed |= w->text.overflowed | w->tree.overflowed;
}

static void packed_add_style_text(struct oidc_buf *out, const char *text)
{
    struct oidc_str s = oidc_str_z(text);
    oidc_buf_add_u16(out, s.n > 0xffff ? 0x10000 : (unsigned)s.n);
    oidc_buf_add_str(out, s);
}

enum oidc_rc oidc_packed_print(struct oidc_ctx *ctx, const struct oidc_packed_style *style,
                               const struct oidc_packed_input *inputs, int n, struct oidc_str *out)
{
    struct packed_writer w = {.pool = ctx->pool, .style = style};
    oidc_buf_init(&w.out, ctx->pool, OIDC_PACKED_MAX);
    oidc_buf_init(&w.text, ctx->pool, OIDC_PACKED_MAX);
    oidc_buf_init(&w.tree, ctx->pool, OIDC_PACKED_MAX);
    oidc_buf_add_char(&w.out, PACKED_VERSION);
    packed_add_style_text(&w.out, style->prefix);
    packed_add_style_text(&w.out, style->delimiter);
    for (int i = 0; i < n; i++) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)inputs[i].claims, name, value) {
            packed_add_claim(&w, inputs[i].source, name, value);
        }
    }
    return oidc_buf_take(ctx, &w.out, "the set of claims", out);
}
