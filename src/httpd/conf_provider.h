/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of mod_oidc_provider as its directive table fills it: one struct per virtual host. */
#ifndef HTTPD_CONF_PROVIDER_H
#define HTTPD_CONF_PROVIDER_H

#include "httpd.h"
#include "http_config.h"
#include "httpd/table.h"
#include "oidc/op.h"

struct httpd_op {
    struct httpd_head head;
    struct op_conf op;
    const char *keys_dir;
    int session_end;      /* 1: end the login of mod_auth_form */
    struct op_site *site; /* made after all sections are read; NULL: there is no provider here */
};

enum httpd_op_row_number {
#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) HTTPD_ROW_##name,
#include "httpd/directives_provider.def"
#undef GROUP
#undef DIRECTIVE
    HTTPD_OP_ROWS
};

extern const struct httpd_row httpd_op_rows[];
extern const struct httpd_table httpd_op_table;
extern const struct httpd_word httpd_words_op_alg[];
extern const struct httpd_word httpd_words_session_end[];

/* kinds_provider.c */
extern const struct httpd_kind httpd_kind_op_issuer;      /* const char * */
extern const struct httpd_kind httpd_kind_op_directory;   /* const char * */
extern const struct httpd_kind httpd_kind_op_client;      /* op_conf.clients, n_clients */
extern const struct httpd_kind httpd_kind_op_claim;       /* op_conf.claims, n_claims */
extern const struct httpd_kind httpd_kind_op_claims_file; /* const json_t * */

/* ---- conf_provider.c ---- */
void *httpd_op_conf_make(apr_pool_t *pool, server_rec *s);
void *httpd_op_conf_merge(apr_pool_t *pool, void *outer, void *inner);
extern const command_rec httpd_op_conf_commands[];
int httpd_op_conf_check(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s);
void httpd_op_conf_warn(apr_pool_t *temp, server_rec *s);

/* ---- keys.c ---- */
/* The signing key of the directory; made when there is none. */
enum oidc_rc httpd_keys_get(struct oidc_ctx *ctx, const char *dir, enum oidc_alg alg, const struct oidc_jwks **out) OIDC_MUST_CHECK;

/* ---- hook_provider.c ---- */
int httpd_provider_start(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s);
int httpd_provider_access(request_rec *r);
int httpd_provider_fixup(request_rec *r);
int httpd_provider_run(request_rec *r);

#endif
