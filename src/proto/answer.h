/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON object in a provider's HTTP answer, for the messages that come that way. */
#ifndef PROTO_ANSWER_H
#define PROTO_ANSWER_H

#include "oidc/http.h"
#include "oidc/json.h"

/* Which message it is: for the limit, the error and the detail. */
struct oidc_answer_kind {
    const char *what;    /* "the token response" */
    enum oidc_code code; /* of every fault */
    size_t max;          /* bytes */
};

/*
 * The object of the body, whatever the status; the document lives in ctx->pool. A missing or odd
 * content type is a debug line and nothing more. A body that begins like HTML or XML is quoted in
 * the detail; any other text is not, since it may hold tokens.
 */
enum oidc_rc oidc_answer_parse(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                               const struct oidc_answer_kind *kind, json_t **out) OIDC_MUST_CHECK;

/* The members error and error_description of a document; NULL when there are none. */
void oidc_answer_get_error(const json_t *doc, const char **error, const char **description);
/*
 * The same of an answer that may be anything (RFC 6749 5.2). Never fails, leaves ctx->err alone.
 */
void oidc_answer_error(struct oidc_ctx *ctx, const struct oidc_http_answer *answer, size_t max,
                       const char **error, const char **description);

/* What an answer that is no success looks like, for a detail: status, size, content type, first
 * bytes of a page. */
const char *oidc_answer_describe(apr_pool_t *pool, const struct oidc_http_answer *answer);

#endif
