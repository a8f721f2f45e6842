"""One step of k-means: kmeans_step, the labels and the means of the points that have them."""

import math

import numpy as np

from ..libraries import library
from ..registry import absent, may_refuse, numba_variants, variant
from .centroids import means_by_columns, means_by_product
from .distances import SECONDS, nearest, some_centroids

numba = library("numba")
vq = library("scipy.cluster.vq")
metrics = library("sklearn.metrics")

may_refuse("kmeans_step", ValueError)


@variant("kmeans_step", "python_loops", left_out={"10000x64x256": SECONDS})
def kmeans_step_loops(x, c):
    some_centroids(c)
    shape, x, c = c.shape, x.tolist(), c.tolist()

    def run():
        labels = []
        sums = [[0.0] * shape[1] for _ in c]
        counts = [0] * len(c)
        for point in x:
            label, smallest = 0, math.inf
            for k, centroid in enumerate(c):
                total = 0.0
                for j in range(len(point)):
                    difference = point[j] - centroid[j]
                    total += difference * difference
                if total < smallest:
                    label, smallest = k, total
            labels.append(label)
            counts[label] += 1
            for j in range(len(point)):
                sums[label][j] += point[j]
        means = [
            [value / count if count else math.nan for value in total]
            for total, count in zip(sums, counts)
        ]
        return {"labels": labels, "centroids": means}

    return run


def means_of(labels, means, x, k):
    return {"labels": labels, "centroids": means(x, labels, k)}


@variant("kmeans_step", "numpy", parallel=True)
def kmeans_step_numpy(x, c):
    return lambda: means_of(nearest(x, c), means_by_columns, x, len(c))


@variant("kmeans_step", "scipy")
def kmeans_step_scipy(x, c):
    some_centroids(c)
    return lambda: means_of(vq.vq(x, c)[0], means_by_product, x, len(c))


@variant("kmeans_step", "scikit_learn", parallel=True)
def kmeans_step_scikit_learn(x, c):
    some_centroids(c)
    return lambda: means_of(metrics.pairwise_distances_argmin(x, c), means_by_product, x, len(c))


@numba_variants("kmeans_step")
def kmeans_step_numba(jit, x, c):
    some_centroids(c)

    @jit
    def step(x, c):
        (n, d), k = x.shape, c.shape[0]
        columns = np.ascontiguousarray(c.T)
        labels = np.empty(n, dtype=np.int64)
        for i in numba.prange(n):
            squares = np.zeros(k)
            for j in range(d):
                value, column = x[i, j], columns[j]
                for q in range(k):
                    squares[q] += (value - column[q]) * (value - column[q])
            label, smallest = 0, np.inf
            for q in range(k):
                if squares[q] < smallest:
                    label, smallest = q, squares[q]
            labels[i] = label
        sums, counts = np.zeros((k, d)), np.zeros(k)
        for i in range(n):
            counts[labels[i]] += 1
            for j in range(d):
                sums[labels[i], j] += x[i, j]
        for q in range(k):
            for j in range(d):
                sums[q, j] = sums[q, j] / counts[q] if counts[q] else np.nan
        return labels, sums

    def run():
        labels, centroids = step(x, c)
        return {"labels": labels, "centroids": centroids}

    return run


absent("kmeans_step", "numpy_out", "`bincount` makes new memory: `assign` shows what memory given beforehand is worth.")
absent("kmeans_step", "numexpr", "NumExpr has neither matrix products nor sums by a label.")
