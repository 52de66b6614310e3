/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end_session endpoint (OpenID Connect RP-Initiated Logout 1.0). A request with a valid
 * id_token_hint is the client's and is obeyed at once. Any other could come from a foreign page, so
 * the person is asked first: the answer must carry a sealed ticket and the cookie that was set with
 * the question.
 */
#include <apr_strings.h>

#include "oidc/html.h"
#include "oidc/id_token.h"
#include "oidc/logout.h"
#include "oidc/rand.h"
#include "op/clients.h"
#include "op/endpoints.h"
#include "op/grants.h"

enum { PAGE_MAX = 64 * 1024, TICKET_SECONDS = 600 };
#define TICKET_COOKIE "oidc_op_end_session"

struct logout {
    struct oidc_end_session_req req;
    const struct op_client *client; /* NULL when not known */
    const char *grant_id;           /* of the hint, or NULL */
    const char *target;             /* registered post_logout_redirect_uri with state, or NULL */
};

/* aud of a hint that we issued: the client. */
static enum oidc_rc read_hint(struct oidc_ctx *ctx, const struct op_site *site, struct logout *l)
{
    const struct oidc_claims *claims;
    const char *aud;

    if (oidc_id_token_check_hint(ctx, l->req.id_token_hint, site->conf->issuer, l->req.client_id,
                                 site->conf->keys, &claims)
        != OIDC_OK) {
        /* whoever sent it is to blame, not a provider */
        const char *why = ctx->err.detail;
        oidc_ctx_clear(ctx);
        return oidc_fail(ctx, OIDC_E_OP_LOGOUT, "id_token_hint: %s", why ? why : "malformed");
    }
    if (oidc_claims_get_string(claims, "aud", &aud) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_OP_LOGOUT, "the hint has no aud");
    }
    l->client = op_clients_find(site->conf, aud);
    if (oidc_claims_get_string(claims, "sid", &l->grant_id) != OIDC_OK) {
        l->grant_id = NULL;
    }
    return OIDC_OK;
}

static enum oidc_rc check_target(struct oidc_ctx *ctx, struct logout *l)
{
    struct oidc_form *form;

    if (!l->req.post_logout_redirect_uri) {
        return OIDC_OK;
    }
    /* CHECK op-post-logout-uri: RP-Initiated Logout 3 */
    if (!l->client
        || !op_clients_allow_uri(ctx, l->client->post_logout_redirect_uris,
                                 l->req.post_logout_redirect_uri)) {
        return oidc_fail(ctx, OIDC_E_OP_LOGOUT,
                         "post_logout_redirect_uri %s is not registered for the client",
                         oidc_log_quote(ctx->pool, l->req.post_logout_redirect_uri));
    }
    form = oidc_form_make(ctx->pool);
    oidc_form_add(form, "state", l->req.state);
    l->target = form->n ? oidc_form_print_url(ctx->pool, l->req.post_logout_redirect_uri, form)
                        : l->req.post_logout_redirect_uri;
    return OIDC_OK;
}

static enum oidc_rc reply_page(struct oidc_ctx *ctx, const char *ticket, struct oidc_reply *reply)
{
    struct oidc_buf b;
    struct oidc_str page;
    const char *nonce;

