/* SPDX-License-Identifier: Apache-2.0 */
/* The provider's signing key: a file that only its owner may read, made at the first start. */
#include "apr_file_io.h"
#include "apr_strings.h"
#include "httpd/conf_provider.h"

#define PEM_MAX 16384
#define OTHERS \
    (APR_FPROT_GREAD | APR_FPROT_GWRITE | APR_FPROT_GEXECUTE | APR_FPROT_WREAD | APR_FPROT_WWRITE | \
     APR_FPROT_WEXECUTE)

static enum oidc_rc keys_fail(struct oidc_ctx *ctx, const char *what, const char *path,
                              apr_status_t status)
{
    char why[128];
    return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPKeysDir: %s %s: %s", what,
                     oidc_log_quote(ctx->pool, path), apr_strerror(status, why, sizeof why));
}

/* The directory, made for its owner alone; one that others may write to can't keep a key. */
static enum oidc_rc keys_check_dir(struct oidc_ctx *ctx, const char *dir)
{
    apr_finfo_t info;
    apr_status_t status = apr_stat(&info, dir, APR_FINFO_TYPE | APR_FINFO_PROT, ctx->pool);
    if (APR_STATUS_IS_ENOENT(status)) {
        status = apr_dir_make(dir, APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_UEXECUTE,
                              ctx->pool);
        return status == APR_SUCCESS ? OIDC_OK : keys_fail(ctx, "can't make", dir, status);
    }
    if (status != APR_SUCCESS && status != APR_INCOMPLETE) {
        return keys_fail(ctx, "can't look at", dir, status);
    }
    if (info.filetype != APR_DIR) {
        return keys_fail(ctx, "is no directory:", dir, APR_ENOTDIR);
    }
    if (info.protection & (APR_FPROT_GWRITE | APR_FPROT_WWRITE)) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCOPKeysDir: others may write to %s; chmod go-w it",
                         oidc_log_quote(ctx->pool, dir));
    }
    return OIDC_OK;
}

/* CHECK key file: what others can read signs nothing; N291 */
static enum oidc_rc keys_check_file(struct oidc_ctx *ctx, const char *path, apr_file_t *file)
{
    apr_finfo_t info;
    apr_status_t status =
        apr_file_info_get(&info, APR_FINFO_TYPE | APR_FINFO_PROT | APR_FINFO_SIZE, file);
    if (status != APR_SUCCESS) {
        return keys_fail(ctx, "can't look at", path, status);
    }
    if (info.filetype != APR_REG || info.size > PEM_MAX) {
        return keys_fail(ctx, "is no key file:", path, APR_EINVAL);
    }
    if (info.protection & OTHERS) {
        return oidc_fail(ctx, OIDC_E_CONFIG,
                         "OIDCOPKeysDir: others can read the key %s; make a new one, or chmod 600 "
                         "it if nobody has read it", oidc_log_quote(ctx->pool, path));
    }
    return OIDC_OK;
}

/* OIDC_ABSENT when there is no file. */
static enum oidc_rc keys_read(struct oidc_ctx *ctx, const char *path, struct oidc_str *out)
{
    apr_file_t *file;
    char *bytes = apr_palloc(ctx->pool, PEM_MAX + 1);
    apr_size_t n = PEM_MAX;
    apr_status_t status = apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_NOCLEANUP,
                                        APR_OS_DEFAULT, ctx->pool);
    if (APR_STATUS_IS_ENOENT(status)) {
        return OIDC_ABSENT;
    }
    if (status != APR_SUCCESS) {
        return keys_fail(ctx, "can't read", path, status);
    }
    enum oidc_rc rc = keys_check_file(ctx, path, file);
    if (rc == OIDC_OK) {
        status = apr_file_read_full(file, bytes, n, &n);
        if (status != APR_SUCCESS && status != APR_EOF) {
            rc = keys_fail(ctx, "can't read", path, status);
        }
    }
    apr_file_close(file);
    bytes[n] = '\0';
    *out = oidc_str(bytes, n);
    return rc;
}

/* Written beside and renamed: a start that is cut off leaves no half key. */
static enum oidc_rc keys_write(struct oidc_ctx *ctx, const char *path, const char *pem)
{
    apr_file_t *file;
    const char *beside = apr_pstrcat(ctx->pool, path, ".new", NULL);
    apr_file_remove(beside, ctx->pool);
    apr_status_t status =
        apr_file_open(&file, beside, APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_EXCL,
                      APR_FPROT_UREAD | APR_FPROT_UWRITE, ctx->pool);
    if (status == APR_SUCCESS) {
        status = apr_file_write_full(file, pem, strlen(pem), NULL);
        if (status == APR_SUCCESS) {
            status = apr_file_sync(file);
        }
        apr_file_close(file);
    }
    if (status == APR_SUCCESS) {
        status = apr_file_rename(beside, path, ctx->pool);
    }
    return status == APR_SUCCESS ? OIDC_OK : keys_fail(ctx, "can't write", path, status);
}

static enum oidc_rc keys_make(struct oidc_ctx *ctx, const char *path, enum oidc_alg alg,
                              struct oidc_jwk **out)
{
    const char *pem;
    if (oidc_jwk_generate(ctx, ctx->pool, alg, out) != OIDC_OK ||
        oidc_jwk_print_pem(ctx, *out, &pem) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = keys_write(ctx, path, pem);
    oidc_secret_wipe((void *)(uintptr_t)pem, strlen(pem));
    if (rc == OIDC_OK) {
        oidc_log(ctx, OIDC_LOG_NOTICE, "made the signing key %s", path);
    }
    return rc;
}

enum oidc_rc httpd_keys_get(struct oidc_ctx *ctx, const char *dir, enum oidc_alg alg,
                            const struct oidc_jwks **out)
{
    const char *path = apr_psprintf(ctx->pool, "%s/signing-%s.pem", dir, oidc_alg_name(alg));
    struct oidc_jwks *set = oidc_jwks_make(ctx->pool);
    struct oidc_jwk *key = NULL;
    struct oidc_str pem;
    if (keys_check_dir(ctx, dir) != OIDC_OK) {
        return OIDC_FAILED;
    }
    enum oidc_rc rc = keys_read(ctx, path, &pem);
    if (rc == OIDC_OK) {
        rc = oidc_jwk_parse_pem(ctx, ctx->pool, pem, NULL, &key);
        oidc_secret_wipe((void *)(uintptr_t)pem.p, pem.n);
    } else if (rc == OIDC_ABSENT) {
        rc = keys_make(ctx, path, alg, &key);
    }
    if (rc != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!oidc_jwk_info(key)->is_private || strcmp(oidc_jwk_info(key)->kty,
                                                            oidc_alg_kty(alg)) != 0) {
        return oidc_fail(ctx, OIDC_E_CONFIG, "OIDCOPKeysDir: %s holds no private key for %s", path,
                         oidc_alg_name(alg));
    }
    oidc_jwks_add(set, key);
    *out = set;
    return OIDC_OK;
}
