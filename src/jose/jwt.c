/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing tokens. Nothing here says whether a token is to be believed. */
#include "oidc/b64.h"
#include "jose/jwt_parts.h"

#define HEADER_DEPTH 4

enum oidc_alg oidc_jwt_alg(const struct oidc_jwt *jwt)
{
    return jwt->alg;
}

const char *oidc_jwt_alg_text(const struct oidc_jwt *jwt)
{
    return jwt->alg_text;
}

const char *oidc_jwt_kid(const struct oidc_jwt *jwt)
{
    return jwt->kid;
}

const char *oidc_jwt_typ(const struct oidc_jwt *jwt)
{
    return jwt->typ;
}

#define PARTS_SEEN 6 /* one more than any compact serialization has */

/* Cuts at the dots; returns how many parts there are, the last one with what is left over. */
static int jwt_cut(struct oidc_str text, struct oidc_str part[PARTS_SEEN])
{
    int n = 0;
    const char *dot;
    while (n < PARTS_SEEN - 1 && (dot = memchr(text.p, '.', text.n)) != NULL) {
        size_t len = (size_t)(dot - text.p);
        part[n++] = oidc_str(text.p, len);
        text = oidc_str(dot + 1, text.n - len - 1);
    }
    part[n++] = text;
    return n;
}

static enum oidc_rc jwt_split(struct oidc_ctx *ctx, struct oidc_str text,
                              struct oidc_str part[PARTS_SEEN])
{
    int n = jwt_cut(text, part);
    if (n == 5) {
        return oidc_fail(ctx, OIDC_E_JWT_FORMAT, "the token is encrypted, which was not asked for");
    }
    /* CHECK jwt_parts: the compact serialization and no other; RFC 7515 7.1; N061, N070, N073 */
    if (n != 3 || !part[0].n || !part[1].n) {
        return oidc_fail(ctx, OIDC_E_JWT_FORMAT, "a token is three parts with dots between");
    }
    return OIDC_OK;
}

static int jwt_depth(const json_t *value)
{
    const char *name;
    const json_t *v;
    size_t i;
    int deepest = 0;
    if (json_is_array(value)) {
        json_array_foreach(value, i, v) {
            int d = jwt_depth(v);
            deepest = d > deepest ? d : deepest;
        }
        return deepest + 1;
    }
    if (json_is_object(value)) {
        /* jansson's iteration wants a mutable object and leaves it as it is */
        json_object_foreach((json_t *)(uintptr_t)value, name, v) {
            int d = jwt_depth(v);
            deepest = d > deepest ? d : deepest;
        }
        return deepest + 1;
    }
    return 0;
}

/* NULL, or which member of the header asks for something that we don't do. */
static const char *jwt_header_fault(const json_t *header)
{
    const json_t *b64 = json_object_get(header, "b64");
    /*
     * CHECK crit: no extension is understood, so whatever is critical is refused; RFC 7515 4.1.11;
     * N055
     */
    if (json_object_get(header, "crit")) {
        return "crit";
    }
    /* CHECK b64: RFC 7797 3; N057 */
    if (b64 && !json_is_true(b64)) {
        return "b64";
    }
    /* CHECK zip: RFC 7516 4.1.3 knows it for encryption alone; N068 */
    if (json_object_get(header, "zip")) {
        return "zip";
    }
    return NULL;
}

/*
 * Header members jku, x5u, x5c, x5t are not read at all, and jwk is kept for proofs of possession
 * only: the token does not choose its key (N056).
 */
