/* SPDX-License-Identifier: Apache-2.0 */
/* The RP-initiated logout request (OpenID Connect RP-Initiated Logout 1.0, section 2), both directions. */
#ifndef OIDC_LOGOUT_H
#define OIDC_LOGOUT_H

#include "oidc/form.h"

struct oidc_end_session_req {
    const char *id_token_hint, *post_logout_redirect_uri, *state, *client_id, *logout_hint, *ui_locales;
};
/* `extra` (OIDCLogoutRequestParams) may replace ours: providers that bend the rules need it. */
struct oidc_form *oidc_end_session_print(apr_pool_t *pool, const struct oidc_end_session_req *req, const struct oidc_form *extra);
enum oidc_rc oidc_end_session_parse(struct oidc_ctx *ctx, const struct oidc_form *form, struct oidc_end_session_req *out) OIDC_MUST_CHECK;

#endif
