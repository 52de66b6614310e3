/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and sealers made once are used by many threads at the same time (event MPM). */
#include "fixture.h"

#include <apr_portable.h>
#include <pthread.h>
#include "oidc/hash.h"
#include "oidc/jwt.h"
#include "oidc/seal.h"

#define THREADS 8
#define ROUNDS 40

static const enum oidc_alg algs[] = {OIDC_ALG_RS256, OIDC_ALG_PS256, OIDC_ALG_ES256,
                                     OIDC_ALG_EDDSA, OIDC_ALG_HS256};
#define N_ALGS (sizeof algs / sizeof *algs)

/* Read by all threads, written by none of them. */
static struct {
    const struct oidc_jwk *key[N_ALGS];
    const struct oidc_jwks *set[N_ALGS];
    const char *token[N_ALGS];
    const struct oidc_sealer *sealer;
    struct oidc_str blob;
} shared;

struct worker {
    pthread_t thread;
    apr_pool_t *pool;
    int done;
};

static int verify_one(struct oidc_ctx *ctx, const char *token, size_t i)
{
    struct oidc_jwt *jwt;
    const json_t *payload;
    return oidc_jwt_parse(ctx, oidc_str_z(token), OIDC_JWT_MAX, &jwt) == OIDC_OK &&
           oidc_jwt_verify(ctx, jwt, shared.set[i], OIDC_ALG_BIT(algs[i]), &payload) == OIDC_OK;
}

static int sign_one(struct oidc_ctx *ctx, size_t i)
{
    json_t *claims = oidc_json_object(ctx->pool);
    const char *token;
    oidc_json_put_string(claims, "sub", "a");
    return oidc_jwt_sign(ctx, shared.key[i], algs[i], NULL, claims, &token) == OIDC_OK &&
           verify_one(ctx, token, i);
}

static int seal_one(struct oidc_ctx *ctx)
{
    struct oidc_str plain, blob;
    unsigned char md[OIDC_SHA256_LEN];
    return oidc_unseal(ctx, shared.sealer, OIDC_SEAL_SESSION, oidc_str(NULL, 0), shared.blob,
                       &plain) == OIDC_OK &&
           oidc_seal(ctx, shared.sealer, OIDC_SEAL_SESSION, oidc_str(NULL, 0), plain, &blob) ==
               OIDC_OK &&
           oidc_hash_sha256(ctx, blob, md) == OIDC_OK;
}

static void *work(void *baton)
{
    struct worker *w = baton;
    struct oidc_ctx ctx;
    for (int round = 0; round < ROUNDS; round++) {
        oidc_ctx_init(&ctx, w->pool, &t.env, NULL);
        for (size_t i = 0; i < N_ALGS; i++) {
            w->done += verify_one(&ctx, shared.token[i], i);
            w->done += round % 8 ? 1 : sign_one(&ctx, i);
        }
        w->done += seal_one(&ctx);
        apr_pool_clear(w->pool);
    }
    return NULL;
}

static void make_shared(void)
{
    struct oidc_jwk *jwk;
    struct oidc_sealer *sealer;
    json_t *claims = oidc_json_object(t.pool);
    oidc_json_put_string(claims, "sub", "a");
    for (size_t i = 0; i < N_ALGS; i++) {
        struct oidc_jwks *set = oidc_jwks_make(t.pool);
        if (algs[i] == OIDC_ALG_HS256) {
            struct oidc_str secret = oidc_str_z("0123456789abcdef0123456789abcdef");
            assert_ok(oidc_jwk_make_oct(&t.ctx, t.pool, secret, NULL, &jwk));
        } else {
            assert_ok(oidc_jwk_generate(&t.ctx, t.pool, algs[i], &jwk));
        }
        oidc_jwks_add(set, jwk);
        shared.key[i] = jwk;
        shared.set[i] = set;
        assert_ok(oidc_jwt_sign(&t.ctx, jwk, algs[i], NULL, claims, &shared.token[i]));
    }
    assert_ok(oidc_sealer_make(&t.ctx, t.pool, oidc_secret_make(t.pool, oidc_str_z("one")), NULL,
                               &sealer));
    assert_ok(oidc_seal(&t.ctx, sealer, OIDC_SEAL_SESSION, oidc_str(NULL, 0), oidc_str_z("alice"),
                        &shared.blob));
    shared.sealer = sealer;
}

static void many_threads_one_key(void **state)
{
    (void)state;
    struct worker workers[THREADS];
    memset(workers, 0, sizeof workers);
    make_shared();
    for (int i = 0; i < THREADS; i++) {
        apr_pool_create(&workers[i].pool, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        apr_pool_destroy(workers[i].pool);
        assert_int_equal(workers[i].done, ROUNDS * (2 * (int)N_ALGS + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_threads_one_key),
    };
    return RUN(tests);
}