    if (oidc_rand_text(ctx, 16, &nonce) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    oidc_html_begin(&b, ticket ? "Sign out?" : "Signed out", nonce);
    if (ticket) {
        oidc_buf_add_z(&b, "<h1>Sign out?</h1>\n<p>An application asks to sign you out.</p>\n"
                           "<form method=\"post\"><input type=\"hidden\" name=\"ticket\" value=\"");
        oidc_html_add_text(&b, ticket);
        oidc_buf_add_z(&b, "\"><p><button>Sign out</button></p></form>\n");
    } else {
        oidc_buf_add_z(&b, "<h1>Signed out</h1>\n<p>You can close this page.</p>\n");
    }
    oidc_html_end(&b);
    if (oidc_buf_take(ctx, &b, "the logout page", &page) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_reply_html(reply, 200, page, oidc_html_policy(ctx->pool, nonce, 0));
    return OIDC_OK;
}

static enum oidc_rc finish(struct oidc_ctx *ctx, struct op_site *site, const struct logout *l,
                           struct op_exchange *ex, struct oidc_reply *reply)
{
    if (l->grant_id && op_grants_drop(ctx, site, l->grant_id) != OIDC_OK) {
        return OIDC_FAILED;
    }
    ex->end_login = 1;
    if (!l->target) {
        return reply_page(ctx, NULL, reply);
    }
    oidc_reply_redirect(reply, l->target);
    return OIDC_OK;
}

static void set_ticket_cookie(struct oidc_ctx *ctx, const struct op_site *site,
                              const struct op_exchange *ex, const char *value,
                              struct oidc_reply *reply)
{
    struct oidc_cookie c = {.name = TICKET_COOKIE,
                            .value = value,
                            .path = *site->base ? site->base : "/",
                            .http_only = 1,
                            .secure = strcmp(ex->req->origin.scheme, "https") == 0,
                            .same_site = OIDC_SAMESITE_STRICT,
                            .expires = value ? 0 : 1};
    oidc_reply_set_cookie(ctx->pool, reply, &c);
}

/* The ticket says: this browser, this target, until then. */
static enum oidc_rc ask(struct oidc_ctx *ctx, struct op_site *site, const struct logout *l,
                        struct op_exchange *ex, struct oidc_reply *reply)
{
    json_t *doc = oidc_json_object(ctx->pool);
    const char *browser, *ticket;

    if (oidc_rand_text(ctx, 16, &browser) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_json_put_string(doc, "browser", browser);
    oidc_json_put_string(doc, "target", l->target);
    oidc_json_put_int(doc, "exp", oidc_ctx_now_sec(ctx) + TICKET_SECONDS);
    if (oidc_seal_text(ctx, site->sealer, OIDC_SEAL_CODE, site->name_space,
                       oidc_str_z(oidc_json_print(ctx->pool, doc)), &ticket)
        != OIDC_OK) {
        return OIDC_FAILED;
    }
    set_ticket_cookie(ctx, site, ex, browser, reply);
    return reply_page(ctx, ticket, reply);
}

/* CHECK op-logout-csrf: N287 */
static enum oidc_rc check_ticket(struct oidc_ctx *ctx, const struct op_site *site,
                                 const struct op_exchange *ex, const char *ticket, struct logout *l)
{
    struct oidc_str plain, cookie;
    const char *browser;
    apr_int64_t exp;
    json_t *doc;

    if (oidc_unseal_text(ctx, site->sealer, OIDC_SEAL_CODE, site->name_space, oidc_str_z(ticket),
                         &plain)
        != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_OP_LOGOUT, "the ticket is not ours");
    }
    if (oidc_json_parse(ctx, ctx->pool, plain, OIDC_E_OP_LOGOUT, "logout ticket", &doc)
        != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_json_get_string(doc, "browser", &browser) != OIDC_OK
        || oidc_json_get_time(doc, "exp", &exp) != OIDC_OK || exp <= oidc_ctx_now_sec(ctx)) {
        return oidc_fail(ctx, OIDC_E_OP_LOGOUT, "the ticket is expired");
    }
    if (!oidc_cookie_find(ex->req->cookie, oidc_str_z(TICKET_COOKIE), &cookie)
        || !oidc_str_eq_secret(cookie, oidc_str_z(browser))) {
        return oidc_fail(ctx, OIDC_E_OP_LOGOUT, "the ticket belongs to another browser");
    }
    if (oidc_json_get_string(doc, "target", &l->target) != OIDC_OK) {
        l->target = NULL;
    }
    return OIDC_OK;
}

static enum oidc_rc read_form(struct oidc_ctx *ctx, const struct oidc_request *req,
                              struct oidc_form **form)
{
    if (strcmp(req->method, "POST") == 0) {
        return op_endpoints_read_form(ctx, req, form);
    }
    return oidc_form_parse(ctx, oidc_str_z(req->query), form);
}

enum oidc_rc op_end_session(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex,
                            struct oidc_reply *reply)
{
    struct logout l = {0};
    struct oidc_form *form;
    const char *ticket;
    enum oidc_rc rc;

    if (read_form(ctx, ex->req, &form) != OIDC_OK) {
        return OIDC_FAILED;
    }
    rc = oidc_form_get(ctx, form, "ticket", &ticket);
    if (rc == OIDC_FAILED) {
        return OIDC_FAILED;
    }
    if (rc == OIDC_OK && strcmp(ex->req->method, "POST") == 0) {
        if (check_ticket(ctx, site, ex, ticket, &l) != OIDC_OK) {
            return OIDC_FAILED;
        }
        set_ticket_cookie(ctx, site, ex, NULL, reply);
        return finish(ctx, site, &l, ex, reply);
    }
    if (oidc_end_session_parse(ctx, form, &l.req) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (l.req.client_id) {
        l.client = op_clients_find(site->conf, l.req.client_id);
    }
    if (l.req.id_token_hint && read_hint(ctx, site, &l) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (check_target(ctx, &l) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return l.req.id_token_hint ? finish(ctx, site, &l, ex, reply) : ask(ctx, site, &l, ex, reply);
}
