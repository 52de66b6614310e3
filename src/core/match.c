/* SPDX-License-Identifier: Apache-2.0 */
/* `Require claim`: specifications compiled once, and matched on packed claims. */
#include "core/match.h"

#include "core/ascii.h"
#include "oidc/buf.h"

#define MATCH_SPEC_MAX 4096
#define MATCH_TAILS_MAX 64
#define MATCH_DEPTH_MAX OIDC_JSON_MAX_DEPTH

/* ---- compiling ---- */

/* JSON's grammar of numbers: a whole one, with nothing behind it (N246). */
static void match_read_number(struct oidc_ctx *ctx, struct match_tail *tail)
{
    json_error_t error;
    unsigned char first = tail->text.n > 0 ? (unsigned char)tail->text.p[0] : 0;
    if (oidc_str_to_int64(tail->text, APR_INT64_MIN, APR_INT64_MAX, &tail->i)) {
        tail->is_int = 1;
        return;
    }
    if (!ascii_is_digit(first) && first != '-') {
        return;
    }
    json_t *v = oidc_json_own(ctx->pool, json_loadb(tail->text.p, tail->text.n, JSON_DECODE_ANY,
                                                    &error));
    if (json_is_real(v)) {
        tail->is_real = 1;
        tail->real = json_real_value(v);
    }
}

/* The first ':' or '~' that a person means: not the ':' of "://" in a claim name. */
static size_t match_first_separator(const char *spec)
{
    size_t n = strcspn(spec, ":~");
    while (strncmp(spec + n, "://", 3) == 0) {
        n += 3 + strcspn(spec + n + 3, ":~");
    }
    return n;
}

/*
 * Claim names may hold separators, so each '~' may be the one. That the text behind it is no
 * expression is an error where it is the first separator (or follows it at once); elsewhere it is
 * no candidate.
 */
static enum oidc_rc match_compile_tail(struct oidc_ctx *ctx, struct oidc_match *m, size_t at)
{
    struct match_tail *tail = &m->tails[m->n_tails];
    const char *error = NULL;
    if (m->n_tails == MATCH_TAILS_MAX) {
        return oidc_fail(ctx, OIDC_E_REQUIRE, "Require claim %s: more than %d of ':' and '~'",
                         oidc_log_quote(ctx->pool, m->spec), MATCH_TAILS_MAX);
    }
    tail->at = at;
    tail->text = oidc_str_z(m->spec + at + 1);
    m->n_tails++;
    if (m->spec[at] == ':') {
        match_read_number(ctx, tail);
        return OIDC_OK;
    }
    tail->regex = m->calls.compile(ctx->pool, tail->text.p, &error);
    if (!tail->regex && (at == m->name_n || (at == m->name_n + 1 && m->spec[at - 1] == ':'))) {
        return oidc_fail(ctx, OIDC_E_REQUIRE, "Require claim %s: %s is no regular expression: %s",
                         oidc_log_quote(ctx->pool, m->spec),
                         oidc_log_quote(ctx->pool, tail->text.p),
                         error ? error : "it does not compile");
    }
    return OIDC_OK;
}

enum oidc_rc oidc_match_compile(struct oidc_ctx *ctx, const struct oidc_match_regex *regex,
                                const char *spec, struct oidc_match **out)
{
    struct oidc_match *m = apr_pcalloc(ctx->pool, sizeof *m);
    m->calls = *regex;
    m->n = strlen(spec);
    m->name_n = match_first_separator(spec);
    m->spec = oidc_str_dup(ctx->pool, oidc_str(spec, m->n));
    if (m->n > MATCH_SPEC_MAX) {
        return oidc_fail(ctx, OIDC_E_REQUIRE, "Require claim: %zu bytes, at most %d are allowed",
                         m->n, MATCH_SPEC_MAX);
    }
    /* CHECK separator: a line that can never match is an error, not a lock without a key; N245 */
    if (m->name_n == m->n || m->name_n == 0) {
        return oidc_fail(ctx, OIDC_E_REQUIRE, "Require claim %s: expected name:value or name~regex",
                         oidc_log_quote(ctx->pool, spec));
    }
    m->tails = apr_pcalloc(ctx->pool, MATCH_TAILS_MAX * sizeof *m->tails);
    for (size_t at = strcspn(m->spec, ":~"); at < m->n; at += 1 + strcspn(m->spec + at + 1, ":~")) {
        if (match_compile_tail(ctx, m, at) != OIDC_OK) {
            return OIDC_FAILED;
        }
    }
    *out = m;
    return OIDC_OK;
}

const char *oidc_match_spec(const struct oidc_match *m)
{
    return m->spec;
}

/* ---- matching ---- */

static const struct match_tail *match_tail_at(const struct oidc_match *m, size_t at)
{
    for (int i = 0; i < m->n_tails; i++) {
        if (m->tails[i].at == at) {
            return &m->tails[i];
        }
    }
    return NULL;
}

static int match_number(const struct match_tail *tail, const struct oidc_packed_node *v)
{
    /* CHECK number: "5abc" is not 5, and the string "5" is not the number; N246 */
    if (v->type == OIDC_PACKED_INT) {
        apr_int64_t i = oidc_packed_int(v);
        return tail->is_int ? tail->i == i : tail->is_real && tail->real == (double)i;
    }
    double d = oidc_packed_real(v);
    return tail->is_real ? tail->real == d : tail->is_int && (double)tail->i == d;
}

