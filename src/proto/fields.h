/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages whose members are all strings with the names of their parameters. A table says which
 * member belongs to which parameter, once for both directions.
 */
#ifndef PROTO_FIELDS_H
#define PROTO_FIELDS_H

#include "oidc/form.h"
#include "oidc/wire.h"

enum oidc_field_owner {
    OIDC_FIELD_OPEN, /* extra parameters of the configuration may replace it */
    OIDC_FIELD_OURS, /* they may not: it is sent once, with our value (N044) */
};

struct oidc_field {
    const char *name; /* on the wire */
    size_t at;        /* offset of its const char * in the struct */
    enum oidc_field_owner owner;
};

struct oidc_fields {
    const struct oidc_field *rows;
    size_t n;
};

/*
 * Members that are NULL are left out. `extra` may be NULL: of our names it replaces those that are
 * open (the last one counts), never repeats them, and never touches those that are ours; other
 * names are appended as often as they come.
 */
struct oidc_form *oidc_fields_print(apr_pool_t *pool, const struct oidc_fields *fields,
                                    const void *message, const struct oidc_form *extra);
/*
 * Sets every member: the value, or NULL when there is none or it is empty (RFC 6749 3.1: a
 * parameter without a value is treated as omitted). A parameter that came twice fails with
 * OIDC_E_DUPLICATE_PARAMETER.
 */
enum oidc_rc oidc_fields_parse(struct oidc_ctx *ctx, const struct oidc_fields *fields,
                               const struct oidc_form *form, void *message) OIDC_MUST_CHECK;

#endif
