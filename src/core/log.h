/* SPDX-License-Identifier: Apache-2.0 */
/* Printing one line of log text; shared by log.c and err.c. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <apr_pools.h>
#include <stdarg.h>

#define OIDC_LOG_MAX 2048 /* bytes of one line; what is longer ends in "..." */

/* Formats by the C library's rules; control bytes become spaces, so that a line stays one line. */
const char *oidc_log_print(apr_pool_t *pool, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

#endif
