/* SPDX-License-Identifier: Apache-2.0 */
/* Proof Key for Code Exchange, S256. */
#include "oidc/pkce.h"

#include "oidc/b64.h"
#include "oidc/hash.h"

#define CHALLENGE_LEN 43 /* base64url of 32 bytes */
#define VERIFIER_MIN 43
#define VERIFIER_MAX 128

enum oidc_rc oidc_pkce_challenge(struct oidc_ctx *ctx, const char *verifier, const char **out)
{
    return oidc_hash_sha256_b64url(ctx, oidc_str_z(verifier), out);
}

static int pkce_is_verifier(const char *verifier)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t n = verifier ? strnlen(verifier, VERIFIER_MAX + 1) : 0;
    return n >= VERIFIER_MIN && n <= VERIFIER_MAX && strspn(verifier, unreserved) == n;
}

int oidc_pkce_is_challenge(const char *challenge)
{
    unsigned char digest[OIDC_SHA256_LEN + 1];
    size_t n;
    /* what is not canonical base64url of 32 bytes can never be met */
    return challenge && strnlen(challenge, CHALLENGE_LEN + 1) == CHALLENGE_LEN
           && oidc_b64url_parse_into(oidc_str(challenge, CHALLENGE_LEN), digest, &n) == OIDC_OK;
}

enum oidc_rc oidc_pkce_check(struct oidc_ctx *ctx, const char *verifier, const char *challenge)
{
    const char *made;
    /* CHECK pkce-form: RFC 7636 4.1; N039 */
    if (!pkce_is_verifier(verifier)) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT, "the code_verifier is missing or malformed");
    }
    if (oidc_pkce_challenge(ctx, verifier, &made) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK pkce: RFC 7636 4.6, in constant time; N039 */
    if (!oidc_str_eq_secret_z(made, challenge)) {
        return oidc_fail(ctx, OIDC_E_OP_GRANT,
                         "the code_verifier does not belong to the code_challenge");
    }
    return OIDC_OK;
}
