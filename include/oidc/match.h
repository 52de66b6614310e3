/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `Require claim`: compiled when the configuration is read, matched on packed claims.
 *
 * A specification is name:value (exact), name~regex (unanchored PCRE), with name.child descending into objects. Claim
 * names may themselves hold ':' or '.'. An array matches when one of its members does. Numbers compare as numbers but
 * the text of the value must be a whole number ("5abc" never equals 5).
 */
#ifndef OIDC_MATCH_H
#define OIDC_MATCH_H

#include "oidc/packed.h"

#define OIDC_MATCH_MAX_SUBJECT 8192 /* longer strings are refused as regex subjects (N237) */

struct oidc_match;

/* Regular expressions come from the server (its own PCRE); the core only calls them. */
struct oidc_match_regex {
    /* Compiles in the pool; NULL and *error (static or in pool) when it can't. */
    void *(*compile)(apr_pool_t *pool, const char *pattern, const char **error);
    /* 1 when it matches; subject is NUL-terminated and has no NUL inside. */
    int (*exec)(void *compiled, const char *subject);
};

/* OIDC_E_REQUIRE with what was expected when the specification has no separator or the regex is bad. */
enum oidc_rc oidc_match_compile(struct oidc_ctx *ctx, const struct oidc_match_regex *regex, const char *spec,
                                struct oidc_match **out) OIDC_MUST_CHECK;
/*
 * 1 when the claims satisfy it; 0 otherwise, also on damage. Claims of all sources are looked at; where the same name
 * came from several, id_token wins over userinfo over the token response. Nothing is allocated at
 * present; `scratch` is for subjects that a stack could not hold.
 */
int oidc_match_exec(const struct oidc_match *m, struct oidc_str packed, apr_pool_t *scratch);
/* The specification as it was written. */
const char *oidc_match_spec(const struct oidc_match *m);
/* For the refusal's log line: "claim groups is an array of 3 strings", "claim groups is absent; claims present: a b c". */
const char *oidc_match_explain(const struct oidc_match *m, struct oidc_str packed, apr_pool_t *pool);

#endif
