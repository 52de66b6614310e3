/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relying party, a browser and a provider in one process: fake clock, counted random numbers, a store that can be
 * told to fail, a provider whose every answer a test may change.
 */
#ifndef RP_RIG_H
#define RP_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "oidc/b64.h"
#include "oidc/form.h"
#include "oidc/id_token.h"
#include "oidc/rp.h"
#include "oidc/store_mem.h"

#define ISSUER "https://op.test"
#define METADATA_URL ISSUER "/.well-known/openid-configuration"
#define CLIENT "client_1"
#define SECRET "a secret of at least thirty-two bytes"
#define HOST "rp.test"
#define CALLBACK "/app/cb"
#define USER "alice"
#define SESSION_COOKIE "mod_auth_openidc_session"
#define STATE_PREFIX "__Host-mod_auth_openidc_state_"
#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NOW 1700000000

/* ---- the store ---- */

struct rig_store {
    struct oidc_store port; /* first */
    struct oidc_store *real;
    struct rig *rig;
    const char *fail_get, *fail_put, *fail_add, *fail_drop, *fail_index; /* sections that fail; "*": all */
    int gets, puts, adds, drops;
    void (*before_put)(struct rig *r, struct oidc_str key); /* a race */
    void (*before_get)(struct rig *r, struct oidc_str key);
};

/* ---- the provider ---- */

struct rig_provider {
    struct oidc_http port; /* first */
    struct rig *rig;
    struct oidc_jwk *key;     /* signs */
    const char *jwks;         /* text that is served */
    const char *metadata;     /* text that is served */
    const char *userinfo;     /* text that is served; NULL: 500 */
    const char *token_answer; /* text that is served instead of a made one */
    int token_status;         /* 200 */
    const char *id_token;     /* instead of a signed one */
    const char *scope, *refresh_token;
    int expires_in; /* -1: left out */
    enum oidc_alg alg;
    json_t *claims; /* over the usual ones; null removes */
    int down;       /* every call fails to connect */
    int jwks_status;
    int metadata_status;
    /* what it got */
    const char *nonce, *state, *code_challenge, *redirect_uri; /* of the last authorization request */
    struct oidc_form *asked;
    const char *token_body, *token_authorization, *userinfo_authorization, *userinfo_body;
    int n_metadata, n_jwks, n_token, n_userinfo;
    void (*before_answer)(struct rig *r, const char *url);
};

/* ---- the browser ---- */

struct rig_cookie {
    const char *name, *value, *attributes;
};
struct rig_browser {
    struct rig_cookie cookies[40];
    int n;
};

struct rig {
    apr_pool_t *pool;
    struct oidc_env env;
    apr_time_t now;
    unsigned long counter;
    int random_fails;
    struct rig_store store;
    struct rig_provider op;
    struct rig_browser browser;
    struct rp_conf conf;
    struct rp_dir dir;
    struct oidc_sealer *sealer;
    const char *name; /* of the virtual host */
    struct rp_site *site;
    /* of the next request */
    const char *scheme, *host;
    int port;
    const char *accept, *sec_fetch_mode, *content_type, *body;
    /* of the last one */
    struct oidc_ctx ctx;
    struct oidc_request req;
    struct oidc_reply reply;
    enum rp_verdict verdict;
    struct rp_session session;
    enum oidc_rc rc;
    /* log lines of this test, newest first, one string */
    const char *log;
};

/* cmocka's setup and teardown; the rig is *state. Site not made yet: change conf first, or call rig_start(). */
int rig_setup(void **state);
int rig_teardown(void **state);
/* Makes the site of the present configuration. */
void rig_start(struct rig *r);
/* Another process of the same server: knows nothing but what the store has. */
void rig_restart(struct rig *r);
/* A fresh context, as for a new request. */
struct oidc_ctx *rig_ctx(struct rig *r);

/* Prepares the request: path with an optional query; cookies from the browser. */
void rig_request(struct rig *r, const char *method, const char *uri);
/* The gate, for a request that was prepared; Set-Cookie goes to the browser. */
enum rp_verdict rig_gate(struct rig *r);
/* GET through gate and, without a session, login. NULL, or where the browser is sent. */
const char *rig_visit(struct rig *r, const char *uri);
/* The provider reads the authorization request; returns the uri of its answer by query. */
const char *rig_authorize(struct rig *r, const char *location);
/* Redirect URI: gate, then endpoint. r->rc and r->reply are the result. */
enum oidc_rc rig_endpoint(struct rig *r, const char *method, const char *uri);
/* The whole of it; asserts success. Ends where it began. */
void rig_login(struct rig *r, const char *uri);
/* 1 when a request of this browser passes the gate. */
int rig_is_in(struct rig *r);

/* What the browser has: value, or NULL. */
const char *rig_cookie(struct rig *r, const char *name);
/* The name of the n-th cookie that begins so, or NULL. */
const char *rig_cookie_named(struct rig *r, const char *prefix, int n);
/* Sets (NULL: removes) one by hand. */
void rig_set_cookie(struct rig *r, const char *name, const char *value);
/* What Set-Cookie of the last reply says of a cookie, or NULL. */
const char *rig_set_cookie_of(struct rig *r, const char *name);
int rig_count_cookies(struct rig *r, const char *prefix);
/* Parses JSON, asserting that it is an object. */
json_t *rig_json(struct rig *r, const char *text);
void rig_tick(struct rig *r, int seconds);
/* The keys of the provider, printed anew. */
void rig_new_key(struct rig *r, enum oidc_alg alg);

#define assert_code(r, wanted) assert_string_equal(oidc_error_row((r)->ctx.err.code)->id, oidc_error_row(wanted)->id)

#endif
