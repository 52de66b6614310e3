/* SPDX-License-Identifier: Apache-2.0 */
/* Directive values of this product. Nothing here needs the server. */
#include "httpd/kinds.h"

#include <apr_strings.h>
#include <stdlib.h>

#include "httpd/conf.h"

/* ---- OIDCCookieSameSite ---- */

enum { SAMESITE_SESSION = 1, SAMESITE_STATE = 2, SAMESITE_DISCOVERY = 4 };

struct kinds_samesite {
    struct httpd_word word;
    enum oidc_samesite policy;
    int places; /* which arguments may say so */
};

static const struct kinds_samesite kinds_samesites[] = {
    {{"On", 0}, OIDC_SAMESITE_LAX, SAMESITE_SESSION},
    {{"Off", 1}, OIDC_SAMESITE_NONE, SAMESITE_SESSION},
    {{"Strict", 2}, OIDC_SAMESITE_STRICT, SAMESITE_SESSION | SAMESITE_DISCOVERY},
    {{"Lax", 3}, OIDC_SAMESITE_LAX, SAMESITE_SESSION | SAMESITE_STATE | SAMESITE_DISCOVERY},
    {{"None", 4}, OIDC_SAMESITE_NONE, SAMESITE_SESSION | SAMESITE_STATE | SAMESITE_DISCOVERY},
    {{"Disabled", 5}, OIDC_SAMESITE_OMIT, SAMESITE_SESSION | SAMESITE_STATE | SAMESITE_DISCOVERY},
};
#define SAMESITES (sizeof kinds_samesites / sizeof *kinds_samesites)

static const char *kinds_find_samesite(const struct httpd_arg *a, int place, const char *got,
                                       enum oidc_samesite *out)
{
    struct httpd_word allowed[SAMESITES + 1];
    size_t n = 0;
    int ignored = 0;
    for (size_t i = 0; i < SAMESITES; i++) {
        if (!(kinds_samesites[i].places & place)) {
            continue;
        }
        allowed[n++] = kinds_samesites[i].word;
        if (oidc_str_eq_case(oidc_str_z(kinds_samesites[i].word.word), oidc_str_z(got))) {
            *out = kinds_samesites[i].policy;
            return NULL;
        }
    }
    allowed[n].word = NULL;
    return httpd_kinds_find(a, allowed, got, &ignored);
}

static const char *kinds_parse_samesite(struct httpd_arg *a, int n, const char *const *words)
{
    enum oidc_samesite *field = a->field, discovery;
    const char *message = kinds_find_samesite(a, SAMESITE_SESSION, words[0], &field[0]);
    /* the answer of a provider comes from another site: Strict would never let the state back */
    field[1] = field[0] == OIDC_SAMESITE_STRICT ? OIDC_SAMESITE_LAX : field[0];
    if (!message && n > 1) {
        message = kinds_find_samesite(a, SAMESITE_STATE, words[1], &field[1]);
    }
    if (!message && n > 2) {
        message = kinds_find_samesite(a, SAMESITE_DISCOVERY, words[2], &discovery);
    }
    return message;
}
const struct httpd_kind httpd_kind_samesite = {1, 3, 0, 0, kinds_parse_samesite};

/* ---- OIDCHTTPTimeoutLong, OIDCHTTPTimeoutShort ---- */

static const char *kinds_parse_retries(struct httpd_arg *a, const char *word, int *retries,
                                       int *interval)
{
    apr_int64_t value = 0;
    const char *colon = strchr(word, ':'), *message;
    const char *count = colon ? apr_pstrmemdup(a->pool, word, (size_t)(colon - word)) : word;
    if ((message = httpd_kinds_number(a, count, 0, 10, &value)) != NULL) {
        return message;
    }
    *retries = (int)value;
    if (colon && (message = httpd_kinds_number(a, colon + 1, 0, 10000, &value)) != NULL) {
        return message;
    }
    if (colon) {
        *interval = (int)value;
    }
    return NULL;
}

