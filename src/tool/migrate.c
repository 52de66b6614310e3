/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of migrate.def, applied to one line. */
#include "tool/migrate.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define PASSPHRASE_LEAST 32

typedef int condition(const struct migrate_line *line);

static const char *word(const struct migrate_line *line, int i)
{
    return i < line->n ? line->words[i] : "";
}

static int is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++) {
        if (strcasecmp(text, *list) == 0) {
            return 1;
        }
    }
    return 0;
}

/* ---- conditions ---- */

static int holds_always(const struct migrate_line *line)
{
    (void)line;
    return 1;
}

static int has_one_word(const struct migrate_line *line)
{
    return line->n == 1;
}

static int lacks_encoding(const struct migrate_line *line)
{
    return line->n == 1 && strcmp(word(line, 0), "none") != 0;
}

static int is_none(const struct migrate_line *line)
{
    return strcmp(word(line, 0), "none") == 0;
}

static int is_not_none(const struct migrate_line *line)
{
    return !is_none(line);
}

static int has_query(const struct migrate_line *line)
{
    return strpbrk(word(line, 0), "?#") != NULL;
}

static int is_http(const struct migrate_line *line)
{
    return strncasecmp(word(line, 0), "http://", 7) == 0;
}

static int is_zero(const struct migrate_line *line)
{
    return strcmp(word(line, 0), "0") == 0 || strcmp(word(line, 1), "0") == 0;
}

static int is_pass(const struct migrate_line *line)
{
    return strcmp(word(line, 0), "pass") == 0;
}

static int is_off(const struct migrate_line *line)
{
    static const char *const off[] = {"off", "false", "no", "0", NULL};
    return is_one_of(word(line, 0), off);
}

static int is_not_s256(const struct migrate_line *line)
{
    return strcmp(word(line, 0), "S256") != 0;
}

static int is_literal(const struct migrate_line *line)
{
    const char *value = word(line, 0);
    return strncmp(value, "exec:", 5) != 0 && strncmp(value, "${", 2) != 0;
}

static int is_short_literal(const struct migrate_line *line)
{
    return is_literal(line) && strlen(word(line, 0)) < PASSPHRASE_LEAST;
}

static int is_empty(const struct migrate_line *line)
{
    return !*word(line, 0);
}

static int is_email(const struct migrate_line *line)
{
    return strcmp(word(line, 0), "email") == 0;
}

/* ---- tables ---- */

#define RULE(name, holds, verdict, why) {#name, holds, MIGRATE_##verdict, why},
#define OLD(name, instead)
#define NAME(name)
static const struct {
    const char *name;
    condition *holds;
    enum migrate_verdict verdict;
    const char *why;
} rules[] = {
#include "tool/migrate.def"
};
#undef RULE
#undef OLD

#define RULE(name, holds, verdict, why)
#define OLD(name, instead) {#name, instead},
static const struct {
    const char *name, *instead;
} olds[] = {
#include "tool/migrate.def"
};
#undef OLD
#undef NAME

#define OLD(name, instead)
#define NAME(name) #name,
static const char *const theirs[] = {
#include "tool/migrate.def"
    NULL};

#define GROUP(title)
#define DIRECTIVE(name, scope, kind, first, last, preset, limits, words, arguments, sample, sentence) \
    #name,
static const char *const ours[] = {
#include "httpd/directives.def"
    NULL};

#define N(list) (sizeof list / sizeof *list)

/* ---- lines ---- */

static enum migrate_verdict judge_auth_type(const struct migrate_line *line, const char **why)
{
    static const char *const bearer[] = {"oauth20", "auth-openidc", NULL};
    if (is_one_of(word(line, 0), bearer) && !is_one_of("OIDCOAuthAcceptTokenAs", ours)) {
        *why = "this version signs people in; it does not judge access tokens";
        return MIGRATE_MISSING;
    }
    return strcasecmp(word(line, 0), "openid-connect") == 0 || is_one_of(word(line, 0), bearer)
               ? MIGRATE_SAME
               : MIGRATE_NONE;
}

static enum migrate_verdict judge_require(const struct migrate_line *line, const char **why)
{
    int not = strcasecmp(word(line, 0), "not") == 0;
    if (strcasecmp(word(line, not), "claims_expr") == 0
        && !is_one_of("OIDCFilterClaimsExpr", ours)) {
        *why = "this version has no jq expressions";
        return MIGRATE_MISSING;
    }
    if (strcasecmp(word(line, not), "claim") != 0) {
        return MIGRATE_NONE;
    }
    for (int i = not + 1; i < line->n; i++) {
        if (!strpbrk(line->words[i], ":~") && !strstr(line->words[i], "%{")) {
            *why = "a specification without : or ~ is refused; it never matched";
            return MIGRATE_DIFFERENT;
        }
    }
    return MIGRATE_SAME;
}

static enum migrate_verdict judge_directive(const struct migrate_line *line, const char **why)
{
    for (size_t i = 0; i < N(olds); i++) {
        if (strcasecmp(line->name, olds[i].name) == 0) {
            *why = olds[i].instead;
            return MIGRATE_MISSING;
        }
    }
    if (!is_one_of(line->name, ours)) {
        *why = is_one_of(line->name, theirs)
                   ? "this version does not have it; httpd refuses the line"
                   : "neither module knows it";
        return MIGRATE_MISSING;
    }
    for (size_t i = 0; i < N(rules); i++) {
        if (strcasecmp(line->name, rules[i].name) == 0 && rules[i].holds(line)) {
            *why = rules[i].why;
            return rules[i].verdict;
        }
    }
    return MIGRATE_SAME;
}

const char *migrate_name(enum migrate_verdict verdict)
{
    static const char *const names[MIGRATE_VERDICTS] = {"-", "same", "risky", "different",
                                                        "missing"};
    return names[verdict];
}

enum migrate_verdict migrate_judge(const struct migrate_line *line, const char **why)
{
    *why = NULL;
    if (strcasecmp(line->name, "AuthType") == 0) {
        return judge_auth_type(line, why);
    }
    if (strcasecmp(line->name, "Require") == 0) {
        return judge_require(line, why);
    }
    if (strcasecmp(line->name, "LoadModule") == 0) {
        int is_it = strcmp(word(line, 0), "auth_openidc_module") == 0;
        *why = is_it ? "the file becomes mod_oidc.so, the name may stay" : NULL;
        return is_it ? MIGRATE_DIFFERENT : MIGRATE_NONE;
    }
    /* directives of our provider are none of the other module's */
    return strncasecmp(line->name, "OIDC", 4) == 0 && strncasecmp(line->name, "OIDCOP", 6) != 0
               ? judge_directive(line, why)
               : MIGRATE_NONE;
}
