"""Variants of the kernels on arrays."""

from . import elementwise, exponentials, rows, selection, strides, sums
