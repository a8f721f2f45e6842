"""Value by value: square, broadcast."""

import operator

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, numba_variants, variant
from .common import NO_ARITHMETIC, NO_ESTIMATOR, shaped_like

numba = library("numba")
numexpr = library("numexpr")

# --- square: each value of a matrix squared -----------------------------------------------------


@variant("square", "python_loops")
def square_loops(x):
    x = x.tolist()

    def run():
        out = []
        for row in x:
            squares = []
            for value in row:
                squares.append(value * value)
            out.append(squares)
        return out

    return Timed(run, seen=shaped_like(x))


@variant("square", "numpy")
def square_numpy(x):
    return lambda: x * x


@variant("square", "numpy_out")
def square_numpy_out(x):
    out = np.empty_like(x)
    return lambda: np.multiply(x, x, out=out)


@variant("square", "numexpr", parallel=True)
def square_numexpr(x):
    return lambda: numexpr.evaluate("x * x", {"x": x})


@numba_variants("square")
def square_numba(jit, x):
    @jit
    def square(x):
        out = np.empty_like(x)
        for i in numba.prange(x.shape[0]):
            for j in range(x.shape[1]):
                out[i, j] = x[i, j] * x[i, j]
        return out

    return lambda: square(x)


absent("square", "scipy", NO_ARITHMETIC)
absent("square", "scikit_learn", NO_ESTIMATOR)

# --- broadcast: sum, difference or product of two arrays, each stretched to the other's shape ---

may_refuse("broadcast", ValueError)
OPERATORS = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}
UFUNCS = {"add": np.add, "sub": np.subtract, "mul": np.multiply}
SIGNS = {"add": "+", "sub": "-", "mul": "*"}


@variant("broadcast", "python_loops")
def broadcast_loops(op, a, b):
    operation = OPERATORS[op[0]]
    shape = np.broadcast_shapes(np.shape(a), np.shape(b))
    a, b = (np.asarray(x).reshape((1,) * (len(shape) - np.ndim(x)) + np.shape(x)) for x in (a, b))
    a_extents, b_extents, a, b = a.shape, b.shape, a.tolist(), b.tolist()

    def combine(a, b, axis):
        if axis == len(shape):
            return operation(a, b)
        a_step, b_step = int(a_extents[axis] > 1), int(b_extents[axis] > 1)
        return [combine(a[i * a_step], b[i * b_step], axis + 1) for i in range(shape[axis])]

    return Timed(lambda: combine(a, b, 0), seen=lambda out: np.array(out, dtype=float).reshape(shape))


@variant("broadcast", "numpy")
def broadcast_numpy(op, a, b):
    operation = UFUNCS[op[0]]
    return lambda: operation(a, b)


@variant("broadcast", "numpy_out")
def broadcast_numpy_out(op, a, b):
    operation = UFUNCS[op[0]]
    out = np.empty(np.broadcast_shapes(np.shape(a), np.shape(b)))
    return lambda: operation(a, b, out=out)


@variant("broadcast", "numexpr", parallel=True)
def broadcast_numexpr(op, a, b):
    a, b = np.asarray(a), np.asarray(b)
    expression = f"a {SIGNS[op[0]]} b"
    return lambda: numexpr.evaluate(expression, {"a": a, "b": b})


@numba_variants("broadcast")
def broadcast_numba(jit, op, a, b):
    a, b = np.asarray(a), np.asarray(b)

    @jit
    def add(a, b):
        return a + b

    @jit
    def sub(a, b):
        return a - b

    @jit
    def mul(a, b):
        return a * b

    operation = {"add": add, "sub": sub, "mul": mul}[op[0]]
    # With threads numba stretches no operand; NumPy does, by strides of 0 and without a copy.
    return lambda: operation(*np.broadcast_arrays(a, b))


absent("broadcast", "scipy", NO_ARITHMETIC)
absent("broadcast", "scikit_learn", NO_ESTIMATOR)
