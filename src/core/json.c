/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: parsing within limits, typed reading, building. The only file that drops references. */
#include "oidc/json.h"

#include "oidc/buf.h"

#define JSON_TIME_MAX 253402300799LL /* the last second of the year 9999 */
#define JSON_SECONDS_MAX (1LL << 31)
#define JSON_PRINT_MAX ((size_t)64 * 1024 * 1024)

/* What a text costs, counted before anything is allocated for it. */
struct json_scan {
    const char *p, *end;
    int depth, members;
};

/* Behind the closing quote of the string that begins at s->p; 0 when it is longer than allowed. */
static int json_scan_string(struct json_scan *s)
{
    const char *start = ++s->p;
    while (s->p < s->end && *s->p != '"') {
        s->p += *s->p == '\\' && s->end - s->p > 1 ? 2 : 1;
    }
    int fits = s->p - start <= OIDC_JSON_MAX_STRING;
    s->p += s->p < s->end;
    return fits;
}

/* NULL, or what is too much. Says nothing about the grammar. */
static const char *json_scan_limits(struct oidc_str text)
{
    struct json_scan s = {text.p, text.n ? text.p + text.n : text.p, 0, 0};
    while (s.p < s.end) {
        char c = *s.p;
        if (c == '"') {
            if (!json_scan_string(&s)) {
                return "holds a string that is too long";
            }
            continue;
        }
        s.p++;
        s.depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        s.members += c == '{' || c == '[' || c == ',';
        if (s.depth > OIDC_JSON_MAX_DEPTH) {
            return "is nested too deeply";
        }
        if (s.members > OIDC_JSON_MAX_MEMBERS) {
            return "has too many members";
        }
    }
    return NULL;
}

static apr_status_t json_end(void *doc)
{
    json_decref(doc);
    return APR_SUCCESS;
}

json_t *oidc_json_own(apr_pool_t *pool, json_t *doc)
{
    if (doc) {
        apr_pool_cleanup_register(pool, doc, json_end, apr_pool_cleanup_null);
    }
    return doc;
}

enum oidc_rc oidc_json_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text,
                             enum oidc_code code, const char *what, json_t **out)
{
    json_error_t error;
    /* CHECK json limits: before the parser allocates or recurses; N061, N095 */
    const char *excess = json_scan_limits(text);
    if (excess) {
        return oidc_fail(ctx, code, "%s %s", what, excess);
    }
    /* CHECK json strict: duplicates, NUL and trailing bytes are refused (RFC 8259 4); N060 */
    json_t *doc = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
    if (!doc) {
        /* the parser's own message quotes the text, which may be a secret */
        return oidc_fail(ctx, code, "%s of %zu bytes is not valid JSON at line %d, column %d", what,
                         text.n, error.line, error.column);
    }
    oidc_json_own(pool, doc);
    /* CHECK json object: an array is no set of claims; N087 */
    if (!json_is_object(doc)) {
        return oidc_fail(ctx, code, "%s is not a JSON object", what);
    }
    *out = doc;
    return OIDC_OK;
}

json_t *oidc_json_object(apr_pool_t *pool)
{
    return oidc_json_own(pool, json_object());
}

static int json_print_chunk(const char *p, size_t n, void *baton)
{
    struct oidc_buf *b = baton;
    oidc_buf_add(b, p, n);
    return b->overflowed ? -1 : 0;
}

const char *oidc_json_print(apr_pool_t *pool, const json_t *doc)
{
    struct oidc_buf b;
    oidc_buf_init(&b, pool, JSON_PRINT_MAX);
    if (!doc || json_dump_callback(doc, json_print_chunk, &b, JSON_COMPACT | JSON_ENCODE_ANY)) {
        return NULL;
    }
    oidc_buf_add_char(&b, '\0');
    return b.overflowed ? NULL : b.p;
}

/* The member, or NULL when there is none or it is null. */
static const json_t *json_member(const json_t *obj, const char *name)
{
    const json_t *v = json_object_get(obj, name);
    return json_is_null(v) ? NULL : v;
}

enum oidc_rc oidc_json_get_string(const json_t *obj, const char *name, const char **out)
{
    const json_t *v = json_member(obj, name);
    if (!v) {
        return OIDC_ABSENT;
    }
    if (!json_is_string(v)) {
        return OIDC_FAILED;
    }
    *out = json_string_value(v);
    return OIDC_OK;
}

