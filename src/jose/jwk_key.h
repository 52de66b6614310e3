/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a key, and the steps in which one is made: wrap, name it, finish. */
#ifndef JOSE_JWK_KEY_H
#define JOSE_JWK_KEY_H

#include <cjose/cjose.h>
#include <openssl/evp.h>
#include "oidc/jwk.h"

struct oidc_jwk {
    struct oidc_jwk_info info;
    const char *crv;         /* "P-256", "Ed25519", ... or NULL */
    int verifies;            /* use, key_ops and alg leave room for verifying signatures */
    EVP_PKEY *pkey;          /* NULL: oct */
    struct oidc_secret *oct; /* NULL: any other */
    /*
     * Of private RSA and EC keys: what cjose signs with. Its count of references is not atomic,
     * so nobody but the pool's cleanup touches that.
     */
    cjose_jwk_t *cjose;
    /*
     * Set up for verifying with that algorithm; NULL where the key does not fit. Never used itself:
     * each verification works on a copy, which costs far less than setting one up. Copying only
     * reads, so threads may share these.
     */
    EVP_MD_CTX *verifier[OIDC_ALG_COUNT];
};

/* A curve that we know. */
struct oidc_curve {
    const char *crv, *group; /* in a JWK, in OpenSSL */
    size_t len;              /* of a coordinate */
    cjose_jwk_ec_curve cjose;
};
/* By either name; NULL when it is not ours. */
const struct oidc_curve *oidc_jwk_curve(const char *name);

/*
 * The key around `pkey`, which belongs to the pool from here on whatever the result. Its strength
 * is judged here; refusals carry `code`. Then the caller sets kid, use, alg and verifies, and calls
 * oidc_jwk_finish.
 */
enum oidc_rc oidc_jwk_wrap(struct oidc_ctx *ctx, apr_pool_t *pool, enum oidc_code code,
                           EVP_PKEY *pkey, struct oidc_jwk **out) OIDC_MUST_CHECK;
/* kid, use and alg, as far as they fit; OIDC_E_CONFIG. */
enum oidc_rc oidc_jwk_put_terms(struct oidc_ctx *ctx, apr_pool_t *pool,
                                const struct oidc_jwk_terms *terms,
                                struct oidc_jwk *jwk) OIDC_MUST_CHECK;
/* Makes it ready for verifying with each algorithm that it fits. */
enum oidc_rc oidc_jwk_finish(struct oidc_ctx *ctx, struct oidc_jwk *jwk) OIDC_MUST_CHECK;
/* Says that pkey has its private part, checks that, and makes it ready for signing. */
enum oidc_rc oidc_jwk_finish_private(struct oidc_ctx *ctx, enum oidc_code code,
                                     struct oidc_jwk *jwk) OIDC_MUST_CHECK;
/* One public key of a set from outside. Refusals carry OIDC_E_JWKS. */
enum oidc_rc oidc_jwk_parse_public(struct oidc_ctx *ctx, apr_pool_t *pool, const json_t *member,
                                   struct oidc_jwk **out) OIDC_MUST_CHECK;
/* The public members alone: for a thumbprint, and for the header of a proof of possession. */
enum oidc_rc oidc_jwk_print_bare(struct oidc_ctx *ctx, const struct oidc_jwk *jwk,
                                 const json_t **out) OIDC_MUST_CHECK;

#endif
