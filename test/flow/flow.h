/* SPDX-License-Identifier: Apache-2.0 */
/* The relying party's rig with our own provider behind its http port: whole logins in one process. */
#ifndef FLOW_H
#define FLOW_H

#include "../unit/rp/rig.h"
#include "oidc/op.h"

struct flow {
    struct rig *rig;
    struct op_conf conf;
    struct op_client client;
    struct op_site *site;
    const char *user;       /* who is signed in at the provider */
    const char *user_claims; /* JSON of all users */
    /* of the last request to the provider */
    struct oidc_reply reply;
    int end_login;
    int calls;               /* of the relying party to the provider */
    int token_fails;         /* the provider is broken: status of its token endpoint, 0 works */
};

int flow_setup(void **state);
int flow_teardown(void **state);
/* Both sites of the present configuration. */
void flow_start(struct flow *f);
/* The browser at the provider: GET of an absolute URL; f->reply is the answer. */
void flow_browse(struct flow *f, const char *url);
/* Signs in from `uri` on, over all redirects; asserts that it ends where it began. */
void flow_login(struct flow *f, const char *uri);
/* A variable that the application sees, or NULL. */
const char *flow_sees(struct flow *f, const char *name);

#endif