enum oidc_rc oidc_json_get_bool(const json_t *obj, const char *name, int *out)
{
    const json_t *v = json_member(obj, name);
    if (!v) {
        return OIDC_ABSENT;
    }
    if (!json_is_boolean(v)) {
        return OIDC_FAILED;
    }
    *out = json_is_true(v);
    return OIDC_OK;
}

static enum oidc_rc json_get_typed(const json_t *obj, const char *name, json_type type,
                                   const json_t **out)
{
    const json_t *v = json_member(obj, name);
    if (!v) {
        return OIDC_ABSENT;
    }
    if (json_typeof(v) != type) {
        return OIDC_FAILED;
    }
    *out = v;
    return OIDC_OK;
}

enum oidc_rc oidc_json_get_object(const json_t *obj, const char *name, const json_t **out)
{
    return json_get_typed(obj, name, JSON_OBJECT, out);
}

enum oidc_rc oidc_json_get_array(const json_t *obj, const char *name, const json_t **out)
{
    return json_get_typed(obj, name, JSON_ARRAY, out);
}

/* A number within 0..max, its fraction dropped. */
static enum oidc_rc json_to_seconds(const json_t *v, apr_int64_t max, apr_int64_t *out)
{
    /* CHECK time range: before the cast, which is undefined beyond it; N078, N135 */
    if (json_is_real(v)) {
        double d = json_real_value(v);
        if (!(d >= 0.0 && d < (double)max + 1.0)) {
            return OIDC_FAILED;
        }
        *out = (apr_int64_t)d;
        return OIDC_OK;
    }
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > max) {
        return OIDC_FAILED;
    }
    *out = json_integer_value(v);
    return OIDC_OK;
}

enum oidc_rc oidc_json_get_time(const json_t *obj, const char *name, apr_int64_t *out)
{
    const json_t *v = json_member(obj, name);
    return v ? json_to_seconds(v, JSON_TIME_MAX, out) : OIDC_ABSENT;
}

enum oidc_rc oidc_json_get_seconds(const json_t *obj, const char *name, apr_int64_t *out)
{
    const json_t *v = json_member(obj, name);
    if (!v) {
        return OIDC_ABSENT;
    }
    if (json_is_string(v)) {
        struct oidc_str digits = oidc_str(json_string_value(v), json_string_length(v));
        return oidc_str_to_int64(digits, 0, JSON_SECONDS_MAX, out) ? OIDC_OK : OIDC_FAILED;
    }
    return json_to_seconds(v, JSON_SECONDS_MAX, out);
}

static int json_is_this_string(const json_t *v, const char *value)
{
    return json_is_string(v)
           && oidc_str_eq(oidc_str(json_string_value(v), json_string_length(v)),
                          oidc_str_z(value));
}

int oidc_json_has_string(const json_t *obj, const char *name, const char *value)
{
    const json_t *v = json_object_get(obj, name);
    if (!json_is_array(v)) {
        return json_is_this_string(v, value);
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (json_is_this_string(json_array_get(v, i), value)) {
            return 1;
        }
    }
    return 0;
}

/* Takes the reference of value, also when it can't be put; NULL (invalid UTF-8) puts nothing. */
static void json_put(json_t *obj, const char *name, json_t *value)
{
    if (value && json_object_set_new(obj, name, value) != 0) {
        json_object_del(obj, name); /* rather none than an old one */
    }
}

void oidc_json_put_string(json_t *obj, const char *name, const char *value)
{
    json_put(obj, name, value ? json_string(value) : NULL);
}

void oidc_json_put_int(json_t *obj, const char *name, apr_int64_t value)
{
    json_put(obj, name, json_integer(value));
}

void oidc_json_put_bool(json_t *obj, const char *name, int value)
{
    json_put(obj, name, json_boolean(value));
}

void oidc_json_put_copy(json_t *obj, const char *name, const json_t *value)
{
    json_put(obj, name, value ? json_deep_copy(value) : NULL);
}

void oidc_json_put_strings(json_t *obj, const char *name, const char *const *values)
{
    json_t *array = json_array();
    for (; values && *values; values++) {
        json_array_append_new(array, json_string(*values));
    }
    json_put(obj, name, array);
}
