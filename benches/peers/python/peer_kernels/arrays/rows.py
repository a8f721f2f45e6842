"""Columns and rows moved and scaled: center, row_normalize."""

import math

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, numba_variants, variant
from .common import shaped_like

numba = library("numba")
numexpr = library("numexpr")
preprocessing = library("sklearn.preprocessing")
signal = library("scipy.signal")

# --- center: each value minus the mean of its column --------------------------------------------


@variant("center", "python_loops")
def center_loops(x):
    x = x.tolist()

    def run():
        n = len(x)
        out = [row[:] for row in x]
        for j in range(len(x[0]) if x else 0):
            total = 0.0
            for i in range(n):
                total += x[i][j]
            mean = total / n
            for i in range(n):
                out[i][j] = x[i][j] - mean
        return out

    return Timed(run, seen=shaped_like(x))


@variant("center", "numpy")
def center_numpy(x):
    return lambda: x - x.mean(axis=0)


@variant("center", "numpy_out")
def center_numpy_out(x):
    mean, out = np.empty(x.shape[1]), np.empty_like(x)

    def run():
        np.mean(x, axis=0, out=mean)
        return np.subtract(x, mean, out=out)

    return run


@variant("center", "scipy")
def center_scipy(x):
    return lambda: signal.detrend(x, axis=0, type="constant")


@variant("center", "scikit_learn")
def center_scikit_learn(x):
    return lambda: preprocessing.scale(x, with_std=False)


@variant("center", "numexpr", parallel=True)
def center_numexpr(x):
    def run():
        mean = x.mean(axis=0)
        return numexpr.evaluate("x - mean", {"x": x, "mean": mean})

    return run


@numba_variants("center")
def center_numba(jit, x):
    @jit
    def center(x):
        n, d = x.shape
        parts = 16
        sums = np.zeros((parts, d))
        for part in numba.prange(parts):
            for i in range(part * n // parts, (part + 1) * n // parts):
                for j in range(d):
                    sums[part, j] += x[i, j]
        mean = np.zeros(d)
        for j in range(d):
            for part in range(parts):
                mean[j] += sums[part, j]
            mean[j] /= max(n, 1)
        out = np.empty_like(x)
        for i in numba.prange(n):
            for j in range(d):
                out[i, j] = x[i, j] - mean[j]
        return out

    return lambda: center(x)


# --- row_normalize: each row divided by its Euclidean norm --------------------------------------


@variant("row_normalize", "python_loops")
def row_normalize_loops(x):
    x = x.tolist()

    def run():
        out = []
        for row in x:
            total = 0.0
            for value in row:
                total += value * value
            norm = math.sqrt(total) or 1.0
            out.append([value / norm for value in row])
        return out

    return Timed(run, seen=shaped_like(x))


@variant("row_normalize", "numpy")
def row_normalize_numpy(x):
    def run():
        norm = np.sqrt(np.einsum("ij,ij->i", x, x))
        norm[norm == 0] = 1
        return x / norm[:, None]

    return run


@variant("row_normalize", "numpy_norm")
def row_normalize_numpy_norm(x):
    def run():
        norm = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(norm == 0, 1, norm)

    return run


@variant("row_normalize", "numpy_out")
def row_normalize_numpy_out(x):
    norm, out = np.empty(x.shape[0]), np.empty_like(x)

    def run():
        np.einsum("ij,ij->i", x, x, out=norm)
        np.sqrt(norm, out=norm)
        norm[norm == 0] = 1
        return np.divide(x, norm[:, None], out=out)

    return run


@variant("row_normalize", "scikit_learn")
def row_normalize_scikit_learn(x):
    return lambda: preprocessing.normalize(x)


@variant("row_normalize", "numexpr", parallel=True)
def row_normalize_numexpr(x):
    def run():
        squares = np.einsum("ij,ij->i", x, x)[:, None]
        return numexpr.evaluate("x / where(squares == 0, 1, sqrt(squares))", {"x": x, "squares": squares})

    return run


@numba_variants("row_normalize")
def row_normalize_numba(jit, x):
    @jit
    def normalize(x):
        n, d = x.shape
        out = np.empty_like(x)
        for i in numba.prange(n):
            total = 0.0
            for j in range(d):
                total += x[i, j] * x[i, j]
            norm = math.sqrt(total) if total != 0 else 1.0
            for j in range(d):
                out[i, j] = x[i, j] / norm
        return out

    return lambda: normalize(x)


absent("row_normalize", "scipy", "The norm of rows in SciPy's `linalg` is NumPy's.")
