"""Rows of exponentials: softmax, softmax_f32, log_sum_exp."""

import math

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, numba_variants, variant

numba = library("numba")
numexpr = library("numexpr")
extmath = library("sklearn.utils.extmath")
special = library("scipy.special")

# --- softmax, softmax_f32: of each row ----------------------------------------------------------


@variant("softmax", "python_loops")
def softmax_loops(x):
    rows = x.tolist()

    def run():
        out = []
        for row in rows:
            largest = max(row, default=0.0)
            exponentials = []
            total = 0.0
            for value in row:
                exponential = math.exp(value - largest)
                exponentials.append(exponential)
                total += exponential
            out.append([exponential / total for exponential in exponentials])
        return out

    return Timed(run, seen=lambda out: np.array(out, dtype=x.dtype).reshape(x.shape))


@variant("softmax", "numpy")
def softmax_numpy(x):
    def run():
        out = np.exp(x - x.max(axis=1, keepdims=True, initial=-np.inf))
        out /= out.sum(axis=1, keepdims=True)
        return out

    return run


@variant("softmax", "numpy_out")
def softmax_numpy_out(x):
    column, out = np.empty((x.shape[0], 1), dtype=x.dtype), np.empty_like(x)

    def run():
        np.max(x, axis=1, keepdims=True, initial=-np.inf, out=column)
        np.subtract(x, column, out=out)
        np.exp(out, out=out)
        np.sum(out, axis=1, keepdims=True, out=column)
        return np.divide(out, column, out=out)

    return run


@variant("softmax", "scipy")
def softmax_scipy(x):
    return lambda: special.softmax(x, axis=1)


@variant("softmax", "scikit_learn")
def softmax_scikit_learn(x):
    return lambda: extmath.softmax(x)


@variant("softmax", "numexpr", parallel=True)
def softmax_numexpr(x):
    def run():
        largest = x.max(axis=1, keepdims=True, initial=-np.inf)
        out = numexpr.evaluate("exp(x - largest)", {"x": x, "largest": largest})
        total = out.sum(axis=1, keepdims=True)
        return numexpr.evaluate("out / total", {"out": out, "total": total}, out=out)

    return run


@numba_variants("softmax")
def softmax_numba(jit, x):
    @jit
    def softmax(x):
        n, d = x.shape
        out = np.empty_like(x)
        for i in numba.prange(n):
            largest = x.dtype.type(-np.inf)
            for j in range(d):
                largest = max(largest, x[i, j])
            total = x.dtype.type(0)
            for j in range(d):
                out[i, j] = np.exp(x[i, j] - largest)
                total += out[i, j]
            for j in range(d):
                out[i, j] /= total
        return out

    return lambda: softmax(x)


for again, parallel in {
    "python_loops": False, "numpy": False, "numpy_out": False, "scipy": False,
    "scikit_learn": False, "numexpr": True,
}.items():  # fmt: skip
    variant("softmax_f32", again, parallel=parallel)(globals()[f"softmax_{again.removeprefix('python_')}"])
numba_variants("softmax_f32")(softmax_numba)

# --- log_sum_exp: of each row, in log space -----------------------------------------------------


@variant("log_sum_exp", "python_loops")
def log_sum_exp_loops(x):
    x = x.tolist()

    def run():
        out = []
        for row in x:
            largest = max(row, default=-math.inf)
            if math.isinf(largest):
                out.append(math.nan if any(map(math.isnan, row)) else largest)
                continue
            total = 0.0
            for value in row:
                total += math.exp(value - largest)
            out.append(largest + math.log(total))
        return out

    return run


@variant("log_sum_exp", "numpy")
def log_sum_exp_numpy(x):
    def run():
        largest = x.max(axis=1, initial=-np.inf)
        largest[np.isinf(largest)] = 0
        terms = x - largest[:, None]
        return np.log(np.exp(terms, out=terms).sum(axis=1)) + largest

    return run


@variant("log_sum_exp", "numpy_out")
def log_sum_exp_numpy_out(x):
    terms, largest, out = np.empty_like(x), np.empty(x.shape[0]), np.empty(x.shape[0])

    def run():
        np.max(x, axis=1, initial=-np.inf, out=largest)
        largest[np.isinf(largest)] = 0
        np.subtract(x, largest[:, None], out=terms)
        np.exp(terms, out=terms)
        np.sum(terms, axis=1, out=out)
        np.log(out, out=out)
        return np.add(out, largest, out=out)

    return run


@variant("log_sum_exp", "scipy")
def log_sum_exp_scipy(x):
    return lambda: special.logsumexp(x, axis=1)


@variant("log_sum_exp", "numexpr", parallel=True)
def log_sum_exp_numexpr(x):
    def run():
        largest = x.max(axis=1, initial=-np.inf)
        largest[np.isinf(largest)] = 0
        column = largest[:, None]
        return np.log(numexpr.evaluate("exp(x - column)", {"x": x, "column": column}).sum(axis=1)) + largest

    return run


@numba_variants("log_sum_exp")
def log_sum_exp_numba(jit, x):
    @jit
    def log_sum_exp(x):
        n, d = x.shape
        out = np.empty(n)
        for i in numba.prange(n):
            largest = -np.inf
            for j in range(d):
                largest = max(largest, x[i, j])
            shift = 0.0 if np.isinf(largest) else largest
            total = 0.0
            for j in range(d):
                total += np.exp(x[i, j] - shift)
            out[i] = shift + np.log(total)
        return out

    return lambda: log_sum_exp(x)


absent("log_sum_exp", "scikit_learn", "scikit-learn takes SciPy's.")
