/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs: making them, and the twelve rules of RFC 9449 4.3. */
#include "oidc/dpop.h"

#include <apr_strings.h>
#include "oidc/hash.h"
#include "oidc/rand.h"
#include "oidc/url.h"
#include "oidc/wire.h"

#define TYP "dpop+jwt"
#define PROOF_MAX 8192
#define JTI_MAX 255

/* The URL without query and fragment, as it is: the other side compares what it sees (RFC
 * 9449 4.2). */
static const char *dpop_htu(apr_pool_t *pool, const char *url)
{
    return apr_pstrmemdup(pool, url, strcspn(url, "?#"));
}

enum oidc_rc oidc_dpop_print(struct oidc_ctx *ctx, const struct oidc_dpop *d,
                             const struct oidc_jwk *key, enum oidc_alg alg, const char **out)
{
    json_t *claims = oidc_json_object(ctx->pool);
    const char *jti, *ath = NULL;
    if (oidc_rand_text(ctx, 16, &jti) != OIDC_OK
        || (d->access_token
            && oidc_hash_sha256_b64url(ctx, oidc_str_z(d->access_token), &ath) != OIDC_OK)) {
        return OIDC_FAILED;
    }
    oidc_json_put_string(claims, OIDC_CLAIM_JTI, jti);
    oidc_json_put_string(claims, "htm", d->method);
    oidc_json_put_string(claims, "htu", dpop_htu(ctx->pool, d->url));
    oidc_json_put_int(claims, OIDC_CLAIM_IAT, oidc_ctx_now_sec(ctx));
    oidc_json_put_string(claims, "ath", ath);
    oidc_json_put_string(claims, OIDC_CLAIM_NONCE, d->nonce);
    return oidc_jwt_sign_embedded(ctx, key, alg, TYP, claims, out);
}

/* ---- judging one ---- */

struct dpop_case {
    const json_t *payload; /* its signature is right */
    const struct oidc_dpop_rules *rules;
    struct oidc_dpop_verified *out;
};

typedef enum oidc_rc dpop_rule(struct oidc_ctx *ctx, const struct dpop_case *c);

static enum oidc_rc dpop_string(struct oidc_ctx *ctx, const struct dpop_case *c, const char *name,
                                const char **out)
{
    if (oidc_json_get_string(c->payload, name, out) != OIDC_OK || !**out) {
        return oidc_fail(ctx, OIDC_E_DPOP, "%s of the proof is missing or no string", name);
    }
    return OIDC_OK;
}

static enum oidc_rc dpop_check_htm(struct oidc_ctx *ctx, const struct dpop_case *c)
{
    const char *htm;
    if (dpop_string(ctx, c, "htm", &htm) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK dpop-htm: rule 8; N180 */
    if (strcmp(htm, c->rules->method) != 0) {
        return oidc_fail(ctx, OIDC_E_DPOP, "htm is %s, the method is %s",
                         oidc_log_quote(ctx->pool, htm), c->rules->method);
    }
    return OIDC_OK;
}

static int dpop_hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Escapes of unreserved characters are undone, all others in upper case (RFC 3986 6.2.2). */
static const char *dpop_path(apr_pool_t *pool, const char *path)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = apr_palloc(pool, strlen(path) + 1), *to = out;
    for (const char *p = path; *p; p++) {
        int high = *p == '%' ? dpop_hex(p[1]) : -1, low = high >= 0 ? dpop_hex(p[2]) : -1;
        if (low < 0) {
            *to++ = *p;
            continue;
        }
        int v = high << 4 | low;
        p += 2;
        if ((v >= 'a' && v <= 'z') || (v >= 'A' && v <= 'Z') || (v >= '0' && v <= '9')
            || strchr("-._~", v ? v : '/')) {
            *to++ = (char)v;
        } else {
            *to++ = '%';
            *to++ = digits[high];
            *to++ = digits[low];
        }
    }
    *to = '\0';
    return out;
}

/* Scheme and host in lower case, the scheme's own port left out, no query, no fragment (RFC
 * 3986 6.2.2, 6.2.3). */
static enum oidc_rc dpop_normal(struct oidc_ctx *ctx, const char *text, const char *what,
                                const char **out)
{
    struct oidc_url url;
    if (oidc_url_parse(ctx, text, what, &url) != OIDC_OK) {
        return OIDC_FAILED;
    }
    url.query = url.fragment = NULL;
    url.path = dpop_path(ctx->pool, url.path);
    *out = oidc_url_print(ctx->pool, &url);
    return OIDC_OK;
}

