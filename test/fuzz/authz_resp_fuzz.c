/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that come as parameters: authorization response and request, token request, logout
 * request. What is read survives printing and reading; what passes the check has the right iss.
 */
#include "fuzz.h"

#include "oidc/authz_req.h"
#include "oidc/authz_resp.h"
#include "oidc/logout.h"
#include "oidc/token_req.h"

#define ISSUER "https://op.test/"

/* A struct that is nothing but strings. */
static void same(const void *a, const void *b, size_t size)
{
    for (size_t at = 0; at < size; at += sizeof(char *)) {
        const char *x, *y;
        memcpy(&x, (const char *)a + at, sizeof x);
        memcpy(&y, (const char *)b + at, sizeof y);
        MUST(x ? y && *x && strcmp(x, y) == 0 : !y);
    }
}

static struct oidc_form *reread(struct oidc_ctx *ctx, const struct oidc_form *form)
{
    struct oidc_form *again;
    const char *text = oidc_form_print(ctx->pool, form);
    MUST(strlen(text) > OIDC_FORM_MAX_BYTES
         || oidc_form_parse(ctx, oidc_str_z(text), &again) == OIDC_OK);
    return strlen(text) > OIDC_FORM_MAX_BYTES ? NULL : again;
}

static void only_duplicates(struct oidc_ctx *ctx)
{
    MUST(ctx->err.code == OIDC_E_DUPLICATE_PARAMETER);
    oidc_ctx_clear(ctx);
}

static void check_response(struct oidc_ctx *ctx, const struct oidc_authz_resp *resp)
{
    static const struct oidc_authz_resp_rules rules[] = {
        {.issuer = ISSUER, .code_expected = 1},
        {.issuer = ISSUER, .code_expected = 1, .iss_required = 1},
        {.code_expected = 0},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (oidc_authz_resp_check(ctx, resp, &rules[i]) == OIDC_OK) {
            MUST(!resp->error && (resp->code || !rules[i].code_expected));
            MUST(resp->iss ? rules[i].issuer && strcmp(resp->iss, ISSUER) == 0
                           : !rules[i].iss_required);
        } else {
            MUST(ctx->err.code != OIDC_E_NONE);
        }
        oidc_ctx_clear(ctx);
    }
}

static void response(struct oidc_ctx *ctx, const struct oidc_form *form)
{
    struct oidc_authz_resp resp, back;
    if (oidc_authz_resp_parse(ctx, form, &resp) != OIDC_OK) {
        MUST(ctx->err.code == OIDC_E_DUPLICATE_PARAMETER
             || ctx->err.code == OIDC_E_MISSING_PARAMETER);
        oidc_ctx_clear(ctx);
        return;
    }
    check_response(ctx, &resp);
    form = reread(ctx, oidc_authz_resp_print(ctx->pool, &resp));
    if (form) {
        MUST(oidc_authz_resp_parse(ctx, form, &back) == OIDC_OK);
        same(&resp, &back, sizeof resp);
    }
}

/* The whole input serves as extra parameters as well: ours must come out unchanged (N044). */
static void request(struct oidc_ctx *ctx, const struct oidc_form *form)
{
    static const struct oidc_authz_req ours = {.response_type = "code",
                                               .client_id = "c",
                                               .redirect_uri = "https://rp.test/cb",
                                               .state = "s",
                                               .nonce = "n",
                                               .code_challenge = "h"};
    struct oidc_authz_req req, back;
    const struct oidc_form *mixed = oidc_authz_req_print(ctx->pool, &ours, form);
    MUST(oidc_authz_req_parse(ctx, mixed, &back) == OIDC_OK);
    MUST(strcmp(back.client_id, "c") == 0 && strcmp(back.state, "s") == 0 && !back.request);
    MUST(strcmp(back.nonce, "n") == 0 && strcmp(back.redirect_uri, ours.redirect_uri) == 0);
    if (oidc_authz_req_parse(ctx, form, &req) != OIDC_OK) {
        only_duplicates(ctx);
    } else if ((form = reread(ctx, oidc_authz_req_print(ctx->pool, &req, NULL)))) {
        MUST(oidc_authz_req_parse(ctx, form, &back) == OIDC_OK);
        same(&req, &back, sizeof req);
    }
}

static void token_request(struct oidc_ctx *ctx, const struct oidc_form *form)
{
    struct oidc_token_req req, back;
    if (oidc_token_req_parse(ctx, form, &req) != OIDC_OK) {
        only_duplicates(ctx);
    } else if ((form = reread(ctx, oidc_token_req_print(ctx->pool, &req, NULL)))) {
        MUST(oidc_token_req_parse(ctx, form, &back) == OIDC_OK);
        same(&req, &back, sizeof req);
    }
}

static void logout(struct oidc_ctx *ctx, const struct oidc_form *form)
{
    struct oidc_end_session_req req, back;
    if (oidc_end_session_parse(ctx, form, &req) != OIDC_OK) {
        only_duplicates(ctx);
    } else if ((form = reread(ctx, oidc_end_session_print(ctx->pool, &req, NULL)))) {
        MUST(oidc_end_session_parse(ctx, form, &back) == OIDC_OK);
        same(&req, &back, sizeof req);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_form *form;
    fuzz_start(&ctx);
    if (oidc_form_parse(&ctx, oidc_str((const char *)data, size), &form) == OIDC_OK) {
        response(&ctx, form);
        request(&ctx, form);
        token_request(&ctx, form);
        logout(&ctx, form);
    }
    return fuzz_end(&ctx);
}
