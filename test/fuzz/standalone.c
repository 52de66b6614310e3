/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without a fuzzer: on the files and directories that are named, or on the
 * target's own corpus below the sources (srcdir). Each input is run in memory of exactly its size,
 * and once more for each of its prefixes while it is short. Prints TAP.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define PREFIXES_UP_TO 512

static int inputs, problems;

static void run(const unsigned char *bytes, size_t n)
{
    unsigned char *exact = malloc(n ? n : 1);
    if (!exact) {
        abort();
    }
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    inputs++;
}

static void run_file(const char *path, size_t size)
{
    unsigned char *bytes = malloc(size ? size : 1);
    FILE *f = fopen(path, "rb");
    if (!f || !bytes || fread(bytes, 1, size, f) != size) {
        fprintf(stderr, "%s can't be read\n", path);
        problems++;
    } else {
        run(bytes, size);
        for (size_t n = 0; n < size && size <= PREFIXES_UP_TO; n++) {
            run(bytes, n);
        }
    }
    if (f) {
        fclose(f);
    }
    free(bytes);
}

static void run_path(const char *path);

static void run_directory(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        char name[4096];
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
            run_path(name);
        }
    }
    if (dir) {
        closedir(dir);
    }
}

static void run_path(const char *path)
{
    struct stat s;
    if (stat(path, &s) != 0) {
        fprintf(stderr, "%s can't be found\n", path);
        problems++;
    } else if (S_ISDIR(s.st_mode)) {
        run_directory(path);
    } else {
        run_file(path, (size_t)s.st_size);
    }
}

/* ".../lt-url_fuzz" -> "<srcdir>/test/fuzz/corpus/url" */
static void own_corpus(const char *program, char *out, size_t n)
{
    const char *top = getenv("srcdir"), *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    name += strncmp(name, "lt-", 3) == 0 ? 3 : 0;
    const char *end = strstr(name, "_fuzz");
    snprintf(out, n, "%s/test/fuzz/corpus/%.*s", top ? top : ".",
             end ? (int)(end - name) : (int)strlen(name), name);
}

int main(int argc, char **argv)
{
    char corpus[4096];
    printf("1..1\n");
    if (argc > 1) {
        for (int i = 1; i < argc; i++) {
            run_path(argv[i]);
        }
    } else {
        own_corpus(argv[0], corpus, sizeof corpus);
        run_path(corpus);
    }
    printf("%sok 1 - %d inputs replayed\n", problems || inputs == 0 ? "not " : "", inputs);
    return problems || inputs == 0;
}
