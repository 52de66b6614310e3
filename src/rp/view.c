/* SPDX-License-Identifier: Apache-2.0 */
/* HOT: what the application sees of a session. */
#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/header.h"
#include "rp/pack.h"
#include "rp/session.h"

#define VIEW_MAX_VARIABLES 200
#define VIEW_MAX_BYTES ((size_t)256 * 1024)

struct view {
    apr_pool_t *pool;
    const struct rp_dir *dir;
    struct rp_variable *variables;
    int n;
    size_t bytes;
};

/* Room for one more, within both limits. Adding beyond is remembered in n and bytes, and written nowhere. */
static inline void view_put(struct view *v, const char *name, const char *value, size_t bytes)
{
    if (v->n < VIEW_MAX_VARIABLES) {
        v->variables[v->n].name = name;
        v->variables[v->n].value = value;
    }
    v->n++;
    v->bytes += bytes;
}

/* OIDCPassClaimsAs, second argument; `clean` says that the text may go into a header line as it is. */
static const char *view_encode(const struct view *v, struct oidc_str text, int clean)
{
    switch (v->dir->pass_encoding) {
    case RP_PASS_BASE64URL:
        return oidc_b64url_print(v->pool, text);
    case RP_PASS_LATIN1:
        return oidc_header_value(v->pool, oidc_str_latin1(v->pool, text));
    case RP_PASS_UTF8:
        break;
    }
    /* CHECK value: no line ends in a header; N114 */
    return clean ? text.p : oidc_header_value(v->pool, text.p);
}

static void view_add(struct view *v, const char *name, const char *value)
{
    size_t n = strlen(value);
    if (n > 0) {
        const char *text = view_encode(v, oidc_str(value, n), 0);
        view_put(v, name, text, strlen(name) + strlen(text));
    }
}

static void view_add_access_token(struct view *v, const struct rp_session *s)
{
    view_add(v, "OIDC_access_token", s->access_token);
    view_add(v, "OIDC_access_token_type", s->token_type);
    view_add(v, "OIDC_scope", s->scope);
    if (s->access_token_expires > 0) {
        view_add(v, "OIDC_access_token_expires",
                 apr_psprintf(v->pool, "%" APR_INT64_T_FMT, s->access_token_expires));
    }
}

/* Marks that mean "passed" on this path. */
static unsigned view_marks(const struct rp_dir *dir, enum oidc_claim_source source)
{
    int id_token = (dir->pass_id_token & RP_ID_TOKEN_CLAIMS) != 0;
    int userinfo = (dir->pass_userinfo & RP_USERINFO_CLAIMS) != 0;
    unsigned marks = 1u << RP_MARK_PASS;
    if (source == OIDC_FROM_ID_TOKEN) {
        return id_token ? marks | (userinfo ? 0 : 1u << RP_MARK_UNLESS_USERINFO) : 0;
    }
    return userinfo ? marks | (id_token ? 0 : 1u << RP_MARK_UNLESS_ID_TOKEN) : 0;
}

/* A name that the operator gave to something else. */
static int view_is_taken(const struct rp_dir *dir, const char *name)
{
    return (dir->authn_header && oidc_header_same(name, dir->authn_header))
           || (dir->userinfo_json_name && (dir->pass_userinfo & RP_USERINFO_JSON)
               && oidc_header_same(name, dir->userinfo_json_name));
}

/* CHECK mark: a claim without one is not passed on; N117 */
static inline int view_is_passed(const struct view *v, const struct oidc_packed_claim *c,
                                 unsigned marks, unsigned char mark)
{
    return mark <= RP_MARK_UNLESS_ID_TOKEN && (marks >> mark & 1u)
           && !view_is_taken(v->dir, c->header.p);
}

static void view_add_claims(struct view *v, const struct rp_packed *p)
{
    const unsigned id_token = view_marks(v->dir, OIDC_FROM_ID_TOKEN);
    const unsigned userinfo = view_marks(v->dir, OIDC_FROM_USERINFO);
    const int as_is = p->clean && v->dir->pass_encoding == RP_PASS_UTF8;
    struct oidc_packed_claim c;
    size_t i = 0;
    for (size_t pos = 0; oidc_packed_next(p->packed, &pos, &c) && i < p->marks.n; i++) {
        unsigned marks = c.source == OIDC_FROM_ID_TOKEN ? id_token : userinfo;
        if (!view_is_passed(v, &c, marks, (unsigned char)p->marks.p[i])) {
            continue;
        }
        const char *text = as_is ? c.text.p : view_encode(v, c.text, p->clean);
        view_put(v, c.header.p, text, c.header.n + (as_is ? c.text.n : strlen(text)));
    }
}

