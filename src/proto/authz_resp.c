/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization response: read from the browser's request, judged against the login that was
 * begun. */
#include "oidc/authz_resp.h"

#include "proto/fields.h"

#define FIELD(name, member) {name, offsetof(struct oidc_authz_resp, member), OIDC_FIELD_OURS}

static const struct oidc_field rows[] = {
    FIELD(OIDC_PARAM_CODE, code),
    FIELD(OIDC_PARAM_STATE, state),
    FIELD(OIDC_PARAM_ISS, iss),
    FIELD(OIDC_PARAM_ERROR, error),
    FIELD(OIDC_PARAM_ERROR_DESCRIPTION, error_description),
    FIELD(OIDC_PARAM_ERROR_URI, error_uri),
    FIELD(OIDC_PARAM_SESSION_STATE, session_state),
    FIELD(OIDC_PARAM_ID_TOKEN, id_token),
    FIELD(OIDC_PARAM_ACCESS_TOKEN, access_token),
    FIELD(OIDC_PARAM_TOKEN_TYPE, token_type),
    FIELD(OIDC_PARAM_EXPIRES_IN, expires_in),
};
static const struct oidc_fields fields = {rows, sizeof rows / sizeof rows[0]};

enum oidc_rc oidc_authz_resp_parse(struct oidc_ctx *ctx, const struct oidc_form *form,
                                   struct oidc_authz_resp *out)
{
    if (oidc_fields_parse(ctx, &fields, form, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK response-empty: neither a grant nor an error is no response at all; N021 */
    if (!out->code && !out->id_token && !out->access_token && !out->error) {
        return oidc_fail(ctx, OIDC_E_MISSING_PARAMETER,
                         "the authorization response has neither %s nor %s", OIDC_PARAM_CODE,
                         OIDC_PARAM_ERROR);
    }
    return OIDC_OK;
}

static enum oidc_rc authz_resp_check_iss(struct oidc_ctx *ctx, const char *iss,
                                         const struct oidc_authz_resp_rules *rules)
{
    if (!iss) {
        /* CHECK response-iss-required: RFC 9207 2.4, absent although announced; N034 */
        return rules->iss_required
                   ? oidc_fail(ctx, OIDC_E_RESPONSE_ISS, "the authorization response has no %s",
                               OIDC_PARAM_ISS)
                   : OIDC_OK;
    }
    /* CHECK response-iss: RFC 9207 2.4, byte by byte, before anything is sent anywhere; N032 */
    if (!rules->issuer || strcmp(iss, rules->issuer) != 0) {
        return oidc_fail(ctx, OIDC_E_RESPONSE_ISS,
                         "the authorization response comes from %s, not from %s",
                         oidc_log_quote(ctx->pool, iss), oidc_log_quote(ctx->pool, rules->issuer));
    }
    return OIDC_OK;
}

static enum oidc_rc authz_resp_check_present(struct oidc_ctx *ctx, int expected, const char *value,
                                             const char *name)
{
    if (expected && !value) {
        return oidc_fail(ctx, OIDC_E_MISSING_PARAMETER, "the authorization response has no %s", name);
    }
    return OIDC_OK;
}

static enum oidc_rc authz_resp_check_type(struct oidc_ctx *ctx, const char *type)
{
    /* CHECK response-token-type: RFC 6749 4.2.2, 7.1: a token of an unknown kind is not used */
    if (!type || !oidc_str_eq_case(oidc_str_z(type), oidc_str_z(OIDC_TOKEN_TYPE_BEARER))) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE,
                         "%s in the authorization response is %s, not " OIDC_TOKEN_TYPE_BEARER,
                         OIDC_PARAM_TOKEN_TYPE, oidc_log_quote(ctx->pool, type));
    }
    return OIDC_OK;
}

enum oidc_rc oidc_authz_resp_check(struct oidc_ctx *ctx, const struct oidc_authz_resp *resp,
                                   const struct oidc_authz_resp_rules *rules)
{
    if (authz_resp_check_iss(ctx, resp->iss, rules) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK response-error: an error is the end, whatever else came with it; N041 */
    if (resp->error) {
        return oidc_fail(ctx, OIDC_E_PROVIDER_REFUSED, "error %s, description %s",
                         oidc_log_quote(ctx->pool, resp->error),
                         oidc_log_quote(ctx->pool, resp->error_description));
    }
    /* CHECK response-parts: all that was asked for, not something else; Core 3.2.2.5, 3.3.2.5; N036 */
    if (authz_resp_check_present(ctx, rules->code_expected, resp->code, OIDC_PARAM_CODE) != OIDC_OK
        || authz_resp_check_present(ctx, rules->id_token_expected, resp->id_token,
                                    OIDC_PARAM_ID_TOKEN) != OIDC_OK
        || authz_resp_check_present(ctx, rules->access_token_expected, resp->access_token,
                                    OIDC_PARAM_ACCESS_TOKEN) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return rules->access_token_expected ? authz_resp_check_type(ctx, resp->token_type) : OIDC_OK;
}

struct oidc_form *oidc_authz_resp_print(apr_pool_t *pool, const struct oidc_authz_resp *resp)
{
    return oidc_fields_print(pool, &fields, resp, NULL);
}
