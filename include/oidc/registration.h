/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic client registration (OpenID Connect Dynamic Client Registration 1.0, RFC 7591), the relying party's side. */
#ifndef OIDC_REGISTRATION_H
#define OIDC_REGISTRATION_H

#include "oidc/http.h"
#include "oidc/json.h"

#define OIDC_REGISTRATION_MAX (256 * 1024)

/* Members that are NULL are left out. */
struct oidc_registration_req {
    const char *client_name, *contact, *redirect_uri, *response_type, *token_endpoint_auth_method;
    const char *jwks_uri, *initiate_login_uri, *frontchannel_logout_uri, *backchannel_logout_uri, *post_logout_redirect_uri;
    const char *id_token_signed_response_alg, *id_token_encrypted_response_alg, *id_token_encrypted_response_enc;
    const char *userinfo_signed_response_alg, *userinfo_encrypted_response_alg, *userinfo_encrypted_response_enc;
    const char *request_object_signing_alg;
    int certificate_bound;   /* tls_client_certificate_bound_access_tokens */
    const json_t *overrides; /* merged over the rest, or NULL */
};
const char *oidc_registration_print(apr_pool_t *pool, const struct oidc_registration_req *req);

struct oidc_registration {
    const char *client_id, *client_secret; /* secret NULL: none */
    const char *token_endpoint_auth_method, *id_token_signed_response_alg;
    apr_int64_t secret_expires_at; /* seconds since 1970, 0 never */
    const json_t *raw;             /* to be kept as a .client file */
};
/* A 201 (or 200) answer; also reads a kept document. OIDC_E_REGISTRATION. */
enum oidc_rc oidc_registration_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, struct oidc_registration *out) OIDC_MUST_CHECK;
enum oidc_rc oidc_registration_parse(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str text, struct oidc_registration *out) OIDC_MUST_CHECK;

#endif