/* JSON documents are passed as they are, but for the encoding. */
static void view_add_json(struct view *v, const char *name, struct oidc_str packed,
                          enum oidc_claim_source source)
{
    const json_t *doc = rp_pack_json(v->pool, packed, source);
    const char *text = json_object_size(doc) > 0 ? oidc_json_print(v->pool, doc) : NULL;
    if (text) {
        view_add(v, name, text);
    }
}

static enum oidc_rc view_add_cold(struct oidc_ctx *ctx, const struct rp_site *site,
                                  const struct rp_session *s, struct view *v)
{
    struct rp_cold cold;
    enum oidc_rc rc = rp_session_get_cold(ctx, site, s, &cold);
    if (rc != OIDC_OK) {
        return rc == OIDC_ABSENT ? OIDC_OK : OIDC_FAILED;
    }
    if (v->dir->pass_refresh_token) {
        view_add(v, "OIDC_refresh_token", cold.refresh_token);
    }
    if (v->dir->pass_id_token & RP_ID_TOKEN_SERIALIZED) {
        view_add(v, "OIDC_id_token", cold.id_token);
    }
    return OIDC_OK;
}

static enum oidc_rc view_fill(struct oidc_ctx *ctx, const struct rp_site *site,
                              const struct rp_session *s, struct view *v)
{
    const struct rp_dir *dir = v->dir;
    struct rp_packed p = {s->packed, s->marks, (s->flags & RP_RECORD_CLEAN) != 0};
    if (dir->pass_access_token) {
        view_add_access_token(v, s);
    }
    if ((dir->pass_refresh_token || (dir->pass_id_token & RP_ID_TOKEN_SERIALIZED))
        && view_add_cold(ctx, site, s, v) != OIDC_OK) {
        return OIDC_FAILED;
    }
    if (dir->pass_id_token & RP_ID_TOKEN_PAYLOAD) {
        view_add_json(v, "OIDC_id_token_payload", s->packed, OIDC_FROM_ID_TOKEN);
    }
    if (dir->pass_userinfo & RP_USERINFO_JSON) {
        const char *name = dir->userinfo_json_name ? dir->userinfo_json_name : "OIDC_userinfo_json";
        view_add_json(v, name, s->packed, OIDC_FROM_USERINFO);
    }
    if (!oidc_packed_has_style(s->packed, &site->style)
        && rp_pack_again(ctx, site, s->packed, &p) != OIDC_OK) {
        return OIDC_FAILED;
    }
    view_add_claims(v, &p);
    return OIDC_OK;
}

enum oidc_rc rp_view_make(struct oidc_ctx *ctx, const struct rp_site *site,
                          const struct rp_dir *dir, const struct rp_session *session,
                          struct rp_view *out)
{
    struct view v = {.pool = ctx->pool, .dir = dir};
    out->variables = NULL;
    out->n = 0;
    if (!dir->pass_as) {
        return OIDC_OK;
    }
    v.variables = apr_palloc(ctx->pool, VIEW_MAX_VARIABLES * sizeof *v.variables);
    if (view_fill(ctx, site, session, &v) != OIDC_OK) {
        return OIDC_FAILED;
    }
    /* CHECK budget: refused whole, never cut; N115 */
    if (v.n > VIEW_MAX_VARIABLES || v.bytes > VIEW_MAX_BYTES) {
        return oidc_fail(ctx, OIDC_E_CLAIMS_TOO_LARGE,
                         "%d variables with %zu bytes, at most %d and %zu; %s", v.n, v.bytes,
                         VIEW_MAX_VARIABLES, VIEW_MAX_BYTES,
                         rp_pack_biggest(ctx->pool, session->packed));
    }
    out->variables = v.variables;
    out->n = v.n;
    return OIDC_OK;
}
