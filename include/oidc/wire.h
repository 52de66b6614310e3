/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that go over the wire, each written once: parameters of requests and responses, JWT claims, members of
 * provider metadata, error codes. Only names that the code itself reads or writes.
 */
#ifndef OIDC_WIRE_H
#define OIDC_WIRE_H

/* Authorization request (OpenID Connect Core 3.1.2.1, RFC 7636, OAuth 2.0 Form Post Response Mode, RFC 9101). */
#define OIDC_PARAM_RESPONSE_TYPE "response_type"
#define OIDC_PARAM_CLIENT_ID "client_id"
#define OIDC_PARAM_REDIRECT_URI "redirect_uri"
#define OIDC_PARAM_SCOPE "scope"
#define OIDC_PARAM_STATE "state"
#define OIDC_PARAM_RESPONSE_MODE "response_mode"
#define OIDC_PARAM_NONCE "nonce"
#define OIDC_PARAM_CODE_CHALLENGE "code_challenge"
#define OIDC_PARAM_CODE_CHALLENGE_METHOD "code_challenge_method"
#define OIDC_PARAM_PROMPT "prompt"
#define OIDC_PARAM_MAX_AGE "max_age"
#define OIDC_PARAM_LOGIN_HINT "login_hint"
#define OIDC_PARAM_ID_TOKEN_HINT "id_token_hint"
#define OIDC_PARAM_ACR_VALUES "acr_values"
#define OIDC_PARAM_DISPLAY "display"
#define OIDC_PARAM_UI_LOCALES "ui_locales"
#define OIDC_PARAM_CLAIMS "claims"
#define OIDC_PARAM_REQUEST "request"
#define OIDC_PARAM_REQUEST_URI "request_uri"

/* Authorization response (RFC 6749 4.1.2, RFC 9207, OpenID Connect Session Management). */
#define OIDC_PARAM_CODE "code"
#define OIDC_PARAM_ISS "iss"
#define OIDC_PARAM_ERROR "error"
#define OIDC_PARAM_ERROR_DESCRIPTION "error_description"
#define OIDC_PARAM_ERROR_URI "error_uri"
#define OIDC_PARAM_SESSION_STATE "session_state"

/* Token request and response (RFC 6749 4.1.3, 5 and 6), client authentication (2.3.1, RFC 7521 4.2). */
#define OIDC_PARAM_GRANT_TYPE "grant_type"
#define OIDC_PARAM_CODE_VERIFIER "code_verifier"
#define OIDC_PARAM_CLIENT_SECRET "client_secret"
#define OIDC_PARAM_CLIENT_ASSERTION "client_assertion"
#define OIDC_PARAM_CLIENT_ASSERTION_TYPE "client_assertion_type"
#define OIDC_PARAM_ID_TOKEN "id_token"
#define OIDC_PARAM_ACCESS_TOKEN "access_token"
#define OIDC_PARAM_REFRESH_TOKEN "refresh_token"
#define OIDC_PARAM_TOKEN_TYPE "token_type"
#define OIDC_PARAM_EXPIRES_IN "expires_in"

/* Logout request (OpenID Connect RP-Initiated Logout 1.0, 2). */
#define OIDC_PARAM_POST_LOGOUT_REDIRECT_URI "post_logout_redirect_uri"
#define OIDC_PARAM_LOGOUT_HINT "logout_hint"

/* Values. */
#define OIDC_GRANT_AUTHORIZATION_CODE "authorization_code"
#define OIDC_GRANT_REFRESH_TOKEN "refresh_token"
#define OIDC_TOKEN_TYPE_BEARER "Bearer"
#define OIDC_PKCE_S256 "S256"
#define OIDC_PKCE_PLAIN "plain"
#define OIDC_TOKEN_TYPE_DPOP "DPoP"
#define OIDC_SCHEME_BASIC "Basic"
#define OIDC_SCHEME_BEARER "Bearer"
#define OIDC_TYP_ACCESS_TOKEN "at+jwt"
#define OIDC_ERROR_INVALID_CLIENT "invalid_client"

/* JWT claims (RFC 7519 4.1, OpenID Connect Core 2 and 3.3.2.11, RFC 9068 2.2). */
#define OIDC_CLAIM_ISS "iss"
#define OIDC_CLAIM_SUB "sub"
#define OIDC_CLAIM_AUD "aud"
#define OIDC_CLAIM_EXP "exp"
#define OIDC_CLAIM_IAT "iat"
#define OIDC_CLAIM_NBF "nbf"
#define OIDC_CLAIM_JTI "jti"
#define OIDC_CLAIM_AZP "azp"
#define OIDC_CLAIM_NONCE "nonce"
#define OIDC_CLAIM_AUTH_TIME "auth_time"
#define OIDC_CLAIM_ACR "acr"
#define OIDC_CLAIM_SID "sid"
#define OIDC_CLAIM_AT_HASH "at_hash"
#define OIDC_CLAIM_C_HASH "c_hash"
#define OIDC_CLAIM_S_HASH "s_hash"
#define OIDC_CLAIM_CLIENT_ID "client_id"
#define OIDC_CLAIM_SCOPE "scope"
#define OIDC_CLAIM_GRANT "grant" /* private: our provider's grant id */

/* Provider metadata (OpenID Connect Discovery 1.0, 3; RFC 8414 2; RFC 8705 5; RFC 9126 5; RFC 9207 3). */
#define OIDC_META_ISSUER "issuer"
#define OIDC_META_AUTHORIZATION_ENDPOINT "authorization_endpoint"
#define OIDC_META_TOKEN_ENDPOINT "token_endpoint"
#define OIDC_META_USERINFO_ENDPOINT "userinfo_endpoint"
#define OIDC_META_JWKS_URI "jwks_uri"
#define OIDC_META_END_SESSION_ENDPOINT "end_session_endpoint"
#define OIDC_META_REVOCATION_ENDPOINT "revocation_endpoint"
#define OIDC_META_CHECK_SESSION_IFRAME "check_session_iframe"
#define OIDC_META_PAR_ENDPOINT "pushed_authorization_request_endpoint"
#define OIDC_META_INTROSPECTION_ENDPOINT "introspection_endpoint"
#define OIDC_META_REGISTRATION_ENDPOINT "registration_endpoint"
#define OIDC_META_MTLS_ALIASES "mtls_endpoint_aliases"
#define OIDC_META_TOKEN_AUTH_METHODS "token_endpoint_auth_methods_supported"
#define OIDC_META_ID_TOKEN_ALGS "id_token_signing_alg_values_supported"
#define OIDC_META_CODE_CHALLENGE_METHODS "code_challenge_methods_supported"
#define OIDC_META_ISS_PARAMETER "authorization_response_iss_parameter_supported"
#define OIDC_META_BACKCHANNEL_LOGOUT "backchannel_logout_supported"
#define OIDC_META_RESPONSE_TYPES "response_types_supported"
#define OIDC_META_SUBJECT_TYPES "subject_types_supported"

#endif
