/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the configuration: the server's side of the directive table. */
#include "httpd/conf.h"

#include "apr_strings.h"
#include "httpd/directive.h"
#include "httpd/glue.h"
#include "httpd/hooks.h"
#include "httpd/kinds.h"
#include "httpd/regex.h"
#include "httpd/scrub.h"
#include "httpd/version.h"

/* ---- one directive ---- */

/*
 * Header names that a section of this virtual host uses; what clients send under them is removed
 * everywhere in it.
 */
static void conf_note_header(cmd_parms *cmd, const struct httpd_row *row,
                             const struct httpd_dir *dir)
{
    struct httpd_conf *conf = ap_get_module_config(cmd->server->module_config, httpd_module);
    const char *name = row->index == HTTPD_ROW_OIDCAuthNHeader      ? dir->rp.authn_header
                       : row->index == HTTPD_ROW_OIDCPassUserInfoAs ? dir->rp.userinfo_json_name
                                                                    : NULL;
    /* .htaccess is read while requests are served: nothing may be changed then */
    if (name && !httpd_directive_is_late(cmd)) {
        conf->header_names = httpd_kinds_append(cmd->pool, conf->header_names, 1, &name);
    }
}

static const char *conf_set(cmd_parms *cmd, void *section, const char *line)
{
    const struct httpd_row *row = cmd->info;
    const char *message = httpd_directive_set(cmd, section, line);
    if (!message && row->scope == HTTPD_DIR) {
        conf_note_header(cmd, row, section);
    }
    return message;
}

/* The rows again, as httpd wants them; conf_rows is filled before the first line is read. */
const command_rec httpd_conf_commands[] = {
#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) \
    AP_INIT_RAW_ARGS(#name, conf_set, (void *)(uintptr_t)&httpd_conf_rows[HTTPD_ROW_##name], \
                     HTTPD_WHERE_##scope, sentence),
#include "httpd/directives.def"
#undef GROUP
#undef DIRECTIVE
    {.name = NULL}};

/* ---- sections ---- */

void *httpd_conf_make_server(apr_pool_t *pool, server_rec *s)
{
    struct httpd_conf *conf = apr_pcalloc(pool, sizeof *conf);
    (void)s;
    conf->head.where = apr_pcalloc(pool, sizeof *conf->head.where * HTTPD_ROWS);
    const char *message = httpd_table_preset(&httpd_conf_table, HTTPD_SERVER, pool, conf);
    if (message) {
        httpd_log_start(s, OIDC_LOG_ERROR, "a default is wrong: %s", message);
    }
    return conf;
}

void *httpd_conf_merge_server(apr_pool_t *pool, void *outer, void *inner)
{
    const struct httpd_conf *from = inner, *base = outer;
    struct httpd_conf *out = apr_pmemdup(pool, base, sizeof *out);
    int n = 0;
    out->head.where = apr_pmemdup(pool, base->head.where, sizeof *out->head.where * HTTPD_ROWS);
    httpd_table_merge(&httpd_conf_table, HTTPD_SERVER, from, out);
    while (from->header_names && from->header_names[n]) {
        n++;
    }
    out->header_names = httpd_kinds_append(pool, base->header_names, n, from->header_names);
    out->is_virtual = 1;
    out->own_redirect_uri = httpd_conf_has(from, HTTPD_ROW_OIDCRedirectURI);
    return out;
}

void *httpd_conf_make_dir(apr_pool_t *pool, char *section)
{
    struct httpd_dir *dir = apr_pcalloc(pool, sizeof *dir);
    (void)section;
    (void)httpd_table_preset(&httpd_conf_table, HTTPD_DIR, pool, dir);
    return dir;
}

void *httpd_conf_merge_dir(apr_pool_t *pool, void *outer, void *inner)
{
    struct httpd_dir *out = apr_pmemdup(pool, outer, sizeof *out);
    httpd_table_merge(&httpd_conf_table, HTTPD_DIR, inner, out);
    return out;
}

/* ---- what follows from several fields ---- */

int httpd_conf_has(const struct httpd_conf *conf, enum httpd_row_number row)
{
    return httpd_table_is_set(&conf->head, &httpd_conf_rows[row]);
}

int httpd_conf_is_used(const struct httpd_conf *conf)
{
    return conf->rp.redirect_uri && (conf->rp.provider.metadata_url || conf->rp.provider.issuer);
}

/*
 * Headers that only we may set: those of sections and, when claims have no prefix, the claims that
 * are kept.
 */
static const struct httpd_names *conf_names(const struct httpd_conf *conf, apr_pool_t *pool)
{
    const char *const *exact = conf->header_names;
    const char *const *allow = conf->rp.claims.allow;
    int n = 0;
    while (allow && allow[n]) {
        n++;
    }
    if (!*conf->rp.claims.prefix && n) {
        exact = httpd_kinds_append(pool, exact, n, allow);
    }
    return httpd_scrub_names(pool, conf->rp.claims.prefix, exact);
}

static void conf_redirect_origin(struct httpd_conf *conf, apr_pool_t *pool)
{
    struct oidc_ctx ctx;
    struct oidc_url url;
    memset(&conf->redirect_origin, 0, sizeof conf->redirect_origin);
    oidc_ctx_init(&ctx, pool, NULL, NULL);
    if (conf->rp.redirect_uri && conf->rp.redirect_uri[0] != '/' &&
        oidc_url_parse(&ctx, conf->rp.redirect_uri, "OIDCRedirectURI", &url) == OIDC_OK) {
        conf->redirect_origin = oidc_url_origin(&url);
    }
}

void httpd_conf_finish(struct httpd_conf *conf, apr_pool_t *pool)
{
    struct oidc_http_options *l = &conf->rp.http_long, *s = &conf->rp.http_short;
    l->user_agent = apr_pstrcat(pool, "mod_oidc/", httpd_version, NULL);
    s->user_agent = l->user_agent;
    s->tls_verify = l->tls_verify;
    s->ca_bundle = l->ca_bundle;
    s->proxy = l->proxy;
    s->proxy_user = l->proxy_user;
    s->proxy_auth = l->proxy_auth;
    conf->rp.redirect_allowed = conf->redirect_urls ? httpd_regex_any : NULL;
    conf->rp.redirect_allowed_baton = conf->redirect_urls;
    conf_redirect_origin(conf, pool);
    conf->names = httpd_conf_is_used(conf) ? conf_names(conf, pool) : NULL;
}
