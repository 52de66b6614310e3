/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows: what a response type asks for (OAuth 2.0 Multiple Response Types), and how the answer comes back.
 */
#ifndef RP_FLOW_H
#define RP_FLOW_H

#include "oidc/rp_conf.h"

#define RP_FLOW_CODE 1u
#define RP_FLOW_ID_TOKEN 2u
#define RP_FLOW_TOKEN 4u

/* The parts that a response type is made of, in whatever order its words stand; 0 for one that is none of OpenID Connect's. */
unsigned rp_flow_parse(const char *response_type);
/* The response type as it is sent; NULL for parts that are no flow. */
const char *rp_flow_print(unsigned flow);
/* The configured mode, or the one that goes without saying: query for the code flow, fragment for all others. */
enum rp_response_mode rp_flow_mode(const struct rp_provider_conf *conf);
/* The name of a mode on the wire; NULL for UNSET. */
const char *rp_flow_mode_name(enum rp_response_mode mode);

#endif
