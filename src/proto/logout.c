/* SPDX-License-Identifier: Apache-2.0 */
/* The RP-initiated logout request: its parameters. */
#include "oidc/logout.h"

#include "proto/fields.h"

#define FIELD(name, member) {name, offsetof(struct oidc_end_session_req, member), OIDC_FIELD_OPEN}

static const struct oidc_field rows[] = {
    FIELD(OIDC_PARAM_ID_TOKEN_HINT, id_token_hint),
    FIELD(OIDC_PARAM_POST_LOGOUT_REDIRECT_URI, post_logout_redirect_uri),
    FIELD(OIDC_PARAM_STATE, state),
    FIELD(OIDC_PARAM_CLIENT_ID, client_id),
    FIELD(OIDC_PARAM_LOGOUT_HINT, logout_hint),
    FIELD(OIDC_PARAM_UI_LOCALES, ui_locales),
};
static const struct oidc_fields fields = {rows, sizeof rows / sizeof rows[0]};

struct oidc_form *oidc_end_session_print(apr_pool_t *pool, const struct oidc_end_session_req *req,
                                         const struct oidc_form *extra)
{
    return oidc_fields_print(pool, &fields, req, extra);
}

enum oidc_rc oidc_end_session_parse(struct oidc_ctx *ctx, const struct oidc_form *form,
                                    struct oidc_end_session_req *out)
{
    return oidc_fields_parse(ctx, &fields, form, out);
}
