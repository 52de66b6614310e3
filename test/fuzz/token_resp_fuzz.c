/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token responses. The first line is "status content-type", the rest the body. What is accepted has
 * an access token fit for a header, and survives printing and reading.
 */
#include "fuzz.h"

#include "oidc/token_resp.h"

static void same_text(const char *a, const char *b)
{
    MUST(a ? b && strcmp(a, b) == 0 : !b || !*b);
}

static void fit_for_a_header(const char *token)
{
    for (; token && *token; token++) {
        MUST(*token >= 0x20 && *token < 0x7f);
    }
}

static void accepted(struct oidc_ctx *ctx, const struct oidc_token_resp *resp)
{
    struct oidc_token_resp back;
    struct oidc_http_answer answer = {.status = 200, .content_type = "application/json"};
    MUST(resp->access_token && *resp->access_token && resp->token_type);
    MUST(strcasecmp(resp->token_type, "Bearer") == 0);
    MUST(resp->expires_in >= -1 && resp->expires_in <= 1LL << 31);
    fit_for_a_header(resp->access_token);
    fit_for_a_header(resp->refresh_token);
    fit_for_a_header(resp->id_token);
    answer.body = oidc_str_z(oidc_token_resp_print(ctx->pool, resp));
    if (answer.body.n <= OIDC_TOKEN_RESP_MAX) {
        MUST(oidc_token_resp_parse(ctx, &answer, &back) == OIDC_OK);
        same_text(resp->access_token, back.access_token);
        same_text(resp->refresh_token, back.refresh_token);
        same_text(resp->id_token, back.id_token);
        same_text(resp->scope, back.scope);
        MUST(resp->expires_in == back.expires_in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_token_resp resp;
    struct oidc_http_answer answer = {0};
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    fuzz_start(&ctx);
    if (!newline) {
        return fuzz_end(&ctx);
    }
    char *first = oidc_str_dup(ctx.pool, oidc_str((const char *)data, (size_t)(newline - data)));
    char *space = strchr(first, ' ');
    answer.status = atoi(first);
    answer.content_type = space ? space + 1 : "";
    answer.body = oidc_str((const char *)newline + 1, size - (size_t)(newline + 1 - data));
    if (oidc_token_resp_parse(&ctx, &answer, &resp) == OIDC_OK) {
        MUST(answer.status == 200 && ctx.err.code == OIDC_E_NONE);
        accepted(&ctx, &resp);
    } else {
        MUST(ctx.err.code == OIDC_E_TOKEN_RESPONSE || ctx.err.code == OIDC_E_TOKEN_ENDPOINT
             || ctx.err.code == OIDC_E_TOKEN_CLIENT_AUTH);
        MUST(oidc_str_is_printable(oidc_str_z(ctx.err.detail)));
    }
    return fuzz_end(&ctx);
}
