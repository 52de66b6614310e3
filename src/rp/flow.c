/* SPDX-License-Identifier: Apache-2.0 */
/* Response types as sets of words, and response modes. */
#include "rp/flow.h"

#include "oidc/str.h"

static const struct {
    unsigned flow;
    const char *response_type;
} rows[] = {
    {RP_FLOW_CODE, "code"},
    {RP_FLOW_ID_TOKEN, "id_token"},
    {RP_FLOW_ID_TOKEN | RP_FLOW_TOKEN, "id_token token"},
    {RP_FLOW_CODE | RP_FLOW_ID_TOKEN, "code id_token"},
    {RP_FLOW_CODE | RP_FLOW_TOKEN, "code token"},
    {RP_FLOW_CODE | RP_FLOW_ID_TOKEN | RP_FLOW_TOKEN, "code id_token token"},
};
#define ROWS (sizeof rows / sizeof rows[0])

unsigned rp_flow_parse(const char *response_type)
{
    for (size_t i = 0; response_type && i < ROWS; i++) {
        if (oidc_str_same_words(response_type, rows[i].response_type)) {
            return rows[i].flow;
        }
    }
    return 0;
}

const char *rp_flow_print(unsigned flow)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].flow == flow) {
            return rows[i].response_type;
        }
    }
    return NULL;
}

enum rp_response_mode rp_flow_mode(const struct rp_provider_conf *conf)
{
    if (conf->response_mode != RP_RESPONSE_MODE_UNSET) {
        return conf->response_mode;
    }
    return !conf->response_type || rp_flow_parse(conf->response_type) == RP_FLOW_CODE
               ? RP_RESPONSE_MODE_QUERY
               : RP_RESPONSE_MODE_FRAGMENT;
}

const char *rp_flow_mode_name(enum rp_response_mode mode)
{
    switch (mode) {
    case RP_RESPONSE_MODE_QUERY:
        return "query";
    case RP_RESPONSE_MODE_FORM_POST:
        return "form_post";
    case RP_RESPONSE_MODE_FRAGMENT:
        return "fragment";
    case RP_RESPONSE_MODE_UNSET:
        break;
    }
    return NULL;
}
