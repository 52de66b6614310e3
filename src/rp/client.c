/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of an authenticated POST. */
#include "rp/client.h"

#include "rp/client_auth.h"
#include "rp/proof.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define JSON_TYPE "application/json"

/* Each attempt has credentials and a proof of its own: neither may be used twice (RFC 7523 3, RFC 9449 11.1). */
static enum oidc_rc client_attempt(struct oidc_ctx *ctx, const struct rp_call *call,
                                   const struct rp_provider *provider,
                                   const struct rp_client_request *request,
                                   struct oidc_http_answer *out)
{
    const struct rp_conf *conf = call->site->conf;
    const struct rp_proof_wish wish = {"POST", request->url, NULL};
    struct oidc_reply_header headers[2] = {{"Authorization", NULL}, {"DPoP", NULL}};
    struct oidc_form *body = oidc_form_make(ctx->pool);
    struct oidc_http *http = ctx->env->http;
    int n = 0;
    for (int i = 0; i < request->body->n; i++) {
        oidc_form_add(body, request->body->fields[i].name, request->body->fields[i].value);
    }
    if (rp_client_auth_print(ctx, conf, provider, body, &headers[0].value) != OIDC_OK) {
        return OIDC_FAILED;
    }
    n = headers[0].value != NULL;
    if (rp_proof_is_on(call->site)) {
        headers[n].name = "DPoP";
        if (rp_proof_make(ctx, call->site, &wish, &headers[n++].value) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    const struct oidc_http_call post = {.method = "POST",
                                        .url = request->url,
                                        .headers = headers,
                                        .n_headers = n,
                                        .accept = JSON_TYPE,
                                        .content_type = FORM_TYPE,
                                        .body = oidc_str_z(oidc_form_print(ctx->pool, body)),
                                        .max_body = request->max_answer,
                                        .options = &conf->http_long};
    return http->call(ctx, http, &post, out);
}

static enum oidc_rc client_again(struct oidc_ctx *ctx, const struct rp_call *call,
                                 const struct rp_provider *provider,
                                 const struct rp_client_request *request,
                                 struct oidc_http_answer *out)
{
    if (client_attempt(ctx, call, provider, request, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    (void)rp_proof_note(ctx, call->site, request->url, out);
    return OIDC_OK;
}

enum oidc_rc rp_client_post(struct oidc_ctx *ctx, const struct rp_call *call,
                            const struct rp_provider *provider,
                            const struct rp_client_request *request, struct oidc_http_answer *out)
{
    if (!ctx->env->http) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no way to call the provider");
    }
    if (client_attempt(ctx, call, provider, request, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK once more: one retry a challenge, whatever the second answer is (RFC 9449 8) */
    return rp_proof_note(ctx, call->site, request->url, out)
               ? client_again(ctx, call, provider, request, out)
               : OIDC_OK;
}
