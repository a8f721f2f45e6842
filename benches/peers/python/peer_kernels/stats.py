"""Variants of the kernels of statistics: column_statistics, median."""

import math

import numpy as np

from .libraries import library
from .registry import absent, numba_variants, variant

numba = library("numba")
stats = library("scipy.stats")

SECONDS = "Seconds and more for one iteration: the smaller size shows what the loops cost."
NO_ORDER = "NumExpr has sums and extremes, and no order statistics."

# --- column_statistics: mean, median, std, skewness and kurtosis of each column -----------------

EPSILON = float(np.finfo(float).eps)


@variant("column_statistics", "python_loops", left_out={"100000x50": SECONDS})
def column_statistics_loops(x):
    columns, nan = x.T.tolist(), math.nan

    def run():
        out = {"mean": [], "median": [], "std": [], "skewness": [], "kurtosis": []}
        for column in columns:
            n = len(column)
            if n == 0 or any(value != value for value in column):
                for values in out.values():
                    values.append(nan)
                continue
            total = 0.0
            for value in column:
                total += value
            mean = total / n
            second = third = fourth = 0.0
            for value in column:
                difference = value - mean
                square = difference * difference
                second += square
                third += square * difference
                fourth += square * square
            second, third, fourth = second / n, third / n, fourth / n
            constant = not second > (EPSILON * mean) ** 2
            in_order = sorted(column)
            out["mean"].append(mean)
            out["median"].append((in_order[(n - 1) // 2] + in_order[n // 2]) / 2)
            out["std"].append(math.sqrt(second))
            out["skewness"].append(nan if constant else third / second**1.5)
            out["kurtosis"].append(nan if constant else fourth / second**2 - 3)
        return out

    return run


@variant("column_statistics", "numpy")
def column_statistics_numpy(x):
    def run():
        mean = x.mean(axis=0)
        difference = x - mean
        squares = difference * difference
        second = squares.mean(axis=0)
        third = np.einsum("ij,ij->j", squares, difference) / np.float64(len(x))
        fourth = np.einsum("ij,ij->j", squares, squares) / np.float64(len(x))
        second_or_nan = np.where(second > (EPSILON * mean) ** 2, second, np.nan)
        return {
            "mean": mean,
            "median": np.median(x, axis=0),
            "std": np.sqrt(second),
            "skewness": third / second_or_nan**1.5,
            "kurtosis": fourth / second_or_nan**2 - 3,
        }

    return run


@variant("column_statistics", "numpy_out")
def column_statistics_numpy_out(x):
    n, d = x.shape
    columns, squares = np.empty((d, n)), np.empty((d, n))
    mean, median, second, third, fourth = (np.empty(d) for _ in range(5))

    # Column by column: a column and its squares stay in the cache between the steps.
    def run():
        np.copyto(columns, x.T)
        for j in range(d):
            column, square = columns[j], squares[j]
            column.partition([(n - 1) // 2, n // 2, n - 1])
            middle = (column[(n - 1) // 2] + column[n // 2]) / 2
            median[j] = np.nan if np.isnan(column[n - 1]) else middle
            mean[j] = column.mean()
            np.subtract(column, mean[j], out=column)
            np.multiply(column, column, out=square)
            second[j], third[j] = square.sum() / n, np.vdot(square, column) / n
            fourth[j] = np.vdot(square, square) / n
        valid = np.where(second > (EPSILON * mean) ** 2, second, np.nan)
        return {"mean": mean, "median": median, "std": np.sqrt(second),
                "skewness": third / valid**1.5, "kurtosis": fourth / valid**2 - 3}  # fmt: skip

    return run if n else column_statistics_numpy(x)


@variant("column_statistics", "scipy")
def column_statistics_scipy(x):
    return lambda: {
        "mean": x.mean(axis=0),
        "median": np.median(x, axis=0),
        "std": x.std(axis=0),
        "skewness": stats.skew(x, axis=0),
        "kurtosis": stats.kurtosis(x, axis=0),
    }


@numba_variants("column_statistics")
def column_statistics_numba(jit, x):
    @jit
    def statistics(x):
        n, d = x.shape
        out = np.full((5, d), np.nan)
        for j in numba.prange(d if n else 0):
            column = np.empty(n)
            total = 0.0
            for i in range(n):
                column[i] = x[i, j]
                total += column[i]
            mean = total / n
            second = third = fourth = 0.0
            for i in range(n):
                difference = column[i] - mean
                square = difference * difference
                second += square
                third += square * difference
                fourth += square * square
            second, third, fourth = second / n, third / n, fourth / n
            out[0, j] = mean
            out[1, j] = np.nan if np.isnan(mean) else np.median(column)
            out[2, j] = np.sqrt(second)
            if second > (EPSILON * mean) ** 2:
                out[3, j] = third / second**1.5
                out[4, j] = fourth / second**2 - 3
        return out

    def run():
        mean, median, std, skewness, kurtosis = statistics(x)
        return {"mean": mean, "median": median, "std": std, "skewness": skewness,
                "kurtosis": kurtosis}  # fmt: skip

    return run


absent("column_statistics", "numexpr", NO_ORDER)
absent("column_statistics", "scikit_learn", "scikit-learn has neither skewness nor kurtosis.")

# --- median: of n values ------------------------------------------------------------------------


@variant("median", "python_loops")
def median_loops(values):
    values = values.tolist()

    def run():
        n = len(values)
        if n == 0 or any(value != value for value in values):
            return math.nan
        in_order = sorted(values)
        return (in_order[(n - 1) // 2] + in_order[n // 2]) / 2

    return run


@variant("median", "numpy")
def median_numpy(values):
    return lambda: np.median(values)


@variant("median", "numpy_sort")
def median_numpy_sort(values):
    n = values.size

    def run():
        in_order = np.sort(values)
        return np.nan if np.isnan(in_order[-1]) else (in_order[(n - 1) // 2] + in_order[n // 2]) / 2

    return run if n else lambda: np.nan


@variant("median", "numpy_partition")
def median_numpy_partition(values):
    return median_in_place(values, values.copy)


@variant("median", "numpy_out")
def median_numpy_out(values):
    copy = np.empty_like(values)

    def copied():
        np.copyto(copy, values)
        return copy

    return median_in_place(values, copied)


def median_in_place(values, copied):
    """By a partition of a copy; the largest of the lower half is the other of the middle two."""
    n = values.size

    def run():
        copy = copied()
        if np.isnan(copy.max()):
            return np.nan
        copy.partition(n // 2)
        upper = copy[n // 2]
        return upper if n % 2 else (copy[: n // 2].max() + upper) / 2

    return run if n else lambda: np.nan


@variant("median", "numba")
def median_numba(values):
    @numba.njit
    def median(values):
        for value in values:
            if np.isnan(value):
                return np.nan
        return np.median(values)

    return (lambda: median(values)) if values.size else (lambda: np.nan)


absent("median", "numba_parallel", "Numba's selection runs on one thread.")
absent("median", "scipy", "SciPy's statistics leave the median of all values to NumPy.")
absent("median", "numexpr", NO_ORDER)
absent("median", "scikit_learn", "scikit-learn leaves the median of all values to NumPy.")
