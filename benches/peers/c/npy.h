/* Matrices of doubles as .npy files of version 1.0, on a little-endian machine in C order.
 * Each function returns NULL, or what is wrong. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#define HEADER "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu"

static const char *read_npy(const char *path, Matrix *x) {
    unsigned char start[10] = { 0 };
    char header[4096] = "";
    int end = 0;
    FILE *file = fopen(path, "rb");
    if (!file) return strerror(errno);
    const char *wrong = "no matrix of doubles in C order as .npy of version 1.0";
    const size_t read = fread(start, 1, 10, file), length = start[8] + 256u * start[9];
    if (read == 10 && !memcmp(start, "\x93NUMPY\1", 8) && length < sizeof header
        && fread(header, 1, length, file) == length
        && sscanf(header, HEADER "%n", &x->rows, &x->cols, &end) == 2
        && header[end + (int)strspn(header + end, ", ")] == ')') {
        wrong = "cut short, or too large";
        if (x->cols < UINT32_MAX && x->rows <= UINT32_MAX / (x->cols + 1))
            x->at = calloc(x->rows * x->cols + 1, 8);
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
