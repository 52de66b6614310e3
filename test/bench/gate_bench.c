/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signed-in request costs: gate, session and view, N times, for a session with 42 claims. Links the hot path alone:
 * a network call or a login on it would not link. Prints bytes and time; gate_bench.sh counts instructions.
 *
 *   gate_bench [requests] [server|cookie]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "oidc/store_mem.h"
#include "rp/pack.h"
#include "rp/session.h"

#define CLAIMS 42
#define SITE_HOST "rp.test"

static apr_time_t bench_now(void *baton)
{
    return *(const apr_time_t *)baton;
}

static enum oidc_rc bench_random(void *baton, unsigned char *out, size_t n)
{
    (void)baton;
    for (size_t i = 0; i < n; i++) {
        out[i] = (unsigned char)(i * 7 + 1);
    }
    return OIDC_OK;
}

static void bench_log(void *baton, enum oidc_level level, const char *file, int line,
                      const char *text)
{
    (void)baton, (void)level, (void)file, (void)line, (void)text;
}

static int bench_log_wants(void *baton, enum oidc_level level)
{
    (void)baton;
    return level <= OIDC_LOG_WARNING;
}

static const char *bench_header(void *baton, const char *name)
{
    (void)baton, (void)name;
    return NULL;
}

/* 42 claims as a company's directory has them, a list of 20 groups among them. */
static json_t *bench_claims(apr_pool_t *pool)
{
    json_t *doc = oidc_json_object(pool);
    const char *groups[21] = {0};
    for (int i = 0; i < 20; i++) {
        groups[i] = apr_psprintf(pool, "department-%02d-readers", i);
    }
    oidc_json_put_string(doc, "iss", "https://op.test/realms/company");
    oidc_json_put_string(doc, "sub", "f1b2c3d4-0000-4000-8000-1234567890ab");
    oidc_json_put_strings(doc, "groups", groups);
    oidc_json_put_int(doc, "iat", 1700000000);
    oidc_json_put_bool(doc, "email_verified", 1);
    for (int i = 5; i < CLAIMS; i++) {
        oidc_json_put_string(doc, apr_psprintf(pool, "attribute_%02d", i),
                             apr_psprintf(pool, "value number %d of some length", i));
    }
    return doc;
}

struct bench {
    struct oidc_ctx ctx;
    struct rp_conf conf;
    struct rp_site site;
    struct rp_dir dir;
    struct oidc_request req;
    struct oidc_reply reply;
    struct rp_call call;
};

static void bench_setup(struct bench *b, apr_pool_t *pool, enum rp_session_type type)
{
    b->conf.session.type = type;
    b->conf.session.inactivity_timeout = 300;
    b->conf.session.chunk_size = 4000;
    b->site = (struct rp_site){.conf = &b->conf,
                               .name_space = oidc_str_z("0123456789abcdefghijkl"),
                               .style = {"OIDC_CLAIM_", ","},
                               .redirect_path = "/cb"};
    b->dir = (struct rp_dir){.cookie = "mod_auth_openidc_session",
                             .cookie_path = "/",
                             .pass_as = RP_PASS_HEADERS | RP_PASS_ENVIRONMENT,
                             .pass_access_token = 1,
                             .pass_id_token = RP_ID_TOKEN_CLAIMS,
                             .pass_userinfo = RP_USERINFO_CLAIMS};
    b->req = (struct oidc_request){.method = "GET",
                                   .origin = {"https", SITE_HOST, 443},
                                   .path = "/app/page",
                                   .uri = "/app/page",
                                   .header = bench_header};
    b->call = (struct rp_call){&b->site, &b->dir, &b->req, &b->reply};
    (void)pool;
}

/* The Cookie header that the browser sends after the login. */
static const char *bench_cookies(const struct bench *b, apr_pool_t *pool)
{
    const char *out = "theme=dark; lang=en";
    for (int i = 0; i < b->reply.n_headers; i++) {
        const char *value = b->reply.headers[i].value;
        out = apr_pstrcat(pool, out, "; ", apr_pstrndup(pool, value, strcspn(value, ";")), NULL);
    }
    return out;
}

