/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authorization endpoint (OpenID Connect Core 3.1.2). The server has authenticated the user
 * before we are asked.
 *
 * Order matters: until client and redirect URI are known to be right, nothing is redirected
 * anywhere (RFC 9700 4.11.2, N281); from then on every error goes to that URI, with state and iss.
 */
#include <apr_strings.h>

#include "oidc/authz_req.h"
#include "oidc/authz_resp.h"
#include "oidc/html.h"
#include "oidc/pkce.h"
#include "oidc/rand.h"
#include "op/claims.h"
#include "op/clients.h"
#include "op/endpoints.h"
#include "op/grants.h"

enum { PARAMETER_MAX = 4096, PAGE_MAX = 64 * 1024 };

struct authorization {
    const struct op_site *site;
    const struct op_exchange *ex;
    struct oidc_authz_req req;
    const struct op_client *client;
    const char *scope; /* granted */
};

static enum oidc_rc check_size(struct oidc_ctx *ctx, const struct oidc_form *form)
{
    for (int i = 0; i < form->n; i++) {
        if (strlen(form->fields[i].value) > PARAMETER_MAX) {
            return oidc_fail(ctx, OIDC_E_OP_REQUEST, "parameter %s has more than %d bytes",
                             oidc_log_quote(ctx->pool, form->fields[i].name), PARAMETER_MAX);
        }
    }
    return OIDC_OK;
}

static enum oidc_rc check_client(struct oidc_ctx *ctx, struct authorization *a)
{
    if (!a->req.client_id) {
        return oidc_fail(ctx, OIDC_E_OP_CLIENT, "client_id is missing");
    }
    a->client = op_clients_find(a->site->conf, a->req.client_id);
    if (!a->client) {
        return oidc_fail(ctx, OIDC_E_OP_CLIENT, "client_id %s has no OIDCOPClient",
                         oidc_log_quote(ctx->pool, a->req.client_id));
    }
    if (!a->req.redirect_uri) {
        return oidc_fail(ctx, OIDC_E_OP_REDIRECT_URI, "redirect_uri is missing");
    }
    if (!op_clients_allow_uri(ctx, a->client->redirect_uris, a->req.redirect_uri)) {
        return oidc_fail(ctx, OIDC_E_OP_REDIRECT_URI, "client %s has no redirect_uri %s",
                         a->client->id, oidc_log_quote(ctx->pool, a->req.redirect_uri));
    }
    return OIDC_OK;
}

/* RFC 7636; public clients have nothing else to prove that the code is theirs. */
static enum oidc_rc check_pkce(struct oidc_ctx *ctx, const struct authorization *a)
{
    const struct oidc_authz_req *req = &a->req;

    if (!req->code_challenge) {
        if (req->code_challenge_method) {
            return oidc_fail(ctx, OIDC_E_OP_PKCE, "code_challenge_method without code_challenge");
        }
        if (a->client->auth == OIDC_CLIENT_AUTH_NONE) {
            return oidc_fail(ctx, OIDC_E_OP_PKCE, "public client %s sent no code_challenge",
                             a->client->id);
        }
        return OIDC_OK;
    }
    if (!req->code_challenge_method || strcmp(req->code_challenge_method, "S256") != 0) {
        return oidc_fail(ctx, OIDC_E_OP_PKCE, "code_challenge_method must be S256");
    }
    if (!oidc_pkce_is_challenge(req->code_challenge)) {
        return oidc_fail(ctx, OIDC_E_OP_PKCE, "code_challenge is not 43 base64url characters");
    }
    return OIDC_OK;
}

/* 1 when the user must have signed in more recently than is known. */
static enum oidc_rc check_freshness(struct oidc_ctx *ctx, const struct authorization *a)
{
    const char *prompt = a->req.prompt ? a->req.prompt : "";
    apr_int64_t age = -1, limit;

    if (oidc_str_has_word(prompt, "none") && strcmp(prompt, "none") != 0) {
        return oidc_fail(ctx, OIDC_E_OP_REQUEST, "prompt=none stands with another value");
    }
    if (a->ex->auth_time) {
        age = oidc_ctx_now_sec(ctx) - apr_time_sec(a->ex->auth_time);
    }
    if (a->req.max_age) {
        if (!oidc_str_to_int64(oidc_str_z(a->req.max_age), 0, 1000000000, &limit)) {
            return oidc_fail(ctx, OIDC_E_OP_REQUEST, "max_age is no number of seconds");
        }
        if (age < 0 || age > limit) {
            return oidc_fail(ctx, OIDC_E_OP_LOGIN_REQUIRED,
                             "max_age=%ld asks for a newer login than is known", (long)limit);
        }
    }
    /* The server's own login can't be repeated from here: what can't be honoured is refused, never
     * ignored. */
    if (oidc_str_has_word(prompt, "login") && (age < 0 || age > 30)) {
        return oidc_fail(ctx, OIDC_E_OP_LOGIN_REQUIRED, "prompt=login asks for a new login");
    }
    return OIDC_OK;
}

static enum oidc_rc check_request(struct oidc_ctx *ctx, struct authorization *a)
{
    const struct oidc_authz_req *req = &a->req;

