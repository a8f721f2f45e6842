"""Distances of points from centroids: pairwise_distance, assign."""

import math

import numpy as np

from ..libraries import library
from ..registry import absent, may_refuse, numba_variants, variant

numba = library("numba")
numexpr = library("numexpr")
spatial = library("scipy.spatial.distance")
vq = library("scipy.cluster.vq")
pairwise = library("sklearn.metrics.pairwise")
metrics = library("sklearn.metrics")

SECONDS = "Seconds and more for one iteration: the smaller size shows what the loops cost."

# --- pairwise_distance: Euclidean ---------------------------------------------------------------


@variant("pairwise_distance", "python_loops", left_out={"10000x64x256": SECONDS})
def pairwise_distance_loops(x, c):
    shape = (len(x), len(c))
    x, c = x.tolist(), c.tolist()

    def run():
        out = []
        for point in x:
            distances = []
            for centroid in c:
                total = 0.0
                for j in range(len(point)):
                    difference = point[j] - centroid[j]
                    total += difference * difference
                distances.append(math.sqrt(total))
            out.append(distances)
        return out

    return run if all(shape) else lambda: np.zeros(shape)


def squared(x, c):
    """Squared distances by one matrix product, of points moved so that less cancels."""
    middle = c.mean(axis=0)
    x, c = x - middle, c - middle
    out = x @ (-2 * c.T)
    out += np.einsum("ij,ij->i", x, x)[:, None]
    out += np.einsum("ij,ij->i", c, c)
    return out


@variant("pairwise_distance", "numpy", parallel=True)
def pairwise_distance_numpy(x, c):
    def run():
        out = squared(x, c)
        np.maximum(out, 0, out=out)
        return np.sqrt(out, out=out)

    return run


@variant("pairwise_distance", "numpy_broadcast")
def pairwise_distance_numpy_broadcast(x, c):
    return lambda: np.sqrt(((x[:, None, :] - c[None, :, :]) ** 2).sum(axis=2))


@variant("pairwise_distance", "numpy_out", parallel=True)
def pairwise_distance_numpy_out(x, c):
    moved_x, moved_c, out = np.empty_like(x), np.empty_like(c), np.empty((len(x), len(c)))

    def run():
        middle = c.mean(axis=0)
        np.subtract(x, middle, out=moved_x)
        np.subtract(c, middle, out=moved_c)
        squares = np.einsum("ij,ij->i", moved_c, moved_c)
        np.multiply(moved_c, -2, out=moved_c)
        np.matmul(moved_x, moved_c.T, out=out)
        np.add(out, np.einsum("ij,ij->i", moved_x, moved_x)[:, None], out=out)
        np.add(out, squares, out=out)
        np.maximum(out, 0, out=out)
        return np.sqrt(out, out=out)

    return run


@variant("pairwise_distance", "numexpr", parallel=True)
def pairwise_distance_numexpr(x, c):
    def run():
        middle = c.mean(axis=0)
        moved_x, moved_c = x - middle, c - middle
        values = {
            "product": moved_x @ moved_c.T,
            "x": np.einsum("ij,ij->i", moved_x, moved_x)[:, None],
            "c": np.einsum("ij,ij->i", moved_c, moved_c),
        }
        squares = "x + c - 2 * product"
        return numexpr.evaluate(f"sqrt(where({squares} < 0, 0, {squares}))", values, out=values["product"])

    return run


@variant("pairwise_distance", "scipy")
def pairwise_distance_scipy(x, c):
    return lambda: spatial.cdist(x, c)


@variant("pairwise_distance", "scikit_learn", parallel=True)
def pairwise_distance_scikit_learn(x, c):
    return lambda: pairwise.euclidean_distances(x, c)


@numba_variants("pairwise_distance")
def pairwise_distance_numba(jit, x, c):
    # Centroids side by side fill a register, as the terms of one sum may not.
    @jit
    def distances(x, c):
        columns = np.ascontiguousarray(c.T)
        out = np.zeros((x.shape[0], c.shape[0]))
        for i in numba.prange(x.shape[0]):
            row = out[i]
            for j in range(x.shape[1]):
                value, column = x[i, j], columns[j]
                for k in range(row.size):
                    row[k] += (value - column[k]) * (value - column[k])
            for k in range(row.size):
                row[k] = math.sqrt(row[k])
        return out

    return lambda: distances(x, c)


# --- assign: the index of the nearest centroid --------------------------------------------------

may_refuse("assign", ValueError)


def some_centroids(c):
    if len(c) == 0:
        raise ValueError("no centroid is the nearest")


@variant("assign", "python_loops", left_out={"10000x64x256": SECONDS})
def assign_loops(x, c):
    some_centroids(c)
    x, c = x.tolist(), c.tolist()

    def run():
        labels = []
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
        return labels

    return run


def nearest(x, c):
    """The nearest of the centroids; |x|² is the same for all of them, and the root orders nothing."""
    some_centroids(c)
    absent_ones = np.isnan(c).any(axis=1)
    middle = np.nanmean(c, axis=0) if absent_ones.any() else c.mean(axis=0)
    c = c - middle
    out = (x - middle) @ (-2 * c.T)
    out += np.einsum("ij,ij->i", c, c)
    out[:, absent_ones] = np.inf
    return out.argmin(axis=1)


@variant("assign", "numpy", parallel=True)
def assign_numpy(x, c):
    return lambda: nearest(x, c)


@variant("assign", "numpy_out", parallel=True)
def assign_numpy_out(x, c):
    some_centroids(c)
    moved_x, out, labels = np.empty_like(x), np.empty((len(x), len(c))), np.empty(len(x), np.intp)

    def run():
        absent_ones = np.isnan(c).any(axis=1)
        middle = np.nanmean(c, axis=0) if absent_ones.any() else c.mean(axis=0)
        moved_c = c - middle
        np.subtract(x, middle, out=moved_x)
        np.matmul(moved_x, -2 * moved_c.T, out=out)
        np.add(out, np.einsum("ij,ij->i", moved_c, moved_c), out=out)
        out[:, absent_ones] = np.inf
        return out.argmin(axis=1, out=labels)

    return run


@variant("assign", "scipy")
def assign_scipy(x, c):
    some_centroids(c)
    return lambda: vq.vq(x, c)[0]


@variant("assign", "scikit_learn", parallel=True)
def assign_scikit_learn(x, c):
    some_centroids(c)
    return lambda: metrics.pairwise_distances_argmin(x, c)


@numba_variants("assign")
def assign_numba(jit, x, c):
    some_centroids(c)

    # Centroids side by side fill a register, as the terms of one sum may not.
    @jit
    def assign(x, c):
        columns = np.ascontiguousarray(c.T)
        labels = np.empty(x.shape[0], dtype=np.int64)
        for i in numba.prange(x.shape[0]):
            squares = np.zeros(c.shape[0])
            for j in range(x.shape[1]):
                value, column = x[i, j], columns[j]
                for k in range(squares.size):
                    squares[k] += (value - column[k]) * (value - column[k])
            label, smallest = 0, np.inf
            for k in range(squares.size):
                if squares[k] < smallest:
                    label, smallest = k, squares[k]
            labels[i] = label
        return labels

    return lambda: assign(x, c)


absent("assign", "numexpr", "NumExpr finds the smallest value of a row, but not its place.")
