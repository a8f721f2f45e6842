"""Strides of an array."""

import math

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, variant
from .common import NO_ARITHMETIC, NO_ESTIMATOR

numba = library("numba")
numexpr = library("numexpr")

# --- strides: of a dense array of any shape, in bytes -------------------------------------------

may_refuse("strides", ValueError)


def checked(shape, itemsize, order):
    """The shape as a list, and whether the array holds a byte at all."""
    shape, order = [int(extent) for extent in shape], order[0]
    if order not in ("C", "F") or itemsize < 0 or min(shape, default=0) < 0:
        raise ValueError("give an order `C` or `F`, and extents and a size of 0 or more")
    if itemsize * math.prod(extent or 1 for extent in shape) >= 2**63:
        raise ValueError("the array exceeds 2^63 - 1 bytes")
    return shape, order, itemsize if 0 not in shape else 0


@variant("strides", "python_loops")
def strides_loops(shape, itemsize, order):
    shape, order, unit = checked(shape, itemsize, order)

    def run():
        strides = []
        for axis in range(len(shape)):
            stride = unit
            for extent in shape[axis + 1 :] if order == "C" else shape[:axis]:
                stride *= extent
            strides.append(stride)
        return strides

    return Timed(run, seen=lambda strides: np.array(strides, dtype=np.int64))


@variant("strides", "python_running")
def strides_running(shape, itemsize, order):
    shape, order, unit = checked(shape, itemsize, order)

    def run():
        strides, stride = [], unit
        for extent in reversed(shape) if order == "C" else shape:
            strides.append(stride)
            stride *= extent
        return strides[::-1] if order == "C" else strides

    return Timed(run, seen=lambda strides: np.array(strides, dtype=np.int64))


@variant("strides", "numpy")
def strides_numpy(shape, itemsize, order):
    extents, order, unit = checked(shape, itemsize, order)
    shape = np.array(extents, dtype=np.int64)

    def run():
        strides = np.full(shape.size, unit)
        if order == "C":
            strides[:-1] *= np.cumprod(shape[:0:-1])[::-1]
        else:
            strides[1:] *= np.cumprod(shape[:-1])
        return strides

    return run


@variant("strides", "numpy_out")
def strides_numpy_out(shape, itemsize, order):
    extents, order, unit = checked(shape, itemsize, order)
    shape = np.array(extents, dtype=np.int64)
    strides = np.empty_like(shape)
    # The factors of each axis in the order in which they are multiplied, and where they go.
    factors, out = (shape[:0:-1], strides[::-1]) if order == "C" else (shape[:-1], strides)

    def run():
        out[:1] = unit
        np.multiply.accumulate(factors, out=out[1:])
        np.multiply(out[1:], unit, out=out[1:])
        return strides

    return run


@variant("strides", "numba")
def strides_numba(shape, itemsize, order):
    extents, order, unit = checked(shape, itemsize, order)
    shape = np.array(extents, dtype=np.int64)
    backwards = order == "C"

    @numba.njit
    def strides_of(shape, unit, backwards):
        strides, stride = np.empty_like(shape), unit
        for step in range(shape.size):
            axis = shape.size - 1 - step if backwards else step
            strides[axis] = stride
            stride *= shape[axis]
        return strides

    return lambda: strides_of(shape, unit, backwards)


absent("strides", "numba_parallel", "A few multiplications are done before a thread could begin.")
absent("strides", "scipy", NO_ARITHMETIC)
absent("strides", "scikit_learn", NO_ESTIMATOR)
absent("strides", "numexpr", "NumExpr has no running products.")
