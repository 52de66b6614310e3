/* SPDX-License-Identifier: Apache-2.0 */
/* One public key of a JWKS that came from outside (RFC 7517 4, RFC 7518 6, RFC 8037 2). */
#include <apr_strings.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include "jose/jwk_key.h"
#include "jose/openssl_err.h"
#include "oidc/b64.h"

#define RSA_N_MAX (8192 / 8 + 1) /* some providers put a zero in front */
#define RSA_E_MAX 16
#define ED25519_LEN 32

/* Bytes of a base64url member, at most max of them. */
static enum oidc_rc jwk_parse_bytes(struct oidc_ctx *ctx, const json_t *obj, const char *name,
                                    size_t max, struct oidc_str *out)
{
    const char *text = NULL;
    if (oidc_json_get_string(obj, name, &text) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_JWKS, "no member \"%s\"", name);
    }
    struct oidc_str s = oidc_str_z(text);
    if (s.n > (max + 2) / 3 * 4 || oidc_b64url_parse(ctx->pool, s, out) != OIDC_OK || !out->n ||
        out->n > max) {
        return oidc_fail(ctx, OIDC_E_JWKS, "member \"%s\" is not base64url of 1 to %zu bytes",
                         name, max);
    }
    return OIDC_OK;
}

static int jwk_from_params(const char *type, OSSL_PARAM *params, EVP_PKEY **out)
{
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    int ok = c && params && EVP_PKEY_fromdata_init(c) == 1 &&
             EVP_PKEY_fromdata(c, out, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX_free(c);
    return ok;
}

static int jwk_from_bld(const char *type, OSSL_PARAM_BLD *bld, EVP_PKEY **out)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
    int ok = jwk_from_params(type, params, out);
    OSSL_PARAM_free(params);
    return ok;
}

static int jwk_rsa_from(const BIGNUM *n, const BIGNUM *e, EVP_PKEY **out)
{
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    int ok = n && e && bld && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
             OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
             jwk_from_bld("RSA", bld, out);
    OSSL_PARAM_BLD_free(bld);
    return ok;
}

static BIGNUM *jwk_bn(struct oidc_str bytes)
{
    return BN_bin2bn((const unsigned char *)bytes.p, (int)bytes.n, NULL);
}

static enum oidc_rc jwk_parse_rsa(struct oidc_ctx *ctx, const json_t *obj, EVP_PKEY **out)
{
    struct oidc_str n, e;
    if (jwk_parse_bytes(ctx, obj, "n", RSA_N_MAX, &n) != OIDC_OK ||
        jwk_parse_bytes(ctx, obj, "e", RSA_E_MAX, &e) != OIDC_OK) {
        return OIDC_FAILED;
    }
    BIGNUM *bn_n = jwk_bn(n), *bn_e = jwk_bn(e);
    int ok = jwk_rsa_from(bn_n, bn_e, out);
    BN_free(bn_n);
    BN_free(bn_e);
    return ok ? OIDC_OK : oidc_openssl_fail(ctx, OIDC_E_JWKS, "reading an RSA key");
}

/* The curve and both coordinates, of its length exactly. */
static enum oidc_rc jwk_parse_point(struct oidc_ctx *ctx, const json_t *obj,
                                    const struct oidc_curve **curve, struct oidc_str xy[2])
{
    const char *crv = NULL;
    if (oidc_json_get_string(obj, "crv", &crv) != OIDC_OK ||
        !(*curve = oidc_jwk_curve(crv)) || strcmp((*curve)->crv, crv) != 0) {
        return oidc_fail(ctx, OIDC_E_JWKS, "curve %s is not supported",
                         oidc_log_quote(ctx->pool, crv));
    }
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "y" : "x";
        if (jwk_parse_bytes(ctx, obj, name, (*curve)->len, &xy[i]) != OIDC_OK) {
            return OIDC_FAILED;
        }
        /* CHECK ec_length: coordinates come in full length; RFC 7518 6.2.1.2; N098 */
        if (xy[i].n != (*curve)->len) {
            return oidc_fail(ctx, OIDC_E_JWKS, "coordinate %s has %zu bytes, %s has %zu", name,
                             xy[i].n, crv, (*curve)->len);
        }
    }
    return OIDC_OK;
}

static enum oidc_rc jwk_parse_ec(struct oidc_ctx *ctx, const json_t *obj, EVP_PKEY **out)
{
    const struct oidc_curve *curve = NULL;
    struct oidc_str xy[2];
    unsigned char point[1 + 2 * 66] = {POINT_CONVERSION_UNCOMPRESSED};
    if (jwk_parse_point(ctx, obj, &curve, xy) != OIDC_OK) {
        return OIDC_FAILED;
    }
    for (size_t i = 0; i < 2; i++) {
        size_t zeros = curve->len - xy[i].n;
        memcpy(point + 1 + i * curve->len + zeros, xy[i].p, xy[i].n);
    }
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         (char *)(uintptr_t)curve->group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * curve->len),
        OSSL_PARAM_construct_end(),
    };
    /* CHECK ec_on_curve: OpenSSL refuses a point that is not on the curve; RFC 7518 6.2.1; N098 */
    if (!jwk_from_params("EC", params, out)) {
        return oidc_openssl_fail(ctx, OIDC_E_JWKS, "reading an EC key");
    }
    return OIDC_OK;
}