static int bench_login(struct bench *b, apr_pool_t *pool)
{
    const struct rp_claim_sets sets = {bench_claims(pool), NULL, "openid profile"};
    const struct rp_cold cold = {"refresh-token", "id-token", "state", "https://" SITE_HOST "/"};
    struct rp_packed packed;
    if (rp_pack_claims(&b->ctx, &b->site, &sets, &packed) != OIDC_OK) {
        return 0;
    }
    struct rp_session s = {.user = "alice",
                           .issuer = "https://op.test/realms/company",
                           .sub = "f1b2c3d4-0000-4000-8000-1234567890ab",
                           .sid = "a-session-at-the-provider",
                           .access_token = "an-access-token-of-some-length-as-they-come-today",
                           .token_type = "Bearer",
                           .scope = "openid profile",
                           .access_token_expires = 1700000600,
                           .hard_expires = oidc_ctx_now(&b->ctx) + apr_time_from_sec(28800),
                           .packed = packed.packed,
                           .index = packed.index,
                           .flags = packed.plain ? RP_RECORD_PLAIN : 0};
    if (rp_session_make(&b->ctx, &b->call, &s, &cold) != OIDC_OK) {
        return 0;
    }
    b->req.cookie = oidc_str_z(bench_cookies(b, pool));
    printf("%d claims, record %zu bytes, cookie header %zu bytes\n", CLAIMS, s.record.n,
           b->req.cookie.n);
    return 1;
}

static int bench_request(struct bench *b, apr_pool_t *pool)
{
    struct oidc_ctx ctx;
    struct rp_session s;
    struct rp_view view;
    oidc_ctx_init(&ctx, pool, b->ctx.env, NULL);
    b->reply.n_headers = 0;
    return rp_gate(&ctx, &b->site, &b->dir, &b->req, &b->reply, &s) == RP_PASS
           && rp_view_make(&ctx, &b->site, &b->dir, &s, &view) == OIDC_OK && view.n == CLAIMS + 4;
}

int main(int argc, char **argv)
{
    const long requests = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    const int in_cookie = argc > 2 && strcmp(argv[2], "cookie") == 0;
    static const unsigned char master[OIDC_SEALER_MASTER_LEN] = {1};
    static apr_time_t now = APR_INT64_C(1700000000000000);
    static struct oidc_env env = {.baton = &now,
                                  .now = bench_now,
                                  .random = bench_random,
                                  .log = bench_log,
                                  .log_wants = bench_log_wants};
    static struct bench b;
    struct oidc_sealer *sealer;
    apr_pool_t *pool, *request;
    apr_initialize();
    apr_pool_create(&pool, NULL);
    apr_pool_create(&request, pool);
    oidc_ctx_init(&b.ctx, pool, &env, NULL);
    bench_setup(&b, pool, in_cookie ? RP_SESSION_COOKIE : RP_SESSION_SERVER);
    if (oidc_store_mem_make(&b.ctx, &env.store) != OIDC_OK
        || oidc_sealer_make_from(&b.ctx, pool, master, NULL, &sealer) != OIDC_OK) {
        return 1;
    }
    b.site.sealer = sealer;
    if (!bench_login(&b, pool)) {
        fprintf(stderr, "no session: %s\n", b.ctx.err.detail);
        return 1;
    }
    const apr_time_t start = apr_time_now();
    for (long i = 0; i < requests; i++) {
        if (!bench_request(&b, request)) {
            fprintf(stderr, "request %ld was not let in\n", i);
            return 1;
        }
        apr_pool_clear(request);
    }
    const double us = (double)(apr_time_now() - start);
    printf("%ld requests, %.2f microseconds each\n", requests, requests ? us / (double)requests : 0);
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}
