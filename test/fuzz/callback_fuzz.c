/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The redirect URI as a whole. An input is lines: method, query, cookies, body, then what the provider answers to each
 * call. '$' stands for the state of a login that was begun, whose cookie the browser has. Whatever comes: an answer or a
 * reason, and a session only where the provider's signature says so, which no input has.
 */
#include "fuzz.h"

#include <apr_strings.h>

#include "oidc/http.h"
#include "oidc/rp.h"
#include "oidc/store_mem.h"

#define LINES 8

static struct {
    struct oidc_env env;
    struct oidc_http http;
    struct rp_conf conf;
    struct rp_dir dir;
    struct rp_site *site;
    char *lines[LINES];
    int next_answer;
} f;

static const char *header(void *baton, const char *name)
{
    (void)baton, (void)name;
    return NULL;
}

static enum oidc_rc body(struct oidc_ctx *ctx, void *baton, size_t max, struct oidc_str *out)
{
    (void)baton;
    *out = oidc_str_z(f.lines[3]);
    return out->n <= max ? OIDC_OK : oidc_fail(ctx, OIDC_E_BODY_TOO_LARGE, "too large");
}

static enum oidc_rc call(struct oidc_ctx *ctx, struct oidc_http *self, const struct oidc_http_call *c,
                         struct oidc_http_answer *out)
{
    const int line = 4 + (f.next_answer++ & 3);
    (void)self;
    memset(out, 0, sizeof *out);
    out->status = 200;
    out->content_type = "application/json";
    out->max_age = -1;
    out->body = oidc_str_z(apr_pstrdup(ctx->pool, f.lines[line]));
    return out->body.n <= c->max_body ? OIDC_OK : oidc_fail(ctx, OIDC_E_HTTP_TOO_LARGE, "too large");
}

static apr_pool_t *site_pool;

/* The leak checker does not see into pools. */
static void end(void)
{
    apr_pool_destroy(site_pool);
}

static void setup(struct oidc_ctx *ctx)
{
    static const unsigned char master[OIDC_SEALER_MASTER_LEN] = {7};
    static const struct oidc_http_options options = {.timeout_ms = 1000, .connect_timeout_ms = 1000};
    apr_pool_t *pool;
    struct oidc_sealer *sealer;
    apr_pool_create(&pool, NULL);
    site_pool = ctx->pool = pool;
    atexit(end);
    f.http.call = call;
    f.env = *ctx->env;
    f.env.http = &f.http;
    MUST(oidc_store_mem_make(ctx, &f.env.store) == OIDC_OK);
    MUST(oidc_sealer_make_from(ctx, pool, master, NULL, &sealer) == OIDC_OK);
    f.conf.provider.issuer = "https://op.test";
    f.conf.provider.authorization_endpoint = "https://op.test/authorize";
    f.conf.provider.token_endpoint = "https://op.test/token";
    f.conf.provider.userinfo_endpoint = "https://op.test/userinfo";
    f.conf.provider.jwks_uri = "https://op.test/jwks";
    f.conf.provider.jwks_refresh = 3600;
    f.conf.provider.validate_issuer = 1;
    f.conf.provider.scope = "openid";
    f.conf.client.id = "client";
    f.conf.redirect_uri = "/cb";
    f.conf.default_url = "/start";
    f.conf.remote_user.claim = "sub";
    f.conf.state.timeout = 300;
    f.conf.state.max_cookies = 7;
    f.conf.state.delete_oldest = 1;
    f.conf.session.inactivity_timeout = 300;
    f.conf.session.max_duration = 3600;
    f.conf.session.chunk_size = 4000;
    f.conf.info = 0x7ff;
    f.conf.http_long = f.conf.http_short = options;
    f.dir.cookie = "session";
    f.dir.cookie_path = "/";
    f.dir.state_cookie_prefix = "state_";
    const struct rp_site_setup s = {&f.conf, sealer, "rp.test:443"};
    MUST(rp_site_make(ctx, pool, &s, &f.site) == OIDC_OK);
}

static struct oidc_request request(const char *method, const char *path, char *query)
{
    return (struct oidc_request){.method = method,
                                 .origin = {"https", "rp.test", 443},
                                 .path = path,
                                 .query = query,
                                 .uri = "/cb",
                                 .content_type = "application/x-www-form-urlencoded",
                                 .header = header,
                                 .body = body};
}

/* Begins a login; *cookie is the browser's. Returns the state. */
static const char *begin(struct oidc_ctx *ctx, const char **cookie)
{
    struct oidc_request req = request("GET", "/page", NULL);
    struct oidc_reply reply;
    memset(&reply, 0, sizeof reply);
    MUST(rp_unauth(ctx, f.site, &f.dir, &req, &reply) == RP_UNAUTH_REFUSED && reply.location);
    for (int i = 0; i < reply.n_headers; i++) {
        const char *v = reply.headers[i].value;
        if (strcmp(reply.headers[i].name, "Set-Cookie") == 0) {
            *cookie = apr_pstrndup(ctx->pool, v, strcspn(v, ";"));
        }
    }
    const char *state = strstr(reply.location, "state=");
    MUST(state != NULL);
    return apr_pstrndup(ctx->pool, state + 6, strcspn(state + 6, "&"));
}

/* Each line NUL-terminated, '$' replaced. */
static void split(apr_pool_t *pool, const uint8_t *data, size_t size, const char *state)
{
    const char *p = (const char *)data, *end = p + size;
    for (int i = 0; i < LINES; i++) {
        const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
        size_t n = (size_t)((newline ? newline : end) - p);
        const char *text = apr_pstrmemdup(pool, n ? p : "", n), *dollar = strchr(text, '$');
        f.lines[i] = dollar ? apr_pstrcat(pool, apr_pstrmemdup(pool, text, (size_t)(dollar - text)), state, dollar + 1,
                                          NULL)
                            : apr_pstrdup(pool, text);
        p = newline ? newline + 1 : end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_reply reply;
    struct rp_session session;
    const char *cookie = "";
    fuzz_start(&ctx);
    if (!f.site) {
        apr_pool_t *pool = ctx.pool;
        setup(&ctx);
        ctx.pool = pool;
    }
    ctx.env = &f.env;
    f.next_answer = 0;
    const char *state = begin(&ctx, &cookie);
    split(ctx.pool, data, size, state);
    struct oidc_request req = request(*f.lines[0] ? f.lines[0] : "GET", "/cb", f.lines[1]);
    req.cookie = oidc_str_z(apr_pstrcat(ctx.pool, cookie, "; ", f.lines[2], NULL));
    memset(&reply, 0, sizeof reply);
    oidc_ctx_clear(&ctx);
    MUST(rp_gate(&ctx, f.site, &f.dir, &req, &reply, &session) == RP_LOGIN);
    enum oidc_rc rc = rp_endpoint(&ctx, f.site, &f.dir, &req, NULL, &reply);
    MUST(rc == OIDC_OK ? reply.status != 0 : ctx.err.code != OIDC_E_NONE && ctx.err.detail != NULL);
    for (int i = 0; i < reply.n_headers; i++) {
        MUST(oidc_str_is_printable(oidc_str_z(reply.headers[i].value)));
        MUST(strncmp(reply.headers[i].value, "session=", 8) != 0 || strncmp(reply.headers[i].value, "session=;", 9) == 0);
    }
    MUST(!reply.location || strncmp(reply.location, "https://rp.test/", 16) == 0);
    return fuzz_end(&ctx);
}
