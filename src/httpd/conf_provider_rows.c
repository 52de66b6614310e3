/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of directives_provider.def as data, and the words they allow. */
#include "httpd/conf_provider.h"

#include "httpd/kinds.h"

const struct httpd_word httpd_words_op_alg[] = {{"RS256", OIDC_ALG_RS256}, {"PS256", OIDC_ALG_PS256},
                                                {"ES256", OIDC_ALG_ES256}, {"EdDSA", OIDC_ALG_EDDSA},
                                                {NULL, 0}};
const struct httpd_word httpd_words_session_end[] = {{"form", 1}, {"none", 0}, {NULL, 0}};

#define SPAN(first, last) \
    offsetof(struct httpd_op, first), offsetof(struct httpd_op, last) + \
        sizeof(((struct httpd_op *)NULL)->last) - offsetof(struct httpd_op, first)

#define NONE NULL
#define ANY {0, 0, 0, 0}
#define RANGE(min, max) {min, max, min, 0}

const struct httpd_row httpd_op_rows[HTTPD_OP_ROWS] = {
#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) \
    {#name, HTTPD_ROW_##name, HTTPD_##scope, &httpd_kind_##kind, SPAN(first, last), preset, limits, \
     words, arguments},
#include "httpd/directives_provider.def"
#undef GROUP
#undef DIRECTIVE
};

const struct httpd_table httpd_op_table = {httpd_op_rows, HTTPD_OP_ROWS};
