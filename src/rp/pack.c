/* SPDX-License-Identifier: Apache-2.0 */
/* From verified claims to the bytes that every request reads. */
#include "rp/pack.h"

#include <apr_strings.h>

#include "oidc/buf.h"
#include "oidc/header.h"
#include "rp/reserved.h"

#define HEADER_MAX 255 /* bytes of a name that is passed on: its length has one byte in the index */
#define DEPTH_MAX 64
#define PLAIN_MAX_BYTES ((size_t)64 * 1024) /* of names and texts that a view may pass on uncounted */

/* ---- claim lists ---- */

static int pack_is_listed(const char *const *list, const char *name)
{
    for (; *list; list++) {
        if (strcmp(*list, name) == 0) {
            return 1;
        }
    }
    return 0;
}

/* OIDCWhiteListedClaims, then OIDCBlackListedClaims, which wins. NULL becomes an empty object. */
static const json_t *pack_apply_lists(apr_pool_t *pool, const struct rp_conf *conf,
                                      const json_t *claims)
{
    json_t *kept = oidc_json_object(pool);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)claims, name, value) {
        if ((conf->claims.allow && !pack_is_listed(conf->claims.allow, name))
            || (conf->claims.deny && pack_is_listed(conf->claims.deny, name))) {
            continue;
        }
        oidc_json_put_copy(kept, name, value);
    }
    return kept;
}

/* ---- marks ---- */

_Static_assert(OIDC_PACKED_MAX < 1 << 24, "a position in the claims has 24 bits in the index");

struct pack_claim {
    struct oidc_packed_claim claim;
    enum rp_mark mark;
};

/* A name that says nothing else, of a claim with a value. */
static enum rp_mark pack_mark_alone(struct oidc_ctx *ctx, const struct oidc_packed_claim *c)
{
    if (!c->passed || c->source == OIDC_FROM_TOKEN_RESPONSE) {
        return RP_MARK_NEVER;
    }
    /* CHECK name: a claim can't pose as something else; N117 */
    if (c->header.n == 0 || c->header.n > HEADER_MAX || rp_reserved_is(c->header.p)) {
        oidc_log(ctx, OIDC_LOG_INFO, "the claim %s is not passed on: its name is reserved or too long",
                 oidc_log_quote_n(ctx->pool, c->name.p, c->name.n));
        return RP_MARK_NEVER;
    }
    return RP_MARK_PASS;
}

/*
 * Two claims whose names are one to a CGI. The same claim of both sources: userinfo wins (interface 3). Different claims:
 * the earlier one stays, so that "SUB" can't take the place of "sub".
 */
static void pack_mark_pair(struct oidc_ctx *ctx, struct pack_claim *earlier, struct pack_claim *later)
{
    int same_source = earlier->claim.source == later->claim.source;
    if (!same_source && oidc_str_eq(earlier->claim.name, later->claim.name)) {
        earlier->mark = RP_MARK_UNLESS_USERINFO;
        return;
    }
    later->mark = same_source ? RP_MARK_NEVER : RP_MARK_UNLESS_ID_TOKEN;
    oidc_log(ctx, OIDC_LOG_INFO, "the claim %s is not passed on beside %s: their names fold into one",
             oidc_log_quote_n(ctx->pool, later->claim.name.p, later->claim.name.n),
             oidc_log_quote_n(ctx->pool, earlier->claim.name.p, earlier->claim.name.n));
}

static int pack_mark_all(struct oidc_ctx *ctx, struct oidc_str packed, struct pack_claim *claims)
{
    int n = 0;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &claims[n].claim); n++) {
        claims[n].mark = pack_mark_alone(ctx, &claims[n].claim);
        for (int i = 0; i < n && claims[n].mark == RP_MARK_PASS; i++) {
            if (claims[i].mark != RP_MARK_NEVER
                && oidc_header_same(claims[i].claim.header.p, claims[n].claim.header.p)) {
                pack_mark_pair(ctx, &claims[i], &claims[n]);
            }
        }
    }
    return n;
}

static void pack_index_add(struct oidc_buf *b, struct oidc_str packed, const struct pack_claim *c)
{
    const size_t at = (size_t)(c->claim.header.p - packed.p);
    oidc_buf_add_char(b, (char)((unsigned)c->mark | (unsigned)c->claim.source << 4));
    oidc_buf_add_char(b, (char)(at >> 16));
    oidc_buf_add_u16(b, (unsigned)(at & 0xffff));
    oidc_buf_add_char(b, (char)c->claim.header.n);
}

static enum oidc_rc pack_index(struct oidc_ctx *ctx, struct rp_packed *out, int n)
{
    struct pack_claim *claims = apr_palloc(ctx->pool, (size_t)(n + 1) * sizeof *claims);
    struct oidc_buf b;
    size_t bytes = 0;
    int clean = 1;
    oidc_buf_init(&b, ctx->pool, (size_t)RP_PACK_MAX_CLAIMS * RP_INDEX_ENTRY);
    n = pack_mark_all(ctx, out->packed, claims);
    for (int i = 0; i < n; i++) {
        const struct oidc_packed_claim *c = &claims[i].claim;
        if (claims[i].mark != RP_MARK_NEVER) {
            pack_index_add(&b, out->packed, &claims[i]);
            clean &= oidc_str_is_printable(c->text);
            bytes += c->header.n + c->text.n;
        }
    }
    out->plain = clean && bytes <= PLAIN_MAX_BYTES;
    return oidc_buf_take(ctx, &b, "the index of the claims", &out->index);
}

