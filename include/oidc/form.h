/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of application/x-www-form-urlencoded bodies and of query strings: an ordered list of decoded pairs.
 * Reading a parameter that came twice is a failure (RFC 6749 3.1: parameters must not be included more than once).
 */
#ifndef OIDC_FORM_H
#define OIDC_FORM_H

#include "oidc/ctx.h"
#include "oidc/str.h"

#define OIDC_FORM_MAX_FIELDS 200
#define OIDC_FORM_MAX_BYTES (1024 * 1024)

struct oidc_param {
    const char *name;
    const char *value;
};

struct oidc_form {
    apr_pool_t *pool;
    struct oidc_param *fields;
    int n, cap;
};

struct oidc_form *oidc_form_make(apr_pool_t *pool);
/* Decodes; refuses (OIDC_E_FORM) a bad percent escape, NUL, invalid UTF-8, too many fields. NULL text is empty. */
enum oidc_rc oidc_form_parse(struct oidc_ctx *ctx, struct oidc_str text, struct oidc_form **out) OIDC_MUST_CHECK;
/* The one value; OIDC_ABSENT; OIDC_FAILED with OIDC_E_DUPLICATE_PARAMETER that names it. ctx is set only on failure. */
enum oidc_rc oidc_form_get(struct oidc_ctx *ctx, const struct oidc_form *f, const char *name, const char **out) OIDC_MUST_CHECK;
/* 1 when there is at least one field of that name. */
int oidc_form_has(const struct oidc_form *f, const char *name);
/* Appends; NULL value appends nothing. Strings are borrowed. */
void oidc_form_add(struct oidc_form *f, const char *name, const char *value);
/* Replaces all of that name by one. */
void oidc_form_set(struct oidc_form *f, const char *name, const char *value);
/* Encodes as RFC 6749 appendix B: unreserved characters stay, space is '+'. */
char *oidc_form_print(apr_pool_t *pool, const struct oidc_form *f);
/* url + ('?' or '&') + encoded fields; a fragment in url is an error of the caller. */
char *oidc_form_print_url(apr_pool_t *pool, const char *url, const struct oidc_form *f);
/* One value, form-url-encoded (RFC 6749 2.3.1 for Basic credentials). */
char *oidc_form_escape(apr_pool_t *pool, const char *value);
/* Decodes one form-url-encoded value. */
enum oidc_rc oidc_form_unescape(apr_pool_t *pool, struct oidc_str text, char **out) OIDC_MUST_CHECK;

#endif