    if (req->request || req->request_uri) {
        return oidc_fail(ctx, OIDC_E_OP_REQUEST_OBJECT, "request or request_uri was sent");
    }
    if (!req->response_type || strcmp(req->response_type, "code") != 0) {
        return oidc_fail(ctx, OIDC_E_OP_RESPONSE_TYPE, "response_type %s",
                         oidc_log_quote(ctx->pool, req->response_type ? req->response_type : ""));
    }
    if (req->response_mode && strcmp(req->response_mode, "query") != 0
        && strcmp(req->response_mode, "form_post") != 0) {
        return oidc_fail(ctx, OIDC_E_OP_REQUEST, "response_mode %s",
                         oidc_log_quote(ctx->pool, req->response_mode));
    }
    if (!req->scope || !oidc_str_has_word(req->scope, "openid")) {
        return oidc_fail(ctx, OIDC_E_OP_SCOPE, "scope lacks openid");
    }
    if (check_pkce(ctx, a) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return check_freshness(ctx, a);
}

static enum oidc_rc grant(struct oidc_ctx *ctx, const struct authorization *a, const char **code)
{
    const struct op_conf *conf = a->site->conf;
    const char *scope = op_claims_grant_scope(ctx->pool, conf, a->client->scope, a->req.scope);
    struct op_grant g = {
        .user = a->ex->req->user,
        .client_id = a->client->id,
        .scope = scope,
        .nonce = a->req.nonce,
        .auth_time = apr_time_sec(a->ex->auth_time),
        .claims =
            op_claims_collect(ctx->pool, conf, a->ex->req->user, scope, a->ex->evaluate_baton),
    };
    struct op_code c = {.redirect_uri = a->req.redirect_uri, .challenge = a->req.code_challenge};

    return op_grants_make(ctx, a->site, &g, &c, code);
}

/* A page that posts the answer to the client at once, or by a button where scripts are off (Form
 * Post 1.0). */
static enum oidc_rc reply_form_post(struct oidc_ctx *ctx, const char *uri,
                                    const struct oidc_form *fields, struct oidc_reply *reply)
{
    struct oidc_buf b;
    struct oidc_str page;
    const char *nonce;

    if (oidc_rand_text(ctx, 16, &nonce) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_buf_init(&b, ctx->pool, PAGE_MAX);
    oidc_html_begin(&b, "Signing in", nonce);
    oidc_buf_add_z(&b, "<form method=\"post\" action=\"");
    oidc_html_add_text(&b, uri);
    oidc_buf_add_z(&b, "\">\n");
    for (int i = 0; i < fields->n; i++) {
        oidc_buf_add_z(&b, "<input type=\"hidden\" name=\"");
        oidc_html_add_text(&b, fields->fields[i].name);
        oidc_buf_add_z(&b, "\" value=\"");
        oidc_html_add_text(&b, fields->fields[i].value);
        oidc_buf_add_z(&b, "\">\n");
    }
    oidc_buf_add_z(&b, "<p><button>Continue</button></p>\n</form>\n<script nonce=\"");
    oidc_html_add_text(&b, nonce);
    oidc_buf_add_z(&b, "\">HTMLFormElement.prototype.submit.call(document.forms[0]);</script>\n");
    oidc_html_end(&b);
    if (oidc_buf_take(ctx, &b, "the form_post page", &page) != OIDC_OK) {
        return OIDC_FAILED;
    }
    oidc_reply_html(reply, 200, page, oidc_html_policy(ctx->pool, nonce, 1));
    return OIDC_OK;
}

static enum oidc_rc answer(struct oidc_ctx *ctx, const struct authorization *a,
                           struct oidc_authz_resp *resp, struct oidc_reply *reply)
{
    struct oidc_form *fields;

    resp->state = a->req.state;
    resp->iss = a->site->conf->issuer; /* RFC 9207 */
    fields = oidc_authz_resp_print(ctx->pool, resp);
    if (a->req.response_mode && strcmp(a->req.response_mode, "form_post") == 0) {
        return reply_form_post(ctx, a->req.redirect_uri, fields, reply);
    }
    oidc_reply_redirect(reply, oidc_form_print_url(ctx->pool, a->req.redirect_uri, fields));
    return OIDC_OK;
}

/* The failure stays in ctx->err for the log; the client hears its OAuth name and sentence. */
static enum oidc_rc answer_error(struct oidc_ctx *ctx, const struct authorization *a,
                                 struct oidc_reply *reply)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);
    struct oidc_authz_resp resp = {.error = row->oauth, .error_description = row->sentence};

    return answer(ctx, a, &resp, reply);
}

static enum oidc_rc read_parameters(struct oidc_ctx *ctx, const struct oidc_request *req,
                                    struct oidc_form **form)
{
    /* A login form in front of us may have posted its own fields: only the query is ours then. */
    if (oidc_form_parse(ctx, oidc_str_z(req->query), form) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (strcmp(req->method, "POST") != 0 || (*form)->n > 0) {
        return OIDC_OK;
    }
    return op_endpoints_read_form(ctx, req, form);
}

enum oidc_rc op_authorize(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex,
                          struct oidc_reply *reply)
{
    struct authorization a = {.site = site, .ex = ex};
    struct oidc_authz_resp resp = {0};
    struct oidc_form *form;

    if (!ex->req->user || !*ex->req->user) {
        return oidc_fail(
            ctx, OIDC_E_CONFIG,
            "the authorization endpoint is not protected: give <Location \"%s/authorize\"> "
            "an AuthType and Require valid-user",
            site->base);
    }
    if (read_parameters(ctx, ex->req, &form) != OIDC_OK || check_size(ctx, form) != OIDC_OK
        || oidc_authz_req_parse(ctx, form, &a.req) != OIDC_OK || check_client(ctx, &a) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (check_request(ctx, &a) != OIDC_OK || grant(ctx, &a, &resp.code) != OIDC_OK) {
        return answer_error(ctx, &a, reply);
    }
    return answer(ctx, &a, &resp, reply);
}