static enum oidc_rc jwt_read_header(struct oidc_ctx *ctx, const json_t *header,
                                    struct oidc_jwt *jwt)
{
    const char *fault = jwt_header_fault(header);
    if (jwt_depth(header) > HEADER_DEPTH) {
        return oidc_fail(ctx, OIDC_E_JWT_HEADER, "token header is nested too deeply");
    }
    if (fault) {
        return oidc_fail(ctx, OIDC_E_JWT_HEADER, "token header has \"%s\"", fault);
    }
    /* CHECK alg_string: N047, N048 */
    if (oidc_json_get_string(header, "alg", &jwt->alg_text) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_JWT_HEADER, "token header has no \"alg\" that is a string");
    }
    /* CHECK header_types: RFC 7515 4.1.4, 4.1.9 */
    if (oidc_json_get_string(header, "kid", &jwt->kid) == OIDC_FAILED ||
        oidc_json_get_string(header, "typ", &jwt->typ) == OIDC_FAILED) {
        return oidc_fail(ctx, OIDC_E_JWT_HEADER, "kid or typ of a token header is no string");
    }
    jwt->alg = oidc_alg_parse(oidc_str_z(jwt->alg_text));
    jwt->embedded = json_object_get(header, "jwk");
    return OIDC_OK;
}

static enum oidc_rc jwt_decode(struct oidc_ctx *ctx, struct oidc_str part, const char *what,
                               struct oidc_str *out)
{
    /* CHECK jwt_base64url: one spelling per token; RFC 7515 2; N058 */
    if (oidc_b64url_parse(ctx->pool, part, out) != OIDC_OK) {
        return oidc_fail(ctx, OIDC_E_JWT_FORMAT, "token %s is not canonical base64url", what);
    }
    return OIDC_OK;
}

static enum oidc_rc jwt_parse_header(struct oidc_ctx *ctx, struct oidc_str part,
                                     struct oidc_jwt *jwt)
{
    struct oidc_str text;
    json_t *header;
    /* CHECK header_size: before anything is decoded; N061 */
    if (part.n > OIDC_JWT_MAX_HEADER / 3 * 4 + 2) {
        return oidc_fail(ctx, OIDC_E_JWT_HEADER, "token header is above %d bytes",
                         OIDC_JWT_MAX_HEADER);
    }
    if (jwt_decode(ctx, part, "header", &text) != OIDC_OK ||
        oidc_json_parse(ctx, ctx->pool, text, OIDC_E_JWT_HEADER, "token header", &header) !=
            OIDC_OK) {
        return OIDC_FAILED;
    }
    return jwt_read_header(ctx, header, jwt);
}

enum oidc_rc oidc_jwt_parse(struct oidc_ctx *ctx, struct oidc_str compact, size_t max,
                            struct oidc_jwt **out)
{
    struct oidc_str part[PARTS_SEEN];
    struct oidc_jwt *jwt = apr_pcalloc(ctx->pool, sizeof *jwt);
    /* CHECK jwt_size: before the first byte is looked at; N061 */
    if (!compact.n || compact.n > max) {
        return oidc_fail(ctx, OIDC_E_JWT_FORMAT, "a token of %zu bytes, 1 to %zu are allowed",
                         compact.n, max);
    }
    if (jwt_split(ctx, compact, part) != OIDC_OK ||
        jwt_parse_header(ctx, part[0], jwt) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK unsigned: a token without signature is none, whatever its header calls it; N047 */
    if (!part[2].n) {
        return oidc_fail(ctx, OIDC_E_JWT_FORMAT, "the token has no signature (its alg is %s)",
                         oidc_log_quote(ctx->pool, jwt->alg_text));
    }
    if (jwt_decode(ctx, part[1], "payload", &jwt->payload) != OIDC_OK ||
        jwt_decode(ctx, part[2], "signature", &jwt->signature) != OIDC_OK) {
        return OIDC_FAILED;
    }
    jwt->input = oidc_str(compact.p, part[0].n + 1 + part[1].n);
    *out = jwt;
    return OIDC_OK;
}

const char *oidc_jwt_peek(struct oidc_ctx *ctx, const struct oidc_jwt *jwt, const char *name)
{
    struct oidc_ctx own = *ctx; /* a payload that is no JSON is no failure of the caller's work */
    json_t *claims;
    const char *value = NULL;
    oidc_ctx_clear(&own);
    if (oidc_json_parse(&own, ctx->pool, jwt->payload, OIDC_E_JWT_FORMAT, "token payload",
                        &claims) != OIDC_OK ||
        oidc_json_get_string(claims, name, &value) != OIDC_OK) {
        return NULL;
    }
    return value;
}
