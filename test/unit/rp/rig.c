/* SPDX-License-Identifier: Apache-2.0 */
/* See rig.h. */
#include "rig.h"

/* ---- environment ---- */

static apr_time_t rig_now(void *baton)
{
    return ((struct rig *)baton)->now;
}

/* Distinct for each call, spread over all bytes; not random, on purpose. */
static enum oidc_rc rig_random(void *baton, unsigned char *out, size_t n)
{
    struct rig *r = baton;
    uint64_t x = 0x9e3779b97f4a7c15u * ++r->counter;
    if (r->random_fails) {
        return OIDC_FAILED;
    }
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out[i] = (unsigned char)(x >> 24);
    }
    return OIDC_OK;
}

static void rig_log(void *baton, enum oidc_level level, const char *file, int line, const char *text)
{
    struct rig *r = baton;
    (void)file, (void)line;
    r->log = apr_psprintf(r->pool, "%d %s\n%s", (int)level, text, r->log);
}

static int rig_log_wants(void *baton, enum oidc_level level)
{
    (void)baton, (void)level;
    return 1;
}

/* ---- store ---- */

/* Section letter of "<name space>:<letter>:<name>". */
static int rig_fails(const char *sections, struct oidc_str key)
{
    const char *colon = memchr(key.p, ':', key.n);
    return sections && (*sections == '*' || (colon && strchr(sections, colon[1])));
}

static enum oidc_rc rig_get(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_store_value *out)
{
    struct rig_store *s = (struct rig_store *)self;
    s->gets++;
    if (s->before_get) {
        s->before_get(s->rig, key);
    }
    return rig_fails(s->fail_get, key) ? oidc_fail(ctx, OIDC_E_STORE, "get fails")
                                       : s->real->ops->get(ctx, s->real, key, out);
}

static enum oidc_rc rig_put(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_str value, apr_time_t expires, apr_uint64_t expected,
                            apr_uint64_t *version)
{
    struct rig_store *s = (struct rig_store *)self;
    s->puts++;
    if (s->before_put) {
        s->before_put(s->rig, key);
    }
    return rig_fails(s->fail_put, key)
               ? oidc_fail(ctx, OIDC_E_STORE, "put fails")
               : s->real->ops->put(ctx, s->real, key, value, expires, expected, version);
}

static enum oidc_rc rig_add(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                            struct oidc_str value, apr_time_t expires)
{
    struct rig_store *s = (struct rig_store *)self;
    s->adds++;
    return rig_fails(s->fail_add, key) ? oidc_fail(ctx, OIDC_E_STORE, "add fails")
                                       : s->real->ops->add(ctx, s->real, key, value, expires);
}

static enum oidc_rc rig_drop(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key)
{
    struct rig_store *s = (struct rig_store *)self;
    s->drops++;
    return rig_fails(s->fail_drop, key) ? oidc_fail(ctx, OIDC_E_STORE, "drop fails")
                                        : s->real->ops->drop(ctx, s->real, key);
}

/* The index is not counted: it is written at the beginning and the end of a session only. */
static enum oidc_rc rig_index_add(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                                  struct oidc_str member, apr_time_t expires)
{
    struct rig_store *s = (struct rig_store *)self;
    return rig_fails(s->fail_index, key) ? oidc_fail(ctx, OIDC_E_STORE, "index_add fails")
                                         : s->real->ops->index_add(ctx, s->real, key, member, expires);
}

static enum oidc_rc rig_index_get(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                                  const struct oidc_str **out, int *n)
{
    struct rig_store *s = (struct rig_store *)self;
    return rig_fails(s->fail_index, key) ? oidc_fail(ctx, OIDC_E_STORE, "index_get fails")
                                         : s->real->ops->index_get(ctx, s->real, key, out, n);
}

static enum oidc_rc rig_index_drop(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                                   struct oidc_str member)
{
    struct rig_store *s = (struct rig_store *)self;
    return rig_fails(s->fail_index, key) ? oidc_fail(ctx, OIDC_E_STORE, "index_drop fails")
                                         : s->real->ops->index_drop(ctx, s->real, key, member);
}

static const struct oidc_store_ops rig_store_ops = {
    .name = "rig", .get = rig_get, .put = rig_put, .add = rig_add, .drop = rig_drop,
    .index_add = rig_index_add, .index_get = rig_index_get, .index_drop = rig_index_drop};

/* ---- provider ---- */

