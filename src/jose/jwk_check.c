/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of keys, the same for those from outside and for our own. */
#include "jose/jwk_check.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include "jose/openssl_err.h"

#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192
#define RSA_MAX_E_BITS 64
#define ED25519_LEN 32

static const struct oidc_curve curves[] = {
    {"P-256", "prime256v1", 32, CJOSE_JWK_EC_P_256},
    {"P-384", "secp384r1", 48, CJOSE_JWK_EC_P_384},
    {"P-521", "secp521r1", 66, CJOSE_JWK_EC_P_521},
};

const struct oidc_curve *oidc_jwk_curve(const char *name)
{
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (strcmp(curves[i].crv, name) == 0 || strcmp(curves[i].group, name) == 0) {
            return &curves[i];
        }
    }
    return NULL;
}

/* NULL, or what is wrong. */
static const char *jwk_rsa_fault(const BIGNUM *n, const BIGNUM *e)
{
    int bits = BN_num_bits(n);
    /* CHECK rsa_bits: RFC 7518 3.3; N053, N098 */
    if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS) {
        return "an RSA modulus has 2048 to 8192 bits";
    }
    /* CHECK rsa_odd: an even modulus is no product of two primes; N098 */
    if (!BN_is_odd(n)) {
        return "the RSA modulus is even";
    }
    /*
     * CHECK rsa_e: with 1 anybody signs, an even one has no inverse, a huge one is work for us;
     * N053, N098
     */
    if (!BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > RSA_MAX_E_BITS) {
        return "an RSA exponent is odd, above 1 and at most 64 bits long";
    }
    return NULL;
}

static enum oidc_rc jwk_check_rsa(struct oidc_ctx *ctx, enum oidc_code code, struct oidc_jwk *jwk)
{
    BIGNUM *n = NULL, *e = NULL;
    const char *fault = "the RSA key can't be read";
    if (EVP_PKEY_get_bn_param(jwk->pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
        EVP_PKEY_get_bn_param(jwk->pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1) {
        fault = jwk_rsa_fault(n, e);
    }
    BN_free(n);
    BN_free(e);
    jwk->info.kty = "RSA";
    return fault ? oidc_fail(ctx, code, "%s", fault) : OIDC_OK;
}

static enum oidc_rc jwk_check_ec(struct oidc_ctx *ctx, enum oidc_code code, struct oidc_jwk *jwk)
{
    char group[64];
    /*
     * CHECK ec_named: a curve by name, and one of ours; explicit parameters have no name;
     * CVE-2020-0601
     */
    const struct oidc_curve *curve = NULL;
    if (EVP_PKEY_get_group_name(jwk->pkey, group, sizeof group, NULL) == 1) {
        curve = oidc_jwk_curve(group);
    }
    if (!curve) {
        oidc_openssl_forget();
        return oidc_fail(ctx, code, "an EC key is on P-256, P-384 or P-521");
    }
    jwk->info.kty = "EC";
    jwk->crv = curve->crv;
    return OIDC_OK;
}

/* y of the points whose order divides 8. */
static const unsigned char ed25519_small[][ED25519_LEN] = {
    {0},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89,
     0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
     0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76,
     0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6,
     0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/*
 * CHECK ed25519_point: y below p, and none of the points of order 1, 2, 4, 8, under which anybody's
 * signature fits any message (RFC 8032 5.1.3; N054). The top bit is the sign of x.
 */
static int jwk_is_bad_ed25519(const unsigned char *key)
{
    unsigned char y[ED25519_LEN];
    int ones = 0;
    memcpy(y, key, sizeof y);
    y[31] &= 0x7f;
    for (size_t i = 0; i < sizeof ed25519_small / sizeof *ed25519_small; i++) {
        if (memcmp(y, ed25519_small[i], sizeof y) == 0) {
            return 1;
        }
    }
    for (int i = 1; i < 31; i++) {
        ones += y[i] == 0xff;
    }
    return y[0] >= 0xed && ones == 30 && y[31] == 0x7f;
}

static enum oidc_rc jwk_check_ed25519(struct oidc_ctx *ctx, enum oidc_code code,
                                      struct oidc_jwk *jwk)
{
    unsigned char key[ED25519_LEN];
    size_t n = sizeof key;
    if (EVP_PKEY_get_raw_public_key(jwk->pkey, key, &n) != 1 || n != sizeof key ||
        jwk_is_bad_ed25519(key)) {
        oidc_openssl_forget();
        return oidc_fail(ctx, code, "the Ed25519 key is of small order or not canonical");
    }
    jwk->info.kty = "OKP";
    jwk->crv = "Ed25519";
    return OIDC_OK;
}

static enum oidc_rc jwk_check_kind(struct oidc_ctx *ctx, enum oidc_code code, struct oidc_jwk *jwk)
{
    const char *type = EVP_PKEY_get0_type_name(jwk->pkey);
    if (EVP_PKEY_is_a(jwk->pkey, "RSA")) {
        return jwk_check_rsa(ctx, code, jwk);
    }
    if (EVP_PKEY_is_a(jwk->pkey, "EC")) {
        return jwk_check_ec(ctx, code, jwk);
    }
    if (EVP_PKEY_is_a(jwk->pkey, "ED25519")) {
        return jwk_check_ed25519(ctx, code, jwk);
    }
    return oidc_fail(ctx, code, "keys of type %s are not supported", type ? type : "(none)");
}

/*
 * Not for RSA: there it is a primality test of the modulus, seconds of work for 8192 bits that
 * whoever publishes the keys could have us do a hundred times, and a modulus without two large
 * primes harms nobody but its owner.
 */
static int jwk_is_on_curve(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    int ok = c && EVP_PKEY_public_check(c) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

enum oidc_rc oidc_jwk_check(struct oidc_ctx *ctx, enum oidc_code code, struct oidc_jwk *jwk)
{
    if (jwk_check_kind(ctx, code, jwk) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (strcmp(jwk->info.kty, "RSA") != 0 && !jwk_is_on_curve(jwk->pkey)) {
        return oidc_openssl_fail(ctx, code, "the public key is not sound");
    }
    return OIDC_OK;
}
