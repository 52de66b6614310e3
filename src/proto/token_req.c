/* SPDX-License-Identifier: Apache-2.0 */
/* The token request: its parameters, without the client's authentication. */
#include "oidc/token_req.h"

#include "proto/fields.h"

#define FIELD(name, member, owner) {name, offsetof(struct oidc_token_req, member), owner}

static const struct oidc_field rows[] = {
    FIELD(OIDC_PARAM_GRANT_TYPE, grant_type, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_CODE, code, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_REDIRECT_URI, redirect_uri, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_CODE_VERIFIER, code_verifier, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_REFRESH_TOKEN, refresh_token, OIDC_FIELD_OURS),
    FIELD(OIDC_PARAM_SCOPE, scope, OIDC_FIELD_OPEN),
};
static const struct oidc_fields fields = {rows, sizeof rows / sizeof rows[0]};

struct oidc_form *oidc_token_req_print(apr_pool_t *pool, const struct oidc_token_req *req,
                                       const struct oidc_form *extra)
{
    return oidc_fields_print(pool, &fields, req, extra);
}

enum oidc_rc oidc_token_req_parse(struct oidc_ctx *ctx, const struct oidc_form *form,
                                  struct oidc_token_req *out)
{
    return oidc_fields_parse(ctx, &fields, form, out);
}
