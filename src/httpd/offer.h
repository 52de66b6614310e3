/* SPDX-License-Identifier: Apache-2.0 */
/* The optional functions of mod_oidc.h. */
#ifndef HTTPD_OFFER_H
#define HTTPD_OFFER_H

void httpd_offer_register(void);

#endif
