/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a read configuration to a serving process: the store, the keys, one site per virtual host;
 * then each child.
 */
#include "httpd/hooks.h"

#include "apr_strings.h"
#include "http_core.h"
#include "httpd/alias.h"
#include "httpd/conf.h"
#include "httpd/glue.h"
#include "oidc/rp.h"
#include "oidc/store_shm.h"

#define STORE_NAME "mod_oidc store"
#define SHM_MOST ((apr_size_t)16 * 1024 * 1024 * 1024)

int httpd_child_prepare(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp)
{
    const char *refused = httpd_alias_refuse();
    (void)pool;
    (void)log;
    (void)temp;
    if (refused) {
        httpd_log_start(NULL, OIDC_LOG_ERROR, "%s", refused);
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return OK;
}

static struct httpd_conf *child_conf(const server_rec *s)
{
    return ap_get_module_config(s->module_config, httpd_module);
}

/* One segment serves all virtual hosts: the largest that one of them asks for. */
static apr_size_t child_shm_bytes(const server_rec *s)
{
    apr_size_t bytes = OIDC_STORE_SHM_SIZE_MIN;
    for (; s; s = s->next) {
        const struct httpd_conf *conf = child_conf(s);
        apr_size_t wanted = (apr_size_t)conf->shm_max * (apr_size_t)conf->shm_entry_size;
        if (httpd_conf_is_used(conf) && wanted > bytes) {
            bytes = wanted;
        }
    }
    return bytes < SHM_MOST ? bytes : SHM_MOST;
}

static enum oidc_rc child_make_site(struct oidc_ctx *ctx, server_rec *s)
{
    struct httpd_conf *conf = child_conf(s);
    struct rp_site_setup setup = {&conf->rp, NULL, NULL};
    setup.name = apr_psprintf(ctx->pool, "%s:%u", s->server_hostname ? s->server_hostname : "-",
                              (unsigned)s->port);
    if (!conf->passphrase.current) {
        oidc_log(ctx, OIDC_LOG_INFO,
                 "OIDCCryptoPassphrase is not set for %s: sign-ins outlive graceful restarts, but "
                 "not a full stop, and no other server knows them",
                 setup.name);
    }
    if (httpd_keyring_get(ctx, conf->passphrase.current, conf->passphrase.previous,
                          &setup.sealer) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return rp_profile_apply(ctx, &conf->rp) == OIDC_OK
               ? rp_site_make(ctx, ctx->pool, &setup, &conf->site)
               : OIDC_FAILED;
}

static int child_failed(struct oidc_ctx *ctx, server_rec *s)
{
    const struct oidc_error_row *row = oidc_error_row(ctx->err.code);
    httpd_log_start(s, OIDC_LOG_ERROR, "%s: %s (virtual host %s)", row->id,
                    ctx->err.detail ? ctx->err.detail : row->sentence,
                    s->server_hostname ? s->server_hostname : "-");
    return HTTP_INTERNAL_SERVER_ERROR;
}

int httpd_child_start(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp, server_rec *s)
{
    struct oidc_ctx ctx;
    struct httpd_env_setup setup = {STORE_NAME, child_shm_bytes(s), 1};
    int failed = 0;
    (void)log;
    /* httpd reads its configuration twice at a start; the first time is a rehearsal */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    httpd_env_ctx(&ctx, pool, s);
    if (httpd_env_start(&ctx, &setup) != OIDC_OK) {
        return child_failed(&ctx, s);
    }
    httpd_conf_warn(temp, s);
    for (server_rec *v = s; v; v = v->next) {
        httpd_env_ctx(&ctx, pool, v);
        if (httpd_conf_is_used(child_conf(v)) && child_make_site(&ctx, v) != OIDC_OK) {
            failed = child_failed(&ctx, v);
        }
    }
    return failed;
}

void httpd_child_start_process(apr_pool_t *pool, server_rec *s)
{
    struct oidc_ctx ctx;
    httpd_env_ctx(&ctx, pool, s);
    if (httpd_env_start_process(&ctx, 1) != OIDC_OK) {
        (void)child_failed(&ctx, s); /* calls fail, and say so; what is signed in stays signed in */
    }
    for (; s; s = s->next) {
        struct httpd_conf *conf = child_conf(s);
        httpd_env_ctx(&ctx, pool, s);
        if (conf->site && rp_site_start_process(&ctx, conf->site, pool) != OIDC_OK) {
            (void)child_failed(&ctx, s);
            conf->site = NULL; /* this child refuses: what it can't decide it does not let in */
        }
    }
}
