/* SPDX-License-Identifier: Apache-2.0 */
/* Directive values of the provider: its issuer, clients and claims. */
#include "ap_expr.h"
#include "apr_strings.h"
#include "httpd.h"
#include "http_config.h"

#include "httpd/conf_provider.h"
#include "httpd/directive.h"
#include "httpd/exec.h"
#include "httpd/kinds.h"
#include "oidc/url.h"

#define SCOPES "openid profile email address phone offline_access"

/* ---- the issuer ---- */

static const char *kinds_check_address(const struct httpd_arg *a, const char *what,
                                       const char *text)
{
    struct oidc_ctx ctx;
    struct oidc_url url;
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (oidc_url_parse(&ctx, text, what, &url) != OIDC_OK) {
        return apr_psprintf(a->pool, "%s is no http or https URL: %s (%s)", what,
                            oidc_log_quote(a->pool, text), ctx.err.detail);
    }
    if (url.fragment) {
        return apr_psprintf(a->pool, "%s must have no fragment: %s", what,
                            oidc_log_quote(a->pool, text));
    }
    return NULL;
}

static const char *kinds_parse_issuer(struct httpd_arg *a, int n, const char *const *words)
{
    const char *message = kinds_check_address(a, "the issuer", words[0]);
    (void)n;
    if (!message && strchr(words[0], '?')) {
        message = "the issuer must have no query";
    }
    if (!message) {
        *(const char **)a->field = words[0];
    }
    return message;
}
const struct httpd_kind httpd_kind_op_issuer = {1, 1, 0, 0, kinds_parse_issuer};

static const char *kinds_parse_directory(struct httpd_arg *a, int n, const char *const *words)
{
    const char *path = ap_server_root_relative(a->cmd->pool, words[0]);
    (void)n;
    if (!path) {
        return httpd_kinds_expected(a, "a directory", words[0]);
    }
    *(const char **)a->field = path;
    return NULL;
}
const struct httpd_kind httpd_kind_op_directory = {1, 1, 0, 0, kinds_parse_directory};

/* ---- OIDCOPClient ---- */

static const char *client_set_auth(struct httpd_arg *a, struct op_client *c, const char *value)
{
    static const struct httpd_word methods[] = {{"client_secret_basic", OIDC_CLIENT_AUTH_BASIC},
                                                {"client_secret_post", OIDC_CLIENT_AUTH_POST},
                                                {"none", OIDC_CLIENT_AUTH_NONE},
                                                {NULL, 0}};
    int method = 0;
    for (const struct httpd_word *w = methods; w->word; w++) {
        if (strcmp(w->word, value) == 0) {
            method = w->value;
        }
    }
    c->auth = (enum oidc_client_auth_method)method;
    return method ? NULL
                  : apr_psprintf(a->pool, "auth= must be client_secret_basic, client_secret_post "
                                        "or none, not %s",
                                 oidc_log_quote(a->pool, value));
}

static const char *client_add_address(struct httpd_arg *a, const char *what, const char *value,
                                      const char *const **list)
{
    const char *message = kinds_check_address(a, what, value);
    if (!message) {
        *list = httpd_kinds_append(a->pool, *list, 1, &value);
    }
    return message;
}

/* One KEY=VALUE. */
static const char *client_set(struct httpd_arg *a, struct op_client *c, const char *word)
{
    const char *value = strchr(word, '=');
    size_t n = value ? (size_t)(value - word) : 0;
    struct oidc_str key = oidc_str(word, n);
    value = value ? value + 1 : "";
    if (oidc_str_eq(key, oidc_str_z("secret"))) {
        return httpd_exec_secret(a->cmd, value, &c->secret);
    }
    if (oidc_str_eq(key, oidc_str_z("auth"))) {
        return client_set_auth(a, c, value);
    }
    if (oidc_str_eq(key, oidc_str_z("redirect_uri"))) {
        return client_add_address(a, "redirect_uri=", value, &c->redirect_uris);
    }
    if (oidc_str_eq(key, oidc_str_z("post_logout_redirect_uri"))) {
        return client_add_address(a, "post_logout_redirect_uri=", value,
                                  &c->post_logout_redirect_uris);
    }
    if (oidc_str_eq(key, oidc_str_z("name"))) {
        c->name = value;
        return NULL;
    }
    if (oidc_str_eq(key, oidc_str_z("scope"))) {
        c->scope = value;
        return NULL;
    }
    return apr_psprintf(a->pool,
                        "expected secret=, auth=, redirect_uri=, post_logout_redirect_uri=, name= "
                        "or scope=, got "
                        "%s", n ? oidc_log_quote_n(a->pool, word, n) : "a word without '='");
}

