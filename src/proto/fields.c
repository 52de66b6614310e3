/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as tables of string members, both directions. */
#include "proto/fields.h"

static const char *field_get(const struct oidc_field *field, const void *message)
{
    const char *value;
    memcpy(&value, (const char *)message + field->at, sizeof value);
    return value;
}

static void field_set(const struct oidc_field *field, void *message, const char *value)
{
    memcpy((char *)message + field->at, &value, sizeof value);
}

static const struct oidc_field *field_find(const struct oidc_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++) {
        if (strcmp(fields->rows[i].name, name) == 0) {
            return &fields->rows[i];
        }
    }
    return NULL;
}

struct oidc_form *oidc_fields_print(apr_pool_t *pool, const struct oidc_fields *fields,
                                    const void *message, const struct oidc_form *extra)
{
    struct oidc_form *form = oidc_form_make(pool);
    for (size_t i = 0; i < fields->n; i++) {
        oidc_form_add(form, fields->rows[i].name, field_get(&fields->rows[i], message));
    }
    for (int i = 0; extra && i < extra->n; i++) {
        const struct oidc_param *param = &extra->fields[i];
        const struct oidc_field *field = field_find(fields, param->name);
        if (!field) {
            oidc_form_add(form, param->name, param->value);
        } else if (field->owner == OIDC_FIELD_OPEN) {
            oidc_form_set(form, param->name, param->value);
        } /* CHECK owned-parameter: what is ours is sent once, with our value; N044 */
    }
    return form;
}

enum oidc_rc oidc_fields_parse(struct oidc_ctx *ctx, const struct oidc_fields *fields,
                               const struct oidc_form *form, void *message)
{
    for (size_t i = 0; i < fields->n; i++) {
        const char *value = NULL;
        /* CHECK duplicate-parameter: RFC 6749 3.1; N030 */
        if (oidc_form_get(ctx, form, fields->rows[i].name, &value) == OIDC_FAILED) {
            return OIDC_FAILED;
        }
        field_set(&fields->rows[i], message, value && *value ? value : NULL);
    }
    return OIDC_OK;
}
