/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens against public keys and a secret; the corpus holds honest ones for each algorithm. */
#include "fuzz.h"

#include "oidc/jwt.h"

static const char keys_text[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"rsa\",\"e\":\"AQAB\",\"n\":\""
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt"
    "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX"
    "ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5"
    "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"p256\","
    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

static const char secret[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static struct oidc_jwks *public_keys(struct oidc_ctx *ctx)
{
    struct oidc_jwks *set;
    MUST(oidc_jwks_parse(ctx, ctx->pool, oidc_str_z(keys_text), &set) == OIDC_OK);
    MUST(oidc_jwks_count(set) == 3);
    return set;
}

static struct oidc_jwks *secret_keys(struct oidc_ctx *ctx)
{
    struct oidc_jwk *jwk;
    struct oidc_jwks *set = oidc_jwks_make(ctx->pool);
    MUST(oidc_jwk_make_oct(ctx, ctx->pool, oidc_str_z(secret), NULL, &jwk) == OIDC_OK);
    oidc_jwks_add(set, jwk);
    return set;
}

/* What is accepted has an algorithm of the list and claims; what is not has a reason. */
static void verify(struct oidc_ctx *ctx, const struct oidc_jwt *jwt, const struct oidc_jwks *keys,
                   oidc_alg_set allowed)
{
    const json_t *payload = NULL;
    if (oidc_jwt_verify(ctx, jwt, keys, allowed, &payload) == OIDC_OK) {
        MUST(allowed & OIDC_ALG_BIT(oidc_jwt_alg(jwt)));
        MUST(json_is_object(payload));
    } else {
        MUST(!payload && ctx->err.code != OIDC_E_NONE && ctx->err.code != OIDC_E_CRYPTO);
        oidc_ctx_clear(ctx);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct oidc_ctx ctx;
    struct oidc_jwt *jwt;
    fuzz_start(&ctx);
    if (oidc_jwt_parse(&ctx, oidc_str((const char *)data, size), OIDC_JWT_MAX_REQUEST, &jwt) !=
        OIDC_OK) {
        MUST(ctx.err.code == OIDC_E_JWT_FORMAT || ctx.err.code == OIDC_E_JWT_HEADER);
        return fuzz_end(&ctx);
    }
    MUST(size <= OIDC_JWT_MAX_REQUEST && oidc_jwt_alg_text(jwt));
    (void)oidc_jwt_peek(&ctx, jwt, "iss");
    MUST(ctx.err.code == OIDC_E_NONE);
    verify(&ctx, jwt, public_keys(&ctx), OIDC_ALG_SET_ASYMMETRIC);
    verify(&ctx, jwt, secret_keys(&ctx), OIDC_ALG_SET_HMAC);
    verify(&ctx, jwt, public_keys(&ctx), OIDC_ALG_SET_HMAC);
    return fuzz_end(&ctx);
}