static enum oidc_rc pack_sets(struct oidc_ctx *ctx, const struct rp_site *site,
                              const struct oidc_packed_input inputs[3], struct rp_packed *out)
{
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        n += json_object_size(inputs[i].claims);
    }
    if (n > RP_PACK_MAX_CLAIMS) {
        return oidc_fail(ctx, OIDC_E_SESSION_TOO_LARGE, "%zu claims, at most %d", n,
                         RP_PACK_MAX_CLAIMS);
    }
    if (oidc_packed_print(ctx, &site->style, inputs, 3, &out->packed) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return pack_index(ctx, out, (int)n);
}

enum oidc_rc rp_pack_claims(struct oidc_ctx *ctx, const struct rp_site *site,
                            const struct rp_claim_sets *sets, struct rp_packed *out)
{
    json_t *response = oidc_json_object(ctx->pool);
    const struct oidc_packed_input inputs[3] = {
        {response, OIDC_FROM_TOKEN_RESPONSE},
        {pack_apply_lists(ctx->pool, site->conf, sets->id_token), OIDC_FROM_ID_TOKEN},
        {pack_apply_lists(ctx->pool, site->conf, sets->userinfo), OIDC_FROM_USERINFO}};
    oidc_json_put_string(response, "scope", sets->scope);
    return pack_sets(ctx, site, inputs, out);
}

enum oidc_rc rp_pack_again(struct oidc_ctx *ctx, const struct rp_site *site, struct oidc_str packed,
                           struct rp_packed *out)
{
    static const enum oidc_claim_source sources[3] = {OIDC_FROM_TOKEN_RESPONSE, OIDC_FROM_ID_TOKEN,
                                                      OIDC_FROM_USERINFO};
    struct oidc_packed_input inputs[3];
    for (int i = 0; i < 3; i++) {
        inputs[i].claims = rp_pack_json(ctx->pool, packed, sources[i]);
        inputs[i].source = sources[i];
    }
    return pack_sets(ctx, site, inputs, out);
}

/* ---- and back to JSON ---- */

/* A value without children, or an empty container. */
static json_t *pack_json_leaf(const struct oidc_packed_node *node)
{
    switch (node->type) {
    case OIDC_PACKED_FALSE:
        return json_false();
    case OIDC_PACKED_TRUE:
        return json_true();
    case OIDC_PACKED_INT:
        return json_integer(oidc_packed_int(node));
    case OIDC_PACKED_REAL:
        return json_real(oidc_packed_real(node));
    case OIDC_PACKED_STRING:
        return json_stringn(node->body.p ? node->body.p : "", node->body.n);
    case OIDC_PACKED_ARRAY:
        return json_array();
    case OIDC_PACKED_OBJECT:
        return json_object();
    case OIDC_PACKED_NULL:
        break;
    }
    return json_null();
}

/* Fills a container that its parent owns already; damage ends it early. */
static void pack_json_fill(apr_pool_t *pool, json_t *parent, const struct oidc_packed_node *node,
                           int depth)
{
    struct oidc_str rest = node->body, name;
    struct oidc_packed_node child;
    if (depth > DEPTH_MAX) {
        return;
    }
    if (node->type == OIDC_PACKED_ARRAY) {
        while (oidc_packed_node_read(&rest, &child)) {
            json_array_append_new(parent, pack_json_leaf(&child));
            pack_json_fill(pool, json_array_get(parent, json_array_size(parent) - 1), &child,
                           depth + 1);
        }
    } else if (node->type == OIDC_PACKED_OBJECT) {
        while (oidc_packed_member_read(&rest, &name, &child)) {
            const char *z = oidc_str_dup(pool, name);
            json_object_set_new(parent, z, pack_json_leaf(&child));
            pack_json_fill(pool, json_object_get(parent, z), &child, depth + 1);
        }
    }
}

const json_t *rp_pack_json(apr_pool_t *pool, struct oidc_str packed, enum oidc_claim_source source)
{
    json_t *doc = oidc_json_object(pool);
    struct oidc_packed_claim c;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &c);) {
        struct oidc_packed_node node = {c.type, c.text};
        struct oidc_str rest = c.tree;
        if (c.source != source || (c.tree.n > 0 && !oidc_packed_node_read(&rest, &node))) {
            continue;
        }
        const char *name = oidc_str_dup(pool, c.name);
        json_object_set_new(doc, name, pack_json_leaf(&node));
        pack_json_fill(pool, json_object_get(doc, name), &node, 0);
    }
    return doc;
}

const char *rp_pack_biggest(apr_pool_t *pool, struct oidc_str packed)
{
    struct oidc_packed_claim c, biggest = {.name = oidc_str("", 0)};
    size_t most = 0;
    for (size_t pos = 0; oidc_packed_next(packed, &pos, &c);) {
        if (c.text.n + c.tree.n >= most) {
            most = c.text.n + c.tree.n;
            biggest = c;
        }
    }
    return apr_psprintf(pool, "the biggest claim is %s with %" APR_SIZE_T_FMT " bytes",
                        oidc_log_quote_n(pool, biggest.name.p, biggest.name.n), most);
}
