/* SPDX-License-Identifier: Apache-2.0 */
/* Judging logout tokens: OpenID Connect Back-Channel Logout 1.0, section 2.6, a function per rule.
 */
#include "oidc/logout_token.h"

#include "oidc/wire.h"
#include "proto/claim.h"

#define EVENT "http://schemas.openid.net/event/backchannel-logout"
#define TEXT_MAX 255 /* bytes of sid and jti */

struct logout_case {
    const struct oidc_jwt *jwt;
    const json_t *payload; /* its signature is right */
    const struct oidc_logout_token_rules *rules;
    struct oidc_logout_token *out;
};

typedef enum oidc_rc logout_rule(struct oidc_ctx *ctx, const struct logout_case *c);

/* CHECK logout-typ: a JWT that says it is something else is (RFC 8725 3.11); N199 */
static enum oidc_rc logout_check_typ(struct oidc_ctx *ctx, const struct logout_case *c)
{
    const char *typ = oidc_jwt_typ(c->jwt);
    if (typ && !oidc_str_eq_case(oidc_str_z(typ), oidc_str_z("JWT"))
        && !oidc_str_eq_case(oidc_str_z(typ), oidc_str_z("logout+jwt"))) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "typ is %s, not logout+jwt",
                         oidc_log_quote(ctx->pool, typ));
    }
    return OIDC_OK;
}

static enum oidc_rc logout_check_iss(struct oidc_ctx *ctx, const struct logout_case *c)
{
    return oidc_claim_check_iss(ctx, c->payload, c->rules->issuer, 1);
}

static enum oidc_rc logout_check_aud(struct oidc_ctx *ctx, const struct logout_case *c)
{
    return oidc_claim_check_aud(ctx, c->payload, c->rules->client_id);
}

/* iat, and how long a replay must be remembered: until the token would be refused for its age
 * anyway. */
static enum oidc_rc logout_check_times(struct oidc_ctx *ctx, const struct logout_case *c)
{
    apr_int64_t iat = 0, exp = 0, slack = c->rules->iat_slack > 0 ? c->rules->iat_slack : 0;
    if (oidc_claim_check_iat(ctx, c->payload, slack, slack) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (oidc_json_get_time(c->payload, OIDC_CLAIM_IAT, &iat) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "iat is missing");
    }
    c->out->until = iat + slack + OIDC_CLAIM_SKEW;
    /* CHECK logout-exp: 2.6 rule 3; required by 2.4, but older providers leave it out */
    if (oidc_json_get_time(c->payload, OIDC_CLAIM_EXP, &exp) != OIDC_ABSENT) {
        return oidc_claim_check_exp(ctx, c->payload);
    }
    return OIDC_OK;
}

/* CHECK logout-events: 2.6 rule 5; N194 */
static enum oidc_rc logout_check_events(struct oidc_ctx *ctx, const struct logout_case *c)
{
    const json_t *events, *event;
    if (oidc_json_get_object(c->payload, "events", &events) != OIDC_OK
        || oidc_json_get_object(events, EVENT, &event) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "events is %s, without an object %s",
                         oidc_claim_quote(ctx, c->payload, "events"), EVENT);
    }
    return OIDC_OK;
}

/* CHECK logout-nonce: 2.6 rule 6, an ID token is no logout token; N194, N199 */
static enum oidc_rc logout_check_nonce(struct oidc_ctx *ctx, const struct logout_case *c)
{
    if (json_object_get(c->payload, OIDC_CLAIM_NONCE)) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "there is a nonce");
    }
    return OIDC_OK;
}

/* A member that is missing, or 1..255 printable bytes. */
static enum oidc_rc logout_get(struct oidc_ctx *ctx, const struct logout_case *c, const char *name,
                               const char **out)
{
    enum oidc_rc rc = oidc_json_get_string(c->payload, name, out);
    if (rc == OIDC_ABSENT) {
        *out = NULL;
        return OIDC_OK;
    }
    if (rc != OIDC_OK || !**out || strlen(*out) > TEXT_MAX
        || !oidc_str_is_printable(oidc_str_z(*out))) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "%s is %s", name,
                         oidc_claim_quote(ctx, c->payload, name));
    }
    return OIDC_OK;
}

/* CHECK logout-whom: 2.6 rule 4, and CHECK logout-jti: 2.4 (replay); N195, N196 */
static enum oidc_rc logout_check_names(struct oidc_ctx *ctx, const struct logout_case *c)
{
    if (logout_get(ctx, c, OIDC_CLAIM_SUB, &c->out->sub) != OIDC_OK
        || logout_get(ctx, c, OIDC_CLAIM_SID, &c->out->sid) != OIDC_OK
        || logout_get(ctx, c, OIDC_CLAIM_JTI, &c->out->jti) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (!c->out->sub && !c->out->sid) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "neither sub nor sid says whose session ends");
    }
    if (!c->out->jti) {
        return oidc_fail(ctx, OIDC_E_LOGOUT_TOKEN, "jti is missing");
    }
    return OIDC_OK;
}

enum oidc_rc oidc_logout_token_check(struct oidc_ctx *ctx, const char *compact,
                                     const struct oidc_logout_token_rules *rules,
                                     struct oidc_logout_token *out)
{
    static logout_rule *const checks[] = {
        logout_check_typ,    logout_check_iss,   logout_check_aud,   logout_check_times,
        logout_check_events, logout_check_nonce, logout_check_names,
    };
    struct oidc_jwt *jwt;
    struct logout_case c = {.rules = rules, .out = out};
    oidc_alg_set algs = rules->algs & ~OIDC_ALG_BIT(OIDC_ALG_UNKNOWN);
    memset(out, 0, sizeof *out);
    if (oidc_jwt_parse(ctx, oidc_str_z(compact), OIDC_JWT_MAX_REQUEST, &jwt) != OIDC_OK
        || oidc_jwt_verify(ctx, jwt, rules->keys, algs, &c.payload) != OIDC_OK) {
        return OIDC_FAILED;
    }
    c.jwt = jwt;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i](ctx, &c) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    return OIDC_OK;
}
