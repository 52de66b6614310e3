/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of the relying party, as plain data: filled by the server's directive table, constant after start.
 *
 * struct rp_conf is one virtual host's; struct rp_dir is what may differ per path. Every field has a directive of the
 * name in its comment, whose row holds the default, the limits and the sentence that documents it.
 */
#ifndef OIDC_RP_CONF_H
#define OIDC_RP_CONF_H

#include "oidc/client_auth.h"
#include "oidc/cookie.h"
#include "oidc/http.h"
#include "oidc/jwt.h"

enum rp_session_type { RP_SESSION_SERVER, RP_SESSION_COOKIE };
enum rp_pkce_method { RP_PKCE_S256, RP_PKCE_PLAIN, RP_PKCE_NONE };
enum rp_response_mode {
    RP_RESPONSE_MODE_UNSET,
    RP_RESPONSE_MODE_QUERY,
    RP_RESPONSE_MODE_FORM_POST,
    RP_RESPONSE_MODE_FRAGMENT
};
enum rp_auth_request_method { RP_AUTH_REQUEST_GET, RP_AUTH_REQUEST_POST, RP_AUTH_REQUEST_PAR };
enum rp_dpop_mode { RP_DPOP_OFF, RP_DPOP_OPTIONAL, RP_DPOP_REQUIRED };
enum rp_profile { RP_PROFILE_OIDC10, RP_PROFILE_FAPI20 };
enum rp_userinfo_method { RP_USERINFO_HEADER, RP_USERINFO_POST };
enum rp_unauth_action { RP_UNAUTH_AUTH, RP_UNAUTH_PASS, RP_UNAUTH_401, RP_UNAUTH_407, RP_UNAUTH_410 };
enum rp_pass_encoding { RP_PASS_UTF8, RP_PASS_LATIN1, RP_PASS_BASE64URL };

/* OIDCPassClaimsAs first argument, as bits. */
#define RP_PASS_HEADERS 1u
#define RP_PASS_ENVIRONMENT 2u
/* OIDCPassIDTokenAs. */
#define RP_ID_TOKEN_CLAIMS 1u
#define RP_ID_TOKEN_PAYLOAD 2u
#define RP_ID_TOKEN_SERIALIZED 4u
/* OIDCPassUserInfoAs. */
#define RP_USERINFO_CLAIMS 1u
#define RP_USERINFO_JSON 2u
/* OIDCInfoHook. */
#define RP_INFO_IAT 0x001u
#define RP_INFO_ACCESS_TOKEN 0x002u
#define RP_INFO_ACCESS_TOKEN_EXPIRES 0x004u
#define RP_INFO_ID_TOKEN 0x008u
#define RP_INFO_ID_TOKEN_HINT 0x010u
#define RP_INFO_USERINFO 0x020u
#define RP_INFO_REFRESH_TOKEN 0x040u
#define RP_INFO_EXP 0x080u
#define RP_INFO_TIMEOUT 0x100u
#define RP_INFO_REMOTE_USER 0x200u
#define RP_INFO_SESSION 0x400u

struct rp_client_conf {
    const char *id;                   /* OIDCClientID */
    const struct oidc_secret *secret; /* OIDCClientSecret, or NULL */
    const struct oidc_jwks *private_keys; /* OIDCPrivateKeyFiles, or NULL */
    const struct oidc_jwks *public_keys;  /* OIDCPublicKeyFiles, or NULL */
};

struct rp_provider_conf {
    const char *metadata_url;           /* OIDCProviderMetadataURL */
    const char *issuer;                 /* OIDCProviderIssuer; the endpoints below win over the document's */
    const char *authorization_endpoint; /* OIDCProviderAuthorizationEndpoint */
    const char *token_endpoint;         /* OIDCProviderTokenEndpoint */
    const char *userinfo_endpoint;      /* OIDCProviderUserInfoEndpoint; "" switches userinfo off */
    const char *jwks_uri;               /* OIDCProviderJwksUri */
    const char *end_session_endpoint;   /* OIDCProviderEndSessionEndpoint */
    enum oidc_client_auth_method token_auth; /* OIDCProviderTokenEndpointAuth; UNSET: from the document */
    enum oidc_alg token_auth_alg;            /* its private_key_jwt:ALG; UNKNOWN: the first key's */
    const struct oidc_form *token_params;    /* OIDCProviderTokenEndpointParams, or NULL */
    const struct oidc_jwks *verify_keys;     /* OIDCProviderVerifyCertFiles, or NULL */
    apr_int64_t metadata_refresh;            /* OIDCProviderMetadataRefreshInterval, seconds */
    apr_int64_t jwks_refresh;                /* OIDCJWKSRefreshInterval, seconds */
    int validate_issuer;                     /* OIDCValidateIssuer */
    enum rp_response_mode response_mode;     /* OIDCResponseMode */
    const char *response_type;               /* OIDCResponseType, words in the order of src/rp/flow.h */
    const char *scope;                       /* OIDCScope */
    const struct oidc_form *auth_request_params; /* OIDCAuthRequestParams, or NULL */
    const struct oidc_form *logout_request_params; /* OIDCLogoutRequestParams, or NULL */
    enum rp_dpop_mode dpop;                  /* OIDCDPoPMode */
    enum rp_profile profile;                 /* OIDCProfile */
    enum rp_auth_request_method auth_request_method; /* OIDCProviderAuthRequestMethod */
    const char *par_endpoint;                /* OIDCProviderPushedAuthorizationRequestEndpoint */
    enum rp_pkce_method pkce;                /* OIDCPKCEMethod */
    enum oidc_alg id_token_alg;              /* OIDCIDTokenSignedResponseAlg, UNKNOWN: any that the provider announces */
    const char *const *id_token_aud;         /* OIDCIDTokenAudValues ("@" still inside), or NULL */
    apr_int64_t iat_slack;                   /* OIDCIDTokenIatSlack, seconds */
    enum rp_userinfo_method userinfo_method; /* OIDCUserInfoTokenMethod */
};

