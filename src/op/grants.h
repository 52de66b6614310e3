/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user granted a client, and the codes that stand for it. A grant lives in the store (section 'g') as long as its
 * tokens can; dropping it kills them. A code lives in section 'o' under its hash, and remembers that it was used, so that
 * a second use can revoke the grant (RFC 6749 4.1.2).
 */
#ifndef OP_GRANTS_H
#define OP_GRANTS_H

#include "op/site.h"

struct op_grant {
    const char *id; /* also the sid of its ID token */
    const char *user, *client_id, *scope;
    const char *nonce;     /* or NULL */
    apr_int64_t auth_time; /* seconds, 0 unknown */
    const json_t *claims;  /* for userinfo */
};

struct op_code {
    const char *redirect_uri;
    const char *challenge; /* PKCE S256, or NULL */
};

/* Stores the grant under a new id, and a code for it. */
enum oidc_rc op_grants_make(struct oidc_ctx *ctx, const struct op_site *site, struct op_grant *grant, const struct op_code *code,
                            const char **code_text) OIDC_MUST_CHECK;

/* A code as found: not yet used up. */
struct op_code_found {
    struct oidc_str key;
    apr_uint64_t version;
    apr_time_t expires;
    const char *grant_id, *client_id;
    struct op_code code;
};
/* OIDC_E_OP_GRANT when it is unknown, expired, or was used before (which revokes the grant). */
enum oidc_rc op_grants_find_code(struct oidc_ctx *ctx, const struct op_site *site, const char *code_text,
                                 struct op_code_found *out) OIDC_MUST_CHECK;
/* Uses the code up; exactly one caller succeeds. */
enum oidc_rc op_grants_use_code(struct oidc_ctx *ctx, const struct op_site *site, const struct op_code_found *found) OIDC_MUST_CHECK;

/* OIDC_ABSENT when it was revoked or is over. */
enum oidc_rc op_grants_get(struct oidc_ctx *ctx, const struct op_site *site, const char *id, struct op_grant *out) OIDC_MUST_CHECK;
/* Gone afterwards; no failure when it was gone before. */
enum oidc_rc op_grants_drop(struct oidc_ctx *ctx, const struct op_site *site, const char *id) OIDC_MUST_CHECK;

#endif
