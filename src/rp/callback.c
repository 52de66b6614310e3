/* SPDX-License-Identifier: Apache-2.0 */
/* The way back from the provider: from an authorization response to a session. */
#include <apr_strings.h>

#include "oidc/authz_resp.h"
#include "oidc/header.h"
#include "oidc/wire.h"
#include "rp/cookies.h"
#include "rp/endpoints.h"
#include "rp/flow.h"
#include "rp/forward.h"
#include "rp/index.h"
#include "rp/pack.h"
#include "rp/replay.h"
#include "rp/session.h"
#include "rp/state.h"
#include "rp/tokens.h"
#include "rp/user.h"

#define BODY_MAX ((size_t)1024 * 1024)
#define FORM_TYPE "application/x-www-form-urlencoded"
#define URL_IN_COOKIE_MAX 512 /* a longer one is not worth its place in a cookie */

static int callback_is_post(const struct rp_call *call)
{
    return strcmp(call->req->method, "POST") == 0;
}

/* After a POST the browser goes on by GET (RFC 9110 15.4.4). */
static void callback_redirect(const struct rp_call *call, const char *url)
{
    oidc_reply_redirect(call->reply, url);
    if (callback_is_post(call) && call->reply->status == 302) {
        call->reply->status = 303;
    }
}

/* ---- reading the response ---- */

static int callback_has_response(const struct oidc_form *query)
{
    static const char *const params[] = {OIDC_PARAM_CODE,     OIDC_PARAM_STATE,
                                         OIDC_PARAM_ERROR,    OIDC_PARAM_ISS,
                                         OIDC_PARAM_ID_TOKEN, OIDC_PARAM_ACCESS_TOKEN, NULL};
    for (const char *const *p = params; *p; p++) {
        if (oidc_form_has(query, *p)) {
            return 1;
        }
    }
    return 0;
}

