"""Sums of products of samples: covariance, gradient_step."""

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, numba_variants, variant
from .common import NO_PRODUCT, SECONDS

numba = library("numba")
blas = library("scipy.linalg.blas")
covariance = library("sklearn.covariance")

# --- covariance: of the columns, divisor n - 1 --------------------------------------------------

may_refuse("covariance", ValueError)


def some_rows(x):
    if len(x) == 0:
        raise ValueError("no row has no covariance")


@variant("covariance", "python_loops", left_out={"10000x100": SECONDS})
def covariance_loops(x):
    some_rows(x)
    x = x.tolist()

    def run():
        n, d = len(x), len(x[0])
        means = []
        for j in range(d):
            total = 0.0
            for i in range(n):
                total += x[i][j]
            means.append(total / n)
        out = []
        for j in range(d):
            row = []
            for k in range(d):
                total = 0.0
                for i in range(n):
                    total += (x[i][j] - means[j]) * (x[i][k] - means[k])
                row.append(total / (n - 1) if n > 1 else float("nan"))
            out.append(row)
        return out

    return run


@variant("covariance", "numpy", parallel=True)
def covariance_numpy(x):
    some_rows(x)

    def run():
        centered = x - x.mean(axis=0)
        out = centered.T @ centered
        out /= np.float64(len(x) - 1)
        return out

    return run


@variant("covariance", "numpy_cov", parallel=True)
def covariance_numpy_cov(x):
    some_rows(x)
    return Timed(lambda: np.cov(x, rowvar=False), seen=np.atleast_2d)


@variant("covariance", "numpy_out", parallel=True)
def covariance_numpy_out(x):
    some_rows(x)
    mean, centered, out = np.empty(x.shape[1]), np.empty_like(x), np.empty((x.shape[1],) * 2)

    def run():
        np.mean(x, axis=0, out=mean)
        np.subtract(x, mean, out=centered)
        np.matmul(centered.T, centered, out=out)
        return np.divide(out, np.float64(len(x) - 1), out=out)

    return run


@variant("covariance", "scipy", parallel=True)
def covariance_scipy(x):
    some_rows(x)
    below = np.tril_indices(x.shape[1], -1)

    # BLAS has matrices column by column, so that the transpose of the rows is what it takes; it
    # fills one triangle.
    def run():
        centered = x - x.mean(axis=0)
        out = blas.dsyrk(1.0, centered.T)
        out[below] = out.T[below]
        out /= np.float64(len(x) - 1)
        return out

    return run


@variant("covariance", "scikit_learn", parallel=True)
def covariance_scikit_learn(x):
    some_rows(x)

    # The divisor is n there.
    def run():
        n = np.float64(len(x))
        return covariance.empirical_covariance(x) * (n / (n - 1))

    return run


@numba_variants("covariance")
def covariance_numba(jit, x):
    some_rows(x)

    @jit
    def cov(x):
        n, d = x.shape
        mean = np.zeros(d)
        for i in range(n):
            for j in range(d):
                mean[j] += x[i, j]
        for j in range(d):
            mean[j] /= n
        parts = 8
        sums = np.zeros((parts, d, d))
        for part in numba.prange(parts):
            centered = np.empty(d)
            for i in range(part * n // parts, (part + 1) * n // parts):
                for j in range(d):
                    centered[j] = x[i, j] - mean[j]
                for j in range(d):
                    row, value = sums[part, j], centered[j]
                    for k in range(d):
                        row[k] += value * centered[k]
        out = np.empty((d, d))
        for j in range(d):
            for k in range(d):
                total = 0.0
                for part in range(parts):
                    total += sums[part, j, k]
                out[j, k] = total / (n - 1)
        return out

    return (lambda: cov(x)) if len(x) > 1 else lambda: np.full((x.shape[1],) * 2, np.nan)


absent("covariance", "numexpr", NO_PRODUCT)

# --- gradient_step: X^T(Xw - y)/n ---------------------------------------------------------------


@variant("gradient_step", "python_loops")
def gradient_step_loops(x, w, y):
    x, w, y = x.tolist(), w.tolist(), y.tolist()

    def run():
        n, d = len(x), len(w)
        gradient = [0.0] * d
        for i in range(n):
            residual = -y[i]
            for j in range(d):
                residual += x[i][j] * w[j]
            for j in range(d):
                gradient[j] += x[i][j] * residual
        return [total / n if n else float("nan") for total in gradient]

    return run


@variant("gradient_step", "numpy", parallel=True)
def gradient_step_numpy(x, w, y):
    return lambda: x.T @ (x @ w - y) / np.float64(len(y))


@variant("gradient_step", "numpy_out", parallel=True)
def gradient_step_numpy_out(x, w, y):
    residual, out = np.empty_like(y), np.empty_like(w)

    def run():
        np.matmul(x, w, out=residual)
        np.subtract(residual, y, out=residual)
        np.matmul(x.T, residual, out=out)
        return np.divide(out, np.float64(len(y)), out=out)

    return run


@variant("gradient_step", "scipy", parallel=True)
def gradient_step_scipy(x, w, y):
    # BLAS has matrices column by column: the transpose of the rows is what it takes.
    def run():
        residual = blas.dgemv(1.0, x.T, w, beta=-1.0, y=y, trans=1)
        return blas.dgemv(1.0 / len(y), x.T, residual)

    return Timed(run) if x.size else lambda: x.T @ (x @ w - y) / np.float64(len(y))


@numba_variants("gradient_step")
def gradient_step_numba(jit, x, w, y):
    @jit
    def gradient(x, w, y):
        n, d = x.shape
        parts = 16
        sums = np.zeros((parts, d))
        for part in numba.prange(parts):
            for i in range(part * n // parts, (part + 1) * n // parts):
                residual = -y[i]
                for j in range(d):
                    residual += x[i, j] * w[j]
                for j in range(d):
                    sums[part, j] += x[i, j] * residual
        out = np.zeros(d)
        for j in range(d):
            for part in range(parts):
                out[j] += sums[part, j]
            out[j] = out[j] / n if n else np.nan
        return out

    return lambda: gradient(x, w, y)


absent("gradient_step", "numexpr", NO_PRODUCT)
absent("gradient_step", "scikit_learn", "scikit-learn fits whole models: no single step can be called.")
