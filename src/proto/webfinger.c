/* SPDX-License-Identifier: Apache-2.0 */
/* WebFinger. */
#include "oidc/webfinger.h"

#include <apr_strings.h>
#include "oidc/form.h"
#include "oidc/url.h"
#include "proto/answer.h"

#define REL_ISSUER "http://openid.net/specs/connect/1.0/issuer"
#define INPUT_MAX 512

static const struct oidc_answer_kind webfinger_answer = {"the WebFinger answer", OIDC_E_WEBFINGER,
                                                         OIDC_WEBFINGER_MAX};

/* user@host (Discovery 2.1.2): everything behind the last '@' is the host, with an optional port.
 */
static const char *account_host(const char *input)
{
    const char *at = strrchr(input, '@');
    if (!at || at == input || strpbrk(input, "/?# ") || strncmp(input, "http", 4) == 0) {
        return NULL;
    }
    return at + 1;
}

static enum oidc_rc bad_input(struct oidc_ctx *ctx, const char *input)
{
    oidc_ctx_clear(ctx);
    return oidc_fail(ctx, OIDC_E_WEBFINGER, "%s is neither an account (user@host) nor an address",
                     oidc_log_quote(ctx->pool, input));
}

enum oidc_rc oidc_webfinger_print(struct oidc_ctx *ctx, const char *input, const char **out)
{
    const char *resource, *host, *base;
    struct oidc_form *form = oidc_form_make(ctx->pool);
    struct oidc_url url;
    if (!input || !*input || strlen(input) > INPUT_MAX) {
        return bad_input(ctx, input);
    }
    if (strncmp(input, "acct:", 5) == 0) {
        input += 5;
    }
    host = account_host(input);
    if (host) {
        resource = apr_pstrcat(ctx->pool, "acct:", input, NULL);
        base = apr_pstrcat(ctx->pool, "https://", host, NULL);
    } else {
        resource = strstr(input, "://") ? input : apr_pstrcat(ctx->pool, "https://", input, NULL);
        base = resource;
    }
    if (oidc_url_parse(ctx, base, "address", &url) != OIDC_OK) {
        return bad_input(ctx, input);
    }
    url.scheme = "https";
    url.port = strncmp(base, "http://", 7) == 0 && url.port == 80 ? 443 : url.port;
    url.path = "/.well-known/webfinger";
    url.query = url.fragment = NULL;
    oidc_form_add(form, "resource", resource);
    oidc_form_add(form, "rel", REL_ISSUER);
    *out = oidc_form_print_url(ctx->pool, oidc_url_print(ctx->pool, &url), form);
    return OIDC_OK;
}

/* The href of the first issuer link, or NULL. */
static const char *find_issuer(const json_t *links)
{
    for (size_t i = 0; i < json_array_size(links); i++) {
        const json_t *link = json_array_get(links, i);
        const char *rel, *href;
        if (json_is_object(link) && oidc_json_get_string(link, "rel", &rel) == OIDC_OK
            && strcmp(rel, REL_ISSUER) == 0
            && oidc_json_get_string(link, "href", &href) == OIDC_OK) {
            return href;
        }
    }
    return NULL;
}

enum oidc_rc oidc_webfinger_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                  const char **issuer)
{
    const json_t *links;
    struct oidc_url url;
    json_t *doc;
    if (answer->status != 200) {
        return oidc_fail(ctx, OIDC_E_WEBFINGER, "WebFinger answered with %s",
                         oidc_answer_describe(ctx->pool, answer));
    }
    if (oidc_answer_parse(ctx, answer, &webfinger_answer, &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *issuer = oidc_json_get_array(doc, "links", &links) == OIDC_OK ? find_issuer(links) : NULL;
    if (!*issuer) {
        return oidc_fail(ctx, OIDC_E_WEBFINGER, "the WebFinger answer has no issuer link");
    }
    /* CHECK webfinger-issuer: Discovery 2.2, https and nothing to hide in */
    if (oidc_url_parse(ctx, *issuer, "the issuer of the WebFinger answer", &url) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (strcmp(url.scheme, "https") != 0 || url.query || url.fragment) {
        return oidc_fail(ctx, OIDC_E_WEBFINGER, "the issuer %s is not a plain https URL",
                         oidc_log_quote(ctx->pool, *issuer));
    }
    return OIDC_OK;
}
