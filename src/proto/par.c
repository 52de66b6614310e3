/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a pushed authorization request. */
#include "oidc/par.h"

#include "oidc/wire.h"
#include "proto/answer.h"

#define REQUEST_URI_MAX 512
#define STATUS_CREATED 201
#define STATUS_OK 200 /* some providers */

static const struct oidc_answer_kind par_answer = {"the answer to the pushed request", OIDC_E_PAR,
                                                   OIDC_PAR_MAX};

static enum oidc_rc par_refused(struct oidc_ctx *ctx, const struct oidc_http_answer *answer)
{
    const char *error, *description;
    oidc_answer_error(ctx, answer, OIDC_PAR_MAX, &error, &description);
    if (!error) {
        return oidc_fail(ctx, OIDC_E_PAR,
                         "the pushed authorization request endpoint answered with %s",
                         oidc_answer_describe(ctx->pool, answer));
    }
    return oidc_fail(
        ctx, strcmp(error, OIDC_ERROR_INVALID_CLIENT) == 0 ? OIDC_E_TOKEN_CLIENT_AUTH : OIDC_E_PAR,
        "the pushed authorization request endpoint answered with status %d, error %s, description "
        "%s",
        answer->status, oidc_log_quote(ctx->pool, error), oidc_log_quote(ctx->pool, description));
}

enum oidc_rc oidc_par_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                            const char **request_uri)
{
    json_t *doc;
    if (answer->status != STATUS_CREATED && answer->status != STATUS_OK) {
        return par_refused(ctx, answer);
    }
    if (oidc_answer_parse(ctx, answer, &par_answer, &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK par-request-uri: RFC 9126 2.2, N045 */
    if (oidc_json_get_string(doc, OIDC_PARAM_REQUEST_URI, request_uri) != OIDC_OK || !**request_uri
        || strlen(*request_uri) > REQUEST_URI_MAX
        || !oidc_str_is_printable(oidc_str_z(*request_uri))) {
        return oidc_fail(ctx, OIDC_E_PAR,
                         "request_uri in the answer to the pushed request is missing or malformed");
    }
    return OIDC_OK;
}