struct rp_remote_user {
    const char *claim;        /* OIDCRemoteUserClaim without '@' */
    int append_issuer;        /* the '@' */
    void *regex;              /* compiled by the server, or NULL */
    const char *substitution; /* with $1..$9, or NULL: the whole match ($0), or $1 if the expression has a group */
    /* Substitutes in `pool`; NULL when the expression does not match. */
    const char *(*apply)(apr_pool_t *pool, void *regex, const char *substitution, const char *subject);
};

struct rp_conf {
    struct rp_provider_conf provider;
    struct rp_client_conf client;
    const char *redirect_uri;           /* OIDCRedirectURI: absolute URL, or a path */
    const char *default_url;            /* OIDCDefaultURL, or NULL */
    const char *default_logged_out_url; /* OIDCDefaultLoggedOutURL, or NULL */
    const char *logout_frame_options;   /* OIDCLogoutXFrameOptions, or NULL: none, as the provider frames the page */
    struct {
        const char *domain;            /* OIDCCookieDomain, or NULL */
        int http_only;                 /* OIDCCookieHTTPOnly */
        enum oidc_samesite same_site;  /* OIDCCookieSameSite, first */
        enum oidc_samesite state_same_site; /* second; NONE is chosen by itself for form_post over https */
    } cookie;
    struct {
        apr_int64_t timeout;   /* OIDCStateTimeout, seconds */
        int max_cookies;       /* OIDCStateMaxNumberOfCookies; 0 no cap */
        int delete_oldest;     /* its second argument; on unless said otherwise */
    } state;
    struct {
        enum rp_session_type type;       /* OIDCSessionType */
        int persistent;                  /* ":persistent" */
        int store_id_token;              /* ":store_id_token" */
        apr_int64_t inactivity_timeout;  /* OIDCSessionInactivityTimeout, seconds */
        apr_int64_t max_duration;        /* OIDCSessionMaxDuration, seconds; 0: the ID token's exp */
        int chunk_size;                  /* OIDCSessionCookieChunkSize; 0 never split */
    } session;
    struct {
        const char *prefix;             /* OIDCClaimPrefix */
        const char *delimiter;          /* OIDCClaimDelimiter */
        const char *const *allow;       /* OIDCWhiteListedClaims, NULL-terminated, or NULL */
        const char *const *deny;        /* OIDCBlackListedClaims, NULL-terminated, or NULL */
    } claims;
    struct rp_remote_user remote_user;
    struct oidc_http_options http_long;  /* OIDCHTTPTimeoutLong and the other options of calls */
    struct oidc_http_options http_short; /* OIDCHTTPTimeoutShort */
    unsigned info;                       /* OIDCInfoHook, bits; 0 off */
    /* OIDCRedirectURLsAllowed, or NULL: the own origin only. */
    oidc_url_allowed_fn *redirect_allowed;
    void *redirect_allowed_baton;
};

struct rp_dir {
    const char *cookie;                 /* OIDCCookie */
    const char *cookie_path;            /* OIDCCookiePath */
    const char *state_cookie_prefix;    /* OIDCStateCookiePrefix */
    const char *const *strip_cookies;   /* OIDCStripCookies, NULL-terminated, or NULL */
    const char *authn_header;           /* OIDCAuthNHeader, or NULL */
    const char *path_scope;             /* OIDCPathScope, evaluated for this request, or NULL */
    const struct oidc_form *path_params; /* OIDCPathAuthRequestParams, evaluated for this request, or NULL */
    int preserve_post;                  /* OIDCPreservePost */
    unsigned pass_as;                   /* OIDCPassClaimsAs: RP_PASS_* */
    enum rp_pass_encoding pass_encoding; /* its second argument */
    int pass_access_token;              /* OIDCPassAccessToken */
    int pass_refresh_token;             /* OIDCPassRefreshToken */
    unsigned pass_id_token;             /* OIDCPassIDTokenAs: RP_ID_TOKEN_* */
    unsigned pass_userinfo;             /* OIDCPassUserInfoAs: RP_USERINFO_* */
    const char *userinfo_json_name;     /* "json:NAME", or NULL for OIDC_userinfo_json */
    enum rp_unauth_action unauth_action; /* OIDCUnAuthAction, its expression evaluated */
    int unauth_detect;                  /* 0 when an expression was given: no detection of what can't follow a redirect */
};

#endif
