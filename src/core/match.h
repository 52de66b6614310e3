/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled specification, as matching and explaining see it. */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "oidc/match.h"

/* What stands behind one ':' or '~' of the specification. */
struct match_tail {
    size_t at;            /* of the separator */
    struct oidc_str text; /* behind it */
    void *regex;          /* of '~': compiled, or NULL when it is no expression */
    int is_int, is_real;  /* of ':': the text is a number */
    apr_int64_t i;
    double real;
};

struct oidc_match {
    struct oidc_match_regex calls;
    const char *spec;
    size_t n;
    size_t name_n; /* of the path before the first separator, as a person reads it */
    struct match_tail *tails;
    int n_tails;
};

/* The position behind `name` where the specification has it and a separator at `at`; else 0. */
static inline size_t oidc_match_name(const struct oidc_match *m, size_t at, struct oidc_str name)
{
    if (name.n >= m->n - at || memcmp(m->spec + at, name.p, name.n) != 0) {
        return 0;
    }
    char separator = m->spec[at + name.n];
    return separator == ':' || separator == '~' || separator == '.' ? at + name.n : 0;
}

/* 1 when a source that counts for more has a claim of that name. */
int oidc_match_is_outdone(struct oidc_str packed, const struct oidc_packed_claim *claim);
/* A claim's value: strings, booleans and null stand in the claim itself. 0 at damage. */
int oidc_match_node(const struct oidc_packed_claim *claim, struct oidc_packed_node *out);

#endif
