/* SPDX-License-Identifier: Apache-2.0 */
/* The token response: reading what a provider answered, printing what ours answers. */
#include "oidc/token_resp.h"

#include "oidc/buf.h"
#include "oidc/wire.h"
#include "proto/answer.h"

#define STATUS_OK 200

static const struct oidc_answer_kind token_answer = {"the token response", OIDC_E_TOKEN_RESPONSE,
                                                     OIDC_TOKEN_RESP_MAX};

/* The provider's refusal, as far as it can be understood. */
static enum oidc_rc token_resp_refused(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                       const char *error, const char *description)
{
    if (!error) {
        return oidc_fail(ctx, OIDC_E_TOKEN_ENDPOINT, "the token endpoint answered with %s",
                         oidc_answer_describe(ctx->pool, answer));
    }
    enum oidc_code code = strcmp(error, OIDC_ERROR_INVALID_CLIENT) == 0 ? OIDC_E_TOKEN_CLIENT_AUTH
                                                                        : OIDC_E_TOKEN_ENDPOINT;
    return oidc_fail(
        ctx, code, "the token endpoint answered with status %d, error %s, description %s",
        answer->status, oidc_log_quote(ctx->pool, error), oidc_log_quote(ctx->pool, description));
}

/* RFC 6749 appendix A: tokens are printable ASCII. Anything else could break out of a header. */
static int token_resp_is_token(const char *text)
{
    const char *p = text;
    while (*p >= 0x20 && *p < 0x7f) {
        p++;
    }
    return *p == '\0';
}

/* An optional token: NULL when there is none or it is empty. */
static enum oidc_rc token_resp_get_token(struct oidc_ctx *ctx, const json_t *doc, const char *name,
                                         const char **out)
{
    const char *value = NULL;
    /* CHECK token-bytes: RFC 6749 A.12, A.17; N114 */
    if (oidc_json_get_string(doc, name, &value) == OIDC_FAILED
        || (value && !token_resp_is_token(value))) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "%s in the token response is malformed", name);
    }
    *out = value && *value ? value : NULL;
    return OIDC_OK;
}

static enum oidc_rc token_resp_get_type(struct oidc_ctx *ctx, const json_t *doc, int bound,
                                        const char **out)
{
    const char *type = NULL;
    /* CHECK token-type: required and one that we can use (RFC 6749 5.1 and 7.1), in any case of
     * letters */
    if (oidc_json_get_string(doc, OIDC_PARAM_TOKEN_TYPE, &type) != OIDC_OK
        || (!oidc_str_eq_case(oidc_str_z(type), oidc_str_z(OIDC_TOKEN_TYPE_BEARER))
            && !(bound && oidc_str_eq_case(oidc_str_z(type), oidc_str_z(OIDC_TOKEN_TYPE_DPOP))))) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "%s in the token response is %s, not %s",
                         OIDC_PARAM_TOKEN_TYPE, oidc_log_quote(ctx->pool, type),
                         OIDC_TOKEN_TYPE_BEARER);
    }
    *out = type;
    return OIDC_OK;
}

/* A string, or (Twitch) an array of strings, which becomes one with spaces. */
static enum oidc_rc token_resp_get_scope(struct oidc_ctx *ctx, const json_t *doc, const char **out)
{
    const json_t *list;
    *out = NULL;
    if (oidc_json_get_array(doc, OIDC_PARAM_SCOPE, &list) == OIDC_OK) {
        struct oidc_buf b;
        struct oidc_str joined;
        oidc_buf_init(&b, ctx->pool, OIDC_TOKEN_RESP_MAX);
        for (size_t i = 0; i < json_array_size(list); i++) {
            oidc_buf_add_z(&b, i ? " " : "");
            oidc_buf_add_z(&b, json_string_value(
                                   json_array_get(list, i))); /* NULL, of no string, adds nothing */
        }
        if (oidc_buf_take(ctx, &b, OIDC_PARAM_SCOPE, &joined) != OIDC_OK) {
            return OIDC_FAILED;
        }
        *out = joined.p;
        return OIDC_OK;
    }
    if (oidc_json_get_string(doc, OIDC_PARAM_SCOPE, out) == OIDC_FAILED) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "%s in the token response is malformed",
                         OIDC_PARAM_SCOPE);
    }
    return OIDC_OK;
}

static enum oidc_rc token_resp_get_expires_in(struct oidc_ctx *ctx, const json_t *doc,
                                              apr_int64_t *out)
{
    *out = -1;
    if (oidc_json_get_seconds(doc, OIDC_PARAM_EXPIRES_IN, out) == OIDC_FAILED) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "%s in the token response is malformed",
                         OIDC_PARAM_EXPIRES_IN);
    }
    return OIDC_OK;
}

static enum oidc_rc token_resp_parse(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                     int bound, struct oidc_token_resp *out)
{
    const char *error, *description;
    json_t *doc;
    memset(out, 0, sizeof *out);
    /* CHECK token-status: nothing but 200 is a success (RFC 6749 5.1) */
    if (answer->status != STATUS_OK) {
        oidc_answer_error(ctx, answer, OIDC_TOKEN_RESP_MAX, &error, &description);
        return token_resp_refused(ctx, answer, error, description);
    }
    if (oidc_answer_parse(ctx, answer, &token_answer, &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK token-error: some providers send their errors with status 200 */
    oidc_answer_get_error(doc, &error, &description);
    if (error) {
        return token_resp_refused(ctx, answer, error, description);
    }
    if (token_resp_get_token(ctx, doc, OIDC_PARAM_ACCESS_TOKEN, &out->access_token) != OIDC_OK
        || token_resp_get_token(ctx, doc, OIDC_PARAM_REFRESH_TOKEN, &out->refresh_token) != OIDC_OK
        || token_resp_get_token(ctx, doc, OIDC_PARAM_ID_TOKEN, &out->id_token) != OIDC_OK
        || token_resp_get_type(ctx, doc, bound, &out->token_type) != OIDC_OK
        || token_resp_get_scope(ctx, doc, &out->scope) != OIDC_OK
        || token_resp_get_expires_in(ctx, doc, &out->expires_in) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK token-present: RFC 6749 5.1 */
    if (!out->access_token) {
        return oidc_fail(ctx, OIDC_E_TOKEN_RESPONSE, "the token response has no %s",
                         OIDC_PARAM_ACCESS_TOKEN);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_token_resp_parse(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                   struct oidc_token_resp *out)
{
    return token_resp_parse(ctx, answer, 0, out);
}

enum oidc_rc oidc_token_resp_parse_bound(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                         struct oidc_token_resp *out)
{
    return token_resp_parse(ctx, answer, 1, out);
}

const char *oidc_token_resp_print(apr_pool_t *pool, const struct oidc_token_resp *resp)
{
    json_t *doc = oidc_json_object(pool);
    oidc_json_put_string(doc, OIDC_PARAM_ACCESS_TOKEN, resp->access_token);
    oidc_json_put_string(doc, OIDC_PARAM_TOKEN_TYPE, resp->token_type);
    if (resp->expires_in >= 0) {
        oidc_json_put_int(doc, OIDC_PARAM_EXPIRES_IN, resp->expires_in);
    }
    oidc_json_put_string(doc, OIDC_PARAM_REFRESH_TOKEN, resp->refresh_token);
    oidc_json_put_string(doc, OIDC_PARAM_ID_TOKEN, resp->id_token);
    oidc_json_put_string(doc, OIDC_PARAM_SCOPE, resp->scope);
    return oidc_json_print(pool, doc);
}