static const char *kinds_parse_timeout(struct httpd_arg *a, int n, const char *const *words)
{
    int *field = a->field; /* total, connect, retries, interval: what is left out stays */
    apr_int64_t value = 0;
    /* CHECK timeout: 0 would mean for ever; N256 */
    const char *message = httpd_kinds_number(a, words[0], 1, 3600, &value);
    if (message) {
        return message;
    }
    field[0] = (int)value * 1000;
    if (n > 1) {
        if ((message = httpd_kinds_number(a, words[1], 1, 3600, &value)) != NULL) {
            return message;
        }
        field[1] = (int)value * 1000;
    }
    return n > 2 ? kinds_parse_retries(a, words[2], &field[2], &field[3]) : NULL;
}
const struct httpd_kind httpd_kind_timeout = {1, 3, 0, 0, kinds_parse_timeout};

/* ---- OIDCStateMaxNumberOfCookies ---- */

static const char *kinds_parse_state_max(struct httpd_arg *a, int n, const char *const *words)
{
    int *field = a->field;
    apr_int64_t value = 0;
    const struct httpd_limits *l = &a->row->limits;
    const char *message = httpd_kinds_number(a, words[0], l->min, l->max, &value);
    if (message) {
        return message;
    }
    field[0] = (int)value;
    field[1] = 1;
    return n > 1 ? httpd_kinds_bool(a, words[1], &field[1]) : NULL;
}
const struct httpd_kind httpd_kind_state_max = {1, 2, 0, 0, kinds_parse_state_max};

/* ---- OIDCSessionType ---- */

static const char *kinds_parse_session_type(struct httpd_arg *a, int n, const char *const *words)
{
    enum { COOKIE = 1, PERSISTENT = 2, STORE = 4 };
    static const struct httpd_word types[] = {
        {"server-cache", 0},
        {"server-cache:persistent", PERSISTENT},
        {"client-cookie", COOKIE},
        {"client-cookie:persistent", COOKIE | PERSISTENT},
        {"client-cookie:store_id_token", COOKIE | STORE},
        {"client-cookie:persistent:store_id_token", COOKIE | PERSISTENT | STORE},
        {NULL, 0}};
    struct {
        enum rp_session_type type;
        int persistent, store_id_token;
    } *field = a->field;
    int bits = 0;
    const char *message = httpd_kinds_find(a, types, words[0], &bits);
    (void)n;
    if (!message) {
        field->type = bits & COOKIE ? RP_SESSION_COOKIE : RP_SESSION_SERVER;
        field->persistent = (bits & PERSISTENT) != 0;
        field->store_id_token = (bits & STORE) != 0;
    }
    return message;
}
const struct httpd_kind httpd_kind_session_type = {1, 1, 0, 0, kinds_parse_session_type};

/* ---- OIDCProviderTokenEndpointAuth, OIDCIDTokenSignedResponseAlg, OIDCResponseType ---- */

/* The algorithm behind "private_key_jwt:"; a public key must verify it. */
static const char *kinds_parse_auth_alg(const struct httpd_arg *a, const char *got, enum oidc_alg *out)
{
    struct httpd_word algs[OIDC_ALG_COUNT];
    int value = 0, used = 0;
    for (int alg = 1; alg < OIDC_ALG_COUNT; alg++) {
        if (OIDC_ALG_BIT(alg) & OIDC_ALG_SET_ASYMMETRIC) {
            algs[used].word = oidc_alg_name((enum oidc_alg)alg);
            algs[used++].value = alg;
        }
    }
    algs[used].word = NULL;
    const char *message = httpd_kinds_find(a, algs, got, &value);
    *out = (enum oidc_alg)value;
    return message;
}

