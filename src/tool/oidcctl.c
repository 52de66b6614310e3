/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oidcctl migrate FILE...
 *
 * Says of each line that was written for mod_auth_openidc what it means here. Exit status: 0 when
 * all mean the same, 1 when one does not, 2 when a file could not be read. Values of directives are
 * never printed: some are secrets.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tool/migrate.h"

#define LINE_BYTES 8192 /* as much as httpd takes */
#define NAME_BYTES 64

struct source {
    const char *path;
    FILE *file;
    int line, begun; /* numbers: of the last line read, and where the one at hand began */
    int trouble;
    char text[LINE_BYTES];
};

/* One line with its continuations and without its end; 0 at the end, or when it is too long. */
static int source_next(struct source *s)
{
    size_t n = 0;
    s->begun = s->line + 1;
    for (int c = getc(s->file); c != EOF; c = getc(s->file)) {
        if (c == '\n') {
            s->line++;
            if (n == 0 || s->text[n - 1] != '\\') {
                s->text[n] = '\0';
                return 1;
            }
            n--;
            continue;
        }
        if (n == LINE_BYTES - 1) {
            fprintf(stderr, "oidcctl: %s:%d: the line is too long\n", s->path, s->begun);
            s->trouble = 1;
            return 0;
        }
        s->text[n++] = (char)c;
    }
    s->text[n] = '\0';
    return n > 0;
}

/* The next word, unquoted in place; NULL when there is none. */
static char *next_word(char **rest)
{
    char *p = *rest, *out, *to, quote;
    while (isspace((unsigned char)*p)) {
        p++;
    }
    if (!*p) {
        return NULL;
    }
    quote = *p == '"' || *p == '\'' ? *p++ : '\0';
    out = to = p;
    while (*p && (quote ? *p != quote : !isspace((unsigned char)*p))) {
        p += quote && *p == '\\' && (p[1] == quote || p[1] == '\\');
        *to++ = *p++;
    }
    *rest = *p ? p + 1 : p;
    *to = '\0';
    return out;
}

static int split(char *text, struct migrate_line *line)
{
    char *rest = text, *w;
    memset(line, 0, sizeof *line);
    line->name = next_word(&rest);
    if (!line->name || *line->name == '#' || *line->name == '<') {
        return 0;
    }
    while (line->n < MIGRATE_WORDS && (w = next_word(&rest)) != NULL) {
        line->words[line->n++] = w;
    }
    return 1;
}

/* Of a file that may hold anything: letters and digits alone. */
static const char *printable(const char *name, char out[NAME_BYTES])
{
    size_t n = 0;
    for (; name[n] && n < NAME_BYTES - 1; n++) {
        out[n] = name[n];
        if (!isalnum((unsigned char)name[n])) {
            out[n] = '?';
        }
    }
    out[n] = '\0';
    return out;
}

static void report(const struct source *s, const struct migrate_line *line, int counts[])
{
    char name[NAME_BYTES];
    const char *why;
    enum migrate_verdict verdict = migrate_judge(line, &why);
    counts[verdict]++;
    if (verdict != MIGRATE_NONE) {
        printf("%s:%d: %-9s %s%s%s\n", s->path, s->begun, migrate_name(verdict),
               printable(line->name, name), why ? ": " : "", why ? why : "");
    }
}

static int migrate_file(const char *path, int counts[])
{
    struct source s = {.path = path};
    struct migrate_line line;
    s.file = fopen(path, "r");
    if (!s.file) {
        perror(path);
        return 0;
    }
    while (source_next(&s)) {
        if (split(s.text, &line)) {
            report(&s, &line, counts);
        }
    }
    s.trouble |= ferror(s.file) != 0;
    fclose(s.file);
    return !s.trouble;
}

static int migrate(int n, char **paths)
{
    int counts[MIGRATE_VERDICTS] = {0}, well = 1;
    for (int i = 0; i < n; i++) {
        well &= migrate_file(paths[i], counts);
    }
    printf("%d same, %d risky, %d different, %d missing. Included files are not followed; "
           "httpd -t judges values.\n",
           counts[MIGRATE_SAME], counts[MIGRATE_RISKY], counts[MIGRATE_DIFFERENT],
           counts[MIGRATE_MISSING]);
    if (fflush(stdout) != 0) {
        well = 0;
    }
    counts[MIGRATE_DIFFERENT] += counts[MIGRATE_RISKY] + counts[MIGRATE_MISSING];
    return !well ? 2 : counts[MIGRATE_DIFFERENT] > 0;
}

int main(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "migrate") != 0) {
        fputs("usage: oidcctl migrate FILE...\n", stderr);
        return 2;
    }
    return migrate(argc - 2, argv + 2);
}
