/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the sample configurations and the reference from the directive tables.
 *
 *     oidc-doc sample | sample-provider | reference
 */
#include <stdio.h>
#include <string.h>

#define COLUMNS 100

struct doc_row {
    const char *name; /* NULL: a group, whose title is the sentence */
    int is_dir;
    const char *preset;
    long long min, max, also, multiple;
    const char *arguments, *sample, *sentence;
};

enum { SERVER, DIR };
#define ANY 0, 0, 0, 0
#define RANGE(min, max) min, max, min, 0
#define RANGE_OR(also, min, max) min, max, also, 0
#define RANGE_MULTIPLE(min, max, of) min, max, min, of
#define GROUP(title) {NULL, 0, NULL, ANY, NULL, NULL, title},
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) \
    {#name, scope, preset, limits, arguments, sample, sentence},

static const struct doc_row doc_rows[] = {
#include "httpd/directives.def"
};
static const struct doc_row doc_provider_rows[] = {
#include "httpd/directives_provider.def"
};

#define N(rows) ((int)(sizeof rows / sizeof *rows))

/* Wraps text behind "# ". */
static void doc_print_comment(const char *text)
{
    while (*text) {
        size_t n = strlen(text), room = COLUMNS - 2;
        if (n > room) {
            n = room;
            while (n && text[n] != ' ') {
                n--;
            }
        }
        n = n ? n : strcspn(text, " ");
        printf("# %.*s\n", (int)n, text);
        text += n + strspn(text + n, " ");
    }
}

static void doc_print_limits(const struct doc_row *row, const char *before)
{
    if (row->max == 0) {
        return;
    }
    printf("%s", before);
    if (row->also != row->min) {
        printf("%lld or ", row->also);
    }
    printf("%lld to %lld", row->min, row->max);
    if (row->multiple) {
        printf(", a multiple of %lld", row->multiple);
    }
}

static void doc_print_sample_row(const struct doc_row *row)
{
    doc_print_comment(row->sentence);
    printf("# %s %s\n", row->name, row->arguments);
    printf("# Default: %s", row->preset ? row->preset : "none");
    doc_print_limits(row, ". Allowed: ");
    printf(". Where: %s.\n", row->is_dir ? "anywhere" : "server, virtual host");
    printf("#%s %s\n\n", row->name, row->sample ? row->sample : row->preset);
}

static void doc_print_sample(const struct doc_row *rows, int n, const char *title)
{
    printf("# %s\n#\n", title);
    doc_print_comment("This file is printed from the table of directives. It says nothing until a "
                      "line's '#' is "
                      "removed. Values with spaces stand in double quotes. A section (<Location>, "
                      "<Directory>) "
                      "takes the directives marked \"anywhere\"; what it says replaces what was "
                      "said around it.");
    printf("\n");
    for (int i = 0; i < n; i++) {
        if (rows[i].name) {
            doc_print_sample_row(&rows[i]);
        } else {
            printf("# ---- %s ----\n\n", rows[i].sentence);
        }
    }
}

/* Text inside a table cell. */
static void doc_print_cell(const char *text)
{
    for (; *text; text++) {
        if (*text == '|' || *text == '<' || *text == '>' || *text == '*') {
            putchar('\\');
        }
        putchar(*text);
    }
}

/* A literal inside a table cell: two backquotes around, so that one inside is harmless. */
static void doc_print_code(const char *text)
{
    printf("`");
    for (; *text; text++) {
        if (*text == '|') {
            putchar('\\');
        }
        putchar(*text);
    }
    printf("`");
}

static void doc_print_reference(const struct doc_row *rows, int n)
{
    for (int i = 0; i < n; i++) {
        if (!rows[i].name) {
            printf("\n### %s\n\n| directive | arguments | default | where | "
                   "|\n|---|---|---|---|---|\n",
                   rows[i].sentence);
            continue;
        }
        printf("| `%s` | ", rows[i].name);
        doc_print_code(rows[i].arguments);
        doc_print_limits(&rows[i], "; ");
        printf(" | ");
        if (rows[i].preset) {
            doc_print_code(rows[i].preset);
        }
        printf(" | %s | ", rows[i].is_dir ? "anywhere" : "server");
        doc_print_cell(rows[i].sentence);
        printf(" |\n");
    }
}

static void doc_print_introduction(void)
{
    printf("# Directives\n\n"
           "Printed from `src/httpd/directives.def` and `src/httpd/directives_provider.def` by "
           "`make docs`; "
           "don't edit it.\n\n"
           "- **server**: main server and `<VirtualHost>`. **anywhere**: there, in sections, and "
           "in `.htaccess` "
           "under `AllowOverride AuthConfig`.\n"
           "- On and Off may also be written true, yes, 1 and false, no, 0, in any case. Other "
           "words are "
           "case-sensitive.\n"
           "- The inner section's value replaces the outer one's; lists are not added up.\n"
           "- A number is written in decimal digits and nothing else.\n"
           "- `exec:PROGRAM ARGUMENTS` runs a program when the configuration is read, in "
           "ServerRoot and without a "
           "shell, and takes the first line that it prints.\n");
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (strcmp(what, "sample") == 0) {
        doc_print_sample(doc_rows, N(doc_rows), "mod_oidc, the relying party");
    } else if (strcmp(what, "sample-provider") == 0) {
        doc_print_sample(doc_provider_rows, N(doc_provider_rows), "mod_oidc_provider, the OpenID "
                                        "Provider");
    } else if (strcmp(what, "reference") == 0) {
        doc_print_introduction();
        printf("\n## mod_oidc\n");
        doc_print_reference(doc_rows, N(doc_rows));
        printf("\n## mod_oidc_provider\n");
        doc_print_reference(doc_provider_rows, N(doc_provider_rows));
    } else {
        fprintf(stderr, "usage: oidc-doc sample | sample-provider | reference\n");
        return 2;
    }
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
