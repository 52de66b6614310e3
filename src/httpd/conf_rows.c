/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of directives.def as data, and the words they allow. */
#include "httpd/conf.h"

#include "httpd/kinds.h"
#include "httpd/words.h"
#include "oidc/forwarded.h"

const struct httpd_word httpd_words_response_mode[] = {
    {"query", RP_RESPONSE_MODE_QUERY}, {"form_post", RP_RESPONSE_MODE_FORM_POST},
    {"fragment", RP_RESPONSE_MODE_FRAGMENT}, {NULL, 0}};

const struct httpd_word httpd_words_auth_request_method[] = {{"GET", RP_AUTH_REQUEST_GET},
                                                             {"POST", RP_AUTH_REQUEST_POST},
                                                             {"PAR", RP_AUTH_REQUEST_PAR},
                                                             {NULL, 0}};

const struct httpd_word httpd_words_profile[] = {
    {"OIDC10", RP_PROFILE_OIDC10}, {"FAPI20", RP_PROFILE_FAPI20}, {NULL, 0}};

const struct httpd_word httpd_words_pkce[] = {
    {"S256", RP_PKCE_S256}, {"plain", RP_PKCE_PLAIN}, {"none", RP_PKCE_NONE}, {NULL, 0}};

const struct httpd_word httpd_words_userinfo_method[] = {
    {"authz_header", RP_USERINFO_HEADER}, {"post_param", RP_USERINFO_POST}, {NULL, 0}};

const struct httpd_word httpd_words_id_token[] = {{"claims", RP_ID_TOKEN_CLAIMS},
                                                  {"payload", RP_ID_TOKEN_PAYLOAD},
                                                  {"serialized", RP_ID_TOKEN_SERIALIZED},
                                                  {"off", 0},
                                                  {NULL, 0}};

const struct httpd_word httpd_words_info[] = {
    {"iat", RP_INFO_IAT},
    {"access_token", RP_INFO_ACCESS_TOKEN},
    {"access_token_expires", RP_INFO_ACCESS_TOKEN_EXPIRES},
    {"id_token", RP_INFO_ID_TOKEN},
    {"id_token_hint", RP_INFO_ID_TOKEN_HINT},
    {"userinfo", RP_INFO_USERINFO},
    {"refresh_token", RP_INFO_REFRESH_TOKEN},
    {"exp", RP_INFO_EXP},
    {"timeout", RP_INFO_TIMEOUT},
    {"remote_user", RP_INFO_REMOTE_USER},
    {"session", RP_INFO_SESSION},
    {NULL, 0}};

const struct httpd_word httpd_words_forwarded[] = {{"none", 0},
                                                   {"X-Forwarded-Host", OIDC_FORWARDED_HOST},
                                                   {"X-Forwarded-Port", OIDC_FORWARDED_PORT},
                                                   {"X-Forwarded-Proto", OIDC_FORWARDED_PROTO},
                                                   {"Forwarded", OIDC_FORWARDED},
                                                   {NULL, 0}};

const struct httpd_word httpd_words_cache_type[] = {{"shm", 0}, {NULL, 0}};

/* What a row's scope fills. */
#define CONF_SERVER struct httpd_conf
#define CONF_DIR struct httpd_dir
#define SPAN(type, first, last) \
    offsetof(type, first), offsetof(type, last) + sizeof(((type *)NULL)->last) - offsetof(type, first)

#define NONE NULL
#define ANY {0, 0, 0, 0}
#define RANGE(min, max) {min, max, min, 0}
#define RANGE_OR(also, min, max) {min, max, also, 0}
#define RANGE_MULTIPLE(min, max, of) {min, max, min, of}

const struct httpd_row httpd_conf_rows[HTTPD_ROWS] = {
#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) \
    {#name, HTTPD_ROW_##name, HTTPD_##scope, &httpd_kind_##kind, SPAN(CONF_##scope, first, last), \
     preset, limits, words, arguments},
#include "httpd/directives.def"
#undef GROUP
#undef DIRECTIVE
};

_Static_assert(HTTPD_ROWS <= HTTPD_ROWS_MAX, "raise HTTPD_ROWS_MAX");

const struct httpd_table httpd_conf_table = {httpd_conf_rows, HTTPD_ROWS};
