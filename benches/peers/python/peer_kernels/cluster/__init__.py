"""Variants of the kernels of clustering."""

from . import centroids, distances, step
