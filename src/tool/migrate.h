/* SPDX-License-Identifier: Apache-2.0 */
/* Judges lines of a configuration that was written for mod_auth_openidc. */
#ifndef TOOL_MIGRATE_H
#define TOOL_MIGRATE_H

#define MIGRATE_WORDS 64

/* A line as httpd splits it. */
struct migrate_line {
    const char *name;
    int n;
    const char *words[MIGRATE_WORDS];
};

enum migrate_verdict {
    MIGRATE_NONE = 0, /* no line of ours */
    MIGRATE_SAME,
    MIGRATE_RISKY,     /* the same, and it should not stay so */
    MIGRATE_DIFFERENT, /* means something else here, or is refused */
    MIGRATE_MISSING,   /* a directive that is not there */
    MIGRATE_VERDICTS
};

/* "same", "risky", ... */
const char *migrate_name(enum migrate_verdict verdict);
/* *why: a reason, or NULL. */
enum migrate_verdict migrate_judge(const struct migrate_line *line, const char **why);

#endif
