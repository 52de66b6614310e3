/* SPDX-License-Identifier: Apache-2.0 */
/* Key files of this site: OIDCPrivateKeyFiles, OIDCPublicKeyFiles. */
#include "httpd/kinds.h"

#include "httpd.h"
#include "apr_strings.h"
#include "http_config.h"

#include "httpd/directive.h"
#include "oidc/jwk.h"

#define ALGS_MAX 16

/* [sig:|enc:][alg[+alg...]@][kid#]path */
struct kinds_key_word {
    const char *use, *kid, *path;
    const char *algs[ALGS_MAX];
    int n_algs;
};

/* The algorithms in front of '@'; a word that is none means that the '@' belongs to the path. */
static int kinds_parse_algs(apr_pool_t *pool, const char *text, struct kinds_key_word *out)
{
    const char *end = text + strcspn(text, "@");
    int n = 0;
    while (*end && text <= end) {
        size_t length = strcspn(text, "+@");
        if (n == ALGS_MAX || !oidc_jwk_knows_alg(oidc_str(text, length))) {
            return 0;
        }
        out->algs[n++] = apr_pstrmemdup(pool, text, length);
        text += length + 1;
    }
    out->n_algs = n;
    return n;
}

static void kinds_parse_key_word(apr_pool_t *pool, const char *word, struct kinds_key_word *out)
{
    const char *hash;
    memset(out, 0, sizeof *out);
    if (strncmp(word, "sig:", 4) == 0 || strncmp(word, "enc:", 4) == 0) {
        out->use = apr_pstrmemdup(pool, word, 3);
        word += 4;
    }
    if (kinds_parse_algs(pool, word, out) > 0) {
        word = strchr(word, '@') + 1;
    }
    if ((hash = strchr(word, '#')) != NULL) {
        out->kid = hash > word ? apr_pstrmemdup(pool, word, (size_t)(hash - word)) : NULL;
        word = hash + 1;
    }
    out->path = word;
}

static const char *kinds_add_key(struct httpd_arg *a, const struct kinds_key_word *w, int i,
                                 struct oidc_str pem)
{
    struct oidc_jwks *set = *(struct oidc_jwks **)a->field;
    const int want_private = a->row->kind == &httpd_kind_private_keys;
    const struct oidc_jwk_terms terms = {w->kid, w->use, i < w->n_algs ? w->algs[i] : NULL,
                                         w->n_algs > 1};
    struct oidc_ctx ctx;
    struct oidc_jwk *key;
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (oidc_jwks_count(set) >= OIDC_JWKS_MAX_KEYS) {
        return apr_psprintf(a->pool, "more than %d keys", OIDC_JWKS_MAX_KEYS);
    }
    if (oidc_jwk_parse_pem_as(&ctx, a->pool, pem, &terms, &key) != OIDC_OK) {
        return apr_psprintf(a->pool, "%s: %s", oidc_log_quote(a->pool, w->path), ctx.err.detail);
    }
    if (oidc_jwk_info(key)->is_private != want_private) {
        return apr_psprintf(a->pool, "%s holds a %s", oidc_log_quote(a->pool, w->path),
                            want_private ? "public key or certificate, expected a private key"
                                         : "private key, which belongs to OIDCPrivateKeyFiles");
    }
    oidc_jwks_add(set, key);
    return NULL;
}

static const char *kinds_add_key_file(struct httpd_arg *a, const char *word)
{
    struct kinds_key_word w;
    struct oidc_str pem;
    kinds_parse_key_word(a->pool, word, &w);
    const char *message = httpd_directive_read_file(a->cmd, w.path, NULL, &pem);
    if (message) {
        return message;
    }
    for (int i = 0; !message && (i == 0 || i < w.n_algs); i++) {
        message = kinds_add_key(a, &w, i, pem);
    }
    oidc_secret_wipe((void *)(uintptr_t)pem.p, pem.n);
    return message;
}

static const char *kinds_parse_keys(struct httpd_arg *a, int n, const char *const *words)
{
    struct oidc_jwks **set = a->field;
    const char *message = NULL;
    if (!a->again) {
        *set = oidc_jwks_make(a->pool);
    }
    for (int i = 0; i < n && !message; i++) {
        message = kinds_add_key_file(a, words[i]);
    }
    return message;
}
const struct httpd_kind httpd_kind_private_keys = {1, 0, 0, 0, kinds_parse_keys};
const struct httpd_kind httpd_kind_public_keys = {1, 0, 0, 0, kinds_parse_keys};
