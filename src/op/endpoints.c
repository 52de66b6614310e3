/* SPDX-License-Identifier: Apache-2.0 */
/* From path to function. */
#include "op/endpoints.h"

enum { BODY_MAX = 64 * 1024 };

static enum oidc_rc op_discovery(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex,
                                 struct oidc_reply *reply)
{
    (void)ctx;
    (void)ex;
    oidc_reply_json(reply, 200, oidc_str_z(site->discovery));
    oidc_reply_add_header(reply, "Access-Control-Allow-Origin", "*");
    return OIDC_OK;
}

static enum oidc_rc op_jwks(struct oidc_ctx *ctx, struct op_site *site, struct op_exchange *ex,
                            struct oidc_reply *reply)
{
    (void)ctx;
    (void)ex;
    oidc_reply_json(reply, 200, oidc_str_z(site->jwks));
    oidc_reply_add_header(reply, "Access-Control-Allow-Origin", "*");
    return OIDC_OK;
}

#define METHOD_GET 1u
#define METHOD_POST 2u

static const struct {
    enum op_endpoint which;
    const char *leaf; /* below the issuer's path */
    unsigned methods;
    op_endpoint_fn *answer;
} endpoints[] = {
    {OP_DISCOVERY, "/.well-known/openid-configuration", METHOD_GET, op_discovery},
    {OP_JWKS, "/jwks", METHOD_GET, op_jwks},
    {OP_AUTHORIZE, "/authorize", METHOD_GET | METHOD_POST, op_authorize},
    {OP_TOKEN, "/token", METHOD_POST, op_token},
    {OP_USERINFO, "/userinfo", METHOD_GET | METHOD_POST, op_userinfo},
    {OP_END_SESSION, "/end_session", METHOD_GET | METHOD_POST, op_end_session},
};
enum { N_ENDPOINTS = sizeof(endpoints) / sizeof(endpoints[0]) };

enum op_endpoint op_endpoint_find(const struct op_site *site, const char *path)
{
    size_t n = strlen(site->base);

    if (strncmp(path, site->base, n) != 0) {
        return OP_NONE;
    }
    for (int i = 0; i < N_ENDPOINTS; i++) {
        if (strcmp(path + n, endpoints[i].leaf) == 0) {
            return endpoints[i].which;
        }
    }
    return OP_NONE;
}

static unsigned method_bit(const char *method)
{
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
        return METHOD_GET;
    }
    return strcmp(method, "POST") == 0 ? METHOD_POST : 0;
}

enum oidc_rc op_endpoint_answer(struct oidc_ctx *ctx, struct op_site *site, enum op_endpoint which,
                                struct op_exchange *ex, struct oidc_reply *reply)
{
    for (int i = 0; i < N_ENDPOINTS; i++) {
        if (endpoints[i].which != which) {
            continue;
        }
        if (!(endpoints[i].methods & method_bit(ex->req->method))) {
            return oidc_fail(ctx, OIDC_E_METHOD, "%s at %s",
                             oidc_log_quote(ctx->pool, ex->req->method), endpoints[i].leaf);
        }
        return endpoints[i].answer(ctx, site, ex, reply);
    }
    return oidc_fail(ctx, OIDC_E_INTERNAL, "no endpoint %d", (int)which);
}

enum oidc_rc op_endpoints_read_form(struct oidc_ctx *ctx, const struct oidc_request *req,
                                    struct oidc_form **out)
{
    static const char form_type[] = "application/x-www-form-urlencoded";
    const char *type = req->content_type ? req->content_type : "";
    size_t n = strcspn(type, "; \t");
    struct oidc_str body;

    if (!oidc_str_eq_case(oidc_str(type, n), oidc_str_z(form_type))) {
        return oidc_fail(ctx, OIDC_E_CONTENT_TYPE, "content type %s, expected %s",
                         oidc_log_quote(ctx->pool, type), form_type);
    }
    if (req->body(ctx, req->baton, BODY_MAX, &body) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return oidc_form_parse(ctx, body, out);
}

void op_endpoints_reply_error(struct oidc_ctx *ctx, struct oidc_reply *reply)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);
    json_t *doc = oidc_json_object(ctx->pool);

    oidc_json_put_string(doc, "error", row->oauth);
    oidc_json_put_string(doc, "error_description", row->sentence);
    oidc_reply_json(reply, row->status, oidc_str_z(oidc_json_print(ctx->pool, doc)));
}