json_t *rig_json(struct rig *r, const char *text)
{
    json_t *doc;
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    assert_int_equal(oidc_json_parse(&ctx, r->pool, oidc_str_z(text), OIDC_E_INTERNAL, "test", &doc),
                     OIDC_OK);
    return doc;
}

void rig_new_key(struct rig *r, enum oidc_alg alg)
{
    struct oidc_jwks *set = oidc_jwks_make(r->pool);
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    assert_int_equal(oidc_jwk_generate(&ctx, r->pool, alg, &r->op.key), OIDC_OK);
    oidc_jwks_add(set, r->op.key);
    assert_int_equal(oidc_jwks_print_public(&ctx, set, alg, &r->op.jwks), OIDC_OK);
    r->op.alg = alg;
}

static void rig_reply_text(struct rig *r, struct oidc_http_answer *out, int status, const char *text)
{
    memset(out, 0, sizeof *out);
    out->status = status;
    out->content_type = "application/json";
    out->body = oidc_str_z(text ? apr_pstrdup(r->pool, text) : "");
    out->max_age = -1;
}

static const char *rig_id_token(struct rig *r)
{
    struct rig_provider *op = &r->op;
    json_t *doc = oidc_json_object(r->pool);
    const char *name, *out;
    json_t *value;
    struct oidc_ctx ctx;
    if (op->id_token) {
        return op->id_token;
    }
    oidc_json_put_string(doc, "iss", ISSUER);
    oidc_json_put_string(doc, "sub", USER);
    oidc_json_put_string(doc, "aud", CLIENT);
    oidc_json_put_int(doc, "exp", apr_time_sec(r->now) + 300);
    oidc_json_put_int(doc, "iat", apr_time_sec(r->now));
    oidc_json_put_string(doc, "nonce", op->nonce);
    oidc_json_put_string(doc, "sid", "sid-1");
    json_object_foreach(op->claims, name, value) {
        if (json_is_null(value)) {
            json_object_del(doc, name);
        } else {
            oidc_json_put_copy(doc, name, value);
        }
    }
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    assert_int_equal(oidc_jwt_sign(&ctx, op->key, op->alg, NULL, doc, &out), OIDC_OK);
    return out;
}

static void rig_token(struct rig *r, struct oidc_http_answer *out)
{
    struct rig_provider *op = &r->op;
    json_t *doc = oidc_json_object(r->pool);
    op->n_token++;
    if (op->token_answer) {
        rig_reply_text(r, out, op->token_status, op->token_answer);
        return;
    }
    oidc_json_put_string(doc, "access_token", "at-1");
    oidc_json_put_string(doc, "token_type", "Bearer");
    oidc_json_put_string(doc, "refresh_token", op->refresh_token);
    oidc_json_put_string(doc, "scope", op->scope);
    if (op->expires_in >= 0) {
        oidc_json_put_int(doc, "expires_in", op->expires_in);
    }
    oidc_json_put_string(doc, "id_token", rig_id_token(r));
    rig_reply_text(r, out, op->token_status, oidc_json_print(r->pool, doc));
}

static const char *rig_header_of(const struct oidc_http_call *call, const char *name)
{
    for (int i = 0; i < call->n_headers; i++) {
        if (strcmp(call->headers[i].name, name) == 0) {
            return call->headers[i].value;
        }
    }
    return NULL;
}

static enum oidc_rc rig_call(struct oidc_ctx *ctx, struct oidc_http *self,
                             const struct oidc_http_call *call, struct oidc_http_answer *out)
{
    struct rig_provider *op = (struct rig_provider *)self;
    struct rig *r = op->rig;
    const char *path = call->url + strlen(ISSUER);
    assert_non_null(call->options);
    assert_true(call->max_body > 0);
    if (op->before_answer) {
        op->before_answer(r, call->url);
    }
    if (strcmp(path, "/.well-known/openid-configuration") == 0) {
        op->n_metadata++;
        rig_reply_text(r, out, op->metadata_status, op->metadata);
    } else if (strncmp(path, "/jwks", 5) == 0) {
        op->n_jwks++;
        rig_reply_text(r, out, op->jwks_status, op->jwks);
    } else if (strcmp(path, "/token") == 0) {
        op->token_body = oidc_str_dup(r->pool, call->body);
        op->token_authorization = rig_header_of(call, "Authorization");
        rig_token(r, out);
    } else if (strcmp(path, "/userinfo") == 0) {
        op->n_userinfo++;
        op->userinfo_authorization = rig_header_of(call, "Authorization");
        op->userinfo_body = oidc_str_dup(r->pool, call->body);
        rig_reply_text(r, out, op->userinfo ? 200 : 500, op->userinfo);
    } else {
        rig_reply_text(r, out, 404, "");
    }
    return op->down ? oidc_fail(ctx, OIDC_E_HTTP_CONNECT, "the provider is down") : OIDC_OK;
}

