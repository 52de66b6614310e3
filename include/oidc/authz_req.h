/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization request (OpenID Connect Core 3.1.2.1, RFC 6749 4.1.1), both directions. */
#ifndef OIDC_AUTHZ_REQ_H
#define OIDC_AUTHZ_REQ_H

#include "oidc/form.h"

struct oidc_authz_req {
    const char *response_type, *client_id, *redirect_uri, *scope, *state;
    const char *response_mode, *nonce, *code_challenge, *code_challenge_method;
    const char *prompt, *max_age, *login_hint, *id_token_hint, *acr_values, *display, *ui_locales, *claims;
    const char *request, *request_uri; /* parse only: reported so that the provider can refuse them */
};

/*
 * The parameters in a fixed order; members that are NULL are left out. `extra` (may be NULL) is added behind them;
 * a name that we own (response_type, client_id, redirect_uri, state, nonce, code_challenge*, response_mode, request*)
 * is never taken from it, so ours is sent once and alone (N044); scope, prompt, max_age, login_hint, acr_values,
 * display, ui_locales, claims in extra replace ours; a repeated name (resource) stays repeated.
 */
struct oidc_form *oidc_authz_req_print(apr_pool_t *pool, const struct oidc_authz_req *req, const struct oidc_form *extra);
/* Members are NULL when absent. Duplicates fail (OIDC_E_DUPLICATE_PARAMETER). */
enum oidc_rc oidc_authz_req_parse(struct oidc_ctx *ctx, const struct oidc_form *form, struct oidc_authz_req *out) OIDC_MUST_CHECK;

#endif
