/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directive table: one row per directive says everything about it. The engine (table.c) makes the setter, the
 * merge and the defaults from the rows; the kinds (kinds.c, kinds_server.c) turn words into values.
 *
 * Every configuration structure begins with struct httpd_head. A row's field is a range of bytes in that structure:
 * a directive with several arguments fills several neighbouring members. Unset fields hold the default, so code reads
 * them without asking whether they were set; merging copies what the inner section set.
 */
#ifndef HTTPD_TABLE_H
#define HTTPD_TABLE_H

#include <stddef.h> /* first: APR takes its offsetof only then */

#include <apr_pools.h>

struct cmd_parms_struct;
struct ap_directive_t;
struct httpd_row;

#define HTTPD_ROWS_MAX 192

enum httpd_scope {
    HTTPD_SERVER, /* main server and virtual hosts */
    HTTPD_DIR,    /* everywhere, .htaccess included */
};

struct httpd_word {
    const char *word; /* NULL ends the list */
    int value;
};

/* Of numbers: min..max, or `also`, and a multiple of `multiple`. All zero: none. */
struct httpd_limits {
    apr_int64_t min, max, also, multiple;
};

/* One occurrence of a directive while it is read. */
struct httpd_arg {
    apr_pool_t *pool;
    const struct httpd_row *row;
    void *field;
    int again;                    /* it stood in this section before: a list grows */
    struct cmd_parms_struct *cmd; /* NULL while a default is read */
};

struct httpd_kind {
    int min, max; /* number of words; max 0: any */
    int hidden;   /* 1: the words are secrets, messages don't repeat them */
    int pairs;    /* 1: words may be KEY="VALUE WITH SPACES" */
    /* NULL, or what was expected. */
    const char *(*parse)(struct httpd_arg *a, int n, const char *const *words);
};

struct httpd_row {
    const char *name;
    int index;
    enum httpd_scope scope;
    const struct httpd_kind *kind;
    size_t offset, size;
    const char *preset; /* the default as it would be written; NULL: the field stays zero */
    struct httpd_limits limits;
    const struct httpd_word *words;
    const char *arguments; /* as the reference shows them */
};

struct httpd_head {
    apr_uint64_t set[HTTPD_ROWS_MAX / 64];
    const struct ap_directive_t **where; /* by row: the line that set it; NULL in directory sections */
};

struct httpd_table {
    const struct httpd_row *rows;
    int n;
};

/* 1 when the directive stood in this section or one that it was merged from. */
int httpd_table_is_set(const struct httpd_head *head, const struct httpd_row *row);
/* Reads one occurrence from its words: NULL, or a message that begins with the directive's name. */
const char *httpd_table_read(struct httpd_arg *a, int n, const char *const *words);
/* Gives all rows of a scope their defaults; NULL, or the message of a default that does not pass its own parser. */
const char *httpd_table_preset(const struct httpd_table *t, enum httpd_scope scope, apr_pool_t *pool, void *conf);
/* Copies to `out`, which is a copy of the outer section, what `inner` sets. */
void httpd_table_merge(const struct httpd_table *t, enum httpd_scope scope, const void *inner, void *out);
/* Splits a line into words as the configuration's reader does: "two words" is one. `pairs`: a="two words" as well. */
int httpd_table_split(apr_pool_t *pool, const char *text, int pairs, const char ***words);

#endif
