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
    size_t bytes; /* of names and values, but for claims that are plain */
};

/* Adding beyond the limit is remembered in n, and written nowhere. */
static inline void view_put(struct view *v, const char *name, const char *value)
{
    if (v->n < VIEW_MAX_VARIABLES) {
        v->variables[v->n].name = name;
        v->variables[v->n].value = value;
    }
    v->n++;
}

/* OIDCPassClaimsAs, second argument. */
static const char *view_encode(const struct view *v, const char *text)
{
    switch (v->dir->pass_encoding) {
    case RP_PASS_BASE64URL:
        return oidc_b64url_print(v->pool, oidc_str_z(text));
    case RP_PASS_LATIN1:
        text = oidc_str_latin1(v->pool, oidc_str_z(text));
        break;
    case RP_PASS_UTF8:
        break;
    }
    /* CHECK value: no line ends in a header; N114 */
    return oidc_header_value(v->pool, text);
}

static void view_add(struct view *v, const char *name, const char *value)
{
    if (*value) {
        const char *text = view_encode(v, value);
        view_put(v, name, text);
        v->bytes += strlen(name) + strlen(text);
    }
}

static const char *view_decimal(apr_pool_t *pool, apr_int64_t v)
{
    char digits[24], *p = digits + sizeof digits;
    for (*--p = '\0'; v > 0; v /= 10) {
        *--p = (char)('0' + v % 10);
    }
    return apr_pmemdup(pool, p, (size_t)(digits + sizeof digits - p));
}

/* These were made fit for a header line at login. */
static void view_add_fit(struct view *v, const char *name, const char *value)
{
    if (v->dir->pass_encoding != RP_PASS_UTF8) {
        view_add(v, name, value);
    } else if (*value) {
        view_put(v, name, value);
        v->bytes += strlen(value);
    }
}

static void view_add_access_token(struct view *v, const struct rp_session *s)
{
    view_add_fit(v, "OIDC_access_token", s->access_token);
    view_add_fit(v, "OIDC_access_token_type", s->token_type);
    view_add_fit(v, "OIDC_scope", s->scope);
    if (s->access_token_expires > 0) {
        view_add_fit(v, "OIDC_access_token_expires", view_decimal(v->pool, s->access_token_expires));
    }
}

/* Marks, as bits, that mean "passed" on this path. */
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

/* CHECK index: a claim that is not in it is not passed on; it leads nowhere outside the claims; N117, N140 */
static void view_add_claims(struct view *v, const struct rp_packed *p)
{
    const unsigned marks[2] = {view_marks(v->dir, OIDC_FROM_ID_TOKEN),
                               view_marks(v->dir, OIDC_FROM_USERINFO)};
    const int as_is = p->plain && v->dir->pass_encoding == RP_PASS_UTF8;
    const int names_taken = v->dir->authn_header || v->dir->userinfo_json_name;
    const char *end = p->index.p + p->index.n;
    for (const char *e = p->index.p; end - e >= RP_INDEX_ENTRY; e += RP_INDEX_ENTRY) {
        const unsigned char *u = (const unsigned char *)e;
        const size_t at = (size_t)u[1] << 16 | (size_t)u[2] << 8 | u[3];
        const char *name = p->packed.p + at, *text = name + u[4] + 1;
        if (!(marks[u[0] >> 4 == OIDC_FROM_USERINFO] >> (u[0] & 15) & 1u)
            || at + u[4] >= p->packed.n || (names_taken && view_is_taken(v->dir, name))) {
            continue;
        }
        if (!as_is) {
            text = view_encode(v, text);
            v->bytes += u[4] + strlen(text);
        }
        view_put(v, name, text);
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
    struct rp_packed p = {s->packed, s->index, (s->flags & RP_RECORD_PLAIN) != 0};
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
