/* A peer in C: answers the worker protocol of docs/protocol.md for the kernels of kernels.h.
 *
 * Lines of JSON come on stdin, one reply to each goes to stdout, matrices cross as .npy files.
 * An example to copy: another peer has other kernels and, where they take more than one matrix,
 * another `prepare`. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime, getline */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kernels.h"

/* ---- JSON, as much as requests have. ---- */
static const char *blank(const char *p) { return p + strspn(p, " \t\r\n"); }

/* The value of a field wherever in the line it stands, "" without one. No request has one of the
 * names that are asked for on two levels, so it is enough to step over texts as wholes. */
static const char *get(const char *p, const char *name) {
    while ((p = strchr(p, '"'))) {
        const char *start = ++p;
        while (*p && *p != '"') p += *p == '\\' && p[1] ? 2 : 1;
        if (!*p) break;
        const int same = !strncmp(start, name, strlen(name)) && start + strlen(name) == p;
        if (*(p = blank(p + 1)) == ':' && same) return blank(p + 1);
    }
    return "";
}

enum { ROOM = 4096 };

/* Copies a text out of its quotes; 0 where it is none. No path or name has control characters. */
static int text(const char *p, char to[ROOM]) {
    size_t length = 0;
    if (*p++ != '"') return 0;
    for (; *p && *p != '"' && length < ROOM - 1; to[length++] = *p++)
        if (*p == '\\' && !strchr("\"\\/", *++p)) return 0;
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

/* ---- .npy files, version 1.0, of a little-endian machine: NULL, or what is wrong. ---- */
#define HEADER "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu"

static const char *read_npy(const char *path, Matrix *x) {
    unsigned char start[10] = { 0 };
    char header[ROOM] = "";
    int end = 0;
    FILE *file = fopen(path, "rb");
    if (!file) return strerror(errno);
    const char *wrong = "no matrix of doubles in C order as .npy of version 1.0";
    const size_t read = fread(start, 1, 10, file), length = start[8] + 256u * start[9];
    if (read == 10 && !memcmp(start, "\x93NUMPY\1", 8) && length < ROOM
        && fread(header, 1, length, file) == length
        && sscanf(header, HEADER "%n", &x->rows, &x->cols, &end) == 2
        && header[end + (int)strspn(header + end, ", ")] == ')') {
        wrong = "cut short, or too large";
        x->at = x->rows <= UINT32_MAX / (x->cols + 1) ? calloc(x->rows * x->cols + 1, 8) : NULL;
        if (x->at && fread(x->at, 8, x->rows * x->cols, file) == x->rows * x->cols) wrong = NULL;
    }
    fclose(file);
    return wrong;
}

static const char *write_npy(const char *path, const Matrix *x) {
    char header[118]; /* 0x76; with the 10 bytes before it a multiple of 64, as the format wants */
    FILE *file = fopen(path, "wb");
    if (!file) return strerror(errno);
    snprintf(header, sizeof header, HEADER "), }", x->rows, x->cols);
    fwrite("\x93NUMPY\1\0\x76\0", 1, 10, file);
    fprintf(file, "%-117s\n", header);
    const int whole = fwrite(x->at, 8, x->rows * x->cols, file) == x->rows * x->cols;
    return fclose(file) == 0 && whole ? NULL : "not written in full";
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
    fputs("{\"is\":\"kernels\",\"protocol\":3,\"counts_heap\":false,\"versions\":{\"C compiler\":", stdout);
    put(__VERSION__);
    for (int i = 0; i < VARIANTS; i++)
        printf("%s{\"id\":\"%s\",\"about\":\"\",\"exercise\":null,\"sizes\":[],"
               "\"variants\":[{\"name\":\"%s\",\"role\":\"serial\",\"rung\":null}],"
               "\"absent\":[],\"stages\":[]}",
               i ? "," : "},\"kernels\":[", variants[i].kernel, variants[i].name);
    puts("]}");
}

static void prepare(const char *request) {
    char kernel[ROOM] = "", variant[ROOM] = "", path[ROOM];
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
    char *line = NULL, request[ROOM];
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        if (!text(get(line, "do"), request)) fail("the line is no request");
        else if (!strcmp(request, "quit")) return 0;
        else if (!strcmp(request, "list")) drop(), list();
        else if (!strcmp(request, "prepare")) drop(), prepare(line);
        else if (strcmp(request, "result") && strcmp(request, "batch"))
            fail("this peer has no answer to `%s`", request);
        else if (!ready.run) fail("no case is prepared");
        else if (!strcmp(request, "result")) result(line);
        else batch(line);
        fflush(stdout);
    }
    return 0;
}
