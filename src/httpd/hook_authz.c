/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authorization: Require claim, and what a signed-in user gets whom Require does not let in.
 *
 * Lines are compiled when the configuration is read; httpd combines their results (RequireAll,
 * RequireAny, RequireNone, Require not). A line with %{...} is an expression that is evaluated, and
 * compiled, for each request.
 */
#include "httpd/hooks.h"

#include "ap_expr.h"
#include "ap_provider.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_request.h"
#include "mod_auth.h"

#include "httpd/directive.h"
#include "httpd/regex.h"
#include "httpd/request.h"
#include "oidc/match.h"

/* One Require line: any of its specifications is enough. */
struct authz_line {
    int n;
    struct authz_spec {
        struct oidc_match *match; /* or NULL: */
        void *expr; /* ap_expr_info_t * */
    } of[];
};

/* ---- reading ---- */

static const char *authz_compile(apr_pool_t *pool, const char *text, struct oidc_match **out)
{
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, pool, NULL, NULL);
    return oidc_match_compile(&ctx, &httpd_regex, text, out) == OIDC_OK ? NULL : ctx.err.detail;
}

static const char *authz_read_spec(cmd_parms *cmd, const char *word, struct authz_spec *out)
{
    if (!strstr(word, "%{")) {
        return authz_compile(cmd->pool, word, &out->match);
    }
    return httpd_directive_compile(cmd, word, AP_EXPR_FLAG_STRING_RESULT, &out->expr);
}

static const char *authz_read(cmd_parms *cmd, const char *text, const void **out)
{
    const char **words;
    int n = httpd_table_split(cmd->pool, text, 0, &words);
    if (n == 0) {
        return "Require claim: expected name:value or name~expression";
    }
    struct authz_line *line = apr_pcalloc(cmd->pool, sizeof *line + sizeof *line->of * (size_t)n);
    line->n = n;
    for (int i = 0; i < n; i++) {
        const char *error = authz_read_spec(cmd, words[i], &line->of[i]);
        if (error) {
            return apr_psprintf(cmd->pool, "Require claim %s: %s",
                                oidc_log_quote(cmd->pool, words[i]), error);
        }
    }
    *out = line;
    return NULL;
}

/* ---- deciding ---- */

/* The compiled specification, for expressions after their evaluation; NULL when that fails. */
static struct oidc_match *authz_match_of(request_rec *r, const struct authz_spec *spec)
{
    const char *error = NULL, *text;
    struct oidc_match *match = NULL;
    if (!spec->expr) {
        return spec->match;
    }
    text = ap_expr_str_exec(r, spec->expr, &error);
    if (!error) {
        error = authz_compile(r->pool, text, &match);
    }
    if (error) {
        struct httpd_log log = {r, r->server};
        httpd_log_write(&log, OIDC_LOG_ERROR, __FILE__, __LINE__,
                        apr_psprintf(r->pool, "Require claim: %s", error));
        return NULL;
    }
    return match;
}

static void authz_note(struct httpd_request *q, const struct oidc_match *match)
{
    apr_pool_t *pool = q->x.r->pool;
    const char *spec = oidc_log_quote(pool, oidc_match_spec(match));
    const char *why = oidc_match_explain(match, q->session.packed, pool);
    q->missing = q->missing ? apr_psprintf(pool, "%s; %s: %s", q->missing, spec, why)
                            : apr_psprintf(pool, "%s: %s", spec, why);
    q->authz_specs = q->authz_specs
                         ? apr_pstrcat(pool, q->authz_specs, " ", oidc_match_spec(match), NULL)
                         : oidc_match_spec(match);
}

static authz_status authz_claim(request_rec *r, const char *text, const void *parsed)
{
    const struct authz_line *line = parsed;
    struct httpd_request *q;
    const char *type;
    (void)text;
    if (!r->user) {
        return AUTHZ_DENIED_NO_USER;
    }
    /* CHECK session: a user of another AuthType, or an anonymous one, has no claims; N245 */
    q = httpd_authn_is_ours(r, &type) ? httpd_request_decided(r) : NULL;
    if (!q || q->stage != HTTPD_SIGNED_IN) {
        return AUTHZ_DENIED;
    }
    for (int i = 0; i < line->n; i++) {
        struct oidc_match *match = authz_match_of(r, &line->of[i]);
        if (match && oidc_match_exec(match, q->session.packed, r->pool)) {
            return AUTHZ_GRANTED;
        }
        if (match) {
            authz_note(q, match);
        }
    }
    return AUTHZ_DENIED;
}

