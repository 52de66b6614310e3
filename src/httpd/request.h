/* SPDX-License-Identifier: Apache-2.0 */
/* What mod_oidc knows of one request, between its hooks. */
#ifndef HTTPD_REQUEST_H
#define HTTPD_REQUEST_H

#include "httpd/conf.h"
#include "httpd/exchange.h"
#include "oidc/rp.h"

enum httpd_stage {
    HTTPD_UNDECIDED = 0,
    HTTPD_SIGNED_IN,  /* session is valid */
    HTTPD_ANONYMOUS,  /* OIDCUnAuthAction pass */
    HTTPD_REFUSED,    /* redirected or refused; x.reply.status says how */
};

/* What stands in a header table because we put it there. */
struct httpd_put {
    const struct rp_variable *of;
    int n;
};

struct httpd_request {
    struct httpd_exchange x; /* first */
    enum httpd_stage stage;
    struct rp_session session;
    const char *user, *auth_type;
    const char *cookie_name;  /* whose session it is */
    struct httpd_put headers; /* of the root request: what all its parts share */
    const char *missing;      /* for a refusal by Require claim: which claims were sought and what was there */
    const char *authz_specs;  /* the specifications that did not match */
    int in_authz;             /* the other authorization hooks are running */
};

struct httpd_conf *httpd_request_conf(const request_rec *r);
const struct httpd_dir *httpd_request_dir(const request_rec *r);
/* Of this request, or NULL; then made. */
struct httpd_request *httpd_request_find(const request_rec *r);
struct httpd_request *httpd_request_make(request_rec *r);
/* The nearest of r and the requests it came from that was decided on, or NULL. */
struct httpd_request *httpd_request_decided(request_rec *r);
/* Origin and other parts that the relying party needs; OIDC_FAILED with OIDC_E_HOST. */
enum oidc_rc httpd_request_prepare(struct httpd_request *q) OIDC_MUST_CHECK;
/* The directory's configuration with its expressions evaluated for this request. */
enum oidc_rc httpd_request_dir_evaluated(struct httpd_request *q, struct rp_dir *out) OIDC_MUST_CHECK;

/* ---- hook_endpoint.c ---- */
/* 1 when the request is for the redirect URI of its virtual host. */
int httpd_endpoint_is_own(const request_rec *r);

/* ---- pass.c ---- */
/* First of all hooks: takes what is ours from what the client sent. */
int httpd_pass_scrub(request_rec *r);
/* Names that only this directory's configuration brought (.htaccess). */
int httpd_pass_scrub_dir(request_rec *r);
/* User, headers and variables of a session. */
enum oidc_rc httpd_pass_put(struct httpd_request *q) OIDC_MUST_CHECK;
/* After an internal redirect the variables carry other names; they are put again. */
int httpd_pass_again(request_rec *r);
void httpd_pass_register(apr_pool_t *pool);

#endif
