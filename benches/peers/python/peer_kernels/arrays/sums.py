"""Sums: boxed_sum, view_or_copy, axis_sum."""

import math
from array import array

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, numba_variants, variant
from .common import NO_ARITHMETIC, NO_ESTIMATOR

numba = library("numba")
numexpr = library("numexpr")

# --- boxed_sum: the given values put into a container and summed --------------------------------


@variant("boxed_sum", "python_loops")
def boxed_sum_loops(values):
    values = array("d", values.tobytes())

    def run():
        numbers = []
        for value in values:
            numbers.append(value)
        total = 0.0
        for number in numbers:
            total += number
        return total

    return run


@variant("boxed_sum", "python_list")
def boxed_sum_list(values):
    values = array("d", values.tobytes())
    return lambda: sum(values.tolist())


@variant("boxed_sum", "python_prebuilt")
def boxed_sum_prebuilt(values):
    numbers = values.tolist()
    return lambda: sum(numbers)


@variant("boxed_sum", "numpy")
def boxed_sum_numpy(values):
    return lambda: values.copy().sum()


@variant("boxed_sum", "numpy_prebuilt")
def boxed_sum_numpy_prebuilt(values):
    return lambda: values.sum()


@variant("boxed_sum", "numexpr")
def boxed_sum_numexpr(values):
    return lambda: numexpr.evaluate("sum(values)", {"values": values})


@numba_variants("boxed_sum")
def boxed_sum_numba(jit, values):
    @jit
    def total(values):
        total = 0.0
        for i in numba.prange(values.size):
            total += values[i]
        return total

    return lambda: total(values)


absent("boxed_sum", "scipy", NO_ARITHMETIC)
absent("boxed_sum", "scikit_learn", NO_ESTIMATOR)

# --- view_or_copy: the sum of every second value ------------------------------------------------


@variant("view_or_copy", "python_loops")
def view_or_copy_loops(a):
    a = a.tolist()

    def run():
        total = 0.0
        for i in range(0, len(a), 2):
            total += a[i]
        return total

    return run


@variant("view_or_copy", "numpy")
def view_or_copy_numpy(a):
    return lambda: a[::2].sum()


@variant("view_or_copy", "numpy_copy")
def view_or_copy_numpy_copy(a):
    return lambda: a[::2].copy().sum()


@variant("view_or_copy", "numpy_out")
def view_or_copy_numpy_out(a):
    copy = np.empty((a.size + 1) // 2)

    def run():
        np.copyto(copy, a[::2])
        return copy.sum()

    return run


@variant("view_or_copy", "numexpr")
def view_or_copy_numexpr(a):
    def run():
        view = a[::2]
        return numexpr.evaluate("sum(view)", {"view": view})

    return run


@numba_variants("view_or_copy")
def view_or_copy_numba(jit, a):
    @jit
    def total(a):
        total = 0.0
        for i in numba.prange((a.size + 1) // 2):
            total += a[2 * i]
        return total

    return lambda: total(a)


absent("view_or_copy", "scipy", NO_ARITHMETIC)
absent("view_or_copy", "scikit_learn", NO_ESTIMATOR)

# --- axis_sum: an array summed along one axis, in either memory order ---------------------------

may_refuse("axis_sum", IndexError, ValueError)


def in_order_of(a, size):
    """The array in the memory order that the size names; arrays cross row-major."""
    return np.asfortranarray(a) if "-F-" in size else a


@variant("axis_sum", "python_loops")
def axis_sum_loops(axis, a):
    axis = np.lib.array_utils.normalize_axis_index(axis, a.ndim)
    within, extent = math.prod(a.shape[axis + 1 :]), a.shape[axis]
    shape = a.shape[:axis] + a.shape[axis + 1 :]
    count, values = math.prod(shape), a.ravel().tolist()

    def run():
        out = []
        for position in range(count):
            offset = position // within * within * extent + position % within
            total = 0.0
            for i in range(extent):
                total += values[offset + i * within]
            out.append(total)
        return out

    return Timed(run, seen=lambda out: np.array(out, dtype=float).reshape(shape))


@variant("axis_sum", "numpy")
def axis_sum_numpy(axis, a, *, size):
    a = in_order_of(a, size)
    return lambda: a.sum(axis=axis)


@variant("axis_sum", "numpy_out")
def axis_sum_numpy_out(axis, a, *, size):
    a = in_order_of(a, size)
    out = np.empty_like(a.sum(axis=axis))
    return lambda: np.sum(a, axis=axis, out=out)


@variant("axis_sum", "numexpr")
def axis_sum_numexpr(axis, a, *, size):
    a = in_order_of(a, size)
    axis = np.lib.array_utils.normalize_axis_index(axis, a.ndim)
    expression = f"sum(a, axis={axis})"
    return lambda: numexpr.evaluate(expression, {"a": a})


@numba_variants("axis_sum")
def axis_sum_numba(jit, axis, a, *, size):
    axis = np.lib.array_utils.normalize_axis_index(axis, a.ndim)
    shape = a.shape[:axis] + a.shape[axis + 1 :]
    a, order = in_order_of(a, size), "C"
    if a.flags.f_contiguous and not a.flags.c_contiguous:
        a, axis, order = a.T, a.ndim - 1 - axis, "F"
    before, within = math.prod(a.shape[:axis]), math.prod(a.shape[axis + 1 :])
    a = a.reshape(before, a.shape[axis], within)

    @jit
    def sum_axis(a):
        before, extent, within = a.shape
        parts = 16 if before < 16 else 1
        out = np.zeros((before, within))
        for share in numba.prange(before * parts):
            o, part = share // parts, share % parts
            if within == 1:
                total = 0.0
                for i in range(extent if part == 0 else 0):
                    total += a[o, i, 0]
                out[o, 0] += total
            else:
                begin, end = part * within // parts, (part + 1) * within // parts
                sums = out[o, begin:end]
                for i in range(extent):
                    values = a[o, i, begin:end]
                    for j in range(sums.size):
                        sums[j] += values[j]
        return out

    return Timed(lambda: sum_axis(a), seen=lambda out: out.reshape(shape, order=order))


absent("axis_sum", "scipy", NO_ARITHMETIC)
absent("axis_sum", "scikit_learn", NO_ESTIMATOR)