/* ---- refusing ---- */

/*
 * OIDCUnAutzAction auth. All of Require was decided when we come here, so an alternative of
 * RequireAny was tried too. A part of a request (a directory's index, an included page) can't send
 * its cookie to the browser: refused.
 */
static int authz_step_up(struct httpd_request *q)
{
    request_rec *r = q->x.r;
    struct rp_dir dir;
    if (r->main || httpd_request_dir_evaluated(q, &dir) != OIDC_OK) {
        return DECLINED;
    }
    oidc_log(&q->x.ctx, OIDC_LOG_INFO, "user %s signs in for more at %s: %s",
             oidc_log_quote(r->pool, r->user), oidc_log_quote(r->pool, r->uri),
             q->missing ? q->missing : "a Require line that asks for no claim");
    if (rp_step_up(&q->x.ctx, httpd_request_conf(r)->site, &dir, &q->x.req, &q->session,
                   &q->x.reply) != OIDC_OK) {
        return DECLINED;
    }
    q->stage = HTTPD_REFUSED;
    return httpd_page_refuse(&q->x);
}

static int authz_refuse(struct httpd_request *q)
{
    request_rec *r = q->x.r;
    const struct httpd_unautz *action = &httpd_request_dir(r)->unautz;
    if (action->status == HTTPD_UNAUTZ_AUTH) {
        int stepped = authz_step_up(q);
        if (stepped != DECLINED) {
            return stepped;
        }
    }
    /* of two failures the first counts: why there is no stepping up */
    (void)oidc_fail(&q->x.ctx, OIDC_E_NOT_AUTHORIZED, "user %s, %s %s: %s",
                    oidc_log_quote(r->pool, r->user), r->method, oidc_log_quote(r->pool, r->uri),
                    q->missing ? q->missing : "a Require line that asks for no claim");
    apr_table_setn(r->subprocess_env, "OIDC_AUTHZ_ERROR", q->authz_specs ? q->authz_specs : "");
    apr_table_setn(r->subprocess_env, "OIDC_ERROR", "Authorization Error");
    apr_table_setn(r->subprocess_env, "OIDC_ERROR_DESC",
                   action->arg && action->status != 302
                       ? action->arg
                       : oidc_error_row(q->x.ctx.err.code)->remedy);
    q->stage = HTTPD_REFUSED;
    if (action->status == HTTP_MOVED_TEMPORARILY) {
        httpd_page_log(&q->x);
        oidc_reply_redirect(&q->x.reply, action->arg);
        return httpd_page_refuse(&q->x);
    }
    int status = httpd_page_fail(&q->x);
    q->x.reply.status = action->status > HTTPD_UNAUTZ_AUTH ? action->status : status;
    return q->x.reply.status;
}

static int authz_refuse_anonymous(struct httpd_request *q)
{
    (void)oidc_fail(&q->x.ctx, OIDC_E_LOGIN_REQUIRED, "Require asks for more than an anonymous "
                                        "user has");
    q->stage = HTTPD_REFUSED;
    return httpd_page_fail(&q->x);
}

/*
 * Runs the other authorization hooks and looks at their answer: httpd says 401 to a user whom it
 * knows and does not let in, unless AuthzSendForbiddenOnFailure is on. 401 asks a browser to sign
 * in, which would not help.
 */
int httpd_authz_check(request_rec *r)
{
    struct httpd_request *q = httpd_request_find(r);
    if (!q || q->in_authz || (q->stage != HTTPD_SIGNED_IN && q->stage != HTTPD_ANONYMOUS)) {
        return DECLINED;
    }
    q->in_authz = 1;
    int status = ap_run_auth_checker(r);
    q->in_authz = 0;
    if (status != HTTP_UNAUTHORIZED && status != HTTP_FORBIDDEN) {
        return status;
    }
    return q->stage == HTTPD_SIGNED_IN ? authz_refuse(q) : authz_refuse_anonymous(q);
}

static const authz_provider authz_claim_provider = {authz_claim, authz_read};

void httpd_authz_register(apr_pool_t *pool)
{
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "claim", AUTHZ_PROVIDER_VERSION,
                              &authz_claim_provider, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(httpd_authz_check, NULL, NULL, APR_HOOK_REALLY_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);
}