static void rig_provider_setup(struct rig *r)
{
    struct rig_provider *op = &r->op;
    op->port.call = rig_call;
    op->rig = r;
    op->token_status = op->jwks_status = op->metadata_status = 200;
    op->expires_in = 600;
    op->scope = "openid profile";
    op->refresh_token = "rt-1";
    op->claims = oidc_json_object(r->pool);
    op->userinfo = "{\"sub\":\"" USER "\",\"name\":\"\xea\xb9\x80\xec\xb2\xa0\xec\x88\x98\","
                   "\"groups\":[\"staff\",\"a,b\"]}";
    op->metadata = "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" ISSUER "/authorize\","
                   "\"token_endpoint\":\"" ISSUER "/token\",\"userinfo_endpoint\":\"" ISSUER
                   "/userinfo\",\"jwks_uri\":\"" ISSUER "/jwks\",\"end_session_endpoint\":\"" ISSUER
                   "/end\",\"id_token_signing_alg_values_supported\":[\"ES256\",\"RS256\",\"HS256\"],"
                   "\"authorization_response_iss_parameter_supported\":true}";
    rig_new_key(r, OIDC_ALG_ES256);
}

/* ---- setup ---- */

static void rig_conf(struct rig *r)
{
    static const struct oidc_http_options http = {.timeout_ms = 5000,
                                                  .connect_timeout_ms = 2000,
                                                  .tls_verify = 1};
    struct rp_conf *c = &r->conf;
    c->provider.metadata_url = METADATA_URL;
    c->provider.metadata_refresh = 86400;
    c->provider.jwks_refresh = 3600;
    c->provider.validate_issuer = 1;
    c->provider.scope = "openid";
    c->provider.iat_slack = 600;
    c->client.id = CLIENT;
    c->client.secret = oidc_secret_make(r->pool, oidc_str_z(SECRET));
    c->redirect_uri = "https://" HOST CALLBACK;
    c->cookie.http_only = 1;
    c->cookie.same_site = c->cookie.state_same_site = OIDC_SAMESITE_LAX;
    c->state.timeout = 300;
    c->state.max_cookies = 7;
    c->state.delete_oldest = 1;
    c->session.inactivity_timeout = 300;
    c->session.max_duration = 28800;
    c->session.chunk_size = 4000;
    c->claims.prefix = "OIDC_CLAIM_";
    c->claims.delimiter = ",";
    c->remote_user.claim = "sub";
    c->http_long = c->http_short = http;
    r->dir = (struct rp_dir){.cookie = SESSION_COOKIE,
                             .cookie_path = "/",
                             .state_cookie_prefix = "mod_auth_openidc_state_",
                             .pass_as = RP_PASS_HEADERS | RP_PASS_ENVIRONMENT,
                             .pass_access_token = 1,
                             .pass_id_token = RP_ID_TOKEN_CLAIMS,
                             .pass_userinfo = RP_USERINFO_CLAIMS,
                             .unauth_detect = 1};
}

int rig_setup(void **state)
{
    static const unsigned char master[OIDC_SEALER_MASTER_LEN] = {1, 2, 3};
    apr_pool_t *pool;
    apr_initialize();
    assert_int_equal(apr_pool_create(&pool, NULL), APR_SUCCESS);
    struct rig *r = apr_pcalloc(pool, sizeof *r);
    r->pool = pool;
    r->log = "";
    r->now = apr_time_from_sec(NOW);
    r->env = (struct oidc_env){.baton = r, .now = rig_now, .random = rig_random, .log = rig_log,
                               .log_wants = rig_log_wants, .http = &r->op.port};
    oidc_ctx_init(&r->ctx, pool, &r->env, r);
    assert_int_equal(oidc_store_mem_make(&r->ctx, &r->store.real), OIDC_OK);
    r->store.port.ops = &rig_store_ops;
    r->store.rig = r;
    r->env.store = &r->store.port;
    assert_int_equal(oidc_sealer_make_from(&r->ctx, pool, master, NULL, &r->sealer), OIDC_OK);
    r->name = HOST ":443";
    r->scheme = "https";
    r->host = HOST;
    r->port = 443;
    r->accept = "text/html,*/*;q=0.8";
    rig_conf(r);
    rig_provider_setup(r);
    *state = r;
    return 0;
}

