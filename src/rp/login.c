/* SPDX-License-Identifier: Apache-2.0 */
/* Requests without a session: what OIDCUnAuthAction says, and the authorization request. */
#include "rp/login.h"

#include <apr_strings.h>

#include "oidc/authz_req.h"
#include "oidc/par.h"
#include "oidc/pkce.h"
#include "oidc/wire.h"
#include "rp/client.h"
#include "rp/flow.h"
#include "rp/forward.h"
#include "rp/providers.h"
#include "rp/replay.h"
#include "rp/state.h"

/* ---- where to return to ---- */

const char *rp_login_return_url(struct oidc_ctx *ctx, const struct oidc_request *req)
{
    const char *origin = oidc_url_print_origin(ctx->pool, &req->origin);
    const char *url = apr_pstrcat(ctx->pool, origin, req->uri, NULL);
    struct oidc_url parsed;
    /* CHECK return URL: kept whole or not at all; N015, N018 */
    if (req->uri[0] == '/' && strlen(url) <= OIDC_URL_MAX
        && oidc_url_parse(ctx, url, "the URL to return to", &parsed) == OIDC_OK
        && oidc_url_same_origin(oidc_url_origin(&parsed), req->origin)) {
        return url;
    }
    oidc_ctx_clear(ctx);
    oidc_log(ctx, OIDC_LOG_INFO, "%s is no URL to return to: the login will end at /",
             oidc_log_quote(ctx->pool, url));
    return apr_pstrcat(ctx->pool, origin, "/", NULL);
}

/* ---- the authorization request ---- */

/* The first field of that name in the request's query; NULL when there is none or the query is malformed. */
static const char *login_query_value(struct oidc_ctx *ctx, const struct oidc_form *query,
                                     const char *name)
{
    for (int i = 0; query && i < query->n; i++) {
        if (strcmp(query->fields[i].name, name) == 0) {
            return query->fields[i].value;
        }
    }
    oidc_log(ctx, OIDC_LOG_DEBUG, "the request has no parameter %s to hand on",
             oidc_log_quote(ctx->pool, name));
    return NULL;
}

static const struct oidc_form *login_query(struct oidc_ctx *ctx, const struct oidc_request *req)
{
    struct oidc_form *query;
    if (oidc_form_parse(ctx, oidc_str_z(req->query), &query) != OIDC_OK) {
        oidc_ctx_clear(ctx);
        return NULL;
    }
    return query;
}

/* "name=#" copies that parameter of the request; those of the path replace the site's of the same name. */
static void login_add_params(struct oidc_ctx *ctx, const struct oidc_form *params,
                             const struct oidc_form *query, struct oidc_form *out)
{
    for (int i = 0; params && i < params->n; i++) {
        const struct oidc_param *p = &params->fields[i];
        int is_copy = strcmp(p->value, "#") == 0;
        oidc_form_add(out, p->name, is_copy ? login_query_value(ctx, query, p->name) : p->value);
    }
}

static struct oidc_form *login_extra(struct oidc_ctx *ctx, const struct rp_call *call)
{
    const struct oidc_form *site = call->site->conf->provider.auth_request_params;
    const struct oidc_form *path = call->dir->path_params;
    struct oidc_form *out = oidc_form_make(ctx->pool);
    if (!site && !path) {
        return out;
    }
    const struct oidc_form *query = login_query(ctx, call->req);
    for (int i = 0; site && i < site->n; i++) {
        const struct oidc_form one = {ctx->pool, &site->fields[i], 1, 1};
        if (!path || !oidc_form_has(path, site->fields[i].name)) {
            login_add_params(ctx, &one, query, out);
        }
    }
    login_add_params(ctx, path, query, out);
    return out;
}

static const char *login_scope(apr_pool_t *pool, const struct rp_call *call)
{
    const char *scope = call->site->conf->provider.scope;
    const char *more = call->dir->path_scope;
    return more && *more ? apr_pstrcat(pool, scope ? scope : "openid", " ", more, NULL) : scope;
}

/* Where no code is handed out there is nothing to prove. */
static enum rp_pkce_method login_pkce(const struct rp_site *site)
{
    return rp_site_flow(site) & RP_FLOW_CODE ? site->conf->provider.pkce : RP_PKCE_NONE;
}

