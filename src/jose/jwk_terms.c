/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator says of a key file: its name, what it is for, and with which algorithm. */
#include <apr_strings.h>
#include "jose/alg_row.h"
#include "jose/jwk_key.h"

/* Encryption to a public key (RFC 7518 4.1). We publish such keys and do nothing else with them. */
static const struct {
    const char *name, *kty;
} enc_algs[] = {
    {"RSA-OAEP", "RSA"}, {"RSA-OAEP-256", "RSA"}, {"RSA1_5", "RSA"}, {"ECDH-ES", "EC"}};

/* The type of key that it encrypts to, or NULL. */
static const char *terms_enc_kty(struct oidc_str name)
{
    for (size_t i = 0; i < sizeof enc_algs / sizeof *enc_algs; i++) {
        if (oidc_str_eq(name, oidc_str_z(enc_algs[i].name))) {
            return enc_algs[i].kty;
        }
    }
    return NULL;
}

int oidc_jwk_knows_alg(struct oidc_str name)
{
    return oidc_alg_parse(name) != OIDC_ALG_UNKNOWN || terms_enc_kty(name);
}

/* CHECK key_terms: a key is used for what it was made for; RFC 8725 3.1, 3.5 */
static enum oidc_rc terms_check(struct oidc_ctx *ctx, const struct oidc_jwk_terms *terms,
                                const struct oidc_jwk *jwk)
{
    struct oidc_str name = oidc_str_z(terms->alg);
    const char *enc_kty = terms_enc_kty(name);
    if (terms->use && strcmp(terms->use, enc_kty ? "sig" : "enc") == 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "%s is no algorithm for %s:", terms->alg, terms->use);
    }
    if (enc_kty ? strcmp(enc_kty, jwk->info.kty) != 0
                : !oidc_alg_fits(oidc_alg_parse(name), jwk->info.kty, jwk->crv)) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "a key of type %s%s%s does not fit %s", jwk->info.kty,
                         jwk->crv ? " " : "", jwk->crv ? jwk->crv : "", terms->alg);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_jwk_put_terms(struct oidc_ctx *ctx, apr_pool_t *pool,
                                const struct oidc_jwk_terms *terms, struct oidc_jwk *jwk)
{
    const char *kid = terms->kid;
    struct oidc_str alg = oidc_str_z(terms->alg);
    if ((!kid && oidc_jwk_thumbprint(ctx, jwk, &kid) != OIDC_OK) ||
        (terms->alg && terms_check(ctx, terms, jwk) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    int is_enc = terms->alg ? terms_enc_kty(alg) != NULL
                            : terms->use && strcmp(terms->use, "enc") == 0;
    jwk->info.kid = terms->alg && terms->alg_in_kid
                        ? apr_pstrcat(pool, kid, "-", terms->alg, NULL)
                        : apr_pstrdup(pool, kid);
    jwk->info.use = is_enc ? "enc" : terms->use || terms->alg ? "sig" : NULL;
    jwk->info.enc_alg = is_enc && terms->alg ? apr_pstrdup(pool, terms->alg) : NULL;
    jwk->info.alg = is_enc || !terms->alg ? OIDC_ALG_UNKNOWN : oidc_alg_parse(alg);
    jwk->verifies = !is_enc;
    return OIDC_OK;
}
