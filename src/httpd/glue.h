/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the glue of both modules shares: the module's record, its log lines, its effects, its memory across restarts.
 *
 * mod_oidc.so has two records, of which one is in use; mod_oidc_provider.so has one.
 */
#ifndef HTTPD_GLUE_H
#define HTTPD_GLUE_H

#include "httpd.h"
#include "http_config.h"
#include "oidc/ctx.h"

/* The record that the configuration vectors belong to. Set before the first directive is read. */
extern module *httpd_module;
/* A second record that LogLevel may name, or NULL. */
extern module *httpd_module_alias;

/* ---- logglue.c ---- */

/* For ctx->log_baton: the request, or with r NULL the virtual host. */
struct httpd_log {
    request_rec *r;
    server_rec *s;
};
void httpd_log_write(void *log_baton, enum oidc_level level, const char *file, int line, const char *text);
int httpd_log_wants(void *log_baton, enum oidc_level level);
/* Logs ctx->err: "OIDC-CODE [incident] sentence: detail (remedy)". */
void httpd_log_failure(struct oidc_ctx *ctx, const char *incident);
/* A short random id that ties a page to its log line. */
const char *httpd_log_incident(struct oidc_ctx *ctx);
/* One line while the server starts; shown by -t as well. */
void httpd_log_start(server_rec *s, enum oidc_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* ---- env.c ---- */

/* The effects of this process. http is set by httpd_env_start_process() only. */
const struct oidc_env *httpd_env(void);
/* A context for work outside of requests; lines go to the virtual host's log. */
void httpd_env_ctx(struct oidc_ctx *ctx, apr_pool_t *pool, server_rec *s);

struct httpd_env_setup {
    const char *name;     /* of what is kept over restarts */
    apr_size_t shm_bytes;
    int http;             /* 1: calls go out */
};
/* In the parent, after the configuration is read: the store, kept over graceful restarts, and libcurl. */
enum oidc_rc httpd_env_start(struct oidc_ctx *ctx, const struct httpd_env_setup *setup) OIDC_MUST_CHECK;
/* In each child: connections. */
enum oidc_rc httpd_env_start_process(struct oidc_ctx *ctx, int http) OIDC_MUST_CHECK;

/* ---- keyring.c ---- */

struct oidc_sealer;
struct oidc_secret;
/*
 * The sealer of two passphrases; `current` NULL: a random secret, made once and kept over graceful restarts. Keys are
 * derived once per distinct passphrase and kept over restarts as well.
 */
enum oidc_rc httpd_keyring_get(struct oidc_ctx *ctx, const struct oidc_secret *current, const struct oidc_secret *previous,
                               const struct oidc_sealer **out) OIDC_MUST_CHECK;

#endif