static const char *kinds_parse_token_auth(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word methods[] = {{"client_secret_basic", OIDC_CLIENT_AUTH_BASIC},
                                                {"client_secret_post", OIDC_CLIENT_AUTH_POST},
                                                {"client_secret_jwt", OIDC_CLIENT_AUTH_SECRET_JWT},
                                                {"private_key_jwt", OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT},
                                                {"none", OIDC_CLIENT_AUTH_NONE},
                                                {NULL, 0}};
    static const char with_alg[] = "private_key_jwt:";
    struct {
        enum oidc_client_auth_method method;
        enum oidc_alg alg;
    } *field = a->field;
    int value = 0;
    (void)n;
    field->alg = OIDC_ALG_UNKNOWN;
    if (oidc_str_starts(oidc_str_z(words[0]), oidc_str_z(with_alg))) {
        field->method = OIDC_CLIENT_AUTH_PRIVATE_KEY_JWT;
        return kinds_parse_auth_alg(a, words[0] + sizeof with_alg - 1, &field->alg);
    }
    const char *message = httpd_kinds_find(a, methods, words[0], &value);
    field->method = (enum oidc_client_auth_method)value;
    if (message && oidc_client_auth_parse_name(words[0]) != OIDC_CLIENT_AUTH_UNSET) {
        message = apr_psprintf(a->pool, "this version does not support %s yet: use client_secret_basic, "
                                        "client_secret_post, client_secret_jwt, private_key_jwt or none",
                               oidc_log_quote(a->pool, words[0]));
    }
    return message;
}
const struct httpd_kind httpd_kind_token_auth = {1, 1, 0, 0, kinds_parse_token_auth};

static const char *kinds_parse_alg(struct httpd_arg *a, int n, const char *const *words)
{
    struct httpd_word algs[OIDC_ALG_COUNT];
    int value = 0, used = 0;
    (void)n;
    for (int alg = 1; alg < OIDC_ALG_COUNT; alg++) {
        algs[used].word = oidc_alg_name((enum oidc_alg)alg);
        algs[used++].value = alg;
    }
    algs[used].word = NULL;
    /* CHECK alg none: a token that nobody signed proves nothing; N047 */
    if (strcmp(words[0], "none") == 0) {
        return "unsigned ID tokens are not accepted; name the algorithm that the provider signs "
               "with";
    }
    if (oidc_alg_parse(oidc_str_z(words[0])) != OIDC_ALG_UNKNOWN) {
        *(enum oidc_alg *)a->field = oidc_alg_parse(oidc_str_z(words[0]));
        return NULL;
    }
    return httpd_kinds_find(a, algs, words[0], &value);
}
const struct httpd_kind httpd_kind_alg = {1, 1, 0, 0, kinds_parse_alg};

static const char *kinds_parse_response_type(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word types[] = {
        {"code", 0},          {"id_token", 0},   {"id_token token", 0},
        {"code id_token", 0}, {"code token", 0}, {"code id_token token", 0},
        {NULL, 0}};
    int ignored = 0;
    (void)n;
    for (const struct httpd_word *type = types; type->word; type++) {
        /* a set of words: their order means nothing */
        if (oidc_str_same_words(words[0], type->word)) {
            *(const char **)a->field = type->word;
            return NULL;
        }
    }
    return httpd_kinds_find(a, types, words[0], &ignored);
}
const struct httpd_kind httpd_kind_response_type = {1, 1, 0, 0, kinds_parse_response_type};

static const char *kinds_parse_dpop(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word modes[] = {{"off", RP_DPOP_OFF},
                                              {"optional", RP_DPOP_OPTIONAL},
                                              {"required", RP_DPOP_REQUIRED},
                                              {NULL, 0}};
    int mode = 0, api = 0;
    const char *message = httpd_kinds_find(a, modes, words[0], &mode);
    if (!message && n > 1) {
        message = httpd_kinds_bool(a, words[1], &api);
    }
    if (!message && api) {
        message = "this version does not hand out proofs at ?dpop=: leave the second argument out";
    }
    *(enum rp_dpop_mode *)a->field = (enum rp_dpop_mode)mode;
    return message;
}
const struct httpd_kind httpd_kind_dpop = {1, 2, 0, 0, kinds_parse_dpop};

