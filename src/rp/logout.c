/* SPDX-License-Identifier: Apache-2.0 */
/* ?logout=: the end of the session here, then at the provider (RP-Initiated Logout 1.0). */
#include "oidc/logout.h"

#include "oidc/b64.h"
#include "oidc/html.h"
#include "rp/cookies.h"
#include "rp/endpoints.h"
#include "rp/index.h"
#include "rp/providers.h"
#include "rp/session.h"

#define PAGE_MAX ((size_t)16 * 1024)

/* Where to go afterwards: what was asked for, or OIDCDefaultLoggedOutURL; NULL for our own page. */
static enum oidc_rc logout_target(struct oidc_ctx *ctx, const struct rp_call *call,
                                  const char *asked, const char **out)
{
    const struct rp_conf *conf = call->site->conf;
    const struct oidc_redirect_rule rule = {.own = call->req->origin,
                                            .allowed = conf->redirect_allowed,
                                            .baton = conf->redirect_allowed_baton};
    if (!*asked) {
        *out = rp_site_url(call, ctx->pool, conf->default_logged_out_url);
        return OIDC_OK;
    }
    /* CHECK target: this site or the operator's list; before anything is ended; N001-N018 */
    return oidc_url_check_redirect(ctx, &rule, asked, out);
}

/* The raw ID token for id_token_hint; NULL when none was kept. */
static const char *logout_hint(struct oidc_ctx *ctx, const struct rp_site *site,
                               const struct rp_session *session)
{
    struct rp_cold cold;
    enum oidc_rc rc = session ? rp_session_get_cold(ctx, site, session, &cold) : OIDC_ABSENT;
    if (rc == OIDC_FAILED) {
        oidc_log(ctx, OIDC_LOG_WARNING, "logout goes on without id_token_hint: %s",
                 ctx->err.detail ? ctx->err.detail : "no reason given");
        oidc_ctx_clear(ctx);
    }
    return rc == OIDC_OK && *cold.id_token ? cold.id_token : NULL;
}

/* The provider's end_session_endpoint with its parameters; NULL when there is none. */
static const char *logout_at_provider(struct oidc_ctx *ctx, const struct rp_call *call,
                                      const char *hint, const char *target)
{
    const struct rp_conf *conf = call->site->conf;
    const struct rp_provider *provider;
    if (rp_providers_get(ctx, call->site, &provider) != OIDC_OK) {
        /* a provider that is down keeps nobody signed in here; N203 */
        oidc_log(ctx, OIDC_LOG_WARNING, "logout ends here, the provider is not told: %s",
                 ctx->err.detail);
        oidc_ctx_clear(ctx);
        return NULL;
    }
    if (!provider->end_session_endpoint) {
        return NULL;
    }
    const struct oidc_end_session_req req = {.id_token_hint = hint,
                                             .post_logout_redirect_uri = target,
                                             .client_id = conf->client.id};
    struct oidc_form *form = oidc_end_session_print(ctx->pool, &req,
                                                    conf->provider.logout_request_params);
    return oidc_form_print_url(ctx->pool, provider->end_session_endpoint, form);
}

static enum oidc_rc logout_page(struct oidc_ctx *ctx, const struct rp_call *call)
{
    unsigned char bytes[16];
    struct oidc_buf b;
    struct oidc_str page;
    if (oidc_ctx_random(ctx, bytes, sizeof bytes) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const char *nonce = oidc_b64url_print(ctx->pool, oidc_str((const char *)bytes, sizeof bytes));
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    oidc_html_begin(&b, "Signed out", nonce);
    oidc_buf_add_z(&b, "<h1>Signed out</h1>\n<p>You are signed out of this site.</p>\n");
    oidc_html_end(&b);
    if (oidc_buf_take(ctx, &b, "a page", &page) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_reply_html(call->reply, 200, page, oidc_html_policy(ctx->pool, nonce, 0));
    return OIDC_OK;
}

enum oidc_rc rp_logout_answer(struct oidc_ctx *ctx, const struct rp_call *call,
                              const struct oidc_form *query, const struct rp_session *session)
{
    const char *kind, *target;
    if (oidc_form_get(ctx, query, "logout", &kind) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (strcmp(kind, "backchannel") == 0) {
        return rp_backchannel_answer(ctx, call);
    }
    if (strcmp(kind, "get") == 0 || strcmp(kind, "img") == 0) {
        return rp_frontchannel_answer(ctx, call, query, session);
    }
    if (logout_target(ctx, call, kind, &target) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const char *hint = logout_hint(ctx, call->site, session);
    rp_cookies_drop_session(ctx, call);
    /* CHECK logout: not said to be done before it is; N134 */
    if (session && (rp_session_drop(ctx, call->site, session) != OIDC_OK
                    || rp_index_drop(ctx, call->site, session) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    if (session) {
        oidc_log(ctx, OIDC_LOG_DEBUG, "the session %s ends: logout", session->id);
    }
    const char *there = logout_at_provider(ctx, call, hint, target);
    if (!there && !target) {
        return logout_page(ctx, call);
    }
    oidc_reply_redirect(call->reply, there ? there : target);
    return OIDC_OK;
}