static enum oidc_rc login_challenge(struct oidc_ctx *ctx, enum rp_pkce_method pkce,
                                    const char *verifier, struct oidc_authz_req *req)
{
    switch (pkce) {
    case RP_PKCE_S256:
        req->code_challenge_method = "S256";
        return oidc_pkce_challenge(ctx, verifier, &req->code_challenge);
    case RP_PKCE_PLAIN:
        req->code_challenge_method = "plain";
        req->code_challenge = verifier;
        return OIDC_OK;
    case RP_PKCE_NONE:
        return OIDC_OK;
    }
    return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCPKCEMethod has an unknown value");
}

/* max_age that goes out, from whichever place: the answer is judged by it. */
static enum oidc_rc login_note_max_age(struct oidc_ctx *ctx, const struct oidc_form *form,
                                       struct rp_state *s)
{
    const char *text;
    enum oidc_rc rc = oidc_form_get(ctx, form, "max_age", &text);
    if (rc != OIDC_OK) {
        return rc == OIDC_ABSENT ? OIDC_OK : OIDC_FAILED;
    }
    if (!oidc_str_to_int64(oidc_str_z(text), 0, APR_INT32_MAX, &s->max_age)) {
        return oidc_fail(ctx, OIDC_E_FORM, "max_age %s is no number of seconds",
                         oidc_log_quote(ctx->pool, text));
    }
    return OIDC_OK;
}

