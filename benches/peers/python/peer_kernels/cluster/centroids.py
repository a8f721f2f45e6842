"""The mean of the points of each cluster: centroids.

All variants add the points of a cluster in their order, as the reference does: the kernel's
results agree to the last bit.
"""

import math

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, numba_variants, variant

numba = library("numba")
sparse = library("scipy.sparse")

may_refuse("centroids", ValueError)


def check(labels, k):
    """Refuses labels that name no cluster."""
    if k < 0 or (labels.size and not 0 <= labels.min() <= labels.max() < k):
        raise ValueError(f"a label is not from 0 to {k} - 1")


@variant("centroids", "python_loops")
def centroids_loops(x, labels, k):
    check(labels, k)
    d, x, labels = x.shape[1], x.tolist(), labels.tolist()

    def run():
        sums = [[0.0] * d for _ in range(k)]
        counts = [0] * k
        for point, label in zip(x, labels):
            counts[label] += 1
            total = sums[label]
            for j in range(d):
                total[j] += point[j]
        return [
            [value / count if count else math.nan for value in total]
            for total, count in zip(sums, counts)
        ]

    return Timed(run, seen=lambda out: np.array(out, dtype=float).reshape(k, d))


def means_by_columns(x, labels, k):
    """The sums of one column after the other; `add.reduceat` of sorted points adds in another order."""
    check(labels, k)
    sums = [np.bincount(labels, weights=column, minlength=k) for column in x.T]
    return np.array(sums).reshape(x.shape[1], k).T / np.bincount(labels, minlength=k)[:, None]


@variant("centroids", "numpy")
def centroids_numpy(x, labels, k):
    return lambda: means_by_columns(x, labels, k)


@variant("centroids", "numpy_masks")
def centroids_numpy_masks(x, labels, k):
    check(labels, k)
    return lambda: np.array([x[labels == label].mean(axis=0) for label in range(k)]).reshape(k, x.shape[1])


@variant("centroids", "numpy_out")
def centroids_numpy_out(x, labels, k):
    check(labels, k)
    out = np.empty((k, x.shape[1]))

    def run():
        out.fill(0)
        np.add.at(out, labels, x)
        return np.divide(out, np.bincount(labels, minlength=k)[:, None], out=out)

    return run


def means_by_product(x, labels, k):
    """The sums as the product of a sparse matrix of ones, a row for each cluster."""
    check(labels, k)
    n = len(labels)
    members = sparse.csc_array((np.ones(n), labels, np.arange(n + 1)), shape=(k, n)).tocsr()
    return (members @ x) / np.diff(members.indptr)[:, None]


@variant("centroids", "scipy")
def centroids_scipy(x, labels, k):
    return lambda: means_by_product(x, labels, k)


@numba_variants("centroids")
def centroids_numba(jit, x, labels, k):
    check(labels, k)

    # Threads share the columns, so that each sum is one thread's and in order.
    @jit
    def means(x, labels, k):
        n, d = x.shape
        out = np.zeros((k, d))
        counts = np.zeros(k)
        for label in labels:
            counts[label] += 1
        stripe = 16
        for part in numba.prange((d + stripe - 1) // stripe):
            for i in range(n):
                label = labels[i]
                for j in range(part * stripe, min(d, (part + 1) * stripe)):
                    out[label, j] += x[i, j]
        for label in range(k):
            for j in range(d):
                out[label, j] = out[label, j] / counts[label] if counts[label] else np.nan
        return out

    return lambda: means(x, labels, k)


absent("centroids", "numexpr", "NumExpr sums along axes, and not by a label.")
absent("centroids", "scikit_learn", "scikit-learn's k-means moves its centres within `fit` alone.")