static enum oidc_rc jwk_parse_okp(struct oidc_ctx *ctx, const json_t *obj, EVP_PKEY **out)
{
    const char *crv = NULL;
    struct oidc_str x;
    if (oidc_json_get_string(obj, "crv", &crv) != OIDC_OK || strcmp(crv, "Ed25519") != 0) {
        return oidc_fail(ctx, OIDC_E_JWKS, "curve %s is not supported",
                         oidc_log_quote(ctx->pool, crv));
    }
    if (jwk_parse_bytes(ctx, obj, "x", ED25519_LEN, &x) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* OpenSSL refuses any other length than 32 */
    *out = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, (const unsigned char *)x.p, x.n);
    return *out ? OIDC_OK : oidc_openssl_fail(ctx, OIDC_E_JWKS, "reading an Ed25519 key");
}

static enum oidc_rc jwk_parse_key(struct oidc_ctx *ctx, const json_t *obj, EVP_PKEY **out)
{
    const char *kty = NULL;
    if (oidc_json_get_string(obj, "kty", &kty) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_JWKS, "no member \"kty\"");
    }
    if (strcmp(kty, "RSA") == 0) {
        return jwk_parse_rsa(ctx, obj, out);
    }
    if (strcmp(kty, "EC") == 0) {
        return jwk_parse_ec(ctx, obj, out);
    }
    if (strcmp(kty, "OKP") == 0) {
        return jwk_parse_okp(ctx, obj, out);
    }
    /* CHECK public_oct: a published secret is none; N049, N098 */
    return oidc_fail(ctx, OIDC_E_JWKS, "key type %s is not supported",
                     oidc_log_quote(ctx->pool, kty));
}

/* CHECK private_members: who publishes those has given the key away; RFC 7517 9.2; N098 */
static enum oidc_rc jwk_parse_no_private(struct oidc_ctx *ctx, const json_t *obj)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (json_object_get(obj, names[i])) {
            return oidc_fail(ctx, OIDC_E_JWKS, "the private member \"%s\" was published", names[i]);
        }
    }
    return OIDC_OK;
}

/* What the key may be used for: use, key_ops, alg; a member of a wrong type spoils the key. */
struct jwk_label {
    const char *kid, *use, *alg;
    const json_t *ops;
};

static enum oidc_rc jwk_parse_label(struct oidc_ctx *ctx, const json_t *obj,
                                    struct jwk_label *label)
{
    memset(label, 0, sizeof *label);
    if (oidc_json_get_string(obj, "kid", &label->kid) == OIDC_FAILED ||
        oidc_json_get_string(obj, "use", &label->use) == OIDC_FAILED ||
        oidc_json_get_string(obj, "alg", &label->alg) == OIDC_FAILED ||
        oidc_json_get_array(obj, "key_ops", &label->ops) == OIDC_FAILED) {
        return oidc_fail(ctx, OIDC_E_JWKS, "kid, use, alg or key_ops has a wrong type");
    }
    return OIDC_OK;
}

static void jwk_apply_label(apr_pool_t *pool, const json_t *obj, const struct jwk_label *label,
                            struct oidc_jwk *jwk)
{
    jwk->info.kid = label->kid ? apr_pstrdup(pool, label->kid) : NULL;
    jwk->info.use = label->use ? apr_pstrdup(pool, label->use) : NULL;
    jwk->info.alg = oidc_alg_parse(oidc_str_z(label->alg));
    /* CHECK key_use: RFC 7517 4.2, 4.3, 4.4; N074 */
    jwk->verifies = (!label->use || strcmp(label->use, "sig") == 0) &&
                    (!label->ops || oidc_json_has_string(obj, "key_ops", "verify")) &&
                    (!label->alg || jwk->info.alg != OIDC_ALG_UNKNOWN);
}

enum oidc_rc oidc_jwk_parse_public(struct oidc_ctx *ctx, apr_pool_t *pool, const json_t *member,
                                   struct oidc_jwk **out)
{
    struct jwk_label label;
    struct oidc_jwk *jwk;
    EVP_PKEY *pkey = NULL;
    if (!json_is_object(member)) {
        return oidc_fail(ctx, OIDC_E_JWKS, "a key is no object");
    }
    if (jwk_parse_no_private(ctx, member) != OIDC_OK ||
        jwk_parse_label(ctx, member, &label) != OIDC_OK ||
        jwk_parse_key(ctx, member, &pkey) != OIDC_OK ||
        oidc_jwk_wrap(ctx, pool, OIDC_E_JWKS, pkey, &jwk) != OIDC_OK) {
        return OIDC_FAILED;
    }
    jwk_apply_label(pool, member, &label, jwk);
    if (oidc_jwk_finish(ctx, jwk) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = jwk;
    return OIDC_OK;
}
