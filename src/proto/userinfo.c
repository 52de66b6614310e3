/* SPDX-License-Identifier: Apache-2.0 */
/* The userinfo response: it counts only when it is about the subject of the ID token. */
#include "oidc/userinfo.h"

#include "oidc/claims_make.h"
#include "oidc/wire.h"
#include "proto/answer.h"

#define STATUS_OK 200

static const struct oidc_answer_kind userinfo_answer = {"the userinfo response", OIDC_E_USERINFO,
                                                        OIDC_USERINFO_MAX};

static enum oidc_rc userinfo_refused(struct oidc_ctx *ctx, const struct oidc_http_answer *answer)
{
    const char *error, *description;
    oidc_answer_error(ctx, answer, OIDC_USERINFO_MAX, &error, &description);
    if (error) {
        return oidc_fail(ctx, OIDC_E_USERINFO,
                         "the userinfo endpoint answered with status %d, error %s, description %s",
                         answer->status, oidc_log_quote(ctx->pool, error),
                         oidc_log_quote(ctx->pool, description));
    }
    return oidc_fail(ctx, OIDC_E_USERINFO, "the userinfo endpoint answered with %s, challenge %s",
                     oidc_answer_describe(ctx->pool, answer),
                     oidc_log_quote(ctx->pool, answer->www_authenticate));
}

enum oidc_rc oidc_userinfo_check(struct oidc_ctx *ctx, const struct oidc_http_answer *answer,
                                 const char *sub, const struct oidc_claims **out)
{
    json_t *doc;
    const char *given = NULL;
    /* CHECK userinfo-status: Core 5.3.2; N087 */
    if (answer->status != STATUS_OK) {
        return userinfo_refused(ctx, answer);
    }
    if (oidc_answer_parse(ctx, answer, &userinfo_answer, &doc) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK userinfo-sub: Core 5.3.2, present and exactly the ID token's; N087 */
    if (oidc_json_get_string(doc, OIDC_CLAIM_SUB, &given) != OIDC_OK || !sub
        || strcmp(given, sub) != 0) {
        return oidc_fail(ctx, OIDC_E_USERINFO_SUB,
                         "the userinfo response is about %s, the ID token about %s",
                         oidc_log_quote(ctx->pool, given), oidc_log_quote(ctx->pool, sub));
    }
    *out = oidc_claims_make(ctx->pool, doc);
    return OIDC_OK;
}

const char *oidc_userinfo_print(apr_pool_t *pool, const char *sub, const json_t *claims)
{
    json_t *doc = oidc_json_object(pool);
    oidc_json_put_string(doc, OIDC_CLAIM_SUB, sub);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)claims, name, value)
    { /* NULL has no members; iterating changes nothing */
        if (strcmp(name, OIDC_CLAIM_SUB) != 0) {
            oidc_json_put_copy(doc, name, value);
        }
    }
    return oidc_json_print(pool, doc);
}
