/* SPDX-License-Identifier: Apache-2.0 */
/* The redirect URI: from parameter and method to function. */
#include "rp/endpoints.h"

#include "oidc/wire.h"
#include "rp/flow.h"

#define GET 1u
#define POST 2u

/* In this order: the first whose parameter is there. NULL: any POST. */
static const struct {
    const char *param;
    unsigned methods;
    rp_endpoint_fn *answer;
} rows[] = {
    {OIDC_PARAM_CODE, GET, rp_callback_answer},
    {"logout", GET | POST, rp_logout_answer},
    {NULL, POST, rp_callback_answer},
    {"jwks", GET, rp_jwks_answer},
    {"info", GET, rp_info_answer},
    {OIDC_PARAM_ERROR, GET, rp_callback_answer},
    {OIDC_PARAM_ID_TOKEN, GET, rp_callback_answer},
    {OIDC_PARAM_ACCESS_TOKEN, GET, rp_callback_answer},
    {OIDC_PARAM_STATE, GET, rp_callback_answer},
};

static unsigned endpoints_method(const char *method)
{
    if (strcmp(method, "GET") == 0) {
        return GET;
    }
    return strcmp(method, "POST") == 0 ? POST : 0;
}

int rp_endpoint_is_own(const struct rp_site *site, const char *path)
{
    return strcmp(path, site->redirect_path) == 0;
}

int rp_endpoint_needs_session(const struct oidc_request *req)
{
    for (const char *p = req->query; p; p = strchr(p, '&')) {
        p += *p == '&';
        if (strncmp(p, "info=", 5) == 0) {
            return 1;
        }
    }
    return 0;
}

enum oidc_rc rp_endpoint(struct oidc_ctx *ctx, struct rp_site *site, const struct rp_dir *dir,
                         const struct oidc_request *req, const struct rp_session *session,
                         struct oidc_reply *reply)
{
    const struct rp_call call = {site, dir, req, reply};
    const unsigned method = endpoints_method(req->method);
    struct oidc_form *query;
    if (oidc_form_parse(ctx, oidc_str_z(req->query), &query) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].param ? !oidc_form_has(query, rows[i].param) : method != POST) {
            continue;
        }
        /* CHECK method: HEAD and OPTIONS neither use up a state nor end a session; N211 */
        if (!(method & rows[i].methods)) {
            oidc_reply_add_header(reply, "Allow", rows[i].methods & POST ? "GET, POST" : "GET");
            return oidc_fail(ctx, OIDC_E_METHOD, "%s at the redirect URI",
                             oidc_log_quote(ctx->pool, req->method));
        }
        return rows[i].answer(ctx, &call, query, session);
    }
    if (method == GET && query->n == 0
        && rp_flow_mode(&site->conf->provider) == RP_RESPONSE_MODE_FRAGMENT) {
        return rp_relay_answer(ctx, &call, query, session);
    }
    return oidc_fail(ctx, OIDC_E_NO_SUCH_ENDPOINT, "the redirect URI without parameters");
}
