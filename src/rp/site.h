/* SPDX-License-Identifier: Apache-2.0 */
/* One virtual host at work, and the request at hand, as the files of this layer pass them on. */
#ifndef RP_SITE_H
#define RP_SITE_H

#include "oidc/rp.h"
#include "oidc/store.h"

#define RP_NAME_SPACE_LEN 22 /* base64url of 128 bits of a hash */

struct rp_providers;

/* Constant once made; what changes (documents of the provider) is behind `providers`, under its own lock. */
struct rp_site {
    const struct rp_conf *conf;
    const struct oidc_sealer *sealer;
    struct oidc_str name_space;     /* of this site's sessions: RP_NAME_SPACE_LEN characters */
    struct oidc_packed_style style; /* how claims are rendered, never NULL inside */
    const char *redirect_path;      /* path of the redirect URI */
    const char *jwks;               /* our public keys, as ?jwks= answers */
    struct rp_providers *providers;
    apr_uint32_t *form_post_warned; /* 1 once the warning about form_post over http was written */
};

/* What nearly every function here needs. `reply` collects cookies also where the glue makes the answer. */
struct rp_call {
    const struct rp_site *site;
    const struct rp_dir *dir;
    const struct oidc_request *req;
    struct oidc_reply *reply;
};

/* RP_FLOW_* of OIDCResponseType. */
unsigned rp_site_flow(const struct rp_site *site);
/* The redirect URI as it is sent to the provider: a configured path is completed with the request's origin. */
const char *rp_site_redirect_uri(const struct rp_call *call, apr_pool_t *pool);
/* An operator's URL that may be a path, completed with the request's origin; NULL stays NULL. */
const char *rp_site_url(const struct rp_call *call, apr_pool_t *pool, const char *url);

#endif
