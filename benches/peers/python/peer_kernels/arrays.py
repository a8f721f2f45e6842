"""Variants of the kernels on arrays."""

import math
import operator
from array import array

import numpy as np

from .libraries import library
from .registry import Timed, absent, may_refuse, numba_variants, variant

numba = library("numba")
numexpr = library("numexpr")
preprocessing = library("sklearn.preprocessing")
extmath = library("sklearn.utils.extmath")
signal = library("scipy.signal")
special = library("scipy.special")

NO_ARITHMETIC = "SciPy has no elementwise arithmetic of its own: it leaves that to NumPy."
NO_ESTIMATOR = "scikit-learn has estimators and their preparations, and no such function."

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


def shaped_like(x):
    """Rows as an array, also where there are none."""
    shape = (len(x), len(x[0]) if x else 0)
    return lambda rows: np.array(rows, dtype=float).reshape(shape if not rows else (len(rows), -1))


@variant("square", "numpy")
def square_numpy(x):
    return lambda: x * x


@variant("square", "numpy_out")
def square_numpy_out(x):
    out = np.empty_like(x)
    return lambda: np.multiply(x, x, out=out)


@variant("square", "numexpr", parallel=True)
def square_numexpr(x):
    return lambda: numexpr.evaluate("x * x")


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
    return lambda: numexpr.evaluate("sum(values)")


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
    return lambda: numexpr.evaluate(expression)


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
    return lambda: operation(a, b)


absent("broadcast", "scipy", NO_ARITHMETIC)
absent("broadcast", "scikit_learn", NO_ESTIMATOR)

# --- center: each value minus the mean of its column --------------------------------------------


@variant("center", "python_loops")
def center_loops(x):
    x = x.tolist()

    def run():
        n = len(x)
        out = [row[:] for row in x]
        for j in range(len(x[0]) if x else 0):
            total = 0.0
            for i in range(n):
                total += x[i][j]
            mean = total / n
            for i in range(n):
                out[i][j] = x[i][j] - mean
        return out

    return Timed(run, seen=shaped_like(x))


@variant("center", "numpy")
def center_numpy(x):
    return lambda: x - x.mean(axis=0)


@variant("center", "numpy_out")
def center_numpy_out(x):
    mean, out = np.empty(x.shape[1]), np.empty_like(x)

    def run():
        np.mean(x, axis=0, out=mean)
        return np.subtract(x, mean, out=out)

    return run


@variant("center", "scipy")
def center_scipy(x):
    return lambda: signal.detrend(x, axis=0, type="constant")


@variant("center", "scikit_learn")
def center_scikit_learn(x):
    return lambda: preprocessing.scale(x, with_std=False)


@variant("center", "numexpr", parallel=True)
def center_numexpr(x):
    def run():
        mean = x.mean(axis=0)
        return numexpr.evaluate("x - mean")

    return run


