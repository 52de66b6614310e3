/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal's log line says: names and types of claims, never their values. */
#include "core/match.h"

#include <apr_strings.h>
#include "core/ascii.h"
#include "oidc/buf.h"

#define EXPLAIN_MAX 1024
#define EXPLAIN_NAMES_MAX 600 /* bytes, after which a list of names ends in "..." */

/* A plain name as it is, any other one quoted. */
static void explain_add_name(struct oidc_buf *b, struct oidc_str name)
{
    size_t i = 0;
    while (i < name.n && (ascii_is_alnum((unsigned char)name.p[i]) || strchr("_-.:/", name.p[i]))) {
        i++;
    }
    if (i == name.n && i > 0 && i <= 120) {
        oidc_buf_add_str(b, name);
    } else {
        oidc_buf_add_z(b, oidc_log_quote_n(b->pool, name.p, name.n));
    }
}

/* A name of a list; 0 when the list is long enough. */
static int explain_add_item(struct oidc_buf *b, struct oidc_str name)
{
    oidc_buf_add_char(b, ' ');
    if (b->n > EXPLAIN_NAMES_MAX) {
        oidc_buf_add_z(b, "...");
        return 0;
    }
    explain_add_name(b, name);
    return 1;
}

static void explain_add_array(struct oidc_buf *b, struct oidc_str rest)
{
    struct oidc_packed_node member;
    int n = 0, strings = 0;
    while (oidc_packed_node_read(&rest, &member)) {
        n++;
        strings += member.type == OIDC_PACKED_STRING;
    }
    if (n == strings) {
        oidc_buf_add_z(b, apr_psprintf(b->pool, "an array of %d string%s", n, n == 1 ? "" : "s"));
    } else {
        oidc_buf_add_z(b, apr_psprintf(b->pool, "an array of %d members, %d of them strings", n,
                                       strings));
    }
}

static void explain_add_object(struct oidc_buf *b, struct oidc_str rest)
{
    struct oidc_packed_node member;
    struct oidc_str name;
    oidc_buf_add_z(b, rest.n ? "an object with the members" : "an empty object");
    while (oidc_packed_member_read(&rest, &name, &member) && explain_add_item(b, name)) {
    }
}

static void explain_add_type(struct oidc_buf *b, const struct oidc_packed_node *v)
{
    switch (v->type) {
    case OIDC_PACKED_NULL:
        oidc_buf_add_z(b, "null");
        break;
    case OIDC_PACKED_FALSE:
    case OIDC_PACKED_TRUE:
        oidc_buf_add_z(b, "a boolean");
        break;
    case OIDC_PACKED_INT:
    case OIDC_PACKED_REAL:
        oidc_buf_add_z(b, "a number");
        break;
    case OIDC_PACKED_STRING:
        oidc_buf_add_z(b, apr_psprintf(b->pool, "a string of %" APR_SIZE_T_FMT " bytes%s",
                                       v->body.n,
                                       v->body.n > OIDC_MATCH_MAX_SUBJECT
                                           ? " (too long for an expression)"
                                           : ""));
        break;
    case OIDC_PACKED_ARRAY:
        explain_add_array(b, v->body);
        break;
    case OIDC_PACKED_OBJECT:
        explain_add_object(b, v->body);
        break;
    }
}

/* The claims that the specification may mean; how many there were. */
static int explain_add_found(struct oidc_buf *b, const struct oidc_match *m, struct oidc_str packed)
{
    struct oidc_packed_claim claim;
    struct oidc_packed_node value;
    int n = 0;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &claim);) {
        if (!oidc_match_name(m, 0, claim.name) || oidc_match_is_outdone(packed, &claim)) {
            continue;
        }
        oidc_buf_add_z(b, n++ > 0 ? "; claim " : "claim ");
        explain_add_name(b, claim.name);
        oidc_buf_add_z(b, " is ");
        if (oidc_match_node(&claim, &value)) {
            explain_add_type(b, &value);
        } else {
            oidc_buf_add_z(b, "damaged");
        }
    }
    return n;
}

static void explain_add_present(struct oidc_buf *b, struct oidc_str packed)
{
    struct oidc_packed_claim claim;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &claim);) {
        if (!oidc_match_is_outdone(packed, &claim) && !explain_add_item(b, claim.name)) {
            return;
        }
    }
}

const char *oidc_match_explain(const struct oidc_match *m, struct oidc_str packed, apr_pool_t *pool)
{
    struct oidc_packed_claim first;
    struct oidc_buf b;
    size_t pos = 0;
    oidc_buf_init(&b, pool, (size_t)8 * EXPLAIN_MAX);
    if (explain_add_found(&b, m, packed) == 0) {
        oidc_buf_add_z(&b, "claim ");
        explain_add_name(&b, oidc_str(m->spec, m->name_n));
        oidc_buf_add_z(&b, " is absent; ");
        oidc_buf_add_z(&b, oidc_packed_next(packed, &pos, &first) ? "claims present:"
                                                                  : "there are no claims");
        explain_add_present(&b, packed);
    }
    return apr_pstrmemdup(pool, b.p, b.n > EXPLAIN_MAX ? EXPLAIN_MAX : b.n);
}
