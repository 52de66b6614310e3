/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version of this build. httpd's headers define a PACKAGE_VERSION of their own, so it is caught
 * here.
 */
#include "httpd/version.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

const char httpd_version[] = PACKAGE_VERSION;
