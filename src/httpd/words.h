/* SPDX-License-Identifier: Apache-2.0 */
/* The words that directives allow, where a row lists them. */
#ifndef HTTPD_WORDS_H
#define HTTPD_WORDS_H

#include "httpd/table.h"

extern const struct httpd_word httpd_words_response_mode[];
extern const struct httpd_word httpd_words_auth_request_method[];
extern const struct httpd_word httpd_words_profile[];
extern const struct httpd_word httpd_words_pkce[];
extern const struct httpd_word httpd_words_userinfo_method[];
extern const struct httpd_word httpd_words_id_token[];
extern const struct httpd_word httpd_words_info[];
extern const struct httpd_word httpd_words_forwarded[];
extern const struct httpd_word httpd_words_cache_type[];

#endif