@numba_variants("center")
def center_numba(jit, x):
    @jit
    def center(x):
        n, d = x.shape
        parts = 16
        sums = np.zeros((parts, d))
        for part in numba.prange(parts):
            for i in range(part * n // parts, (part + 1) * n // parts):
                for j in range(d):
                    sums[part, j] += x[i, j]
        mean = sums.sum(axis=0) / n
        out = np.empty_like(x)
        for i in numba.prange(n):
            for j in range(d):
                out[i, j] = x[i, j] - mean[j]
        return out

    return lambda: center(x)


# --- row_normalize: each row divided by its Euclidean norm --------------------------------------


@variant("row_normalize", "python_loops")
def row_normalize_loops(x):
    x = x.tolist()

    def run():
        out = []
        for row in x:
            total = 0.0
            for value in row:
                total += value * value
            norm = math.sqrt(total) or 1.0
            out.append([value / norm for value in row])
        return out

    return Timed(run, seen=shaped_like(x))


@variant("row_normalize", "numpy")
def row_normalize_numpy(x):
    def run():
        norm = np.sqrt(np.einsum("ij,ij->i", x, x))
        norm[norm == 0] = 1
        return x / norm[:, None]

    return run


@variant("row_normalize", "numpy_norm")
def row_normalize_numpy_norm(x):
    def run():
        norm = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(norm == 0, 1, norm)

    return run


@variant("row_normalize", "numpy_out")
def row_normalize_numpy_out(x):
    norm, out = np.empty(x.shape[0]), np.empty_like(x)

    def run():
        np.einsum("ij,ij->i", x, x, out=norm)
        np.sqrt(norm, out=norm)
        norm[norm == 0] = 1
        return np.divide(x, norm[:, None], out=out)

    return run


@variant("row_normalize", "scikit_learn")
def row_normalize_scikit_learn(x):
    return lambda: preprocessing.normalize(x)


@variant("row_normalize", "numexpr", parallel=True)
def row_normalize_numexpr(x):
    def run():
        squares = np.einsum("ij,ij->i", x, x)[:, None]
        return numexpr.evaluate("x / where(squares == 0, 1, sqrt(squares))")

    return run


@numba_variants("row_normalize")
def row_normalize_numba(jit, x):
    @jit
    def normalize(x):
        n, d = x.shape
        out = np.empty_like(x)
        for i in numba.prange(n):
            total = 0.0
            for j in range(d):
                total += x[i, j] * x[i, j]
            norm = math.sqrt(total) if total != 0 else 1.0
            for j in range(d):
                out[i, j] = x[i, j] / norm
        return out

    return lambda: normalize(x)


absent("row_normalize", "scipy", "The norm of rows in SciPy's `linalg` is NumPy's.")

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
    return lambda: numexpr.evaluate("where(a % 3 == 0, a, -1)")


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
    return lambda: a[numexpr.evaluate("a > 0.5")]


@numba_variants("mask_select")
def mask_select_numba(jit, a):
    @jit
    def select(a):
        parts = 16
        counts = np.zeros(parts + 1, dtype=np.int64)
        for part in numba.prange(parts):
            count = 0
            for i in range(part * a.size // parts, (part + 1) * a.size // parts):
                count += a[i] > 0.5
            counts[part + 1] = count
        starts = np.cumsum(counts)
        out = np.empty(starts[parts])
        for part in numba.prange(parts):
            at = starts[part]
            for i in range(part * a.size // parts, (part + 1) * a.size // parts):
                if a[i] > 0.5:
                    out[at] = a[i]
                    at += 1
        return out

    return lambda: select(a)


absent("mask_select", "scipy", NO_ARITHMETIC)
absent("mask_select", "scikit_learn", NO_ESTIMATOR)

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
        return numexpr.evaluate("sum(view)")

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
    return lambda: numexpr.evaluate(expression)


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
    def sums(a):
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
                for i in range(extent):
                    for j in range(part * within // parts, (part + 1) * within // parts):
                        out[o, j] += a[o, i, j]
        return out

    return Timed(lambda: sums(a), seen=lambda out: out.reshape(shape, order=order))


absent("axis_sum", "scipy", NO_ARITHMETIC)
absent("axis_sum", "scikit_learn", NO_ESTIMATOR)

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

# --- softmax, softmax_f32: of each row ----------------------------------------------------------


@variant("softmax", "python_loops")
def softmax_loops(x):
    rows = x.tolist()

    def run():
        out = []
        for row in rows:
            largest = max(row, default=0.0)
            exponentials = []
            total = 0.0
            for value in row:
                exponential = math.exp(value - largest)
                exponentials.append(exponential)
                total += exponential
            out.append([exponential / total for exponential in exponentials])
        return out

    return Timed(run, seen=lambda out: np.array(out, dtype=x.dtype).reshape(x.shape))


@variant("softmax", "numpy")
def softmax_numpy(x):
    def run():
        out = np.exp(x - x.max(axis=1, keepdims=True, initial=-np.inf))
        out /= out.sum(axis=1, keepdims=True)
        return out

    return run


@variant("softmax", "numpy_out")
def softmax_numpy_out(x):
    column, out = np.empty((x.shape[0], 1), dtype=x.dtype), np.empty_like(x)

    def run():
        np.max(x, axis=1, keepdims=True, initial=-np.inf, out=column)
        np.subtract(x, column, out=out)
        np.exp(out, out=out)
        np.sum(out, axis=1, keepdims=True, out=column)
        return np.divide(out, column, out=out)

    return run


@variant("softmax", "scipy")
def softmax_scipy(x):
    return lambda: special.softmax(x, axis=1)


@variant("softmax", "scikit_learn")
def softmax_scikit_learn(x):
    return lambda: extmath.softmax(x)


@variant("softmax", "numexpr", parallel=True)
def softmax_numexpr(x):
    def run():
        largest = x.max(axis=1, keepdims=True, initial=-np.inf)
        out = numexpr.evaluate("exp(x - largest)")
        total = out.sum(axis=1, keepdims=True)
        return numexpr.evaluate("out / total", out=out)

    return run


@numba_variants("softmax")
def softmax_numba(jit, x):
    @jit
    def softmax(x):
        n, d = x.shape
        out = np.empty_like(x)
        for i in numba.prange(n):
            largest = x.dtype.type(-np.inf)
            for j in range(d):
                largest = max(largest, x[i, j])
            total = x.dtype.type(0)
            for j in range(d):
                out[i, j] = np.exp(x[i, j] - largest)
                total += out[i, j]
            for j in range(d):
                out[i, j] /= total
        return out

    return lambda: softmax(x)


for again, parallel in {
    "python_loops": False, "numpy": False, "numpy_out": False, "scipy": False,
    "scikit_learn": False, "numexpr": True,
}.items():  # fmt: skip
    variant("softmax_f32", again, parallel=parallel)(globals()[f"softmax_{again.removeprefix('python_')}"])
numba_variants("softmax_f32")(softmax_numba)

# --- log_sum_exp: of each row, in log space -----------------------------------------------------


@variant("log_sum_exp", "python_loops")
def log_sum_exp_loops(x):
    x = x.tolist()

    def run():
        out = []
        for row in x:
            largest = max(row, default=-math.inf)
            if math.isinf(largest):
                out.append(math.nan if any(map(math.isnan, row)) else largest)
                continue
            total = 0.0
            for value in row:
                total += math.exp(value - largest)
            out.append(largest + math.log(total))
        return out

    return run


@variant("log_sum_exp", "numpy")
def log_sum_exp_numpy(x):
    def run():
        largest = x.max(axis=1, initial=-np.inf)
        largest[np.isinf(largest)] = 0
        terms = x - largest[:, None]
        return np.log(np.exp(terms, out=terms).sum(axis=1)) + largest

    return run


@variant("log_sum_exp", "numpy_out")
def log_sum_exp_numpy_out(x):
    terms, largest, out = np.empty_like(x), np.empty(x.shape[0]), np.empty(x.shape[0])

    def run():
        np.max(x, axis=1, initial=-np.inf, out=largest)
        largest[np.isinf(largest)] = 0
        np.subtract(x, largest[:, None], out=terms)
        np.exp(terms, out=terms)
        np.sum(terms, axis=1, out=out)
        np.log(out, out=out)
        return np.add(out, largest, out=out)

    return run


@variant("log_sum_exp", "scipy")
def log_sum_exp_scipy(x):
    return lambda: special.logsumexp(x, axis=1)


@variant("log_sum_exp", "numexpr", parallel=True)
def log_sum_exp_numexpr(x):
    def run():
        largest = x.max(axis=1, initial=-np.inf)
        largest[np.isinf(largest)] = 0
        column = largest[:, None]
        return np.log(numexpr.evaluate("exp(x - column)").sum(axis=1)) + largest

    return run


@numba_variants("log_sum_exp")
def log_sum_exp_numba(jit, x):
    @jit
    def log_sum_exp(x):
        n, d = x.shape
        out = np.empty(n)
        for i in numba.prange(n):
            largest = -np.inf
            for j in range(d):
                largest = max(largest, x[i, j])
            shift = 0.0 if np.isinf(largest) else largest
            total = 0.0
            for j in range(d):
                total += np.exp(x[i, j] - shift)
            out[i] = shift + np.log(total)
        return out

    return lambda: log_sum_exp(x)


absent("log_sum_exp", "scikit_learn", "scikit-learn takes SciPy's.")
