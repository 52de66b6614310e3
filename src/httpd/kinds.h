/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of directive values: how words become a field, and what is said when they don't. */
#ifndef HTTPD_KINDS_H
#define HTTPD_KINDS_H

#include "httpd/table.h"

/* kinds.c: numbers, words, text. The field's type stands behind each. */
extern const struct httpd_kind httpd_kind_bool;    /* int */
extern const struct httpd_kind httpd_kind_integer; /* int */
extern const struct httpd_kind httpd_kind_seconds; /* apr_int64_t */
extern const struct httpd_kind httpd_kind_word;    /* int or enum, of row->words */
extern const struct httpd_kind httpd_kind_bits;    /* unsigned, row->words or-ed; a word of value 0 stands alone */
extern const struct httpd_kind httpd_kind_text;    /* const char * */
extern const struct httpd_kind httpd_kind_text_or_empty; /* const char * */
extern const struct httpd_kind httpd_kind_list;    /* const char *const *, NULL-terminated */
extern const struct httpd_kind httpd_kind_header_name; /* const char *, a token */
extern const struct httpd_kind httpd_kind_cookie_names; /* const char *const * */
extern const struct httpd_kind httpd_kind_cookie_name; /* const char * */
extern const struct httpd_kind httpd_kind_path;    /* const char *, begins with '/' */

/* kinds_url.c: addresses and parameters. */
extern const struct httpd_kind httpd_kind_url;          /* const char * */
extern const struct httpd_kind httpd_kind_url_or_path;  /* const char * */
extern const struct httpd_kind httpd_kind_redirect_uri; /* const char * */
extern const struct httpd_kind httpd_kind_url_or_empty; /* const char *, "" switches off */
extern const struct httpd_kind httpd_kind_domain;       /* const char * */
extern const struct httpd_kind httpd_kind_params;       /* const struct oidc_form * */
extern const struct httpd_kind httpd_kind_networks;     /* struct httpd_networks * */
extern const struct httpd_kind httpd_kind_proxy;        /* const char *[3]: URL, user:password, method */

/* kinds_oidc.c: values of this product. */
extern const struct httpd_kind httpd_kind_samesite;     /* enum oidc_samesite [2]: session, state */
extern const struct httpd_kind httpd_kind_timeout;      /* int [4]: total, connect (ms), retries, interval (ms) */
extern const struct httpd_kind httpd_kind_state_max;    /* int [2]: number, delete the oldest */
extern const struct httpd_kind httpd_kind_session_type; /* struct rp_conf.session, first three members */
extern const struct httpd_kind httpd_kind_token_auth;   /* enum oidc_client_auth_method, enum oidc_alg */
extern const struct httpd_kind httpd_kind_alg;          /* enum oidc_alg */
extern const struct httpd_kind httpd_kind_response_type; /* const char * */
extern const struct httpd_kind httpd_kind_dpop;         /* enum rp_dpop_mode */
extern const struct httpd_kind httpd_kind_pass_as;      /* unsigned, enum rp_pass_encoding */
extern const struct httpd_kind httpd_kind_userinfo_as;  /* unsigned, const char * */
extern const struct httpd_kind httpd_kind_unautz;       /* struct httpd_unautz */

/* kinds_server.c: values that need the server: its files, programs, expressions. */
extern const struct httpd_kind httpd_kind_secret;      /* const struct oidc_secret * */
extern const struct httpd_kind httpd_kind_secrets;     /* const struct oidc_secret *[2]: current, previous */
extern const struct httpd_kind httpd_kind_file;        /* const char *, readable, against ServerRoot */
extern const struct httpd_kind httpd_kind_certificates; /* struct oidc_jwks * */
extern const struct httpd_kind httpd_kind_regexes;     /* struct httpd_regexes * */
extern const struct httpd_kind httpd_kind_expr;        /* ap_expr_info_t *, a string */
extern const struct httpd_kind httpd_kind_unauth;      /* rp_dir.unauth_action .. httpd_dir.unauth_when */
extern const struct httpd_kind httpd_kind_remote_user; /* struct rp_remote_user */

/* kinds_keys.c: key files of this site. */
extern const struct httpd_kind httpd_kind_private_keys; /* struct oidc_jwks * */
extern const struct httpd_kind httpd_kind_public_keys;  /* struct oidc_jwks * */

/* "expected X, got "Y"". */
const char *httpd_kinds_expected(const struct httpd_arg *a, const char *what, const char *got);
/* The value of a word of the list; NULL and *value, or the message with the allowed words and the nearest. */
const char *httpd_kinds_find(const struct httpd_arg *a, const struct httpd_word *words, const char *got, int *value);
/* true|on|yes|1 and false|off|no|0 in any case: NULL, or the message. */
const char *httpd_kinds_bool(const struct httpd_arg *a, const char *got, int *value);
/* A whole decimal number within [min, max]. */
const char *httpd_kinds_number(const struct httpd_arg *a, const char *got, apr_int64_t min, apr_int64_t max, apr_int64_t *value);
/* The list grown by words; `old` may be NULL. */
const char *const *httpd_kinds_append(apr_pool_t *pool, const char *const *old, int n, const char *const *words);

#endif
