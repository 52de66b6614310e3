/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and checking the provider's configuration. */
#include "httpd/conf_provider.h"

#include "apr_strings.h"
#include "http_core.h"
#include "httpd/directive.h"
#include "httpd/glue.h"
#include "httpd/report.h"
#include "oidc/secret.h"
#include "oidc/url.h"

#define SECRET_LEAST 16

const command_rec httpd_op_conf_commands[] = {
#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) \
    AP_INIT_RAW_ARGS(#name, httpd_directive_set, (void *)(uintptr_t)&httpd_op_rows[HTTPD_ROW_##name], \
                     HTTPD_WHERE_##scope, sentence),
#include "httpd/directives_provider.def"
#undef GROUP
#undef DIRECTIVE
    {.name = NULL}};

void *httpd_op_conf_make(apr_pool_t *pool, server_rec *s)
{
    struct httpd_op *conf = apr_pcalloc(pool, sizeof *conf);
    conf->head.where = apr_pcalloc(pool, sizeof *conf->head.where * HTTPD_OP_ROWS);
    const char *message = httpd_table_preset(&httpd_op_table, HTTPD_SERVER, pool, conf);
    if (message) {
        httpd_log_start(s, OIDC_LOG_ERROR, "a default is wrong: %s", message);
    }
    return conf;
}

void *httpd_op_conf_merge(apr_pool_t *pool, void *outer, void *inner)
{
    const struct httpd_op *base = outer;
    struct httpd_op *out = apr_pmemdup(pool, base, sizeof *out);
    out->head.where = apr_pmemdup(pool, base->head.where, sizeof *out->head.where * HTTPD_OP_ROWS);
    httpd_table_merge(&httpd_op_table, HTTPD_SERVER, inner, out);
    return out;
}

/* ---- rules between directives ---- */

static int op_first_row(const struct httpd_op *conf)
{
    for (int i = 0; i < HTTPD_OP_ROWS; i++) {
        if (conf->head.where[i]) {
            return i;
        }
    }
    return -1;
}

static void op_check_secrets(struct httpd_report *report, const struct httpd_op *conf)
{
    for (int i = 0; i < conf->op.n_clients; i++) {
        const struct op_client *c = &conf->op.clients[i];
        if (c->secret && oidc_secret_expose(c->secret).n < SECRET_LEAST) {
            httpd_report_notice(report, HTTPD_ROW_OIDCOPClient,
                                "OIDCOPClient %s: its secret has fewer than %d characters",
                                oidc_log_quote(report->pool, c->id), SECRET_LEAST);
        }
    }
}

static void op_check_issuer(struct httpd_report *report, const struct httpd_op *conf)
{
    struct oidc_ctx ctx;
    struct oidc_url url;
    oidc_ctx_init(&ctx, report->pool, NULL, NULL);
    if (oidc_url_parse(&ctx, conf->op.issuer, "OIDCOPIssuer", &url) == OIDC_OK &&
        strcmp(url.scheme, "https") != 0 && !oidc_url_is_loopback(&url)) {
        httpd_report_warning(report, HTTPD_ROW_OIDCOPIssuer,
                             "OIDCOPIssuer is not https: anybody in between can read and change "
                             "tokens");
    }
}

static void op_check(struct httpd_report *report, const struct httpd_op *conf)
{
    int first = op_first_row(conf);
    if (first < 0) {
        return;
    }
    if (!conf->op.issuer) {
        httpd_report_mistake(report, first, "OIDCOPIssuer is missing");
        return;
    }
    if (!conf->keys_dir) {
        httpd_report_mistake(report, HTTPD_ROW_OIDCOPIssuer, "OIDCOPKeysDir is missing");
    }
    if (conf->op.n_clients == 0) {
        httpd_report_warning(report, HTTPD_ROW_OIDCOPIssuer,
                             "there is no OIDCOPClient: nobody can use this provider");
    }
    op_check_issuer(report, conf);
    op_check_secrets(report, conf);
}

static int op_check_all(struct httpd_report *report, server_rec *s)
{
    const struct httpd_op *outer = ap_get_module_config(s->module_config, httpd_module);
    for (server_rec *v = s; v; v = v->next) {
        const struct httpd_op *conf = ap_get_module_config(v->module_config, httpd_module);
        report->s = v;
        report->head = &conf->head;
        if (v == s || conf != outer) {
            op_check(report, conf);
        }
    }
    return report->mistakes ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

int httpd_op_conf_check(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s)
{
    struct httpd_report report = {.pool = temp};
    (void)pool;
    (void)log;
    report.warnings = ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST;
    return op_check_all(&report, s);
}

void httpd_op_conf_warn(apr_pool_t *temp, server_rec *s)
{
    struct httpd_report report = {.pool = temp, .serving = 1, .warnings = 1};
    (void)op_check_all(&report, s);
}