int rig_teardown(void **state)
{
    apr_pool_destroy(((struct rig *)*state)->pool);
    return 0;
}

struct oidc_ctx *rig_ctx(struct rig *r)
{
    apr_pool_t *pool;
    apr_pool_create(&pool, r->pool);
    oidc_ctx_init(&r->ctx, pool, &r->env, r);
    return &r->ctx;
}

void rig_start(struct rig *r)
{
    const struct rp_site_setup setup = {&r->conf, r->sealer, r->name};
    enum oidc_rc rc = rp_site_make(rig_ctx(r), r->pool, &setup, &r->site);
    if (rc != OIDC_OK) {
        fail_msg("the site was refused: %s", r->ctx.err.detail);
    }
    assert_int_equal(rp_site_start_process(&r->ctx, r->site, r->pool), OIDC_OK);
}

void rig_restart(struct rig *r)
{
    rig_start(r);
}

void rig_tick(struct rig *r, int seconds)
{
    r->now += apr_time_from_sec(seconds);
}

/* ---- browser ---- */

static struct rig_cookie *rig_find_cookie(struct rig *r, const char *name)
{
    for (int i = 0; i < r->browser.n; i++) {
        if (strcmp(r->browser.cookies[i].name, name) == 0) {
            return &r->browser.cookies[i];
        }
    }
    return NULL;
}

const char *rig_cookie(struct rig *r, const char *name)
{
    struct rig_cookie *c = rig_find_cookie(r, name);
    return c ? c->value : NULL;
}

const char *rig_cookie_named(struct rig *r, const char *prefix, int n)
{
    for (int i = 0; i < r->browser.n; i++) {
        if (strncmp(r->browser.cookies[i].name, prefix, strlen(prefix)) == 0 && n-- == 0) {
            return r->browser.cookies[i].name;
        }
    }
    return NULL;
}

int rig_count_cookies(struct rig *r, const char *prefix)
{
    int n = 0;
    while (rig_cookie_named(r, prefix, n)) {
        n++;
    }
    return n;
}

void rig_set_cookie(struct rig *r, const char *name, const char *value)
{
    struct rig_cookie *c = rig_find_cookie(r, name);
    if (!value) {
        if (c) {
            *c = r->browser.cookies[--r->browser.n];
        }
        return;
    }
    if (!c) {
        assert_true(r->browser.n < (int)COUNT(r->browser.cookies));
        c = &r->browser.cookies[r->browser.n++];
    }
    c->name = apr_pstrdup(r->pool, name);
    c->value = apr_pstrdup(r->pool, value);
}

const char *rig_set_cookie_of(struct rig *r, const char *name)
{
    const char *found = NULL;
    size_t n = strlen(name);
    for (int i = 0; i < r->reply.n_headers; i++) {
        const struct oidc_reply_header *h = &r->reply.headers[i];
        if (strcmp(h->name, "Set-Cookie") == 0 && strncmp(h->value, name, n) == 0
            && h->value[n] == '=') {
            found = h->value + n + 1;
        }
    }
    return found;
}

static void rig_take_cookies(struct rig *r)
{
    for (int i = 0; i < r->reply.n_headers; i++) {
        const char *value = r->reply.headers[i].value;
        if (strcmp(r->reply.headers[i].name, "Set-Cookie") != 0) {
            continue;
        }
        const char *eq = strchr(value, '='), *end = strchr(value, ';');
        assert_non_null(eq);
        const char *name = apr_pstrndup(r->pool, value, (size_t)(eq - value));
        size_t n = end ? (size_t)(end - eq - 1) : strlen(eq + 1);
        int dead = end && strstr(end, "Expires=Thu, 01 Jan 1970");
        rig_set_cookie(r, name, dead ? NULL : apr_pstrndup(r->pool, eq + 1, n));
    }
}

static const char *rig_header(void *baton, const char *name)
{
    struct rig *r = baton;
    if (strcmp(name, "Accept") == 0) {
        return r->accept;
    }
    return strcmp(name, "Sec-Fetch-Mode") == 0 ? r->sec_fetch_mode : NULL;
}

