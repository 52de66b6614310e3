/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every back end of the store must do. A test program names its maker and adds these tests to
 * its own.
 */
#ifndef IO_STORE_CONTRACT_H
#define IO_STORE_CONTRACT_H

#include "fixture.h"
#include "oidc/store.h"

struct store_backend {
    struct oidc_store *(*make)(void); /* an empty store, in t.ctx; called after fixture_start() */
    void (*end)(void);                /* or NULL; before fixture_end() */
};

/* Appends the contract's tests; returns how many there are now. */
size_t store_contract_add(const struct store_backend *backend, struct CMUnitTest *tests, size_t n);

#define STORE_CONTRACT_MAX 40

/* A value that says under which key it was written, of n bytes. */
struct oidc_str store_contract_value(apr_pool_t *pool, struct oidc_str key, size_t n,
                                     unsigned seed);
/* 1 when the value was made for that key. */
int store_contract_belongs(struct oidc_str key, struct oidc_str value);

#endif
