"""By a condition: select_where, mask_select."""

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, numba_variants, variant
from .common import NO_ARITHMETIC, NO_ESTIMATOR

numba = library("numba")
numexpr = library("numexpr")

# --- select_where: values that 3 divides, -1 in place of the others -----------------------------


@variant("select_where", "python_loops")
def select_where_loops(a):
    a = a.tolist()

    def run():
        out = []
        for value in a:
            if value % 3 == 0:
                out.append(value)
            else:
                out.append(-1)
        return out

    return Timed(run, seen=lambda out: np.array(out, dtype=np.int64))


@variant("select_where", "numpy")
def select_where_numpy(a):
    return lambda: np.where(a % 3 == 0, a, -1)


@variant("select_where", "numpy_out")
def select_where_numpy_out(a):
    out, rest = np.empty_like(a), np.empty(a.shape, dtype=bool)

    def run():
        np.remainder(a, 3, out=out)
        np.not_equal(out, 0, out=rest)
        np.copyto(out, a)
        np.copyto(out, -1, where=rest)
        return out

    return run


@variant("select_where", "numexpr", parallel=True)
def select_where_numexpr(a):
    return lambda: numexpr.evaluate("where(a % 3 == 0, a, -1)", {"a": a})


@numba_variants("select_where")
def select_where_numba(jit, a):
    @jit
    def select(a):
        out = np.empty_like(a)
        for i in numba.prange(a.size):
            out[i] = a[i] if a[i] % 3 == 0 else -1
        return out

    return lambda: select(a)


absent("select_where", "scipy", NO_ARITHMETIC)
absent("select_where", "scikit_learn", NO_ESTIMATOR)

# --- mask_select: the values above 0.5 ----------------------------------------------------------


@variant("mask_select", "python_loops")
def mask_select_loops(a):
    a = a.tolist()

    def run():
        out = []
        for value in a:
            if value > 0.5:
                out.append(value)
        return out

    return run


@variant("mask_select", "numpy")
def mask_select_numpy(a):
    return lambda: a[a > 0.5]


@variant("mask_select", "numpy_out")
def mask_select_numpy_out(a):
    mask, out = np.empty(a.shape, dtype=bool), np.empty_like(a)

    def run():
        np.greater(a, 0.5, out=mask)
        return np.compress(mask, a, out=out[: np.count_nonzero(mask)])

    return run


@variant("mask_select", "numexpr", parallel=True)
def mask_select_numexpr(a):
    return lambda: a[numexpr.evaluate("a > 0.5", {"a": a})]


@numba_variants("mask_select")
def mask_select_numba(jit, a):
    # Every value is written where the next kept one goes, so that no branch has to be guessed.
    @jit
    def select(a):
        parts = 16
        room, counts = np.empty(a.size), np.zeros(parts, dtype=np.int64)
        for part in numba.prange(parts):
            begin = part * a.size // parts
            share, kept, at = a[begin : (part + 1) * a.size // parts], room[begin:], 0
            for value in share:
                kept[at] = value
                at += 1 if value > 0.5 else 0
            counts[part] = at
        out = np.empty(counts.sum())
        for part in numba.prange(parts):
            to, begin = counts[:part].sum(), part * a.size // parts
            for i in range(counts[part]):
                out[to + i] = room[begin + i]
        return out

    return lambda: select(a)


absent("mask_select", "scipy", NO_ARITHMETIC)
absent("mask_select", "scikit_learn", NO_ESTIMATOR)
