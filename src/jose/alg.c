/* SPDX-License-Identifier: Apache-2.0 */
/* The table of algorithms. A row here is all it takes to offer one more of a known kind. */
#include "jose/alg_row.h"

#define ROW(alg, kty, crv, kind, md, md_len, sig_len) \
    [OIDC_ALG_##alg] = {#alg, kty, crv, OIDC_ALG_KIND_##kind, md, md_len, sig_len}

/* CHECK alg_table: there is no row for "none" and none for the unknown; RFC 8725 3.1; N047, N048 */
static const struct oidc_alg_row rows[OIDC_ALG_COUNT] = {
    ROW(RS256, "RSA", NULL, PKCS1, "SHA256", 32, 0),
    ROW(RS384, "RSA", NULL, PKCS1, "SHA384", 48, 0),
    ROW(RS512, "RSA", NULL, PKCS1, "SHA512", 64, 0),
    ROW(PS256, "RSA", NULL, PSS, "SHA256", 32, 0),
    ROW(PS384, "RSA", NULL, PSS, "SHA384", 48, 0),
    ROW(PS512, "RSA", NULL, PSS, "SHA512", 64, 0),
    ROW(ES256, "EC", "P-256", ECDSA, "SHA256", 32, 64),
    ROW(ES384, "EC", "P-384", ECDSA, "SHA384", 48, 96),
    ROW(ES512, "EC", "P-521", ECDSA, "SHA512", 64, 132),
    /* The hash is the one of at_hash and c_hash; Ed25519 itself takes the message whole. */
    [OIDC_ALG_EDDSA] = {"EdDSA", "OKP", "Ed25519", OIDC_ALG_KIND_EDDSA, "SHA512", 64, 64},
    ROW(HS256, "oct", NULL, HMAC, "SHA256", 32, 32),
    ROW(HS384, "oct", NULL, HMAC, "SHA384", 48, 48),
    ROW(HS512, "oct", NULL, HMAC, "SHA512", 64, 64),
};

const struct oidc_alg_row *oidc_alg_row(enum oidc_alg alg)
{
    unsigned i = (unsigned)alg;
    return i < OIDC_ALG_COUNT && rows[i].name ? &rows[i] : NULL;
}

int oidc_alg_fits(enum oidc_alg alg, const char *kty, const char *crv)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    return row && strcmp(row->kty, kty) == 0 &&
           (!row->crv || (crv && strcmp(row->crv, crv) == 0));
}

enum oidc_alg oidc_alg_parse(struct oidc_str name)
{
    for (unsigned i = 1; i < OIDC_ALG_COUNT; i++) {
        if (oidc_str_eq(name, oidc_str_z(rows[i].name))) {
            return (enum oidc_alg)i;
        }
    }
    /* RFC 9864 2.2 */
    return oidc_str_eq(name, oidc_str_z("Ed25519")) ? OIDC_ALG_EDDSA : OIDC_ALG_UNKNOWN;
}

const char *oidc_alg_name(enum oidc_alg alg)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    return row ? row->name : "(unknown)";
}

const char *oidc_alg_kty(enum oidc_alg alg)
{
    const struct oidc_alg_row *row = oidc_alg_row(alg);
    return row ? row->kty : "";
}
