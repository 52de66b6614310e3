/* SPDX-License-Identifier: Apache-2.0 */
/* A provider in one process: three clients, a fake clock, counted random numbers, a store in
 * memory. */
#ifndef OP_FIXTURE_H
#define OP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/form.h"
#include "oidc/json.h"
#include "oidc/op.h"
#include "oidc/pkce.h"
#include "oidc/store.h"
#include "oidc/store_mem.h"

#define ISSUER "https://op.test/op"
#define WEB_CB "https://rp.test/cb"
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define SECRET "s3cret:%+ &"

struct fixture {
    apr_pool_t *pool;
    struct oidc_env env;
    apr_time_t now;
    unsigned long counter;
    struct op_conf conf;
    struct op_site *site;
    struct oidc_ctx ctx; /* of the exchange under test */
    /* of the next request */
    const char *authorization, *body, *content_type, *cookie, *user;
    apr_time_t auth_time;
    /* of the last one */
    struct oidc_reply reply;
    int end_login;
    enum oidc_rc rc;
};

static inline apr_time_t fixture_now(void *baton)
{
    return ((struct fixture *)baton)->now;
}

/* Distinct for each call; not random, on purpose. */
static inline enum oidc_rc fixture_random(void *baton, unsigned char *out, size_t n)
{
    struct fixture *f = baton;
    unsigned long c = ++f->counter;
    for (size_t i = 0; i < n; i++) {
        out[i] = (unsigned char)(c >> (8 * (i % 4)));
    }
    return OIDC_OK;
}

static inline void fixture_log(void *baton, enum oidc_level level, const char *file, int line,
                               const char *text)
{
    (void)baton, (void)level, (void)file, (void)line, (void)text;
}

static inline int fixture_log_wants(void *baton, enum oidc_level level)
{
    (void)baton, (void)level;
    return 1;
}

static inline const char *fixture_evaluate(void *baton, void *source)
{
    struct fixture *f = baton;
    return apr_pstrcat(f->pool, f->user, (const char *)source, NULL);
}

static inline void fixture_ctx(struct fixture *f)
{
    oidc_ctx_init(&f->ctx, f->pool, &f->env, NULL);
}

static inline void fixture_clients(struct fixture *f)
{
    static const char *const web[] = {WEB_CB, "https://rp.test/cb?keep=1", NULL};
    static const char *const native[] = {"http://127.0.0.1/cb", NULL};
    static const char *const bye[] = {"https://rp.test/bye", NULL};
    struct op_client *c = apr_pcalloc(f->pool, 3 * sizeof *c);
    struct oidc_secret *secret = oidc_secret_make(f->pool, oidc_str_z(SECRET));

    c[0] = (struct op_client){.id = "web",
                              .secret = secret,
                              .auth = OIDC_CLIENT_AUTH_BASIC,
                              .redirect_uris = web,
                              .post_logout_redirect_uris = bye,
                              .scope = "openid profile email"};
    c[1] = (struct op_client){
        .id = "post", .secret = secret, .auth = OIDC_CLIENT_AUTH_POST, .redirect_uris = web};
    c[2] =
        (struct op_client){.id = "native", .auth = OIDC_CLIENT_AUTH_NONE, .redirect_uris = native};
    f->conf.clients = c;
    f->conf.n_clients = 3;
}

static inline void fixture_conf(struct fixture *f)
{
    static const struct op_claim claims[] = {{"email", "email", (void *)"@example.test"},
                                             {"sub", NULL, (void *)"-forged"}};
    static const char users[] =
        "{\"alice\":{\"name\":\"\xea\xb9\x80 Alice\",\"groups\":[\"admin\"],\"iss\":\"x\"}}";
    struct oidc_jwks *keys = oidc_jwks_make(f->pool);
    struct oidc_jwk *key;
    json_t *doc;

    assert_int_equal(oidc_jwk_generate(&f->ctx, f->pool, OIDC_ALG_ES256, &key), OIDC_OK);
    oidc_jwks_add(keys, key);
    assert_int_equal(
        oidc_json_parse(&f->ctx, f->pool, oidc_str_z(users), OIDC_E_CONFIG, "users", &doc),
        OIDC_OK);
    f->conf = (struct op_conf){.issuer = ISSUER,
                               .claims = claims,
                               .n_claims = 2,
                               .user_claims = doc,
                               .evaluate = fixture_evaluate,
                               .keys = keys,
                               .alg = OIDC_ALG_ES256,
                               .code_ttl = 60,
                               .token_ttl = 600};
    fixture_clients(f);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f;
    struct oidc_sealer *sealer;
    apr_pool_t *pool;

    apr_initialize();
    assert_int_equal(apr_pool_create(&pool, NULL), APR_SUCCESS);
    f = apr_pcalloc(pool, sizeof *f);
    f->pool = pool;
    f->now = apr_time_from_sec(1700000000);
    f->env = (struct oidc_env){.baton = f,
                               .now = fixture_now,
                               .random = fixture_random,
                               .log = fixture_log,
                               .log_wants = fixture_log_wants};
    fixture_ctx(f);
    assert_int_equal(oidc_store_mem_make(&f->ctx, &f->env.store), OIDC_OK);
    fixture_conf(f);
    assert_int_equal(oidc_sealer_make(&f->ctx, pool,
                                      oidc_secret_make(pool, oidc_str_z("passphrase")), NULL,
                                      &sealer),
                     OIDC_OK);
    assert_int_equal(op_site_make(&f->ctx, pool, &f->conf, sealer, &f->site), OIDC_OK);
    f->user = "alice";
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    apr_pool_destroy(((struct fixture *)*state)->pool);
    return 0;
}

