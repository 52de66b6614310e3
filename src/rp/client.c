/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of an authenticated POST. */
#include "rp/client.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define JSON_TYPE "application/json"

enum oidc_rc rp_client_post(struct oidc_ctx *ctx, const struct rp_call *call,
                            const struct rp_provider *provider,
                            const struct rp_client_request *request, struct oidc_http_answer *out)
{
    const struct rp_conf *conf = call->site->conf;
    const struct oidc_client_auth auth = {provider->token_auth, conf->client.id,
                                          conf->client.secret};
    struct oidc_reply_header header = {"Authorization", NULL};
    struct oidc_http *http = ctx->env->http;
    if (!http) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "no way to call the provider");
    }
    if (oidc_client_auth_print(ctx, &auth, request->body, &header.value) != OIDC_OK) {
        return OIDC_FAILED;
    }
    const struct oidc_http_call post = {.method = "POST",
                                        .url = request->url,
                                        .headers = &header,
                                        .n_headers = header.value != NULL,
                                        .accept = JSON_TYPE,
                                        .content_type = FORM_TYPE,
                                        .body = oidc_str_z(oidc_form_print(ctx->pool, request->body)),
                                        .max_body = request->max_answer,
                                        .options = &conf->http_long};
    return http->call(ctx, http, &post, out);
}