static enum oidc_rc callback_read_body(struct oidc_ctx *ctx, const struct rp_call *call,
                                       const struct oidc_form *query, struct oidc_form **out)
{
    const struct oidc_request *req = call->req;
    const char *type = req->content_type ? req->content_type : "";
    struct oidc_str body;
    if (!oidc_str_eq_case(oidc_str(type, strcspn(type, "; \t")), oidc_str_z(FORM_TYPE))) {
        return oidc_fail(ctx, OIDC_E_CONTENT_TYPE, "a POST of type %s, not " FORM_TYPE,
                         oidc_log_quote(ctx->pool, type));
    }
    /* CHECK one place: nothing of the response in the query as well; N030, N031 */
    if (callback_has_response(query)) {
        return oidc_fail(ctx, OIDC_E_FORM, "an authorization response in query and body at once");
    }
    if (req->body(ctx, req->baton, BODY_MAX, &body) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_form_parse(ctx, body, out);
}

/* The response and the way it came. */
struct callback_response {
    struct oidc_authz_resp of;
    enum rp_response_mode mode;
};

/* The page of relay.c says in its form that the fields were a fragment. */
static enum oidc_rc callback_read_mode(struct oidc_ctx *ctx, const struct oidc_form *body,
                                       enum rp_response_mode *out)
{
    const char *mode;
    enum oidc_rc rc = oidc_form_get(ctx, body, OIDC_PARAM_RESPONSE_MODE, &mode);
    *out = rc == OIDC_OK && strcmp(mode, rp_flow_mode_name(RP_RESPONSE_MODE_FRAGMENT)) == 0
               ? RP_RESPONSE_MODE_FRAGMENT
               : RP_RESPONSE_MODE_FORM_POST;
    return rc == OIDC_FAILED ? OIDC_FAILED : OIDC_OK;
}

static enum oidc_rc callback_read(struct oidc_ctx *ctx, const struct rp_call *call,
                                  const struct oidc_form *query, struct callback_response *out)
{
    const struct oidc_form *form = query;
    struct oidc_form *body;
    out->mode = RP_RESPONSE_MODE_QUERY;
    if (callback_is_post(call)) {
        if (callback_read_body(ctx, call, query, &body) != OIDC_OK
            || callback_read_mode(ctx, body, &out->mode) != OIDC_OK) {
            return OIDC_FAILED;
        }
        form = body;
    }
    return oidc_authz_resp_parse(ctx, form, &out->of);
}

/* ---- the login it belongs to ---- */

/* CHECK mode: as it was asked for, so that nobody can choose the way; N036 */
static enum oidc_rc callback_check_mode(struct oidc_ctx *ctx, enum rp_response_mode came,
                                        const struct rp_state *s)
{
    if (came != s->response_mode) {
        return oidc_fail(ctx, OIDC_E_RESPONSE_MODE, "the response came by %s, asked for was %s",
                         rp_flow_mode_name(came), rp_flow_mode_name(s->response_mode));
    }
    return OIDC_OK;
}

static enum oidc_rc callback_check(struct oidc_ctx *ctx, const struct rp_call *call,
                                   const struct oidc_authz_resp *resp, const struct rp_state *s)
{
    const struct rp_provider *provider;
    if (rp_providers_get(ctx, call->site, &provider) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK issuer: the provider that was asked is the one that is known now; N032 */
    if (strcmp(s->issuer, provider->issuer) != 0) {
        return oidc_fail(ctx, OIDC_E_RESPONSE_ISS, "the login was begun with %s, now it is %s",
                         oidc_log_quote(ctx->pool, s->issuer),
                         oidc_log_quote(ctx->pool, provider->issuer));
    }
    const struct oidc_authz_resp_rules rules = {.issuer = provider->issuer,
                                                .iss_required = provider->iss_required,
                                                .code_expected = (s->flow & RP_FLOW_CODE) != 0,
                                                .id_token_expected = (s->flow & RP_FLOW_ID_TOKEN) != 0,
                                                .access_token_expected =
                                                    (s->flow & RP_FLOW_TOKEN) != 0};
    return oidc_authz_resp_check(ctx, resp, &rules);
}

/* CHECK flow: what was not asked for is as good as not there, a token that somebody added above all; N036 */
static void callback_drop_unasked(struct oidc_authz_resp *resp, unsigned flow)
{
    if (!(flow & RP_FLOW_CODE)) {
        resp->code = NULL;
    }
    if (!(flow & RP_FLOW_ID_TOKEN)) {
        resp->id_token = NULL;
    }
    if (!(flow & RP_FLOW_TOKEN)) {
        resp->access_token = resp->token_type = resp->expires_in = NULL;
    }
}

/* Finds the login and uses it up. *found says whether *s is filled, also on failure. */
static enum oidc_rc callback_take_state(struct oidc_ctx *ctx, const struct rp_call *call,
                                        const struct callback_response *resp, struct rp_state *s,
                                        int *found)
{
    *found = 0;
    if (rp_state_get(ctx, call, resp->of.state, s) != OIDC_OK
        || callback_check_mode(ctx, resp->mode, s) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *found = 1;
    return rp_state_use(ctx, call, s);
}

/* ---- a response that comes too late, or once more ---- */

/* Where the login of this state ended, when this browser's session came from it; else NULL. */
static const char *callback_own_url(struct oidc_ctx *ctx, const struct rp_call *call,
                                    const struct rp_session *session, const char *state)
{
    struct rp_cold cold;
    const char *hash;
    if (rp_session_get_cold(ctx, call->site, session, &cold) != OIDC_OK
        || rp_state_hash(ctx, state, &hash) != OIDC_OK) {
        return NULL;
    }
    return oidc_str_eq_secret_z(cold.state, hash) && *cold.url ? cold.url : NULL;
}

/*
 * Back button, reload, a tab that was left overnight: a browser that is signed in goes where it wanted to go, another
 * one to OIDCDefaultURL. Never a new identity. NULL: there is no such way.
 */
static const char *callback_way_out(struct oidc_ctx *ctx, const struct rp_call *call,
                                    const struct rp_session *session, const char *state,
                                    const struct rp_state *s)
{
    const enum oidc_code code = ctx->err.code;
    const char *url = NULL;
    if (code != OIDC_E_STATE_COOKIE_MISSING && code != OIDC_E_STATE_EXPIRED
        && code != OIDC_E_STATE_USED) {
        return NULL;
    }
    if (session && !callback_is_post(call)) {
        url = code == OIDC_E_STATE_USED && s ? s->url
                                             : callback_own_url(ctx, call, session, state);
    }
    if (!url && code != OIDC_E_STATE_USED) {
        url = rp_site_url(call, ctx->pool, call->site->conf->default_url);
    }
    return url;
}

static enum oidc_rc callback_recover(struct oidc_ctx *ctx, const struct rp_call *call, const char *url)
{
    if (!url) {
        return OIDC_FAILED;
    }
    oidc_log(ctx, OIDC_LOG_INFO, "%s (%s): the browser is sent to %s",
             oidc_error_row(ctx->err.code)->id, ctx->err.detail, oidc_log_quote(ctx->pool, url));
    oidc_ctx_clear(ctx);
    callback_redirect(call, url);
    return OIDC_OK;
}

/* ---- the session ---- */

static enum oidc_rc callback_hard_expiry(struct oidc_ctx *ctx, const struct rp_site *site,
                                         const struct oidc_claims *id_token, apr_time_t *out)
{
    apr_int64_t exp, duration = site->conf->session.max_duration;
    if (duration > 0) {
        *out = oidc_ctx_now(ctx) + apr_time_from_sec(duration);
        return OIDC_OK;
    }
    if (oidc_claims_get_time(id_token, OIDC_CLAIM_EXP, &exp) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_TOKEN_EXP, "the ID token has no exp for the session to end at");
    }
    *out = apr_time_from_sec(exp);
    return OIDC_OK;
}

static const char *callback_claim(const struct oidc_claims *claims, const char *name)
{
    const char *value;
    return oidc_claims_get_string(claims, name, &value) == OIDC_OK ? value : "";
}

static const char *callback_or_empty(const char *text)
{
    return text ? text : "";
}

/* Fit for a header line, so that no request has to look (N114). */
static const char *callback_fit(apr_pool_t *pool, const char *text)
{
    return oidc_header_value(pool, callback_or_empty(text));
}

static enum oidc_rc callback_fill(struct oidc_ctx *ctx, const struct rp_site *site,
                                  const char *issuer, const struct rp_tokens *t,
                                  struct rp_session *out)
{
    const struct rp_user_input user = {t->id_token, t->userinfo, issuer};
    const struct rp_claim_sets sets = {oidc_claims_json(t->id_token),
                                       t->userinfo ? oidc_claims_json(t->userinfo) : NULL,
                                       t->resp.scope};
    struct rp_packed packed;
    memset(out, 0, sizeof *out);
    if (rp_user_make(ctx, &site->conf->remote_user, &user, &out->user) != OIDC_OK
        || callback_hard_expiry(ctx, site, t->id_token, &out->hard_expires) != OIDC_OK
        || rp_pack_claims(ctx, site, &sets, &packed) != OIDC_OK) {
        return OIDC_FAILED;
    }
    out->issuer = issuer;
    out->sub = callback_claim(t->id_token, OIDC_CLAIM_SUB);
    out->sid = callback_claim(t->id_token, OIDC_CLAIM_SID);
    out->access_token = callback_fit(ctx->pool, t->resp.access_token);
    out->token_type = callback_fit(ctx->pool, t->resp.token_type);
    out->scope = callback_fit(ctx->pool, t->resp.scope);
    out->access_token_expires = t->resp.expires_in < 0 ? 0
                                                       : oidc_ctx_now_sec(ctx) + t->resp.expires_in;
    out->packed = packed.packed;
    out->index = packed.index;
    out->flags = packed.plain ? RP_RECORD_PLAIN : 0;
    return OIDC_OK;
}

static enum oidc_rc callback_cold(struct oidc_ctx *ctx, const struct rp_site *site,
                                  const struct rp_state *s, const struct oidc_token_resp *resp,
                                  struct rp_cold *out)
{
    int in_cookie = site->conf->session.type == RP_SESSION_COOKIE;
    int keep_token = !in_cookie || site->conf->session.store_id_token;
    out->refresh_token = callback_or_empty(resp->refresh_token);
    out->id_token = keep_token ? resp->id_token : "";
    out->url = in_cookie && strlen(s->url) > URL_IN_COOKIE_MAX ? "" : s->url;
    return rp_state_hash(ctx, s->state, &out->state);
}

/* CHECK half a login: a session that the provider's logout could not find does not begin; N160 */
static enum oidc_rc callback_begin(struct oidc_ctx *ctx, const struct rp_call *call,
                                   struct rp_session *session, const struct rp_cold *cold)
{
    struct oidc_ctx scratch;
    if (rp_session_make(ctx, call, session, cold) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (rp_index_add(ctx, call->site, session) == OIDC_OK) {
        return OIDC_OK;
    }
    oidc_ctx_init(&scratch, ctx->pool, ctx->env, ctx->log_baton);
    if (rp_session_drop(&scratch, call->site, session) != OIDC_OK) {
        oidc_log(ctx, OIDC_LOG_WARNING, "a session that did not begin could not be dropped: %s", scratch.err.detail);
    }
    return OIDC_FAILED;
}

static enum oidc_rc callback_login(struct oidc_ctx *ctx, const struct rp_call *call,
                                   const struct rp_state *s, const struct oidc_authz_resp *resp,
                                   const struct rp_session *old)
{
    struct rp_tokens t;
    struct rp_session session;
    struct rp_cold cold;
    if (rp_tokens_get(ctx, call, s, resp, &t) != OIDC_OK
        || callback_fill(ctx, call->site, s->issuer, &t, &session) != OIDC_OK
        || callback_cold(ctx, call->site, s, &t.resp, &cold) != OIDC_OK) {
        return OIDC_FAILED;
    }
    session.flags |= s->flags & RP_STATE_STEP_UP ? RP_RECORD_STEPPED : 0;
    /* CHECK one session: the one that this browser had is over; N128 */
    if (old && (rp_session_drop(ctx, call->site, old) != OIDC_OK || rp_index_drop(ctx, call->site, old) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    if (callback_begin(ctx, call, &session, &cold) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_log(ctx, OIDC_LOG_DEBUG, "the session %s begins for %s", session.id,
             oidc_log_quote(ctx->pool, session.user));
    if (s->flags & RP_STATE_POST) {
        return rp_forward_restore(ctx, call, s->url, rp_replay_key(ctx->pool, s));
    }
    callback_redirect(call, s->url);
    return OIDC_OK;
}

enum oidc_rc rp_callback_answer(struct oidc_ctx *ctx, const struct rp_call *call,
                                const struct oidc_form *query, const struct rp_session *session)
{
    struct callback_response resp;
    struct rp_state s;
    int found;
    if (callback_read(ctx, call, query, &resp) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (callback_take_state(ctx, call, &resp, &s, &found) != OIDC_OK) {
        return callback_recover(ctx, call, callback_way_out(ctx, call, session, resp.of.state,
                                                            found ? &s : NULL));
    }
    /* from here on the state is used up, whatever comes (N041) */
    if (callback_check(ctx, call, &resp.of, &s) != OIDC_OK) {
        return OIDC_FAILED;
    }
    callback_drop_unasked(&resp.of, s.flow);
    return callback_login(ctx, call, &s, &resp.of, session);
}
