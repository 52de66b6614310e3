/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys: that the halves belong together, and the form in which cjose signs with them. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include "jose/jwk_key.h"
#include "jose/openssl_err.h"

/* One number of a key, wiped after use. */
struct jwk_part {
    const char *param;
    uint8_t bytes[1024 + 1];
    size_t n;
};

static int jwk_part_get(const EVP_PKEY *pkey, struct jwk_part *part)
{
    BIGNUM *bn = NULL;
    int n = -1;
    if (EVP_PKEY_get_bn_param(pkey, part->param, &bn) == 1 &&
        (size_t)BN_num_bytes(bn) <= sizeof part->bytes) {
        n = BN_bn2bin(bn, part->bytes);
    }
    BN_clear_free(bn);
    part->n = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static cjose_jwk_t *jwk_cjose_rsa_of(struct jwk_part *p)
{
    cjose_jwk_rsa_keyspec spec = {
        .n = p[0].bytes, .nlen = p[0].n, .e = p[1].bytes, .elen = p[1].n,
        .d = p[2].bytes, .dlen = p[2].n, .p = p[3].bytes, .plen = p[3].n,
        .q = p[4].bytes, .qlen = p[4].n, .dp = p[5].bytes, .dplen = p[5].n,
        .dq = p[6].bytes, .dqlen = p[6].n, .qi = p[7].bytes, .qilen = p[7].n,
    };
    cjose_err err;
    return cjose_jwk_create_RSA_spec(&spec, &err);
}

static cjose_jwk_t *jwk_cjose_rsa(const EVP_PKEY *pkey)
{
    struct jwk_part parts[8] = {
        {.param = OSSL_PKEY_PARAM_RSA_N},         {.param = OSSL_PKEY_PARAM_RSA_E},
        {.param = OSSL_PKEY_PARAM_RSA_D},         {.param = OSSL_PKEY_PARAM_RSA_FACTOR1},
        {.param = OSSL_PKEY_PARAM_RSA_FACTOR2},   {.param = OSSL_PKEY_PARAM_RSA_EXPONENT1},
        {.param = OSSL_PKEY_PARAM_RSA_EXPONENT2}, {.param = OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
    };
    int all = 1;
    for (int i = 0; i < 8; i++) {
        all = all && jwk_part_get(pkey, &parts[i]);
    }
    cjose_jwk_t *out = all ? jwk_cjose_rsa_of(parts) : NULL;
    oidc_secret_wipe(parts, sizeof parts);
    return out;
}

static cjose_jwk_t *jwk_cjose_ec(const EVP_PKEY *pkey, const struct oidc_curve *curve)
{
    struct jwk_part d = {.param = OSSL_PKEY_PARAM_PRIV_KEY};
    cjose_jwk_t *out = NULL;
    cjose_err err;
    if (jwk_part_get(pkey, &d)) {
        /* cjose computes the public point itself */
        cjose_jwk_ec_keyspec spec = {.crv = curve->cjose, .d = d.bytes, .dlen = d.n};
        out = cjose_jwk_create_EC_spec(&spec, &err);
    }
    oidc_secret_wipe(&d, sizeof d);
    return out;
}

static int jwk_is_pair(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    int ok = c && EVP_PKEY_pairwise_check(c) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

enum oidc_rc oidc_jwk_finish_private(struct oidc_ctx *ctx, enum oidc_code code,
                                     struct oidc_jwk *jwk)
{
    /* CHECK key_pair: what we sign must verify with what we publish */
    if (!jwk_is_pair(jwk->pkey)) {
        return oidc_openssl_fail(ctx, code, "the two halves don't belong together");
    }
    jwk->info.is_private = 1;
    if (strcmp(jwk->info.kty, "RSA") == 0) {
        jwk->cjose = jwk_cjose_rsa(jwk->pkey);
    } else if (strcmp(jwk->info.kty, "EC") == 0) {
        jwk->cjose = jwk_cjose_ec(jwk->pkey, oidc_jwk_curve(jwk->crv));
    } else {
        return OIDC_OK; /* Ed25519, which cjose does not know */
    }
    return jwk->cjose ? OIDC_OK : oidc_openssl_fail(ctx, code, "the private key can't be used");
}
