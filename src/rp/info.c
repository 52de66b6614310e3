/* SPDX-License-Identifier: Apache-2.0 */
/* ?info=json: what the operator lets pages know of the session (OIDCInfoHook). */
#include <apr_strings.h>

#include "rp/endpoints.h"
#include "rp/pack.h"
#include "rp/session.h"

static void info_put_text(json_t *doc, const char *name, const char *text)
{
    oidc_json_put_string(doc, name, text && *text ? text : NULL);
}

/* Tokens: each only where it is asked for by name; N206 */
static void info_put_tokens(json_t *doc, unsigned wants, const struct rp_session *s,
                            const struct rp_cold *cold, apr_pool_t *pool)
{
    if (wants & RP_INFO_ACCESS_TOKEN) {
        info_put_text(doc, "access_token", s->access_token);
        info_put_text(doc, "access_token_type", s->token_type);
    }
    if ((wants & RP_INFO_ACCESS_TOKEN_EXPIRES) && s->access_token_expires > 0) {
        info_put_text(doc, "access_token_expires",
                      apr_psprintf(pool, "%" APR_INT64_T_FMT, s->access_token_expires));
    }
    if (wants & RP_INFO_ID_TOKEN_HINT) {
        info_put_text(doc, "id_token_hint", cold->id_token);
    }
    if (wants & RP_INFO_REFRESH_TOKEN) {
        info_put_text(doc, "refresh_token", cold->refresh_token);
    }
}

static void info_put_claims(json_t *doc, unsigned wants, const struct rp_session *s,
                            apr_pool_t *pool)
{
    if (wants & RP_INFO_ID_TOKEN) {
        oidc_json_put_copy(doc, "id_token", rp_pack_json(pool, s->packed, OIDC_FROM_ID_TOKEN));
    }
    if (wants & RP_INFO_USERINFO) {
        const json_t *userinfo = rp_pack_json(pool, s->packed, OIDC_FROM_USERINFO);
        if (json_object_size(userinfo) > 0) {
            oidc_json_put_copy(doc, "userinfo", userinfo);
        }
    }
}

static void info_put_session(json_t *doc, unsigned wants, const struct rp_session *s,
                             apr_pool_t *pool)
{
    if (wants & RP_INFO_EXP) {
        oidc_json_put_int(doc, "exp", apr_time_sec(s->hard_expires));
    }
    if (wants & RP_INFO_TIMEOUT) {
        oidc_json_put_int(doc, "timeout", apr_time_sec(s->idle_expires));
    }
    if (wants & RP_INFO_REMOTE_USER) {
        info_put_text(doc, "remote_user", s->user);
    }
    if (wants & RP_INFO_SESSION) {
        json_t *session = oidc_json_object(pool);
        info_put_text(session, "uuid", s->id);
        info_put_text(session, "iss", s->issuer);
        info_put_text(session, "sub", s->sub);
        info_put_text(session, "sid", s->sid);
        info_put_text(session, "remote_user", s->user);
        oidc_json_put_int(session, "created", apr_time_sec(s->created));
        oidc_json_put_copy(doc, "session", session);
    }
}

static enum oidc_rc info_cold(struct oidc_ctx *ctx, const struct rp_site *site,
                              const struct rp_session *s, struct rp_cold *out)
{
    static const struct rp_cold nothing = {"", "", "", ""};
    *out = nothing;
    if (!(site->conf->info & (RP_INFO_ID_TOKEN_HINT | RP_INFO_REFRESH_TOKEN))) {
        return OIDC_OK;
    }
    enum oidc_rc rc = rp_session_get_cold(ctx, site, s, out);
    if (rc == OIDC_ABSENT) {
        *out = nothing;
    }
    return rc == OIDC_FAILED ? OIDC_FAILED : OIDC_OK;
}

enum oidc_rc rp_info_answer(struct oidc_ctx *ctx, const struct rp_call *call,
                            const struct oidc_form *query, const struct rp_session *session)
{
    const unsigned wants = call->site->conf->info;
    const char *format;
    struct rp_cold cold;
    if (oidc_form_get(ctx, query, "info", &format) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!wants) {
        return oidc_fail(ctx, OIDC_E_NOT_ENABLED, "OIDCInfoHook is not set");
    }
    if (strcmp(format, "json") != 0) {
        return oidc_fail(ctx, OIDC_E_CONTENT_TYPE, "info=%s, there is only json",
                         oidc_log_quote(ctx->pool, format));
    }
    if (!session) {
        return oidc_fail(ctx, OIDC_E_LOGIN_REQUIRED, "?info= without a session");
    }
    if (info_cold(ctx, call->site, session, &cold) != OIDC_OK) {
        return OIDC_FAILED;
    }
    json_t *doc = oidc_json_object(ctx->pool);
    if (wants & RP_INFO_IAT) {
        oidc_json_put_int(doc, "iat", oidc_ctx_now_sec(ctx));
    }
    info_put_tokens(doc, wants, session, &cold, ctx->pool);
    info_put_claims(doc, wants, session, ctx->pool);
    info_put_session(doc, wants, session, ctx->pool);
    oidc_reply_json(call->reply, 200, oidc_str_z(oidc_json_print(ctx->pool, doc)));
    return OIDC_OK;
}
