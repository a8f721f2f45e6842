/* The kernels of this peer, and the list of what it offers: all that another peer in C changes. */
#pragma once
#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct { size_t rows, cols; double *at; } Matrix; /* row after row */

/* Writes `out`, of whose size `prepare` takes care; `scratch` holds five rows of `x`.
 * Returns NULL, or what the computation says where it has no result. */
typedef const char *Compute(const Matrix *x, Matrix *out, double *restrict scratch);

static const char *softmax(const Matrix *x, Matrix *out, double *restrict scratch) {
    (void)scratch;
    for (size_t i = 0; i < x->rows; i++) {
        const double *restrict from = x->at + i * x->cols;
        double *restrict to = out->at + i * x->cols, max = -INFINITY, sum = 0;
        for (size_t j = 0; j < x->cols; j++) max = from[j] > max ? from[j] : max;
        for (size_t j = 0; j < x->cols; j++) sum += to[j] = exp(from[j] - max);
        for (size_t j = 0; j < x->cols; j++) to[j] /= sum;
    }
    return NULL;
}

/* Four centred rows at a time, so that each sum is loaded and stored once for four products. */
static const char *covariance(const Matrix *x, Matrix *out, double *restrict scratch) {
    const size_t n = x->rows, d = x->cols;
    if (n == 0) return "the covariance of no rows is undefined: give at least one row";
    double *restrict mean = scratch, *restrict sums = out->at;
    double *restrict a = mean + d, *restrict b = a + d, *restrict c = b + d, *restrict e = c + d;
    memset(mean, 0, d * sizeof *mean);
    memset(sums, 0, d * d * sizeof *sums);
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < d; j++) mean[j] += x->at[k * d + j];
    for (size_t j = 0; j < d; j++) mean[j] /= (double)n;
    for (size_t k = 0; k < n; k += 4) {
        for (size_t r = 0; r < 4; r++) /* rows beyond the last are zeros */
            for (size_t j = 0; j < d; j++)
                a[r * d + j] = k + r < n ? x->at[(k + r) * d + j] - mean[j] : 0;
        for (size_t i = 0; i < d; i++)
            for (size_t j = i; j < d; j++)
                sums[i * d + j] += a[i] * a[j] + b[i] * b[j] + c[i] * c[j] + e[i] * e[j];
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = i; j < d; j++) sums[j * d + i] = sums[i * d + j] /= (double)n - 1;
    return NULL;
}

/* What there is; a square variant gives one row and column for each column of `x`. */
static const struct { const char *kernel, *name; Compute *run; int square; } variants[] = {
    { "softmax", "loops", softmax, 0 },
    { "covariance", "loops", covariance, 1 },
};
enum { VARIANTS = sizeof variants / sizeof *variants };
