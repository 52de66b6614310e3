/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON from outside, within limits (RFC 8259), and typed reading. json.c is the only file that drops references:
 * a parsed or wrapped document belongs to the pool. Documents are read-only once parsed.
 */
#ifndef OIDC_JSON_H
#define OIDC_JSON_H

#include <jansson.h>
#include "oidc/ctx.h"
#include "oidc/str.h"

/* Limits of every document from outside. */
#define OIDC_JSON_MAX_DEPTH 32
#define OIDC_JSON_MAX_MEMBERS 20000 /* members and elements in the whole document: 2,000 groups must fit */
#define OIDC_JSON_MAX_STRING (256 * 1024)

/*
 * Parses one object. Refused with `code`: not an object, duplicate members, trailing text, invalid UTF-8, NUL in a
 * string, beyond the limits. `what` names it in the detail ("token response"). The document lives in `pool`.
 */
enum oidc_rc oidc_json_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text, enum oidc_code code,
                             const char *what, json_t **out) OIDC_MUST_CHECK;
/* Gives a document that was built in code to the pool, and returns it; NULL stays NULL. */
json_t *oidc_json_own(apr_pool_t *pool, json_t *doc);
/* New empty object owned by the pool. */
json_t *oidc_json_object(apr_pool_t *pool);
/* Compact text in the pool, member order kept. */
const char *oidc_json_print(apr_pool_t *pool, const json_t *doc);

/*
 * Typed members of an object. OIDC_OK with *out; OIDC_ABSENT when there is none or it is null; OIDC_FAILED when it has
 * another type (no context: the caller knows which error that is).
 */
enum oidc_rc oidc_json_get_string(const json_t *obj, const char *name, const char **out) OIDC_MUST_CHECK;
enum oidc_rc oidc_json_get_bool(const json_t *obj, const char *name, int *out) OIDC_MUST_CHECK;
enum oidc_rc oidc_json_get_object(const json_t *obj, const char *name, const json_t **out) OIDC_MUST_CHECK;
enum oidc_rc oidc_json_get_array(const json_t *obj, const char *name, const json_t **out) OIDC_MUST_CHECK;
/*
 * NumericDate (RFC 7519 2): a JSON number of seconds, fraction dropped downwards. Refused: strings, booleans, negative,
 * NaN, beyond year 9999 (253402300799).
 */
enum oidc_rc oidc_json_get_time(const json_t *obj, const char *name, apr_int64_t *out) OIDC_MUST_CHECK;
/* A number, or a string of digits (expires_in as some providers send it), within 0..2^31. */
enum oidc_rc oidc_json_get_seconds(const json_t *obj, const char *name, apr_int64_t *out) OIDC_MUST_CHECK;
/* 1 when the member is an array that holds the string, or is that string. */
int oidc_json_has_string(const json_t *obj, const char *name, const char *value);

/* Builders; `value` NULL leaves the member out. */
void oidc_json_put_string(json_t *obj, const char *name, const char *value);
void oidc_json_put_int(json_t *obj, const char *name, apr_int64_t value);
void oidc_json_put_bool(json_t *obj, const char *name, int value);
/* Puts a copy of a value. */
void oidc_json_put_copy(json_t *obj, const char *name, const json_t *value);
/* Puts an array of the given NULL-terminated list of strings. */
void oidc_json_put_strings(json_t *obj, const char *name, const char *const *values);

#endif
