/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client credentials: the first line is the Authorization header ("-" for none), the rest the body.
 * What is accepted is the same when we present it ourselves. The header is read as a bearer token
 * as well.
 */
#include "fuzz.h"

#include "oidc/client_auth.h"
#include "oidc/www_auth.h"

static void again(struct oidc_ctx *ctx, const struct oidc_client_credentials *given)
{
    struct oidc_client_credentials back;
    const char *header;
    struct oidc_form *body = oidc_form_make(ctx->pool), *read;
    struct oidc_client_auth auth = {
        .method = given->method,
        .client_id = given->client_id,
        .secret = given->secret.n ? oidc_secret_make(ctx->pool, given->secret) : NULL};
    MUST((given->method == OIDC_CLIENT_AUTH_NONE) == (given->secret.n == 0));
    MUST(oidc_client_auth_print(ctx, &auth, body, &header) == OIDC_OK);
    const char *text = oidc_form_print(ctx->pool, body);
    if (strlen(text) > OIDC_FORM_MAX_BYTES || (header && strlen(header) > 8000)) {
        return;
    }
    MUST(oidc_form_parse(ctx, oidc_str_z(text), &read) == OIDC_OK);
    MUST(oidc_client_auth_parse(ctx, header, read, &back) == OIDC_OK);
    MUST(back.method == given->method && strcmp(back.client_id, given->client_id) == 0);
    MUST(oidc_str_eq(back.secret, given->secret));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_form *body;
    struct oidc_client_credentials given;
    struct oidc_str token;
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    fuzz_start(&ctx);
    if (!newline) {
        return fuzz_end(&ctx);
    }
    char *header = oidc_str_dup(ctx.pool, oidc_str((const char *)data, (size_t)(newline - data)));
    struct oidc_str rest = oidc_str((const char *)newline + 1, size - (size_t)(newline + 1 - data));
    if (oidc_www_auth_bearer(&ctx, header, &token) == OIDC_OK) {
        MUST(token.n > 0 && strncasecmp(header, "Bearer ", 7) == 0);
    }
    oidc_ctx_clear(&ctx);
    if (oidc_form_parse(&ctx, rest, &body) != OIDC_OK) {
        return fuzz_end(&ctx);
    }
    if (oidc_client_auth_parse(&ctx, strcmp(header, "-") == 0 ? NULL : header, body, &given)
        == OIDC_OK) {
        again(&ctx, &given);
    } else {
        MUST(ctx.err.code == OIDC_E_OP_CLIENT_AUTH || ctx.err.code == OIDC_E_DUPLICATE_PARAMETER);
        MUST(oidc_str_is_printable(oidc_str_z(ctx.err.detail)));
    }
    return fuzz_end(&ctx);
}
