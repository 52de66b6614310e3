/* SPDX-License-Identifier: Apache-2.0 */
/* Packed claims: a document is packed whole; any bytes at all are read within their bounds. */
#include "fuzz.h"

#include "oidc/packed.h"

static void read_node(struct oidc_packed_node n, int depth)
{
    struct oidc_packed_node m;
    struct oidc_str name, rest = n.body;
    (void)oidc_packed_int(&n);
    (void)oidc_packed_real(&n);
    if (depth > 64) {
        return;
    }
    while (n.type == OIDC_PACKED_ARRAY && oidc_packed_node_read(&rest, &m)) {
        read_node(m, depth + 1);
    }
    while (n.type == OIDC_PACKED_OBJECT && oidc_packed_member_read(&rest, &name, &m)) {
        read_node(m, depth + 1);
    }
}

static size_t read_all(struct oidc_str p)
{
    struct oidc_packed_claim c;
    struct oidc_packed_node n;
    size_t count = 0;
    for (size_t pos = 0; oidc_packed_next(p, &pos, &c); count++) {
        MUST(pos <= p.n && c.header.p[c.header.n] == 0 && c.text.p[c.text.n] == 0);
        MUST(c.name.p >= p.p && c.tree.p + c.tree.n <= p.p + p.n);
        struct oidc_str tree = c.tree;
        if (oidc_packed_node_read(&tree, &n)) {
            read_node(n, 0);
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct oidc_packed_style style = {"OIDC_CLAIM_", ","};
    struct oidc_ctx ctx;
    struct oidc_str in = oidc_str((const char *)data, size), out;
    json_t *doc;
    fuzz_start(&ctx);
    if (oidc_json_parse(&ctx, ctx.pool, in, OIDC_E_METADATA, "x", &doc) == OIDC_OK) {
        struct oidc_packed_input input = {doc, OIDC_FROM_USERINFO};
        if (oidc_packed_print(&ctx, &style, &input, 1, &out) == OIDC_OK) {
            MUST(read_all(out) == json_object_size(doc));
            MUST(oidc_packed_has_style(out, &style));
        } else {
            MUST(ctx.err.code == OIDC_E_TOO_LARGE);
        }
    } else {
        read_all(in);
        (void)oidc_packed_has_style(in, &style);
    }
    return fuzz_end(&ctx);
}
