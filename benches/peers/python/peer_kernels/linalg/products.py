"""Products: matmul, matmul_f32, batched_matmul, sparse_matvec."""

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, numba_variants, variant
from .common import NO_PRODUCT, NUMPYS_PRODUCT, SECONDS

numba = library("numba")
blas = library("scipy.linalg.blas")
sparse = library("scipy.sparse")

# --- matmul, matmul_f32 -------------------------------------------------------------------------

may_refuse("matmul", ValueError)
may_refuse("matmul_f32", ValueError)


def matmul_loops(a, b):
    kind, shape = a.dtype, (a.shape[0], b.shape[1])
    a, b = a.tolist(), b.tolist()

    def run():
        out = []
        for row in a:
            sums = []
            for j in range(shape[1]):
                total = 0.0
                for k in range(len(row)):
                    total += row[k] * b[k][j]
                sums.append(total)
            out.append(sums)
        return out

    return Timed(run, seen=lambda out: np.array(out, dtype=kind).reshape(shape))


def matmul_numpy(a, b):
    return lambda: a @ b


def matmul_numpy_out(a, b):
    out = np.empty((a.shape[0], b.shape[1]), dtype=a.dtype)
    return lambda: np.matmul(a, b, out=out)


def matmul_scipy(a, b):
    gemm = blas.get_blas_funcs("gemm", (a, b))

    # BLAS has matrices column by column: transposed in reverse order, no matrix is copied.
    def run():
        return gemm(1.0, b.T, a.T).T

    return Timed(run) if a.size and b.size else lambda: a @ b


def matmul_numba(jit, a, b):
    @jit
    def product(a, b):
        m, k = a.shape
        n = b.shape[1]
        out = np.zeros((m, n), dtype=a.dtype)
        for i in numba.prange(m):
            for p in range(k):
                factor = a[i, p]
                for j in range(n):
                    out[i, j] += factor * b[p, j]
        return out

    return lambda: product(a, b)


for kernel in ("matmul", "matmul_f32"):
    slow = {"512": SECONDS, "1024": SECONDS}
    variant(kernel, "python_loops", left_out=slow)(matmul_loops)
    variant(kernel, "numpy", parallel=True)(matmul_numpy)
    variant(kernel, "numpy_out", parallel=True)(matmul_numpy_out)
    variant(kernel, "scipy", parallel=True)(matmul_scipy)
    numba_variants(kernel)(matmul_numba)
    absent(kernel, "numexpr", NO_PRODUCT)
    absent(kernel, "scikit_learn", NUMPYS_PRODUCT)

# --- batched_matmul: einsum("bij,bjk->bik") -----------------------------------------------------

may_refuse("batched_matmul", ValueError)


@variant("batched_matmul", "python_loops")
def batched_matmul_loops(a, b):
    shape = (a.shape[0], a.shape[1], b.shape[2])
    a, b = a.tolist(), b.tolist()

    def run():
        out = []
        for left, right in zip(a, b):
            for row in left:
                for j in range(shape[2]):
                    total = 0.0
                    for k in range(len(row)):
                        total += row[k] * right[k][j]
                    out.append(total)
        return out

    return Timed(run, seen=lambda out: np.array(out, dtype=float).reshape(shape))


@variant("batched_matmul", "numpy", parallel=True)
def batched_matmul_numpy(a, b):
    return lambda: a @ b


@variant("batched_matmul", "numpy_einsum")
def batched_matmul_numpy_einsum(a, b):
    return lambda: np.einsum("bij,bjk->bik", a, b)


@variant("batched_matmul", "numpy_out", parallel=True)
def batched_matmul_numpy_out(a, b):
    out = np.empty((a.shape[0], a.shape[1], b.shape[2]))
    return lambda: np.matmul(a, b, out=out)


@numba_variants("batched_matmul")
def batched_matmul_numba(jit, a, b):
    @jit
    def products(a, b):
        batch, m, k = a.shape
        n = b.shape[2]
        out = np.zeros((batch, m, n))
        for p in numba.prange(batch):
            for i in range(m):
                for q in range(k):
                    factor = a[p, i, q]
                    for j in range(n):
                        out[p, i, j] += factor * b[p, q, j]
        return out

    return lambda: products(a, b)


absent("batched_matmul", "scipy", "SciPy's BLAS takes a pair a call: the loop around it would be Python's.")
absent("batched_matmul", "numexpr", NO_PRODUCT)
absent("batched_matmul", "scikit_learn", "scikit-learn has no products of batches.")

# --- sparse_matvec: CSR times a vector ----------------------------------------------------------


@variant("sparse_matvec", "python_loops")
def sparse_matvec_loops(dense, v):
    rows = sparse.csr_array(dense)
    starts, columns, values = (part.tolist() for part in (rows.indptr, rows.indices, rows.data))
    v = v.tolist()

    def run():
        out = []
        for i in range(len(starts) - 1):
            total = 0.0
            for at in range(starts[i], starts[i + 1]):
                total += values[at] * v[columns[at]]
            out.append(total)
        return out

    return run


@variant("sparse_matvec", "numpy", parallel=True)
def sparse_matvec_numpy(dense, v):
    return lambda: dense @ v


@variant("sparse_matvec", "numpy_out", parallel=True)
def sparse_matvec_numpy_out(dense, v):
    out = np.empty(dense.shape[0])
    return lambda: np.matmul(dense, v, out=out)


@variant("sparse_matvec", "scipy")
def sparse_matvec_scipy(dense, v):
    rows = sparse.csr_array(dense)
    return lambda: rows @ v


@numba_variants("sparse_matvec")
def sparse_matvec_numba(jit, dense, v):
    rows = sparse.csr_array(dense)
    starts, columns, values = rows.indptr, rows.indices, rows.data

    @jit
    def product(starts, columns, values, v):
        out = np.empty(starts.size - 1)
        for i in numba.prange(out.size):
            total = 0.0
            for at in range(starts[i], starts[i + 1]):
                total += values[at] * v[columns[at]]
            out[i] = total
        return out

    return lambda: product(starts, columns, values, v)


absent("sparse_matvec", "numexpr", NO_PRODUCT)
absent("sparse_matvec", "scikit_learn", "The sparse product that scikit-learn offers is SciPy's.")
