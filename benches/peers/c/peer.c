/* A peer in C: answers the worker protocol of docs/protocol.md for the kernels of kernels.h.
 * An example to copy. Another peer has other kernels, and another `prepare` where they take more
 * than one matrix. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime, getline */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"
#include "npy.h"

/* ---- JSON, as much as requests have. ---- */
static const char *blank(const char *p) { return p + strspn(p, " \t\r\n"); }

typedef struct { const char *name, *value; size_t length; } Field;

/* Steps to the next field of the line, on whichever level; texts are stepped over as wholes. */
static int step(const char **p, Field *field) {
    while ((*p = strchr(*p, '"'))) {
        field->name = ++*p;
        while (**p && **p != '"') *p += **p == '\\' && (*p)[1] ? 2 : 1;
        if (!**p) return 0;
        field->length = (size_t)(*p - field->name);
        *p = blank(*p + 1);
        if (**p == ':') return field->value = blank(*p + 1), 1;
    }
    return 0;
}

/* The value of a field, "" without one. No name that is asked for occurs on two levels. */
static const char *get(const char *line, const char *name) {
    Field at;
    while (step(&line, &at))
        if (strlen(name) == at.length && !memcmp(at.name, name, at.length)) return at.value;
    return "";
}

static int all_known(const char *line) {
    static const char known[] = " do kernel variant size threads seed against input name path"
                                " directory iterations slice warm_up keep ";
    char name[32];
    Field at;
    while (step(&line, &at)) {
        snprintf(name, sizeof name, " %.*s ", (int)at.length, at.name);
        if (!strstr(known, name)) return 0;
    }
    return 1;
}

enum { ROOM = 4096 };

/* Copies a text out of its quotes; 0 where it is none. No path or name has control characters. */
static int text(const char *p, char to[ROOM]) {
    size_t length = 0;
    if (*p++ != '"') return 0;
    for (; *p && *p != '"' && length < ROOM - 1; to[length++] = *p++)
        if (*p == '\\' && (!*++p || !strchr("\"\\/", *p))) return 0;
    to[length] = 0;
    return *p == '"';
}

static void put(const char *p) {
    for (putchar('"'); *p; putchar(*p++))
        if (*p == '"' || *p == '\\') putchar('\\');
    putchar('"');
}

static void fail(const char *format, ...) {
    char reason[3 * ROOM];
    va_list values;
    va_start(values, format);
    vsnprintf(reason, sizeof reason, format, values);
    va_end(values);
    fputs("{\"is\":\"failed\",\"failure\":{\"kind\":\"broken\",\"reason\":", stdout);
    put(reason), puts("}}");
}

/* ---- Requests: each is answered by one line. ---- */
static struct { Compute *run; Matrix x, out; double *scratch; } ready; /* the prepared case */

static unsigned long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
}

static void drop(void) {
    free(ready.x.at), free(ready.out.at), free(ready.scratch);
    memset(&ready, 0, sizeof ready);
}

static void list(void) {
    drop();
    fputs("{\"is\":\"kernels\",\"protocol\":3,\"counts_heap\":false,\"versions\":", stdout);
    fputs("{\"C compiler\":", stdout), put(__VERSION__);
    for (int i = 0; i < VARIANTS; i++)
        printf("%s{\"id\":\"%s\",\"about\":\"\",\"exercise\":null,\"sizes\":[],"
               "\"variants\":[{\"name\":\"%s\",\"role\":\"serial\",\"rung\":null}],"
               "\"absent\":[],\"stages\":[]}",
               i ? "," : "},\"kernels\":[", variants[i].kernel, variants[i].name);
    puts("]}");
}

static void prepare(const char *request) {
    char kernel[ROOM] = "", variant[ROOM] = "", path[ROOM];
    drop();
    text(get(request, "kernel"), kernel), text(get(request, "variant"), variant);
    int i = 0;
    while (i < VARIANTS && (strcmp(kernel, variants[i].kernel) || strcmp(variant, variants[i].name)))
        i++;
    if (i == VARIANTS) { fail("there is no variant `%s` of `%s`", variant, kernel); return; }
    if (!text(get(request, "path"), path)) { fail("`prepare` needs a file as `input`"); return; }
    const char *wrong = read_npy(path, &ready.x);
    if (wrong) { fail("%s: %s", path, wrong); drop(); return; }
    const unsigned long long start = now_ns(); /* the variant's own setup begins */
    const size_t cols = ready.x.cols, rows = variants[i].square ? cols : ready.x.rows;
    ready.out = (Matrix){ rows, cols, calloc(rows * cols + 1, 8) };
    ready.scratch = calloc(5 * cols + 1, 8);
    const unsigned long long setup_ns = now_ns() - start;
    if (!ready.out.at || !ready.scratch) { fail("out of memory"); drop(); return; }
    ready.run = variants[i].run;
    printf("{\"is\":\"prepared\",\"setup_ns\":%llu,\"cold_ns\":null,\"agreement\":null}\n", setup_ns);
}

static void result(const char *request) {
    char directory[ROOM], path[ROOM + 8];
    const char *wrong;
    if (!text(get(request, "directory"), directory)) { fail("`result` needs a directory"); return; }
    snprintf(path, sizeof path, "%s/0.npy", directory);
    const unsigned long long start = now_ns();
    const char *error = ready.run(&ready.x, &ready.out, ready.scratch);
    const unsigned long long elapsed_ns = now_ns() - start;
    if (!error && (wrong = write_npy(path, &ready.out))) { fail("%s: %s", path, wrong); return; }
    printf("{\"is\":\"result\",\"elapsed_ns\":%llu,\"output\":[", elapsed_ns);
    if (!error) fputs("{\"name\":\"\",\"path\":", stdout), put(path), putchar('}');
    fputs("],\"error\":", stdout);
    if (error) put(error); else fputs("null", stdout);
    puts("}");
}

static void batch(const char *request) {
    unsigned long long iterations = strtoull(get(request, "iterations"), NULL, 10);
    unsigned long long warm_up = strtoull(get(request, "warm_up"), NULL, 10);
    if (iterations == 0) { fail("`batch` needs iterations"); return; }
    while (warm_up--) ready.run(&ready.x, &ready.out, ready.scratch);
    const unsigned long long start = now_ns(); /* results are overwritten: no need of slices */
    while (iterations--) ready.run(&ready.x, &ready.out, ready.scratch);
    printf("{\"is\":\"batch\",\"elapsed_ns\":%llu,\"pairs\":1}\n", now_ns() - start);
}

int main(void) {
    static char *line;
    char name[ROOM];
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        if (!text(get(line, "do"), name)) fail("the line is no request");
        else if (!strcmp(name, "quit")) return 0;
        else if (!all_known(line)) fail("`%s` has a field that this peer does not know", name);
        else if (!strcmp(name, "list")) list();
        else if (!strcmp(name, "prepare")) prepare(line);
        else if (strcmp(name, "result") && strcmp(name, "batch")) fail("no answer to `%s` here", name);
        else if (!ready.run) fail("no case is prepared");
        else if (!strcmp(name, "result")) result(line);
        else batch(line);
        fflush(stdout);
    }
    return 0;
}
