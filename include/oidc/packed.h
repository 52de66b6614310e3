/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed claims: a claim set in one flat piece of bytes, read in place. What the hot path reads instead of JSON.
 *
 * Each top-level claim carries its source, its name, its name as a header and variable (prefix and normalisation done),
 * its value as text (rendered once, at login) and, where text is not enough to match on, its typed value as a tree.
 * All views point into the bytes and live as long as they do. Reading is bounds-checked: damaged bytes end the walk.
 *
 * The record is: version (1 byte), prefix and delimiter of its style (each a u16 length and bytes), then claims:
 *   source (1), type (1, its top bit: passed), u16 name length, u16 header length, u32 text length, u32 tree length,
 *   name, header, NUL, text, NUL, tree.
 * A node of a tree is: type (1), then for INT and REAL 8 bytes, for STRING, ARRAY and OBJECT a length and that many bytes.
 * A length is 1 byte below 0x80, or 4 bytes with the top bit set. All numbers are big-endian.
 */
#ifndef OIDC_PACKED_H
#define OIDC_PACKED_H

#include "oidc/claims.h"

#define OIDC_PACKED_MAX (1024 * 1024) /* bytes of a whole record */

enum oidc_claim_source { OIDC_FROM_ID_TOKEN = 1, OIDC_FROM_USERINFO = 2, OIDC_FROM_TOKEN_RESPONSE = 4 };

enum oidc_packed_type {
    OIDC_PACKED_NULL, OIDC_PACKED_FALSE, OIDC_PACKED_TRUE, OIDC_PACKED_INT, OIDC_PACKED_REAL, OIDC_PACKED_STRING,
    OIDC_PACKED_ARRAY, OIDC_PACKED_OBJECT
};

/* How names and texts are rendered; part of the record so that a change of configuration is noticed. */
struct oidc_packed_style {
    const char *prefix;    /* "OIDC_CLAIM_" */
    const char *delimiter; /* "," */
};

struct oidc_packed_claim {
    enum oidc_claim_source source;
    enum oidc_packed_type type;
    struct oidc_str name;   /* as the provider sent it */
    struct oidc_str header; /* NUL-terminated behind its end: usable in place as a C string */
    struct oidc_str text;   /* NUL-terminated behind its end; empty and `passed` 0 where the value is not passed on (null) */
    int passed;
    struct oidc_str tree;   /* numbers, arrays and objects: one node (see oidc_packed_node_read); else empty */
};

/* One node of a typed value; children are read with a reader over `body`. */
struct oidc_packed_node {
    enum oidc_packed_type type;
    struct oidc_str body; /* string: bytes; array: nodes; object: (u16 name length, name, node)*; int: 8 bytes; real: 8 bytes */
};

/*
 * Packs claim sets in the order in which they are passed on (later ones overwrite earlier ones of the same header name
 * in what the application sees). Rendering as interface: strings as they are; booleans 1/0; integers decimal; reals %.8g;
 * objects compact JSON; arrays: their strings, booleans and numbers, joined by the delimiter, with '\' and the delimiter
 * inside members escaped by '\'. OIDC_E_TOO_LARGE beyond OIDC_PACKED_MAX.
 */
struct oidc_packed_input {
    const json_t *claims; /* of a verified set, after claim lists were applied */
    enum oidc_claim_source source;
};
enum oidc_rc oidc_packed_print(struct oidc_ctx *ctx, const struct oidc_packed_style *style,
                               const struct oidc_packed_input *inputs, int n, struct oidc_str *out) OIDC_MUST_CHECK;

/* 1 when the record was made in that style; 0 also when it is no record of this version. */
int oidc_packed_has_style(struct oidc_str packed, const struct oidc_packed_style *style);
/* Walks the claims: 1 and *out, or 0 at the end or at damage. Start with *pos = 0. */
int oidc_packed_next(struct oidc_str packed, size_t *pos, struct oidc_packed_claim *out);
/* Reads one node from the front of *rest and moves *rest behind it; 0 at the end or at damage. */
int oidc_packed_node_read(struct oidc_str *rest, struct oidc_packed_node *out);
/* A member of an object body: name, then node; 0 at the end or at damage. */
int oidc_packed_member_read(struct oidc_str *rest, struct oidc_str *name, struct oidc_packed_node *out);
/* Number of an INT node; REAL node. */
apr_int64_t oidc_packed_int(const struct oidc_packed_node *n);
double oidc_packed_real(const struct oidc_packed_node *n);

#endif