static enum oidc_rc dpop_check_htu(struct oidc_ctx *ctx, const struct dpop_case *c)
{
    const char *htu, *given, *wanted;
    if (dpop_string(ctx, c, "htu", &htu) != OIDC_OK
        || dpop_normal(ctx, htu, "htu", &given) != OIDC_OK
        || dpop_normal(ctx, c->rules->url, "the request's URL", &wanted) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK dpop-htu: rule 9; N180 */
    if (strcmp(given, wanted) != 0) {
        return oidc_fail(ctx, OIDC_E_DPOP, "htu is %s, the request is for %s",
                         oidc_log_quote(ctx->pool, given), oidc_log_quote(ctx->pool, wanted));
    }
    return OIDC_OK;
}

static enum oidc_rc dpop_check_iat(struct oidc_ctx *ctx, const struct dpop_case *c)
{
    apr_int64_t now = oidc_ctx_now_sec(ctx), iat;
    /* CHECK dpop-iat: rule 11; N181 */
    if (oidc_json_get_time(c->payload, OIDC_CLAIM_IAT, &iat) != OIDC_OK
        || iat < now - c->rules->iat_slack || iat > now + c->rules->iat_slack) {
        return oidc_fail(ctx, OIDC_E_DPOP, "iat of the proof is missing, too old or in the future");
    }
    c->out->iat = iat;
    return OIDC_OK;
}

static enum oidc_rc dpop_check_jti(struct oidc_ctx *ctx, const struct dpop_case *c)
{
    if (dpop_string(ctx, c, OIDC_CLAIM_JTI, &c->out->jti) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (strlen(c->out->jti) > JTI_MAX) {
        return oidc_fail(ctx, OIDC_E_DPOP, "jti of the proof has more than %d bytes", JTI_MAX);
    }
    return OIDC_OK;
}

static enum oidc_rc dpop_check_ath(struct oidc_ctx *ctx, const struct dpop_case *c)
{
    const char *ath, *wanted;
    if (!c->rules->access_token) {
        return OIDC_OK;
    }
    if (dpop_string(ctx, c, "ath", &ath) != OIDC_OK
        || oidc_hash_sha256_b64url(ctx, oidc_str_z(c->rules->access_token), &wanted) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK dpop-ath: rule 12; N182 */
    if (!oidc_str_eq_secret_z(ath, wanted)) {
        return oidc_fail(ctx, OIDC_E_DPOP, "ath is not the hash of the access token");
    }
    return OIDC_OK;
}

static enum oidc_rc dpop_check_nonce(struct oidc_ctx *ctx, const struct dpop_case *c)
{
    const char *nonce;
    if (!c->rules->nonce) {
        return OIDC_OK;
    }
    /* CHECK dpop-nonce: rule 10 */
    if (dpop_string(ctx, c, OIDC_CLAIM_NONCE, &nonce) != OIDC_OK
        || !oidc_str_eq_secret_z(nonce, c->rules->nonce)) {
        return oidc_fail(ctx, OIDC_E_DPOP, "the proof's nonce is not the one that was given");
    }
    return OIDC_OK;
}

/* The reason of the token's own parser is for tokens of a provider; a proof is the client's. */
static enum oidc_rc dpop_refuse(struct oidc_ctx *ctx)
{
    const char *why = ctx->err.detail;
    oidc_ctx_clear(ctx);
    return oidc_fail(ctx, OIDC_E_DPOP, "%s", why ? why : "the proof is malformed");
}

enum oidc_rc oidc_dpop_check(struct oidc_ctx *ctx, const char *proof,
                             const struct oidc_dpop_rules *rules, struct oidc_dpop_verified *out)
{
    static dpop_rule *const checks[] = {
        dpop_check_htm, dpop_check_htu, dpop_check_iat,
        dpop_check_jti, dpop_check_ath, dpop_check_nonce,
    };
    struct dpop_case c = {.rules = rules, .out = out};
    struct oidc_jwt *jwt;
    struct oidc_jwk *key;
    memset(out, 0, sizeof *out);
    if (oidc_jwt_parse(ctx, oidc_str_z(proof), PROOF_MAX, &jwt) != OIDC_OK) {
        return dpop_refuse(ctx);
    }
    /* CHECK dpop-typ: rule 4 */
    if (!oidc_jwt_typ(jwt) || !oidc_str_eq_case(oidc_str_z(oidc_jwt_typ(jwt)), oidc_str_z(TYP))) {
        return oidc_fail(ctx, OIDC_E_DPOP, "typ of the proof is not " TYP);
    }
    if (oidc_jwt_verify_embedded(ctx, jwt, rules->algs, &key, &c.payload) != OIDC_OK) {
        return dpop_refuse(ctx);
    }
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i](ctx, &c) != OIDC_OK) {
            return ctx->err.code == OIDC_E_DPOP || ctx->err.code == OIDC_E_CRYPTO
                       ? OIDC_FAILED
                       : dpop_refuse(ctx);
        }
    }
    return oidc_jwk_thumbprint(ctx, key, &out->jkt);
}
