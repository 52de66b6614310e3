/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relying party: what the server's glue calls. No function here knows the server.
 *
 * Order for a protected request: rp_gate(); then by its verdict rp_view_make() (pass), rp_unauth() (login), or the error
 * reply. Requests to the redirect URI's path go to rp_endpoint().
 */
#ifndef OIDC_RP_H
#define OIDC_RP_H

#include "oidc/exchange.h"
#include "oidc/packed.h"
#include "oidc/rp_conf.h"
#include "oidc/seal.h"

/* One virtual host at work: configuration, keys, what is known of the provider. Made once in the parent, used by all. */
struct rp_site;

/*
 * OIDCProfile: sets in the configuration what the profile demands, whatever else was said. Before rp_site_make().
 * OIDC_E_CONFIG when something contradicts it.
 */
enum oidc_rc rp_profile_apply(struct oidc_ctx *ctx, struct rp_conf *conf) OIDC_MUST_CHECK;

struct rp_site_setup {
    const struct rp_conf *conf;
    const struct oidc_sealer *sealer;
    const char *name; /* "host:port" of the virtual host: part of the name space of sessions and keys */
};
/*
 * Makes the site in `pool` (it lives as long as the configuration). Checks what fields must be there together
 * (OIDC_E_CONFIG with the directive's name in the detail). No network.
 */
enum oidc_rc rp_site_make(struct oidc_ctx *ctx, apr_pool_t *pool, const struct rp_site_setup *setup, struct rp_site **out) OIDC_MUST_CHECK;
/* In each child, before it serves: locks and caches of this process. */
enum oidc_rc rp_site_start_process(struct oidc_ctx *ctx, struct rp_site *site, apr_pool_t *process_pool) OIDC_MUST_CHECK;
const struct rp_conf *rp_site_conf(const struct rp_site *site);

/* ---- HOT: gate, session, view ---- */

/*
 * A session as the gate found it: views into its record, which lives in ctx->pool. Strings are never NULL; what is not
 * there is "".
 */
struct rp_session {
    const char *id;      /* public handle of the session (not the cookie's value); 32 characters */
    const char *user;    /* REMOTE_USER */
    const char *issuer, *sub, *sid;
    const char *binding; /* cookie domain or host it was made for */
    apr_time_t created, idle_expires, hard_expires;
    apr_time_t cold_expires;          /* when the store forgets the cold record */
    apr_int64_t access_token_expires; /* seconds since 1970, 0 unknown */
    const char *access_token, *token_type, *scope; /* fit for header lines */
    struct oidc_str packed; /* the claims */
    struct oidc_str index;  /* which claims of `packed` are passed on, and where they are (src/rp/pack.h) */
    unsigned flags;         /* src/rp/record.h */
    struct oidc_str record; /* the hot record itself */
    struct oidc_str cold;   /* client-side sessions: the cold record; otherwise empty, it is in the store */
    apr_uint64_t version;   /* of the stored record, for compare-and-swap; 0 for client-side sessions */
};

enum rp_verdict {
    RP_ERROR = 0, /* could not decide: the reason is in ctx->err; never an identity */
    RP_PASS,      /* *out is the session */
    RP_LOGIN,     /* no (valid) session */
};
/*
 * Cookie to session. May put Set-Cookie into reply (a sliding expiry that was due, or a cookie that is dead). No network
 * other than the store, no random number, no write except when the idle time is due to be extended. *out is filled with
 * RP_PASS only.
 */
enum rp_verdict rp_gate(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_dir *dir,
                        const struct oidc_request *req, struct oidc_reply *reply, struct rp_session *out) OIDC_MUST_CHECK;

struct rp_variable {
    const char *name, *value;
};
struct rp_view {
    const struct rp_variable *variables; /* for headers and environment alike, each name once */
    int n;
};
/* What the application sees. OIDC_E_CLAIMS_TOO_LARGE beyond 200 variables or 256 KiB in all. */
enum oidc_rc rp_view_make(struct oidc_ctx *ctx, const struct rp_site *site, const struct rp_dir *dir,
                          const struct rp_session *session, struct rp_view *out) OIDC_MUST_CHECK;

/*
 * For the check of a configuration, before there is a site. The method of OIDCProviderTokenEndpointAuth has what it
 * needs; no kid names two different keys of OIDCPublicKeyFiles and OIDCPrivateKeyFiles. OIDC_E_CONFIG.
 */
enum oidc_rc rp_client_auth_check(struct oidc_ctx *ctx, const struct rp_conf *conf) OIDC_MUST_CHECK;
enum oidc_rc rp_client_auth_check_keys(struct oidc_ctx *ctx, const struct rp_conf *conf) OIDC_MUST_CHECK;

/* ---- COLD ---- */

enum rp_unauth_result {
    RP_UNAUTH_REFUSED = 0, /* reply holds the answer (redirect to the provider, or an error whose reason is in ctx->err) */
    RP_UNAUTH_ANONYMOUS,   /* let it pass without an identity */
};
/* No session: acts as dir->unauth_action says. A login redirect sets the state cookie in reply. */
enum rp_unauth_result rp_unauth(struct oidc_ctx *ctx, struct rp_site *site, const struct rp_dir *dir,
                                const struct oidc_request *req, struct oidc_reply *reply) OIDC_MUST_CHECK;

/*
 * A session that Require does not let in, where OIDCUnAutzAction says auth: OIDC_OK with the redirect to the provider in
 * reply, at which OIDCPathScope and OIDCPathAuthRequestParams ask for more. OIDC_E_STEP_UP_IN_VAIN when that was done for
 * this page already.
 */
enum oidc_rc rp_step_up(struct oidc_ctx *ctx, struct rp_site *site, const struct rp_dir *dir, const struct oidc_request *req,
                        const struct rp_session *session, struct oidc_reply *reply) OIDC_MUST_CHECK;

/* 1 when the path is the redirect URI's. */
int rp_endpoint_is_own(const struct rp_site *site, const char *path);
/* 1 when this request to the redirect URI needs a session and obeys Require (info=). */
int rp_endpoint_needs_session(const struct oidc_request *req);
/*
 * Answers a request to the redirect URI: authorization responses (GET, POST), logout=, jwks=, info=. `session` is what the gate
 * found, or NULL. OIDC_OK: reply is complete. OIDC_FAILED: the reason is in ctx->err; the glue makes the error reply,
 * cookies already in reply are sent as well.
 */
enum oidc_rc rp_endpoint(struct oidc_ctx *ctx, struct rp_site *site, const struct rp_dir *dir, const struct oidc_request *req,
                         const struct rp_session *session, struct oidc_reply *reply) OIDC_MUST_CHECK;

#endif
