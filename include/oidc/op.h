/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OpenID Provider: what the server's glue calls. Whoever the server authenticated at the authorization endpoint is
 * the user. Code flow with PKCE, confidential and public clients.
 */
#ifndef OIDC_OP_H
#define OIDC_OP_H

#include "oidc/client_auth.h"
#include "oidc/exchange.h"
#include "oidc/jwk.h"
#include "oidc/seal.h"

struct op_client {
    const char *id;
    const struct oidc_secret *secret;  /* NULL: public client, PKCE required */
    enum oidc_client_auth_method auth; /* BASIC, POST, NONE: the only one accepted */
    const char *const *redirect_uris;  /* NULL-terminated; compared exactly (RFC 9700 2.1), but for the port of a
                                          loopback IP address (RFC 8252 7.3) */
    const char *const *post_logout_redirect_uris;
    const char *scope; /* allowed scopes, space-separated */
    const char *name;
};

struct op_claim {
    const char *name;
    const char *scope; /* handed out when that scope was granted; NULL: always */
    void *source;      /* of op_conf.evaluate */
};

struct op_conf {
    const char *issuer; /* absolute URL without query and fragment; its path is the base of the endpoints */
    const struct op_client *clients;
    int n_clients;
    const struct op_claim *claims;
    int n_claims;
    const json_t *user_claims; /* {"user": {claims}}, or NULL (OIDCOPClaimsFile); scope rules of Core 5.4 apply, claims
                                  of other names go with scope "profile" */
    /* Value of a claim for this request's user; NULL: none. */
    const char *(*evaluate)(void *baton, void *source);
    const struct oidc_jwks *keys; /* private; the first signs */
    enum oidc_alg alg;
    apr_int64_t code_ttl;  /* seconds, 60 */
    apr_int64_t token_ttl; /* seconds, 600 */
    const struct oidc_http_options *http; /* unused so far */
};

struct op_site;
enum oidc_rc op_site_make(struct oidc_ctx *ctx, apr_pool_t *pool, const struct op_conf *conf, const struct oidc_sealer *sealer,
                          struct op_site **out) OIDC_MUST_CHECK;

enum op_endpoint {
    OP_NONE = 0,
    OP_DISCOVERY, OP_JWKS, OP_AUTHORIZE, OP_TOKEN, OP_USERINFO, OP_END_SESSION,
};
/* Which endpoint a path is; NONE for paths that are not ours. Only AUTHORIZE is protected by the server's own login. */
enum op_endpoint op_endpoint_find(const struct op_site *site, const char *path);
/*
 * Answers. For AUTHORIZE req->user must be the authenticated user and auth_time when that was (0 unknown). *end_login is
 * set to 1 when the server's own login is to be ended (end_session).
 *
 * OIDC_OK: reply is complete. ctx->err may be set all the same: the reply tells the client of a failure (a redirect with
 * error=, a JSON error), and the glue logs it. OIDC_FAILED: the reason is in ctx->err, nothing may be redirected (unknown
 * client, bad redirect_uri), and the glue shows the error page.
 */
struct op_exchange {
    const struct oidc_request *req;
    apr_time_t auth_time;
    void *evaluate_baton;
    int end_login; /* out */
};
enum oidc_rc op_endpoint_answer(struct oidc_ctx *ctx, struct op_site *site, enum op_endpoint which, struct op_exchange *ex,
                                struct oidc_reply *reply) OIDC_MUST_CHECK;

#endif
