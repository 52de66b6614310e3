/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a sealer: made in sealer.c, used in seal.c. */
#ifndef JOSE_SEAL_KEY_H
#define JOSE_SEAL_KEY_H

#include <openssl/evp.h>
#include "oidc/seal.h"

#define SEAL_KEY_LEN 32
#define SEAL_BLOCK 16 /* of AES */

struct seal_key {
    unsigned char key[SEAL_KEY_LEN];
    unsigned char mask[SEAL_BLOCK]; /* CMAC's first subkey (NIST SP 800-38B 6.1) */
};

struct seal_keys {
    unsigned char id; /* derived as well: the same passphrase has the same id on every server */
    struct seal_key of[OIDC_SEAL_PURPOSES]; /* by purpose; [0] stays unused */
};

struct oidc_sealer {
    EVP_CIPHER *gcm, *ecb; /* looked up once: a lookup costs more than unsealing a small blob */
    int n_keys;
    struct seal_keys keys[2]; /* [0] seals and opens, [1] only opens */
};

#endif
