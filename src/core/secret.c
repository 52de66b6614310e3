/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: bytes that are wiped when their pool goes. */
#include "oidc/secret.h"

struct oidc_secret {
    size_t n;
    char bytes[];
};

void oidc_secret_wipe(void *p, size_t n)
{
    if (!n) {
        return;
    }
    memset(p, 0, n);
    __asm__ __volatile__("" : : "r"(p) : "memory"); /* says that the zeros are read */
}

static apr_status_t secret_end(void *baton)
{
    struct oidc_secret *s = baton;
    oidc_secret_wipe(s->bytes, s->n);
    return APR_SUCCESS;
}

struct oidc_secret *oidc_secret_make(apr_pool_t *pool, struct oidc_str bytes)
{
    struct oidc_secret *s = apr_palloc(pool, sizeof *s + bytes.n + 1);
    s->n = bytes.n;
    if (bytes.n) {
        memcpy(s->bytes, bytes.p, bytes.n);
    }
    s->bytes[bytes.n] = '\0';
    apr_pool_cleanup_register(pool, s, secret_end, apr_pool_cleanup_null);
    return s;
}

struct oidc_str oidc_secret_expose(const struct oidc_secret *s)
{
    return s ? oidc_str(s->bytes, s->n) : oidc_str(NULL, 0);
}
