/* SPDX-License-Identifier: Apache-2.0 */
/* The token request (RFC 6749 4.1.3 and 6), both directions. Client authentication is oidc/client_auth.h's. */
#ifndef OIDC_TOKEN_REQ_H
#define OIDC_TOKEN_REQ_H

#include "oidc/form.h"

struct oidc_token_req {
    const char *grant_type, *code, *redirect_uri, *code_verifier, *refresh_token, *scope;
};

/* `extra` as in oidc/authz_req.h: may not replace what is ours. */
struct oidc_form *oidc_token_req_print(apr_pool_t *pool, const struct oidc_token_req *req, const struct oidc_form *extra);
enum oidc_rc oidc_token_req_parse(struct oidc_ctx *ctx, const struct oidc_form *form, struct oidc_token_req *out) OIDC_MUST_CHECK;

#endif
