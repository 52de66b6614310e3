/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for single claims. */
#include "proto/claim.h"

#include "oidc/wire.h"

#define SUB_MAX 255 /* bytes; OpenID Connect Core 2 */
#define QUOTED_MAX 4096

const char *oidc_claim_quote(struct oidc_ctx *ctx, const json_t *payload, const char *name)
{
    const json_t *value = json_object_get(payload, name);
    char text[QUOTED_MAX];
    if (!value) {
        return oidc_log_quote(ctx->pool, NULL);
    }
    if (json_is_string(value)) {
        return oidc_log_quote_n(ctx->pool, json_string_value(value), json_string_length(value));
    }
    size_t n = json_dumpb(value, text, sizeof text, JSON_COMPACT | JSON_ENCODE_ANY);
    return n > sizeof text ? "(too long)" : oidc_log_quote_n(ctx->pool, text, n);
}

enum oidc_rc oidc_claim_check_iss(struct oidc_ctx *ctx, const json_t *payload, const char *issuer,
                                  int compare)
{
    const char *iss;
    /* CHECK iss-present: Core 3.1.3.7 rule 2; N075 */
    if (oidc_json_get_string(payload, OIDC_CLAIM_ISS, &iss) != OIDC_OK || !*iss) {
        return oidc_fail(ctx, OIDC_E_TOKEN_ISS, "iss is %s",
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_ISS));
    }
    /* CHECK iss: Core 3.1.3.7 rule 2, exact: no slash, case or prefix is forgiven; N075 */
    if (compare && (!issuer || strcmp(iss, issuer) != 0)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_ISS, "iss is %s, not %s", oidc_log_quote(ctx->pool, iss),
                         oidc_log_quote(ctx->pool, issuer));
    }
    return OIDC_OK;
}

/* 1 when an array holds something that is no string; what is no array holds nothing. */
static int claim_has_stranger(const json_t *aud)
{
    for (size_t i = 0; i < json_array_size(aud); i++) {
        if (!json_is_string(json_array_get(aud, i))) {
            return 1;
        }
    }
    return 0;
}

enum oidc_rc oidc_claim_check_aud(struct oidc_ctx *ctx, const json_t *payload, const char *audience)
{
    /* CHECK aud: Core 3.1.3.7 rule 3; N076, N168 */
    if (!audience || !*audience || claim_has_stranger(json_object_get(payload, OIDC_CLAIM_AUD))
        || !oidc_json_has_string(payload, OIDC_CLAIM_AUD, audience)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_AUD, "aud is %s, which is not for %s",
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_AUD),
                         oidc_log_quote(ctx->pool, audience));
    }
    return OIDC_OK;
}

/* 1 when the text holds a control character: C0, DEL, or C1, which UTF-8 spells 0xc2 0x80..0x9f. */
static int claim_has_control(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    for (; *p; p++) {
        if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0)) {
            return 1;
        }
    }
    return 0;
}

enum oidc_rc oidc_claim_check_sub(struct oidc_ctx *ctx, const json_t *payload)
{
    const char *sub;
    /* CHECK sub: Core 2, before anything is asked about the user; N081 */
    if (oidc_json_get_string(payload, OIDC_CLAIM_SUB, &sub) != OIDC_OK || !*sub
        || strnlen(sub, SUB_MAX + 1) > SUB_MAX || claim_has_control(sub)) {
        return oidc_fail(ctx, OIDC_E_TOKEN_SUB, "sub is %s",
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_SUB));
    }
    return OIDC_OK;
}

enum oidc_rc oidc_claim_check_exp(struct oidc_ctx *ctx, const json_t *payload)
{
    apr_int64_t exp, now = oidc_ctx_now_sec(ctx);
    /* CHECK exp: Core 3.1.3.7 rule 9, required, no slack; N078 */
    if (oidc_json_get_time(payload, OIDC_CLAIM_EXP, &exp) != OIDC_OK || exp <= now) {
        return oidc_fail(ctx, OIDC_E_TOKEN_EXP, "exp is %s, now is %" APR_INT64_T_FMT,
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_EXP), now);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_claim_check_iat(struct oidc_ctx *ctx, const json_t *payload, apr_int64_t past,
                                  apr_int64_t future)
{
    apr_int64_t iat, now = oidc_ctx_now_sec(ctx);
    /* CHECK iat: Core 3.1.3.7 rule 10, required (conformance: missing-iat); N195, N198 */
    if (oidc_json_get_time(payload, OIDC_CLAIM_IAT, &iat) != OIDC_OK
        || (past >= 0 && now - iat > past) || iat - now > future) {
        return oidc_fail(ctx, OIDC_E_TOKEN_IAT, "iat is %s, now is %" APR_INT64_T_FMT,
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_IAT), now);
    }
    return OIDC_OK;
}

enum oidc_rc oidc_claim_check_nbf(struct oidc_ctx *ctx, const json_t *payload)
{
    apr_int64_t nbf = 0, now = oidc_ctx_now_sec(ctx);
    /* CHECK nbf: RFC 7519 4.1.5; N080 */
    if (oidc_json_get_time(payload, OIDC_CLAIM_NBF, &nbf) == OIDC_FAILED
        || nbf - now > OIDC_CLAIM_SKEW) {
        return oidc_fail(ctx, OIDC_E_TOKEN_NBF, "nbf is %s, now is %" APR_INT64_T_FMT,
                         oidc_claim_quote(ctx, payload, OIDC_CLAIM_NBF), now);
    }
    return OIDC_OK;
}