static inline const char *fixture_header(void *baton, const char *name)
{
    return strcmp(name, "Authorization") == 0 ? ((struct fixture *)baton)->authorization : NULL;
}

static inline enum oidc_rc fixture_body(struct oidc_ctx *ctx, void *baton, size_t max,
                                        struct oidc_str *out)
{
    *out = oidc_str_z(((struct fixture *)baton)->body);
    return out->n <= max ? OIDC_OK : oidc_fail(ctx, OIDC_E_BODY_TOO_LARGE, "body");
}

/* One request; the result stands in f->rc, f->reply, f->ctx.err. */
static inline void ask(struct fixture *f, const char *method, enum op_endpoint which,
                       const char *query)
{
    struct oidc_request req = {.method = method,
                               .origin = {"https", "op.test", 443},
                               .path = "/op",
                               .query = query,
                               .uri = "/op",
                               .cookie = oidc_str_z(f->cookie),
                               .content_type = f->body ? f->content_type : NULL,
                               .user = f->user,
                               .baton = f,
                               .header = fixture_header,
                               .body = fixture_body};
    struct op_exchange ex = {.req = &req, .auth_time = f->auth_time, .evaluate_baton = f};

    fixture_ctx(f);
    memset(&f->reply, 0, sizeof f->reply);
    if (!f->content_type) {
        req.content_type = f->body ? "application/x-www-form-urlencoded" : NULL;
    }
    f->rc = op_endpoint_answer(&f->ctx, f->site, which, &ex, &f->reply);
    f->end_login = ex.end_login;
}

static inline const char *reply_header(const struct fixture *f, const char *name)
{
    for (int i = 0; i < f->reply.n_headers; i++) {
        if (strcmp(f->reply.headers[i].name, name) == 0) {
            return f->reply.headers[i].value;
        }
    }
    return NULL;
}

/* A parameter of the redirect in f->reply, or NULL. */
static inline const char *redirected(struct fixture *f, const char *name)
{
    const char *query = f->reply.location ? strchr(f->reply.location, '?') : NULL, *value = NULL;
    struct oidc_form *form;

    assert_non_null(query);
    assert_int_equal(oidc_form_parse(&f->ctx, oidc_str_z(query + 1), &form), OIDC_OK);
    return oidc_form_get(&f->ctx, form, name, &value) == OIDC_OK ? value : NULL;
}

static inline json_t *reply_json(struct fixture *f)
{
    struct oidc_ctx ctx;
    json_t *doc = NULL;
    oidc_ctx_init(&ctx, f->pool, &f->env, NULL);
    assert_int_equal(oidc_json_parse(&ctx, f->pool, f->reply.body, OIDC_E_INTERNAL, "reply", &doc),
                     OIDC_OK);
    return doc;
}

static inline const char *reply_string(struct fixture *f, const char *name)
{
    const char *value = NULL;
    return oidc_json_get_string(reply_json(f), name, &value) == OIDC_OK ? value : NULL;
}

static inline const char *challenge_of(struct fixture *f, const char *verifier)
{
    const char *out;
    assert_int_equal(oidc_pkce_challenge(&f->ctx, verifier, &out), OIDC_OK);
    return out;
}

/* Query of an honest authorization request of the client "web", with `more` behind it. */
static inline const char *web_query(struct fixture *f, const char *more)
{
    return apr_pstrcat(f->pool,
                       "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Frp.test%2Fcb&"
                       "scope=openid+profile+email"
                       "&state=st%26ate&nonce=n0nce&code_challenge_method=S256&code_challenge=",
                       challenge_of(f, VERIFIER), more, NULL);
}

static inline const char *basic(struct fixture *f, const char *id, const char *secret)
{
    const char *pair = apr_pstrcat(f->pool, oidc_form_escape(f->pool, id), ":",
                                   oidc_form_escape(f->pool, secret), NULL);
    return apr_pstrcat(f->pool, "Basic ", oidc_b64_print(f->pool, oidc_str_z(pair)), NULL);
}

/* A code for the client "web". */
static inline const char *get_code(struct fixture *f)
{
    f->body = NULL;
    f->authorization = NULL;
    ask(f, "GET", OP_AUTHORIZE, web_query(f, ""));
    assert_int_equal(f->rc, OIDC_OK);
    assert_int_equal(f->reply.status, 302);
    assert_non_null(redirected(f, "code"));
    return redirected(f, "code");
}

/* Presents a code as "web" does. */
static inline void redeem(struct fixture *f, const char *code, const char *verifier)
{
    f->authorization = basic(f, "web", SECRET);
    f->body = apr_pstrcat(
        f->pool,
        "grant_type=authorization_code&redirect_uri=https%3A%2F%2Frp.test%2Fcb&code=", code,
        verifier ? "&code_verifier=" : "", verifier ? verifier : "", NULL);
    ask(f, "POST", OP_TOKEN, NULL);
}

#endif