static enum oidc_rc login_print(struct oidc_ctx *ctx, const struct rp_call *call, struct rp_state *s,
                                struct oidc_form **out)
{
    const struct rp_conf *conf = call->site->conf;
    struct oidc_authz_req req = {.response_type = rp_flow_print(s->flow),
                                 .client_id = conf->client.id,
                                 .redirect_uri = rp_site_redirect_uri(call, ctx->pool),
                                 .scope = login_scope(ctx->pool, call),
                                 .state = s->state,
                                 .nonce = s->nonce,
                                 .response_mode = rp_flow_mode_name(conf->provider.response_mode)};
    if (login_challenge(ctx, login_pkce(call->site), s->verifier, &req) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = oidc_authz_req_print(ctx->pool, &req, login_extra(ctx, call));
    return login_note_max_age(ctx, *out, s);
}

/* RFC 9126: the parameters go to the provider directly, the browser carries a reference to them. */
static enum oidc_rc login_push(struct oidc_ctx *ctx, const struct rp_call *call,
                               const struct rp_provider *provider, struct oidc_form **form)
{
    const struct rp_client_request push = {provider->par_endpoint, *form, OIDC_PAR_MAX};
    struct oidc_form *reference = oidc_form_make(ctx->pool);
    struct oidc_http_answer answer;
    const char *request_uri;
    /* CHECK pushed: no way back to parameters in the browser; N045 */
    if (!provider->par_endpoint) {
        return oidc_fail(ctx, OIDC_E_PAR_MISSING, "OIDCProviderAuthRequestMethod PAR, but the provider "
                                                  "announces no " OIDC_META_PAR_ENDPOINT);
    }
    oidc_form_set(*form, OIDC_PARAM_CLIENT_ID, call->site->conf->client.id);
    if (rp_client_post(ctx, call, provider, &push, &answer) != OIDC_OK
        || oidc_par_check(ctx, &answer, &request_uri) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_form_add(reference, OIDC_PARAM_CLIENT_ID, call->site->conf->client.id);
    oidc_form_add(reference, OIDC_PARAM_REQUEST_URI, request_uri);
    *form = reference;
    return OIDC_OK;
}

/* The answer that sends the browser to the provider: a redirect, or a page when there is a form to send or to keep. */
static enum oidc_rc login_send(struct oidc_ctx *ctx, const struct rp_call *call,
                               const struct rp_provider *provider, const struct oidc_form *form,
                               const struct rp_forward *keep)
{
    struct rp_forward f = *keep;
    if (call->site->conf->provider.auth_request_method == RP_AUTH_REQUEST_POST) {
        f.url = provider->authorization_endpoint;
        f.fields = form;
        return rp_forward_answer(ctx, call, &f);
    }
    f.url = oidc_form_print_url(ctx->pool, provider->authorization_endpoint, form);
    if (f.keep) {
        return rp_forward_answer(ctx, call, &f);
    }
    oidc_reply_redirect(call->reply, f.url);
    return OIDC_OK;
}

/* What the login is begun with; *keep gets the request's form where that is to be sent again afterwards. */
static enum oidc_rc login_fill(struct oidc_ctx *ctx, const struct rp_call *call,
                               const struct rp_provider *provider, struct rp_state *s,
                               struct rp_forward *keep)
{
    enum oidc_rc rc = rp_replay_read(ctx, call, &keep->keep);
    if (rc == OIDC_FAILED) {
        return OIDC_FAILED;
    }
    if (rc == OIDC_OK) {
        s->flags |= RP_STATE_POST;
        keep->key = rp_replay_key(ctx->pool, s);
    }
    s->url = rp_login_return_url(ctx, call->req);
    s->method = call->req->method;
    s->issuer = provider->issuer;
    s->path_scope = call->dir->path_scope ? call->dir->path_scope : "";
    s->flow = rp_site_flow(call->site);
    s->response_mode = rp_flow_mode(&call->site->conf->provider);
    return OIDC_OK;
}

static enum oidc_rc login_start(struct oidc_ctx *ctx, const struct rp_call *call, unsigned flags)
{
    const struct rp_conf *conf = call->site->conf;
    const struct rp_provider *provider;
    struct rp_forward keep = {0};
    struct oidc_form *form;
    struct rp_state s;
    if (rp_providers_get(ctx, call->site, &provider) != OIDC_OK
        || rp_state_make(ctx, login_pkce(call->site), &s) != OIDC_OK) {
        return OIDC_FAILED;
    }
    s.flags = flags;
    if (login_fill(ctx, call, provider, &s, &keep) != OIDC_OK
        || login_print(ctx, call, &s, &form) != OIDC_OK
        || (conf->provider.auth_request_method == RP_AUTH_REQUEST_PAR
            && login_push(ctx, call, provider, &form) != OIDC_OK)
        || rp_state_put(ctx, call, &s) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return login_send(ctx, call, provider, form, &keep);
}

enum oidc_rc rp_login_start(struct oidc_ctx *ctx, const struct rp_call *call)
{
    return login_start(ctx, call, 0);
}

enum oidc_rc rp_login_start_again(struct oidc_ctx *ctx, const struct rp_call *call)
{
    return login_start(ctx, call, RP_STATE_STEP_UP);
}

/* ---- OIDCUnAuthAction ---- */

static enum oidc_rc login_authenticate(struct oidc_ctx *ctx, const struct rp_call *call)
{
    /* CHECK fetch: what can't follow the redirect gets no state either; N236 */
    if (call->dir->unauth_detect && !oidc_request_navigates(call->req)) {
        return oidc_fail(ctx, OIDC_E_LOGIN_REQUIRED, "a request that can't follow a redirect to sign in");
    }
    return rp_login_start(ctx, call);
}

/* OIDC_ABSENT: no login is wanted here. */
static enum oidc_rc login_act(struct oidc_ctx *ctx, const struct rp_call *call)
{
    switch (call->dir->unauth_action) {
    case RP_UNAUTH_AUTH:
        return login_authenticate(ctx, call);
    case RP_UNAUTH_PASS:
        return OIDC_ABSENT;
    case RP_UNAUTH_401:
        return oidc_fail(ctx, OIDC_E_LOGIN_REQUIRED, "OIDCUnAuthAction 401");
    case RP_UNAUTH_407:
        return oidc_fail(ctx, OIDC_E_LOGIN_REQUIRED_PROXY, "OIDCUnAuthAction 407");
    case RP_UNAUTH_410:
        return oidc_fail(ctx, OIDC_E_LOGIN_GONE, "OIDCUnAuthAction 410");
    }
    return oidc_fail(ctx, OIDC_E_INTERNAL, "OIDCUnAuthAction has an unknown value");
}

enum rp_unauth_result rp_unauth(struct oidc_ctx *ctx, struct rp_site *site, const struct rp_dir *dir,
                                const struct oidc_request *req, struct oidc_reply *reply)
{
    const struct rp_call call = {site, dir, req, reply};
    return login_act(ctx, &call) == OIDC_ABSENT ? RP_UNAUTH_ANONYMOUS : RP_UNAUTH_REFUSED;
}