static int match_exact(const struct match_tail *tail, const struct oidc_packed_node *v)
{
    switch (v->type) {
    case OIDC_PACKED_STRING:
        return oidc_str_eq(tail->text, v->body);
    case OIDC_PACKED_INT:
    case OIDC_PACKED_REAL:
        return match_number(tail, v);
    case OIDC_PACKED_TRUE:
        return oidc_str_eq(tail->text, oidc_str_z("true"));
    case OIDC_PACKED_FALSE:
        return oidc_str_eq(tail->text, oidc_str_z("false"));
    case OIDC_PACKED_NULL:
        return oidc_str_eq(tail->text, oidc_str_z("null"));
    case OIDC_PACKED_ARRAY:
    case OIDC_PACKED_OBJECT:
        break;
    }
    return 0;
}

static int match_regex(const struct oidc_match *m, const struct match_tail *tail,
                       const struct oidc_packed_node *v)
{
    char subject[OIDC_MATCH_MAX_SUBJECT + 1];
    /* CHECK subject: bounded, so that a claim can't buy hours of matching; N237 */
    if (!tail->regex || v->type != OIDC_PACKED_STRING || v->body.n > OIDC_MATCH_MAX_SUBJECT
        || memchr(v->body.p, '\0', v->body.n)) {
        return 0;
    }
    memcpy(subject, v->body.p, v->body.n);
    subject[v->body.n] = '\0';
    return m->calls.exec(tail->regex, subject);
}

static int match_scalar(const struct oidc_match *m, const struct match_tail *tail,
                        const struct oidc_packed_node *v)
{
    return m->spec[tail->at] == '~' ? match_regex(m, tail, v) : match_exact(tail, v);
}

/* The value against one tail; an array matches when one of its scalar members does. */
static int match_value(const struct oidc_match *m, const struct match_tail *tail,
                       const struct oidc_packed_node *v)
{
    struct oidc_packed_node member;
    if (v->type != OIDC_PACKED_ARRAY) {
        return match_scalar(m, tail, v);
    }
    for (struct oidc_str rest = v->body; oidc_packed_node_read(&rest, &member);) {
        if (match_scalar(m, tail, &member)) {
            return 1;
        }
    }
    return 0;
}

/* A value that the specification has led to. */
struct match_place {
    const struct oidc_match *m;
    size_t at; /* of the separator behind its name */
    int depth;
};

static int match_rest(const struct match_place *place, const struct oidc_packed_node *v);

/* Members of an object whose name comes next in the specification. */
static int match_members(const struct match_place *place, const struct oidc_packed_node *v)
{
    struct oidc_packed_node member;
    struct oidc_str name;
    for (struct oidc_str rest = v->body; oidc_packed_member_read(&rest, &name, &member);) {
        size_t next = oidc_match_name(place->m, place->at + 1, name);
        struct match_place inner = {place->m, next, place->depth + 1};
        if (next && match_rest(&inner, &member)) {
            return 1;
        }
    }
    return 0;
}

static int match_descend(const struct match_place *place, const struct oidc_packed_node *v)
{
    struct oidc_packed_node member;
    if (v->type == OIDC_PACKED_OBJECT) {
        return match_members(place, v);
    }
    if (v->type != OIDC_PACKED_ARRAY) {
        return 0;
    }
    for (struct oidc_str rest = v->body; oidc_packed_node_read(&rest, &member);) {
        if (member.type == OIDC_PACKED_OBJECT && match_members(place, &member)) {
            return 1;
        }
    }
    return 0;
}

/* What is left of the specification, against the value that it led to. */
static int match_rest(const struct match_place *place, const struct oidc_packed_node *v)
{
    const struct oidc_match *m = place->m;
    const size_t at = place->at;
    if (m->spec[at] == '.') {
        return place->depth < MATCH_DEPTH_MAX && match_descend(place, v);
    }
    const struct match_tail *tail = match_tail_at(m, at);
    if (!tail) {
        return 0;
    }
    if (match_value(m, tail, v)) {
        return 1;
    }
    /* name:~regex is an expression, too, when no value is literally "~regex" */
    const struct match_tail *next = m->spec[at + 1] == '~' ? match_tail_at(m, at + 1) : NULL;
    return m->spec[at] == ':' && next && match_value(m, next, v);
}

int oidc_match_node(const struct oidc_packed_claim *claim, struct oidc_packed_node *out)
{
    struct oidc_str tree = claim->tree;
    if (claim->type <= OIDC_PACKED_TRUE || claim->type == OIDC_PACKED_STRING) {
        out->type = claim->type;
        out->body = claim->text;
        return 1;
    }
    return oidc_packed_node_read(&tree, out) && out->type == claim->type;
}

int oidc_match_is_outdone(struct oidc_str packed, const struct oidc_packed_claim *claim)
{
    struct oidc_packed_claim other;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &other);) {
        if (other.source < claim->source && oidc_str_eq(other.name, claim->name)) {
            return 1;
        }
    }
    return 0;
}

int oidc_match_exec(const struct oidc_match *m, struct oidc_str packed, apr_pool_t *scratch)
{
    struct oidc_packed_claim claim;
    struct oidc_packed_node value;
    (void)scratch;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &claim);) {
        struct match_place place = {m, oidc_match_name(m, 0, claim.name), 0};
        /* CHECK precedence: the id_token is signed for us; no other source overrides its claims */
        if (place.at && oidc_match_node(&claim, &value) && !oidc_match_is_outdone(packed, &claim)
            && match_rest(&place, &value)) {
            return 1;
        }
    }
    return 0;
}
