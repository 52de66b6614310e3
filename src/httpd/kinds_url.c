/* SPDX-License-Identifier: Apache-2.0 */
/* Directive values: addresses, parameters, the outgoing proxy. Nothing here needs the server. */
#include "httpd/kinds.h"

#include <apr_network_io.h>
#include <apr_strings.h>
#include <arpa/inet.h>

#include "httpd/conf.h"
#include "oidc/form.h"
#include "oidc/url.h"

/* NULL when `word` is an http or https URL; the message says what is wrong with it otherwise. */
static const char *kinds_check_url(const struct httpd_arg *a, const char *what, const char *word)
{
    struct oidc_ctx ctx;
    struct oidc_url url;
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (oidc_url_parse(&ctx, word, "the value", &url) == OIDC_OK) {
        return NULL;
    }
    return apr_psprintf(a->pool, "%s (%s)", httpd_kinds_expected(a, what, word), ctx.err.detail);
}

static const char *kinds_parse_url(struct httpd_arg *a, int n, const char *const *words)
{
    const char *message = kinds_check_url(a, "an http or https URL with a host", words[0]);
    (void)n;
    if (!message) {
        *(const char **)a->field = words[0];
    }
    return message;
}
const struct httpd_kind httpd_kind_url = {1, 1, 0, 0, kinds_parse_url};

static const char *kinds_parse_url_or_path(struct httpd_arg *a, int n, const char *const *words)
{
    const char *word = words[0];
    (void)n;
    if (word[0] == '/' && word[1] != '/' && !strchr(word, '\\') &&
        oidc_str_is_printable(oidc_str_z(word))) {
        *(const char **)a->field = word;
        return NULL;
    }
    const char *message =
        kinds_check_url(a, "an http or https URL, or a path that begins with one '/'", word);
    if (!message) {
        *(const char **)a->field = word;
    }
    return message;
}
const struct httpd_kind httpd_kind_url_or_path = {1, 1, 0, 0, kinds_parse_url_or_path};

/* What the provider appends its answer to, and what is compared with what is registered there. */
static const char *kinds_parse_redirect_uri(struct httpd_arg *a, int n, const char *const *words)
{
    if (strpbrk(words[0], "?#")) {
        return httpd_kinds_expected(a, "an address without query and fragment", words[0]);
    }
    return kinds_parse_url_or_path(a, n, words);
}
const struct httpd_kind httpd_kind_redirect_uri = {1, 1, 0, 0, kinds_parse_redirect_uri};

static const char *kinds_parse_url_or_empty(struct httpd_arg *a, int n, const char *const *words)
{
    if (n == 1 && *words[0]) {
        return kinds_parse_url(a, n, words);
    }
    *(const char **)a->field = "";
    return NULL;
}
const struct httpd_kind httpd_kind_url_or_empty = {0, 1, 0, 0, kinds_parse_url_or_empty};

static const char *kinds_parse_domain(struct httpd_arg *a, int n, const char *const *words)
{
    static const char fit[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-";
    const char *word = words[0];
    (void)n;
    if (!*word || word[strspn(word, fit)]) {
        return httpd_kinds_expected(a, "a domain name (letters, digits, '.' and '-')", word);
    }
    *(const char **)a->field = word;
    return NULL;
}
const struct httpd_kind httpd_kind_domain = {1, 1, 0, 0, kinds_parse_domain};

static const char *kinds_parse_params(struct httpd_arg *a, int n, const char *const *words)
{
    struct oidc_ctx ctx;
    struct oidc_form *form = NULL;
    (void)n;
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (oidc_form_parse(&ctx, oidc_str_z(words[0]), &form) != OIDC_OK) {
        return apr_psprintf(a->pool, "%s (%s)",
                            httpd_kinds_expected(a, "parameters such as name=value&other=value",
                                                 words[0]),
                            ctx.err.detail);
    }
    for (int i = 0; i < form->n; i++) {
        if (!*form->fields[i].name) {
            return httpd_kinds_expected(a, "parameters such as name=value&other=value", words[0]);
        }
    }
    *(const struct oidc_form **)a->field = form;
    return NULL;
}
const struct httpd_kind httpd_kind_params = {1, 1, 0, 0, kinds_parse_params};

static const char *kinds_parse_proxy(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word methods[] = {
        {"basic", 0}, {"digest", 0}, {"ntlm", 0}, {"any", 0}, {"negotiate", 0}, {NULL, 0}};
    const char **proxy = a->field, *message;
    const char *url = strstr(words[0], "://") ? words[0]
                                              : apr_pstrcat(a->pool, "http://", words[0], NULL);
    int ignored;
    if ((message = kinds_check_url(a, "[scheme://]host[:port]", url)) != NULL ||
        (n > 2 && (message = httpd_kinds_find(a, methods, words[2], &ignored)) != NULL)) {
        return message;
    }
    if (n > 1 && !strchr(words[1], ':')) {
        return "expected user:password as the second argument";
    }
    proxy[0] = words[0];
    proxy[1] = n > 1 ? words[1] : NULL;
    proxy[2] = n > 2 ? words[2] : NULL;
    return NULL;
}
const struct httpd_kind httpd_kind_proxy = {1, 3, 0, 0, kinds_parse_proxy};

/* ---- networks ---- */

#define NETWORK_MAX 64 /* characters */

/* A whole address and, behind '/', the number of bits that count; NULL when it is anything else. */
static apr_ipsubnet_t *kinds_read_network(struct httpd_arg *a, const char *word)
{
    unsigned char address[16];
    char text[NETWORK_MAX];
    apr_ipsubnet_t *net = NULL;
    apr_int64_t bits;
    if (strlen(word) >= sizeof text) {
        return NULL;
    }
    char *slash = strchr(strcpy(text, word), '/');
    if (slash) {
        *slash++ = '\0';
    }
    int most = inet_pton(AF_INET, text, address) == 1 ? 32 : 128;
    if ((most == 128 && inet_pton(AF_INET6, text, address) != 1) ||
        (slash && !oidc_str_to_int64(oidc_str_z(slash), 1, most, &bits)) ||
        apr_ipsubnet_create(&net, text, slash, a->pool) != APR_SUCCESS) {
        return NULL;
    }
    return net;
}

static const char *kinds_parse_networks(struct httpd_arg *a, int n, const char *const *words)
{
    struct httpd_networks **field = a->field, *list = apr_pcalloc(a->pool, sizeof *list);
    const struct httpd_networks *old = a->again ? *field : NULL;
    int had = old ? old->n : 0;
    list->nets = apr_pcalloc(a->pool, sizeof(apr_ipsubnet_t *) * (size_t)(had + n));
    for (int i = 0; i < had + n; i++) {
        list->nets[i] = i < had ? old->nets[i] : kinds_read_network(a, words[i - had]);
        if (!list->nets[i]) {
            return httpd_kinds_expected(a, "addresses or networks such as 127.0.0.1, 10.0.0.0/8, ::1",
                                        words[i - had]);
        }
    }
    list->n = had + n;
    *field = list;
    return NULL;
}
const struct httpd_kind httpd_kind_networks = {1, 0, 0, 0, kinds_parse_networks};
