/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directive values that need the server: secrets from programs, files, regular expressions,
 * expressions.
 */
#include "httpd/kinds.h"

#include "httpd.h"
#include "ap_expr.h"
#include "apr_strings.h"
#include "http_config.h"

#include "httpd/conf.h"
#include "httpd/directive.h"
#include "httpd/exec.h"
#include "httpd/regex.h"
#include "oidc/jwk.h"

/* ---- secrets ---- */

static const char *kinds_parse_secret(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return httpd_exec_secret(a->cmd, words[0], a->field);
}
const struct httpd_kind httpd_kind_secret = {1, 1, 1, 0, kinds_parse_secret};

static const char *kinds_parse_secrets(struct httpd_arg *a, int n, const char *const *words)
{
    struct httpd_passphrase *field = a->field;
    const char *message = httpd_exec_secret(a->cmd, words[0], &field->current);
    field->previous = NULL;
    return message || n < 2 ? message : httpd_exec_secret(a->cmd, words[1], &field->previous);
}
const struct httpd_kind httpd_kind_secrets = {1, 2, 1, 0, kinds_parse_secrets};

/* ---- files ---- */

static const char *kinds_parse_file(struct httpd_arg *a, int n, const char *const *words)
{
    struct oidc_str ignored;
    (void)n;
    return httpd_directive_read_file(a->cmd, words[0], a->field, &ignored);
}
const struct httpd_kind httpd_kind_file = {1, 1, 0, 0, kinds_parse_file};

/* [sig:|enc:][kid#]path; keys for encryption verify nothing. */
static const char *kinds_add_certificate(struct httpd_arg *a, struct oidc_jwks *set,
                                         const char *word)
{
    struct oidc_ctx ctx;
    struct oidc_jwk *key;
    struct oidc_str pem;
    const char *kid = NULL, *hash, *message;
    if (strncmp(word, "enc:", 4) == 0) {
        return "a key for encryption (enc:) verifies nothing; use sig: or no prefix";
    }
    word += strncmp(word, "sig:", 4) == 0 ? 4 : 0;
    if ((hash = strchr(word, '#')) != NULL) {
        kid = apr_pstrmemdup(a->pool, word, (size_t)(hash - word));
        word = hash + 1;
    }
    if ((message = httpd_directive_read_file(a->cmd, word, NULL, &pem)) != NULL) {
        return message;
    }
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (oidc_jwk_parse_pem(&ctx, a->pool, pem, kid, &key) != OIDC_OK) {
        return apr_psprintf(a->pool, "expected a certificate or public key in PEM form in %s (%s)",
                            oidc_log_quote(a->pool, word), ctx.err.detail);
    }
    oidc_jwks_add(set, key);
    return NULL;
}

static const char *kinds_parse_certificates(struct httpd_arg *a, int n, const char *const *words)
{
    struct oidc_jwks **set = a->field;
    const char *message = NULL;
    if (!a->again) {
        *set = oidc_jwks_make(a->pool);
    }
    for (int i = 0; i < n && !message; i++) {
        message = kinds_add_certificate(a, *set, words[i]);
    }
    return message;
}
const struct httpd_kind httpd_kind_certificates = {1, 0, 0, 0, kinds_parse_certificates};

/* ---- regular expressions and expressions ---- */

static const char *kinds_parse_regexes(struct httpd_arg *a, int n, const char *const *words)
{
    struct httpd_regexes **field = a->field, *old = a->again ? *field : NULL;
    struct httpd_regexes *list = apr_pcalloc(a->pool, sizeof *list);
    int had = old ? old->n : 0;
    list->compiled = apr_pcalloc(a->pool, sizeof *list->compiled * (size_t)(had + n));
    for (int i = 0; i < had + n; i++) {
        const char *error = NULL;
        list->compiled[i] = i < had ? old->compiled[i]
                                    : httpd_regex_compile(a->pool, words[i - had], &error);
        if (!list->compiled[i]) {
            return apr_psprintf(a->pool, "%s (%s)",
                                httpd_kinds_expected(a, "regular expressions", words[i - had]),
                                error);
        }
    }
    list->n = had + n;
    *field = list;
    return NULL;
}
const struct httpd_kind httpd_kind_regexes = {1, 0, 0, 0, kinds_parse_regexes};

static const char *kinds_parse_expr(struct httpd_arg *a, int n, const char *const *words)
{
    (void)n;
    return httpd_directive_compile(a->cmd, words[0], AP_EXPR_FLAG_STRING_RESULT, a->field);
}
const struct httpd_kind httpd_kind_expr = {1, 1, 0, 0, kinds_parse_expr};

static const char *kinds_parse_unauth(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word actions[] = {{"auth", RP_UNAUTH_AUTH}, {"pass", RP_UNAUTH_PASS},
                                                {"401", RP_UNAUTH_401},   {"407", RP_UNAUTH_407},
                                                {"410", RP_UNAUTH_410},   {NULL, 0}};
    /* the row's field begins with rp.unauth_action */
    struct httpd_dir *dir = (struct httpd_dir *)(void *)((char *)a->field -
                                                         offsetof(struct httpd_dir,
                                                            rp.unauth_action));
    int action = 0;
    const char *message = httpd_kinds_find(a, actions, words[0], &action);
    if (message) {
        return message;
    }
    dir->rp.unauth_action = (enum rp_unauth_action)action;
    dir->rp.unauth_detect = n < 2;
    dir->unauth_when = NULL;
    return n < 2 ? NULL : httpd_directive_compile(a->cmd, words[1], 0, &dir->unauth_when);
}
const struct httpd_kind httpd_kind_unauth = {1, 2, 0, 0, kinds_parse_unauth};

/* claim[@] [regex] [substitution] */
static const char *kinds_parse_remote_user(struct httpd_arg *a, int n, const char *const *words)
{
    struct rp_remote_user *user = a->field;
    const char *error = NULL;
    size_t length = strlen(words[0]);
    memset(user, 0, sizeof *user);
    user->append_issuer = length > 0 && words[0][length - 1] == '@';
    user->claim = apr_pstrmemdup(a->pool, words[0], length - (user->append_issuer ? 1 : 0));
    if (!*user->claim) {
        return httpd_kinds_expected(a, "the name of a claim, with or without '@' behind it",
                                    words[0]);
    }
    if (n > 1 && !(user->regex = httpd_regex_compile(a->pool, words[1], &error))) {
        return apr_psprintf(a->pool, "%s (%s)",
                            httpd_kinds_expected(a, "a regular expression", words[1]), error);
    }
    user->substitution = n > 2 ? words[2] : NULL;
    user->apply = n > 1 ? httpd_regex_substitute : NULL;
    return NULL;
}
const struct httpd_kind httpd_kind_remote_user = {1, 3, 0, 0, kinds_parse_remote_user};