static enum oidc_rc rig_body(struct oidc_ctx *ctx, void *baton, size_t max, struct oidc_str *out)
{
    struct rig *r = baton;
    *out = oidc_str_z(r->body ? r->body : "");
    return out->n <= max ? OIDC_OK : oidc_fail(ctx, OIDC_E_BODY_TOO_LARGE, "too large");
}

void rig_request(struct rig *r, const char *method, const char *uri)
{
    const char *question = strchr(uri, '?'), *cookie = "";
    rig_ctx(r);
    memset(&r->reply, 0, sizeof r->reply);
    memset(&r->session, 0, sizeof r->session);
    for (int i = 0; i < r->browser.n; i++) {
        cookie = apr_pstrcat(r->pool, cookie, i ? "; " : "", r->browser.cookies[i].name, "=",
                             r->browser.cookies[i].value, NULL);
    }
    r->req = (struct oidc_request){
        .method = method,
        .origin = {r->scheme, r->host, r->port},
        .path = question ? apr_pstrndup(r->pool, uri, (size_t)(question - uri)) : uri,
        .query = question ? question + 1 : NULL,
        .uri = uri,
        .cookie = oidc_str_z(cookie),
        .content_type = r->content_type,
        .baton = r,
        .header = rig_header,
        .body = rig_body};
}

enum rp_verdict rig_gate(struct rig *r)
{
    r->verdict = rp_gate(&r->ctx, r->site, &r->dir, &r->req, &r->reply, &r->session);
    rig_take_cookies(r);
    return r->verdict;
}

int rig_is_in(struct rig *r)
{
    rig_request(r, "GET", "/app/page");
    return rig_gate(r) == RP_PASS;
}

const char *rig_visit(struct rig *r, const char *uri)
{
    rig_request(r, "GET", uri);
    if (rig_gate(r) != RP_LOGIN) {
        return NULL;
    }
    if (rp_unauth(&r->ctx, r->site, &r->dir, &r->req, &r->reply) != RP_UNAUTH_REFUSED) {
        return NULL;
    }
    rig_take_cookies(r);
    return r->reply.location;
}

const char *rig_authorize(struct rig *r, const char *location)
{
    struct rig_provider *op = &r->op;
    const char *question = strchr(location, '?');
    struct oidc_ctx ctx;
    oidc_ctx_init(&ctx, r->pool, &r->env, r);
    assert_non_null(question);
    assert_int_equal(oidc_form_parse(&ctx, oidc_str_z(question + 1), &op->asked), OIDC_OK);
    op->nonce = op->code_challenge = NULL;
    assert_int_equal(oidc_form_get(&ctx, op->asked, "state", &op->state), OIDC_OK);
    assert_int_not_equal(oidc_form_get(&ctx, op->asked, "nonce", &op->nonce), OIDC_FAILED);
    assert_int_not_equal(oidc_form_get(&ctx, op->asked, "code_challenge", &op->code_challenge),
                         OIDC_FAILED);
    assert_int_equal(oidc_form_get(&ctx, op->asked, "redirect_uri", &op->redirect_uri), OIDC_OK);
    return apr_pstrcat(r->pool, CALLBACK "?code=c0de&state=", op->state, "&iss=",
                       oidc_form_escape(r->pool, ISSUER), NULL);
}

enum oidc_rc rig_endpoint(struct rig *r, const char *method, const char *uri)
{
    rig_request(r, method, uri);
    enum rp_verdict verdict = rig_gate(r);
    if (verdict == RP_ERROR) {
        return r->rc = OIDC_FAILED;
    }
    r->rc = rp_endpoint(&r->ctx, r->site, &r->dir, &r->req, verdict == RP_PASS ? &r->session : NULL,
                        &r->reply);
    rig_take_cookies(r);
    return r->rc;
}

void rig_login(struct rig *r, const char *uri)
{
    const char *location = rig_visit(r, uri);
    if (!location) {
        fail_msg("no redirect to the provider: %s", r->ctx.err.detail ? r->ctx.err.detail : "");
    }
    if (rig_endpoint(r, "GET", rig_authorize(r, location)) != OIDC_OK) {
        fail_msg("the login failed: %s", r->ctx.err.detail);
    }
    assert_int_equal(r->reply.status, 302);
    assert_string_equal(r->reply.location, apr_pstrcat(r->pool, "https://" HOST, uri, NULL));
}
