/* SPDX-License-Identifier: Apache-2.0 */
/* ASCII letters, digits and hex, whatever the locale says. */
#ifndef CORE_ASCII_H
#define CORE_ASCII_H

static inline unsigned char ascii_lower(unsigned char c)
{
    return (unsigned char)(c - 'A') < 26 ? (unsigned char)(c | 0x20) : c;
}

static inline int ascii_is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline int ascii_is_alpha(unsigned char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline int ascii_is_alnum(unsigned char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* RFC 3986 2.3. */
static inline int ascii_is_unreserved(unsigned char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* 0..15, or -1. */
static inline int ascii_hex(unsigned char c)
{
    if (ascii_is_digit(c)) {
        return c - '0';
    }
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
