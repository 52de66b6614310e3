/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization request: its parameters and who may set them. */
#include "oidc/authz_req.h"

#include "proto/fields.h"

#define FIELD(name, member, owner) {name, offsetof(struct oidc_authz_req, member), owner}

static const struct oidc_field rows[] = {
    FIELD(OIDC_PARAM_RESPONSE_TYPE, response_type, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_CLIENT_ID, client_id, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_REDIRECT_URI, redirect_uri, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_SCOPE, scope, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_STATE, state, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_RESPONSE_MODE, response_mode, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_NONCE, nonce, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_CODE_CHALLENGE, code_challenge, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_CODE_CHALLENGE_METHOD, code_challenge_method, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_PROMPT, prompt, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_MAX_AGE, max_age, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_LOGIN_HINT, login_hint, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_ID_TOKEN_HINT, id_token_hint, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_ACR_VALUES, acr_values, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_DISPLAY, display, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_UI_LOCALES, ui_locales, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_CLAIMS, claims, OIDC_FIELD_OPEN),
    FIELD(OIDC_PARAM_REQUEST, request, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_REQUEST_URI, request_uri, OIDC_FIELD_OURS),
};
static const struct oidc_fields fields = {rows, sizeof rows / sizeof rows[0]};

struct oidc_form *oidc_authz_req_print(apr_pool_t *pool, const struct oidc_authz_req *req,
                                       const struct oidc_form *extra)
{
    return oidc_fields_print(pool, &fields, req, extra);
}

enum oidc_rc oidc_authz_req_parse(struct oidc_ctx *ctx, const struct oidc_form *form,
                                  struct oidc_authz_req *out)
{
    return oidc_fields_parse(ctx, &fields, form, out);
}
