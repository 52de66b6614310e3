/* SPDX-License-Identifier: Apache-2.0 */
/* The effects of a process that serves: clock, random numbers, log, store, calls. */
#include "httpd/glue.h"

#include "apr_strings.h"
#include "oidc/http_curl.h"
#include "oidc/rand.h"
#include "oidc/store_shm.h"

static apr_time_t env_now(void *baton)
{
    (void)baton;
    return apr_time_now();
}

static struct oidc_env env_process = {
    .now = env_now,
    .random = oidc_rand_system,
    .log = httpd_log_write,
    .log_wants = httpd_log_wants,
};

const struct oidc_env *httpd_env(void)
{
    return &env_process;
}

void httpd_env_ctx(struct oidc_ctx *ctx, apr_pool_t *pool, server_rec *s)
{
    struct httpd_log *log = apr_pcalloc(pool, sizeof *log);
    log->s = s;
    oidc_ctx_init(ctx, pool, &env_process, log);
}

/* The handles in env_process end with the configuration; a stale one must not be found. */
static apr_status_t env_end(void *baton)
{
    (void)baton;
    env_process.store = NULL;
    env_process.http = NULL;
    return APR_SUCCESS;
}

enum oidc_rc httpd_env_start(struct oidc_ctx *ctx, const struct httpd_env_setup *setup)
{
    /*
     * plain memory: what is kept must not point into this shared object, which may be loaded
     * elsewhere next time
     */
    struct oidc_store_shm_segment *segment = ap_retained_data_get(setup->name);
    if (!segment) {
        segment = ap_retained_data_create(setup->name, sizeof *segment);
    }
    apr_pool_cleanup_register(ctx->pool, NULL, env_end, apr_pool_cleanup_null);
    if (oidc_store_shm_make(ctx, setup->shm_bytes, segment, &env_process.store) != OIDC_OK) {
        return OIDC_FAILED;
    }
    return setup->http ? oidc_http_curl_start(ctx) : OIDC_OK;
}

enum oidc_rc httpd_env_start_process(struct oidc_ctx *ctx, int http)
{
    return http ? oidc_http_curl_make(ctx, &env_process.http) : OIDC_OK;
}