static const char *client_check(struct httpd_arg *a, const struct op_client *c)
{
    const char *message = NULL;
    if (!c->redirect_uris) {
        message = "at least one redirect_uri= is needed";
    } else if (c->auth == OIDC_CLIENT_AUTH_NONE && c->secret) {
        message = "auth=none takes no secret=";
    } else if (c->auth != OIDC_CLIENT_AUTH_NONE && !c->secret) {
        message = "secret= is missing (auth=none makes a public client)";
    }
    return message ? apr_psprintf(a->pool, "%s: %s", oidc_log_quote(a->pool, c->id),
                                                            message) : NULL;
}

static const char *client_add(struct httpd_arg *a, const struct op_client *c)
{
    struct op_conf *op = (struct op_conf *)(void *)((char *)a->field - offsetof(struct op_conf,
                                                            clients));
    int had = a->again ? op->n_clients : 0;
    struct op_client *list = apr_palloc(a->pool, sizeof *list * (size_t)(had + 1));
    for (int i = 0; i < had; i++) {
        list[i] = op->clients[i];
        if (strcmp(list[i].id, c->id) == 0) {
            return apr_psprintf(a->pool, "%s is there twice", oidc_log_quote(a->pool, c->id));
        }
    }
    list[had] = *c;
    op->clients = list;
    op->n_clients = had + 1;
    return NULL;
}

static const char *kinds_parse_client(struct httpd_arg *a, int n, const char *const *words)
{
    struct op_client c = {.id = words[0], .name = words[0], .scope = SCOPES,
                          .auth = OIDC_CLIENT_AUTH_BASIC};
    const char *message = NULL;
    if (!*c.id || strchr(c.id, '=') || !oidc_str_is_printable(oidc_str_z(c.id))) {
        return "expected the client's id as the first word";
    }
    for (int i = 1; i < n && !message; i++) {
        message = client_set(a, &c, words[i]);
    }
    if (!message) {
        message = client_check(a, &c);
    }
    return message ? message : client_add(a, &c);
}
const struct httpd_kind httpd_kind_op_client = {2, 0, 1, 1, kinds_parse_client};

/* ---- OIDCOPClaim, OIDCOPClaimsFile ---- */

static const char *kinds_parse_claim(struct httpd_arg *a, int n, const char *const *words)
{
    static const char *const ours[] = {"iss", "sub", "aud", "exp", "iat", "nonce", "at_hash",
"sid", NULL};
    struct op_conf *op = (struct op_conf *)(void *)((char *)a->field - offsetof(struct op_conf,
                                                            claims));
    int had = a->again ? op->n_claims : 0;
    struct op_claim *list = apr_palloc(a->pool, sizeof *list * (size_t)(had + 1));
    struct op_claim c = {words[0], NULL, NULL};
    for (const char *const *name = ours; *name; name++) {
        if (strcmp(*name, c.name) == 0) {
            return apr_psprintf(a->pool, "claim \"%s\" is the provider's own", *name);
        }
    }
    if (n > 2 && strncmp(words[2], "scope=", 6) != 0) {
        return httpd_kinds_expected(a, "scope=NAME as the third word", words[2]);
    }
    c.scope = n > 2 && words[2][6] ? words[2] + 6 : NULL;
    const char *message =
        httpd_directive_compile(a->cmd, words[1], AP_EXPR_FLAG_STRING_RESULT, &c.source);
    if (message) {
        return message;
    }
    if (had) {
        memcpy(list, op->claims, sizeof *list * (size_t)had);
    }
    list[had] = c;
    op->claims = list;
    op->n_claims = had + 1;
    return NULL;
}
const struct httpd_kind httpd_kind_op_claim = {2, 3, 0, 0, kinds_parse_claim};

static const char *kinds_parse_claims_file(struct httpd_arg *a, int n, const char *const *words)
{
    struct oidc_ctx ctx;
    struct oidc_str text;
    json_t *doc;
    const char *user, *message = httpd_directive_read_file(a->cmd, words[0], NULL, &text);
    json_t *claims;
    (void)n;
    if (message) {
        return message;
    }
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (oidc_json_parse(&ctx, a->pool, text, OIDC_E_CONFIG, words[0], &doc) != OIDC_OK) {
        return ctx.err.detail;
    }
    json_object_foreach(doc, user, claims) {
        if (!json_is_object(claims)) {
            return apr_psprintf(a->pool, "expected {\"user\": {claims}}: %s has no object",
                                oidc_log_quote(a->pool, user));
        }
    }
    *(const json_t **)a->field = doc;
    return NULL;
}
const struct httpd_kind httpd_kind_op_claims_file = {1, 1, 0, 0, kinds_parse_claims_file};
