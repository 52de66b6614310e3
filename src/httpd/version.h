/* SPDX-License-Identifier: Apache-2.0 */
/* The version of this build, such as "0.1.0". */
#ifndef HTTPD_VERSION_H
#define HTTPD_VERSION_H

extern const char httpd_version[];

#endif
