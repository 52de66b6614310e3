/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of mod_oidc as the directive table fills it: one struct per virtual host, one per directory section. */
#ifndef HTTPD_CONF_H
#define HTTPD_CONF_H

#include "httpd/table.h"
#include "oidc/rp_conf.h"

struct rp_site;
struct oidc_secret;
struct httpd_names;

/* OIDCRedirectURLsAllowed. */
struct httpd_regexes {
    int n;
    void **compiled; /* ap_regex_t * */
};

/* OIDCTrustedProxies. */
struct httpd_networks {
    int n;
    struct apr_ipsubnet_t **nets;
};

struct httpd_passphrase {
    const struct oidc_secret *current, *previous; /* previous may be NULL */
};

#define HTTPD_UNAUTZ_AUTH 1 /* sign in for more */
/* OIDCUnAutzAction: what a signed-in user gets who is not allowed in. */
struct httpd_unautz {
    int status;      /* 401, 403, 302 or HTTPD_UNAUTZ_AUTH */
    const char *arg; /* 401, 403: text for OIDC_ERROR_DESC, or NULL; 302: where to */
};

struct httpd_conf {
    struct httpd_head head;
    struct rp_conf rp;
    struct httpd_passphrase passphrase;
    struct httpd_regexes *redirect_urls;
    struct {
        unsigned headers; /* enum oidc_forwarded_header; 0: none counts */
        const struct httpd_networks *trusted; /* NULL: whoever sends them */
    } forwarded;
    int cache_type, shm_max, shm_entry_size;
    const char *const *header_names; /* of OIDCAuthNHeader and json:NAME, in whatever section they stand */
    int is_virtual;       /* 1: of a <VirtualHost> */
    int own_redirect_uri; /* OIDCRedirectURI stands in this virtual host itself */
    /* Made after all sections are read: */
    struct rp_site *site;            /* NULL: this virtual host does not use us */
    const struct httpd_names *names; /* what is scrubbed */
    struct oidc_origin redirect_origin; /* of an absolute OIDCRedirectURI; scheme NULL: it is a path */
};

struct httpd_dir {
    struct httpd_head head;
    struct rp_dir rp;         /* path_scope and path_params stay NULL here */
    void *unauth_when;        /* ap_expr_info_t *, or NULL; directly behind rp's unauth_detect */
    void *path_scope;         /* ap_expr_info_t *, or NULL */
    void *path_params;        /* ap_expr_info_t *, or NULL */
    struct httpd_unautz unautz;
};

/* Numbers of the rows: HTTPD_ROW_OIDCRedirectURI and so on. */
enum httpd_row_number {
#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) HTTPD_ROW_##name,
#include "httpd/directives.def"
#undef GROUP
#undef DIRECTIVE
    HTTPD_ROWS
};

extern const struct httpd_row httpd_conf_rows[];
extern const struct httpd_table httpd_conf_table;

/* 1 when the directive stands in this virtual host or in one that it inherits from. */
int httpd_conf_has(const struct httpd_conf *conf, enum httpd_row_number row);
/* 1 when a virtual host has what a relying party is made of: a redirect URI and a provider. */
int httpd_conf_is_used(const struct httpd_conf *conf);
/* What follows from several fields, when all sections are read and merged. */
void httpd_conf_finish(struct httpd_conf *conf, apr_pool_t *pool);

#endif