/* ---- OIDCPassClaimsAs, OIDCPassUserInfoAs, OIDCUnAutzAction ---- */

static const char *kinds_parse_pass_as(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word ways[] = {
        {"none", 0},
        {"headers", RP_PASS_HEADERS},
        {"environment", RP_PASS_ENVIRONMENT},
        {"both", RP_PASS_HEADERS | RP_PASS_ENVIRONMENT},
        {NULL, 0}};
    static const struct httpd_word encodings[] = {{"latin1", RP_PASS_LATIN1},
                                                  {"base64url", RP_PASS_BASE64URL},
                                                  {"none", RP_PASS_UTF8},
                                                  {NULL, 0}};
    struct {
        unsigned ways;
        enum rp_pass_encoding encoding;
    } *field = a->field;
    int way = 0, encoding = RP_PASS_UTF8;
    const char *message = httpd_kinds_find(a, ways, words[0], &way);
    if (!message && n > 1) {
        message = httpd_kinds_find(a, encodings, words[1], &encoding);
    }
    field->ways = (unsigned)way;
    field->encoding = (enum rp_pass_encoding)encoding;
    return message;
}
const struct httpd_kind httpd_kind_pass_as = {1, 2, 0, 0, kinds_parse_pass_as};

#define USERINFO_NAME_BEHIND \
    (offsetof(struct rp_dir, userinfo_json_name) - offsetof(struct rp_dir, pass_userinfo))

static const char *kinds_parse_userinfo_as(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word forms[] = {
        {"claims", RP_USERINFO_CLAIMS}, {"json", RP_USERINFO_JSON}, {NULL, 0}};
    unsigned *bits = a->field;
    const char **name = (const char **)(void *)((char *)a->field + USERINFO_NAME_BEHIND);
    if (!a->again) {
        *bits = 0;
        *name = NULL;
    }
    for (int i = 0; i < n; i++) {
        const char *colon = strchr(words[i], ':');
        const char *form = colon ? apr_pstrmemdup(a->pool, words[i], (size_t)(colon - words[i]))
                                 : words[i];
        int value = 0;
        const char *message = httpd_kinds_find(a, forms, form, &value);
        if (message) {
            return strcmp(form, "jwt") && strcmp(form, "signed_jwt")
                       ? message
                       : apr_psprintf(a->pool, "this version does not pass on \"%s\" yet", form);
        }
        if (colon && (value != RP_USERINFO_JSON || !oidc_cookie_is_name(colon + 1))) {
            return httpd_kinds_expected(a, "json:NAME with the name of a header", words[i]);
        }
        *bits |= (unsigned)value;
        *name = colon ? colon + 1 : *name;
    }
    return NULL;
}
const struct httpd_kind httpd_kind_userinfo_as = {1, 0, 0, 0, kinds_parse_userinfo_as};

static const char *kinds_parse_unautz(struct httpd_arg *a, int n, const char *const *words)
{
    static const struct httpd_word actions[] = {
        {"401", 401}, {"403", 403}, {"302", 302}, {"auth", HTTPD_UNAUTZ_AUTH}, {NULL, 0}};
    struct httpd_unautz *field = a->field;
    struct oidc_ctx ctx;
    struct oidc_url url;
    int status = 0;
    const char *message = httpd_kinds_find(a, actions, words[0], &status);
    if (message) {
        return message;
    }
    oidc_ctx_init(&ctx, a->pool, NULL, NULL);
    if (status == 302 && (n < 2 || ((words[1][0] != '/' || words[1][1] == '/') &&
                                    oidc_url_parse(&ctx, words[1], "the URL", &url) != OIDC_OK))) {
        return "302 needs a URL, or a path that begins with one '/', as its second argument";
    }
    field->status = status;
    field->arg = n > 1 ? words[1] : NULL;
    return NULL;
}
const struct httpd_kind httpd_kind_unautz = {1, 2, 0, 0, kinds_parse_unautz};
