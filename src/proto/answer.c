/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP answers that should hold a JSON object, and often hold a page. */
#include "proto/answer.h"

#include <apr_strings.h>
#include "oidc/wire.h"

#define SHOWN 60 /* bytes of a page in a detail */

/* The body from its first byte that is no white space. */
static struct oidc_str answer_body(const struct oidc_http_answer *answer)
{
    struct oidc_str body = answer->body;
    while (body.n && strchr(" \t\r\n", *body.p) && *body.p) {
        body.p++;
        body.n--;
    }
    return body;
}

/* 1 for HTML and XML: such a page holds no tokens and says best what went wrong. */
static int answer_is_page(struct oidc_str body)
{
    return body.n > 0 && *body.p == '<';
}

/* 1 for application/json and application/...+json, with or without parameters. */
static int answer_type_is_json(const char *type)
{
    size_t n = type ? strcspn(type, "; \t") : 0;
    struct oidc_str suffix = n > 5 ? oidc_str(type + n - 5, 5) : oidc_str(NULL, 0);
    return oidc_str_eq_case(oidc_str(type, n), oidc_str_z("application/json"))
           || oidc_str_eq_case(suffix, oidc_str_z("+json"));
}

enum oidc_rc oidc_answer_parse(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                               const struct oidc_answer_kind *kind, json_t **out)
{
    struct oidc_str body = answer_body(answer);
    /* CHECK answer-size: limits of what a provider may send; N087, N216 */
    if (answer->body.n > kind->max) {
        return oidc_fail(ctx, kind->code, "%s has %zu bytes", kind->what, answer->body.n);
    }
    if (answer_is_page(body)) {
        return oidc_fail(ctx, kind->code, "%s is no JSON but begins with %s", kind->what,
                         oidc_log_quote_n(ctx->pool, body.p, body.n > SHOWN ? SHOWN : body.n));
    }
    if (oidc_json_parse(ctx, ctx->pool, body, kind->code, kind->what, out) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!answer_type_is_json(answer->content_type)) {
        oidc_log(ctx, OIDC_LOG_DEBUG, "%s is JSON, but its content type is %s", kind->what,
                 oidc_log_quote(ctx->pool, answer->content_type));
    }
    return OIDC_OK;
}

void oidc_answer_get_error(const json_t *doc, const char **error, const char **description)
{
    *error = *description = NULL;
    if (oidc_json_get_string(doc, OIDC_PARAM_ERROR, error) != OIDC_OK) {
        return; /* a description alone says nothing */
    }
    if (oidc_json_get_string(doc, OIDC_PARAM_ERROR_DESCRIPTION, description) != OIDC_OK) {
        *description = NULL;
    }
}

void oidc_answer_error(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, size_t max,
                       const char **error, const char **description)
{
    struct oidc_ctx probe;
    json_t *doc;
    *error = *description = NULL;
    oidc_ctx_init(&probe, ctx->pool, ctx->env, ctx->log_baton);
    if (answer->body.n > max
        || oidc_json_parse(&probe, ctx->pool, answer->body, OIDC_E_HTTP_BROKEN, "an error", &doc)
               != OIDC_OK) {
        return;
    }
    oidc_answer_get_error(doc, error, description);
}

const char *oidc_answer_describe(apr_pool_t *pool, const struct oidc_http_answer *answer)
{
    struct oidc_str body = answer_body(answer);
    const char *type = answer->content_type && *answer->content_type ? answer->content_type : NULL;
    const char *page = "";
    if (answer_is_page(body)) {
        page = apr_pstrcat(pool, " that begin with ",
                           oidc_log_quote_n(pool, body.p, body.n > SHOWN ? SHOWN : body.n), NULL);
    }
    return apr_psprintf(pool, "status %d, content type %s, %" APR_SIZE_T_FMT " bytes%s",
                        answer->status, oidc_log_quote(pool, type), answer->body.n, page);
}
