/* SPDX-License-Identifier: Apache-2.0 */
/* Who the user is for httpd. */
#include "rp/user.h"

#include <apr_strings.h>

#define USER_MAX 1024

/* A string, or a whole number; NULL for anything else. */
static const char *user_text(apr_pool_t *pool, const struct oidc_claims *claims, const char *name)
{
    const json_t *v = claims ? json_object_get(oidc_claims_json(claims), name) : NULL;
    if (json_is_integer(v)) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, (apr_int64_t)json_integer_value(v));
    }
    return json_is_string(v) ? apr_pstrmemdup(pool, json_string_value(v), json_string_length(v))
                             : NULL;
}

static const char *user_issuer_suffix(const char *issuer)
{
    return strncmp(issuer, "https://", 8) == 0 ? issuer + 8 : issuer;
}

enum oidc_rc rp_user_make(struct oidc_ctx *ctx, const struct rp_remote_user *conf,
                          const struct rp_user_input *in, const char **out)
{
    const char *name = conf->claim;
    const char *user = user_text(ctx->pool, in->id_token, name);
    if (!user) {
        user = user_text(ctx->pool, in->userinfo, name);
    }
    if (!user) {
        return oidc_fail(ctx, OIDC_E_REMOTE_USER,
                         "no claim %s of text in the ID token%s (OIDCRemoteUserClaim)",
                         oidc_log_quote(ctx->pool, name), in->userinfo ? " or userinfo" : "");
    }
    if (conf->regex) {
        const char *whole = user;
        user = conf->apply(ctx->pool, conf->regex, conf->substitution, whole);
        if (!user) {
            return oidc_fail(ctx, OIDC_E_REMOTE_USER,
                             "the claim %s is %s, which OIDCRemoteUserClaim's expression does not match",
                             oidc_log_quote(ctx->pool, name), oidc_log_quote(ctx->pool, whole));
        }
    }
    /* CHECK user: never empty, never able to break a line or a variable; N252 */
    if (!*user || strlen(user) > USER_MAX || !oidc_str_is_printable(oidc_str_z(user))) {
        return oidc_fail(ctx, OIDC_E_REMOTE_USER, "the claim %s gives %s, which is no user's name",
                         oidc_log_quote(ctx->pool, name), oidc_log_quote(ctx->pool, user));
    }
    *out = conf->append_issuer
               ? apr_pstrcat(ctx->pool, user, "@", user_issuer_suffix(in->issuer), NULL)
               : user;
    return OIDC_OK;
}
