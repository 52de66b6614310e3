/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Port: entries with an expiry, shared by all processes (and, with a network store, by all hosts).
 *
 * Keys are short byte strings made by oidc_store_key(): name space, section letter, then a name that is already a hash
 * or a bounded identifier. Values are opaque bytes. Three answers: found, absent, error; an error is never a miss.
 * A version is a number that changes with every put of the key, and is never 0.
 */
#ifndef OIDC_STORE_H
#define OIDC_STORE_H

#include "oidc/ctx.h"
#include "oidc/str.h"

#define OIDC_STORE_KEY_MAX 255
#define OIDC_STORE_VALUE_MAX (1024 * 1024)

/* Sections. */
#define OIDC_STORE_SESSION 's'   /* hot session records */
#define OIDC_STORE_COLD 'c'      /* cold session records */
#define OIDC_STORE_STATE 't'     /* states that were used */
#define OIDC_STORE_METADATA 'p'  /* provider documents */
#define OIDC_STORE_JWKS 'j'
#define OIDC_STORE_THROTTLE 'x'  /* at most once per interval */
#define OIDC_STORE_JTI 'i'       /* tokens that work once */
#define OIDC_STORE_PROOF 'w'     /* the key of DPoP proofs, nonces of servers */
#define OIDC_STORE_REVOKED 'v'   /* client-cookie sessions that ended early */
#define OIDC_STORE_INDEX 'd'     /* (issuer, sid) and (issuer, sub) to sessions */
#define OIDC_STORE_CODE 'o'      /* the provider's codes */
#define OIDC_STORE_GRANT 'g'     /* the provider's grants */

struct oidc_store_value {
    struct oidc_str bytes; /* in ctx->pool */
    apr_uint64_t version;
    apr_time_t expires;
};

struct oidc_store_ops {
    const char *name;
    /* OIDC_OK with *out, OIDC_ABSENT (never there, dropped, or expired), OIDC_FAILED (OIDC_E_STORE). */
    enum oidc_rc (*get)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key, struct oidc_store_value *out) OIDC_MUST_CHECK;
    /*
     * Writes. expected == 0: whatever is there. Otherwise only while the entry has that version: OIDC_ABSENT when it was
     * changed or dropped meanwhile (compare-and-swap lost). *version (may be NULL) receives the new version.
     * An expiry that is not in the future drops what is there. No entry is kept longer than a year and a day.
     */
    enum oidc_rc (*put)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key, struct oidc_str value,
                        apr_time_t expires, apr_uint64_t expected, apr_uint64_t *version) OIDC_MUST_CHECK;
    /*
     * Writes only where nothing (unexpired) is: OIDC_OK written, OIDC_ABSENT somebody was first. An expiry that is not
     * in the future is OIDC_E_INTERNAL: it would tell everybody that he is the first.
     */
    enum oidc_rc (*add)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key, struct oidc_str value,
                        apr_time_t expires) OIDC_MUST_CHECK;
    /* OIDC_OK dropped, OIDC_ABSENT was not there. */
    enum oidc_rc (*drop)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key) OIDC_MUST_CHECK;
    /*
     * Adds a member (1 to 255 bytes) to the set under key, with the member's own expiry, or gives a member that is there
     * a new expiry; expired members vanish. OIDC_E_TOO_LARGE when the set outgrows a value.
     */
    enum oidc_rc (*index_add)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key, struct oidc_str member,
                              apr_time_t expires) OIDC_MUST_CHECK;
    /* Members that have not expired; OIDC_ABSENT when there are none. *out is an array in ctx->pool. */
    enum oidc_rc (*index_get)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key,
                              const struct oidc_str **out, int *n) OIDC_MUST_CHECK;
    /* OIDC_OK dropped, OIDC_ABSENT was not there. */
    enum oidc_rc (*index_drop)(struct oidc_ctx *ctx, struct oidc_store *self, struct oidc_str key, struct oidc_str member) OIDC_MUST_CHECK;
};

struct oidc_store {
    const struct oidc_store_ops *ops;
};

/* `name_space` separates virtual hosts; name is bounded to what is left of OIDC_STORE_KEY_MAX, else OIDC_E_INTERNAL. */
enum oidc_rc oidc_store_key(struct oidc_ctx *ctx, struct oidc_str name_space, char section, struct oidc_str name,
                            struct oidc_str *out) OIDC_MUST_CHECK;

#endif
