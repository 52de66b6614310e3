/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a form that is to be sent again after the login. */
#include "rp/replay.h"

#include <apr_strings.h>

#include "oidc/form.h"
#include "oidc/json.h"
#include "rp/multipart.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define MULTIPART_TYPE "multipart/form-data"
#define TAG_LEN 12

static int replay_is_type(const char *content_type, const char *type)
{
    return content_type
           && oidc_str_eq_case(oidc_str(content_type, strcspn(content_type, "; \t")),
                               oidc_str_z(type));
}

/* CHECK origin: a form of another site must not become one of this site; N231 */
static int replay_is_own(struct oidc_ctx *ctx, const struct oidc_request *req)
{
    const char *site = req->header(req->baton, "Sec-Fetch-Site");
    const char *origin = req->header(req->baton, "Origin");
    if (site && strcmp(site, "same-origin") != 0) {
        return 0;
    }
    return origin ? strcmp(origin, oidc_url_print_origin(ctx->pool, &req->origin)) == 0
                  : site != NULL;
}

static enum oidc_rc replay_parse(struct oidc_ctx *ctx, const struct oidc_request *req,
                                 struct oidc_str body, struct oidc_form **out)
{
    return replay_is_type(req->content_type, MULTIPART_TYPE)
               ? rp_multipart_parse(ctx, req->content_type, body, out)
               : oidc_form_parse(ctx, body, out);
}

/* [name, value], or [name] for a file input in which nothing was chosen. */
static const char *replay_print(apr_pool_t *pool, const struct oidc_form *form, int multipart)
{
    json_t *doc = oidc_json_object(pool), *fields = json_array();
    for (int i = 0; i < form->n; i++) {
        json_t *pair = json_array();
        json_array_append_new(pair, json_string(form->fields[i].name));
        if (form->fields[i].value) {
            json_array_append_new(pair, json_string(form->fields[i].value));
        }
        json_array_append_new(fields, pair);
    }
    oidc_json_put_bool(doc, "multipart", multipart);
    oidc_json_put_copy(doc, "fields", oidc_json_own(pool, fields));
    return oidc_json_print(pool, doc);
}

enum oidc_rc rp_replay_read(struct oidc_ctx *ctx, const struct rp_call *call, const char **out)
{
    const struct oidc_request *req = call->req;
    int multipart = replay_is_type(req->content_type, MULTIPART_TYPE);
    struct oidc_form *form;
    struct oidc_str body;
    if (!call->dir->preserve_post || strcmp(req->method, "POST") != 0
        || (!multipart && !replay_is_type(req->content_type, FORM_TYPE))) {
        return OIDC_ABSENT;
    }
    if (!replay_is_own(ctx, req)) {
        oidc_log(ctx, OIDC_LOG_INFO, "a form from another site is not kept over the login");
        return OIDC_ABSENT;
    }
    if (req->body(ctx, req->baton, RP_REPLAY_MAX, &body) != OIDC_OK) {
        if (ctx->err.code != OIDC_E_BODY_TOO_LARGE) {
            return OIDC_FAILED;
        }
        oidc_ctx_clear(ctx);
        return oidc_fail(ctx, OIDC_E_POST_NOT_KEPT, "the form has more than %d bytes",
                         (int)RP_REPLAY_MAX);
    }
    if (body.n == 0) {
        return OIDC_ABSENT;
    }
    if (replay_parse(ctx, req, body, &form) != OIDC_OK) {
        return OIDC_FAILED;
    }
    *out = replay_print(ctx->pool, form, multipart);
    return OIDC_OK;
}

const char *rp_replay_key(apr_pool_t *pool, const struct rp_state *s)
{
    return apr_pstrcat(pool, "mod_oidc_post_", apr_pstrndup(pool, s->state, TAG_LEN), NULL);
}
