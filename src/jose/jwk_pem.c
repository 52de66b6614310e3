/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files: private keys, public keys, certificates (RFC 7468). */
#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include "jose/jwk_key.h"
#include "jose/openssl_err.h"

#define PEM_MAX (64 * 1024)

enum pem_kind { PEM_KIND_NONE, PEM_KIND_PRIVATE, PEM_KIND_PUBLIC, PEM_KIND_CERT };

/* The kind of the first block whose label we know. */
static enum pem_kind pem_kind_of(struct oidc_str pem)
{
    static const struct {
        const char *label;
        enum pem_kind kind;
    } labels[] = {
        {"CERTIFICATE-----", PEM_KIND_CERT},           {"PUBLIC KEY-----", PEM_KIND_PUBLIC},
        {"PRIVATE KEY-----", PEM_KIND_PRIVATE},        {"RSA PRIVATE KEY-----", PEM_KIND_PRIVATE},
        {"EC PRIVATE KEY-----", PEM_KIND_PRIVATE},     {"RSA PUBLIC KEY-----", PEM_KIND_PUBLIC},
        {"ENCRYPTED PRIVATE KEY-----", PEM_KIND_PRIVATE},
    };
    static const char begin[] = "-----BEGIN ";
    for (size_t i = 0; i + sizeof begin - 1 <= pem.n; i++) {
        struct oidc_str rest = oidc_str(pem.p + i, pem.n - i);
        if (!oidc_str_starts(rest, oidc_str_z(begin))) {
            continue;
        }
        rest = oidc_str(rest.p + sizeof begin - 1, rest.n - (sizeof begin - 1));
        for (size_t k = 0; k < sizeof labels / sizeof *labels; k++) {
            if (oidc_str_starts(rest, oidc_str_z(labels[k].label))) {
                return labels[k].kind;
            }
        }
    }
    return PEM_KIND_NONE;
}

/* OpenSSL would ask at the terminal; a server has none. */
static int pem_no_password(char *buf, int size, int writing, void *baton)
{
    (void)buf;
    (void)size;
    (void)writing;
    *(int *)baton = 1;
    return -1;
}

static EVP_PKEY *pem_read_cert(BIO *in, void *asked)
{
    X509 *cert = PEM_read_bio_X509(in, NULL, pem_no_password, asked);
    EVP_PKEY *pkey = cert ? X509_get_pubkey(cert) : NULL;
    X509_free(cert);
    return pkey;
}

static EVP_PKEY *pem_read(struct oidc_str pem, enum pem_kind kind, int *asked)
{
    BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *pkey = NULL;
    if (in && kind == PEM_KIND_PRIVATE) {
        pkey = PEM_read_bio_PrivateKey(in, NULL, pem_no_password, asked);
    } else if (in && kind == PEM_KIND_PUBLIC) {
        pkey = PEM_read_bio_PUBKEY(in, NULL, pem_no_password, asked);
    } else if (in) {
        pkey = pem_read_cert(in, asked);
    }
    BIO_free(in);
    return pkey;
}

enum oidc_rc oidc_jwk_parse_pem_as(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str pem,
                                   const struct oidc_jwk_terms *terms, struct oidc_jwk **out)
{
    struct oidc_jwk *jwk;
    int asked = 0;
    enum pem_kind kind = pem.n <= PEM_MAX ? pem_kind_of(pem) : PEM_KIND_NONE;
    if (kind == PEM_KIND_NONE) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "no PEM block of a private key, public key or certificate in %zu bytes",
                         pem.n);
    }
    EVP_PKEY *pkey = pem_read(pem, kind, &asked);
    if (!pkey && asked) {
        oidc_openssl_forget();
        return oidc_fail(ctx, OIDC_E_CONFIG, "the private key is encrypted: store it decrypted, "
                                             "readable by root alone");
    }
    if (!pkey) {
        return oidc_openssl_fail(ctx, OIDC_E_CONFIG, "the PEM block can't be read");
    }
    oidc_openssl_forget();
    if (oidc_jwk_wrap(ctx, pool, OIDC_E_CONFIG, pkey, &jwk) != OIDC_OK ||
        oidc_jwk_put_terms(ctx, pool, terms, jwk) != OIDC_OK ||
        oidc_jwk_finish(ctx, jwk) != OIDC_OK ||
        (kind == PEM_KIND_PRIVATE &&
         oidc_jwk_finish_private(ctx, OIDC_E_CONFIG, jwk) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    *out = jwk;
    return OIDC_OK;
}

enum oidc_rc oidc_jwk_parse_pem(struct oidc_ctx *ctx, apr_pool_t *pool, struct oidc_str pem,
                                const char *kid, struct oidc_jwk **out)
{
    const struct oidc_jwk_terms terms = {.kid = kid};
    return oidc_jwk_parse_pem_as(ctx, pool, pem, &terms, out);
}

static const char *pem_write(apr_pool_t *pool, const EVP_PKEY *pkey)
{
    BIO *mem = BIO_new(BIO_s_secmem());
    char *text = NULL;
    const char *out = NULL;
    if (mem && PEM_write_bio_PKCS8PrivateKey(mem, pkey, NULL, NULL, 0, NULL, NULL) == 1) {
        long n = BIO_get_mem_data(mem, &text);
        out = oidc_secret_expose(oidc_secret_make(pool, oidc_str(text, (size_t)n))).p;
    }
    BIO_free(mem);
    return out;
}

enum oidc_rc oidc_jwk_print_pem(struct oidc_ctx *ctx, const struct oidc_jwk *jwk, const char **out)
{
    if (!jwk->pkey || !jwk->info.is_private) {
        return oidc_fail(ctx, OIDC_E_INTERNAL, "the key has no private part to write");
    }
    *out = pem_write(ctx->pool, jwk->pkey);
    return *out ? OIDC_OK : oidc_openssl_fail(ctx, OIDC_E_CRYPTO, "writing a private key");
}
