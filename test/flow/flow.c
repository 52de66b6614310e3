/* SPDX-License-Identifier: Apache-2.0 */
/* See flow.h. */
#include "flow.h"

#define BYE "https://" HOST "/bye"

/* ---- the provider's side of a request ---- */

struct flow_call {
    const char *authorization, *cookie;
    struct oidc_str body;
};

static const char *flow_header(void *baton, const char *name)
{
    const struct flow_call *call = baton;
    return strcmp(name, "Authorization") == 0 ? call->authorization : NULL;
}

static enum oidc_rc flow_body(struct oidc_ctx *ctx, void *baton, size_t max, struct oidc_str *out)
{
    const struct flow_call *call = baton;
    *out = call->body;
    return out->n <= max ? OIDC_OK : oidc_fail(ctx, OIDC_E_BODY_TOO_LARGE, "too large");
}

static const char *flow_evaluate(void *baton, void *source)
{
    (void)source;
    return baton;
}

/* One request to the provider, with a context of its own. */
static void flow_answer(struct flow *f, struct oidc_request *req)
{
    struct rig *r = f->rig;
    struct op_exchange ex = {.req = req, .auth_time = r->now, .evaluate_baton = (void *)(uintptr_t)f->user};
    enum op_endpoint which = op_endpoint_find(f->site, req->path);
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    memset(&f->reply, 0, sizeof f->reply);
    if (which == OP_AUTHORIZE) {
        req->user = f->user;
    }
    if (op_endpoint_answer(&ctx, f->site, which, &ex, &f->reply) != OIDC_OK) {
        oidc_reply_error(&ctx, req, "incident", &f->reply);
    }
    f->end_login = ex.end_login;
}

static struct oidc_request flow_request(struct flow *f, const char *method, const char *url)
{
    struct oidc_ctx ctx;
    struct oidc_url parsed;
    oidc_ctx_init(&ctx, f->rig->pool, &f->rig->env, f->rig);
    assert_int_equal(oidc_url_parse(&ctx, url, "a test's URL", &parsed), OIDC_OK);
    return (struct oidc_request){.method = method,
                                 .origin = oidc_url_origin(&parsed),
                                 .path = parsed.path,
                                 .query = parsed.query,
                                 .uri = apr_pstrcat(f->rig->pool, parsed.path, parsed.query ? "?" : "",
                                                    parsed.query ? parsed.query : "", NULL),
                                 .header = flow_header,
                                 .body = flow_body};
}

void flow_browse(struct flow *f, const char *url)
{
    struct flow_call call = {0};
    struct oidc_request req = flow_request(f, "GET", url);
    req.baton = &call;
    flow_answer(f, &req);
}

/* The relying party's http port. */
static struct flow *flow_of_port; /* the port has no room for more than itself */

static enum oidc_rc flow_port(struct oidc_ctx *ctx, struct oidc_http *self, const struct oidc_http_call *http,
                              struct oidc_http_answer *out)
{
    struct flow *f = flow_of_port;
    struct flow_call call = {.body = http->body};
    struct oidc_request req = flow_request(f, http->method, http->url);
    (void)self;
    f->calls++;
    for (int i = 0; i < http->n_headers; i++) {
        if (strcmp(http->headers[i].name, "Authorization") == 0) {
            call.authorization = http->headers[i].value;
        }
    }
    req.content_type = http->content_type;
    req.baton = &call;
    if (f->rig->op.down) {
        return oidc_fail(ctx, OIDC_E_HTTP_CONNECT, "the provider is down");
    }
    flow_answer(f, &req);
    memset(out, 0, sizeof *out);
    out->status = f->token_fails && strstr(http->url, "/token") ? f->token_fails : f->reply.status;
    out->content_type = f->reply.content_type ? f->reply.content_type : "";
    out->body = oidc_str_z(oidc_str_dup(ctx->pool, f->reply.body));
    out->max_age = -1;
    return out->body.n <= http->max_body ? OIDC_OK : oidc_fail(ctx, OIDC_E_HTTP_TOO_LARGE, "too large");
}

/* ---- setup ---- */

int flow_setup(void **state)
{
    static const char *const callbacks[] = {"https://" HOST CALLBACK, NULL}, *const byes[] = {BYE, NULL};
    static const struct op_claim claims[] = {{"login", NULL, NULL}};
    void *rig;
    assert_int_equal(rig_setup(&rig), 0);
    struct rig *r = rig;
    struct flow *f = apr_pcalloc(r->pool, sizeof *f);
    struct oidc_jwks *keys = oidc_jwks_make(r->pool);
    oidc_jwks_add(keys, r->op.key);
    f->rig = r;
    f->user = USER;
    f->user_claims = "{\"" USER "\":{\"name\":\"\xea\xb9\x80\xec\xb2\xa0\xec\x88\x98\",\"email\":\"alice@" HOST "\","
                     "\"groups\":[\"admin\",\"a,b\"]}}";
    f->client = (struct op_client){.id = CLIENT, .secret = r->conf.client.secret, .auth = OIDC_CLIENT_AUTH_BASIC,
                                   .redirect_uris = callbacks, .post_logout_redirect_uris = byes,
                                   .scope = "openid profile email"};
    f->conf = (struct op_conf){.issuer = ISSUER, .clients = &f->client, .n_clients = 1, .claims = claims, .n_claims = 1,
                               .evaluate = flow_evaluate, .keys = keys, .alg = OIDC_ALG_ES256, .code_ttl = 60,
                               .token_ttl = 600};
    r->conf.provider.scope = "openid profile email";
    r->op.port.call = flow_port;
    flow_of_port = f;
    *state = f;
    return 0;
}

int flow_teardown(void **state)
{
    struct flow *f = *state;
    void *rig = f->rig;
    return rig_teardown(&rig);
}

void flow_start(struct flow *f)
{
    struct rig *r = f->rig;
    f->conf.user_claims = rig_json(r, f->user_claims);
    if (op_site_make(rig_ctx(r), r->pool, &f->conf, r->sealer, &f->site) != OIDC_OK) {
        fail_msg("the provider was refused: %s", r->ctx.err.detail);
    }
    rig_start(r);
}

/* ---- the browser ---- */

void flow_login(struct flow *f, const char *uri)
{
    struct rig *r = f->rig;
    const char *location = rig_visit(r, uri);
    if (!location) {
        fail_msg("no way to the provider: %s", r->ctx.err.detail ? r->ctx.err.detail : "");
    }
    flow_browse(f, location);
    if (f->reply.status != 302 && f->reply.status != 303) {
        fail_msg("the provider answered with %d: %.*s", f->reply.status, (int)f->reply.body.n, f->reply.body.p);
    }
    location = f->reply.location;
    assert_int_equal(strncmp(location, "https://" HOST CALLBACK "?", strlen("https://" HOST CALLBACK "?")), 0);
    if (rig_endpoint(r, "GET", location + strlen("https://" HOST)) != OIDC_OK) {
        fail_msg("the login failed: %s", r->ctx.err.detail);
    }
    assert_string_equal(r->reply.location, apr_pstrcat(r->pool, "https://" HOST, uri, NULL));
}

const char *flow_sees(struct flow *f, const char *name)
{
    struct rig *r = f->rig;
    struct rp_view view;
    assert_int_equal(rp_view_make(&r->ctx, r->site, &r->dir, &r->session, &view), OIDC_OK);
    for (int i = 0; i < view.n; i++) {
        if (strcmp(view.variables[i].name, name) == 0) {
            return view.variables[i].value;
        }
    }
    return NULL;
}
