"""Systems of equations: solve."""

import numpy as np

from ..libraries import library
from ..registry import Timed, absent, may_refuse, numba_variants, variant
from .common import SECONDS

numba = library("numba")
scipy_linalg = library("scipy.linalg")

# --- solve: Ax = b ------------------------------------------------------------------------------

may_refuse("solve", ValueError, np.linalg.LinAlgError)


def square(a):
    if a.shape[0] != a.shape[1]:
        raise np.linalg.LinAlgError("the matrix is not square")


@variant("solve", "python_loops", left_out={"1000": SECONDS, "1000-cond1e12": SECONDS})
def solve_loops(a, b):
    square(a)
    np.asarray_chkfinite(a)
    a, b = a.tolist(), b.tolist()
    n = len(b)

    def run():
        rows = [row[:] + [value] for row, value in zip(a, b)]
        for k in range(n):
            pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
            rows[k], rows[pivot] = rows[pivot], rows[k]
            if rows[k][k] == 0:
                raise np.linalg.LinAlgError("the matrix is singular")
            for i in range(k + 1, n):
                factor = rows[i][k] / rows[k][k]
                for j in range(k, n + 1):
                    rows[i][j] -= factor * rows[k][j]
        x = [0.0] * n
        for i in reversed(range(n)):
            total = rows[i][n]
            for j in range(i + 1, n):
                total -= rows[i][j] * x[j]
            x[i] = total / rows[i][i]
        return x

    return run


@variant("solve", "numpy", parallel=True)
def solve_numpy(a, b):
    return lambda: np.linalg.solve(np.asarray_chkfinite(a), np.asarray_chkfinite(b))


@variant("solve", "numpy_inv", parallel=True)
def solve_numpy_inv(a, b):
    return lambda: np.linalg.inv(np.asarray_chkfinite(a)) @ np.asarray_chkfinite(b)


@variant("solve", "scipy", parallel=True)
def solve_scipy(a, b):
    return lambda: scipy_linalg.solve(a, b, assume_a="gen")


@variant("solve", "scipy_out", parallel=True)
def solve_scipy_out(a, b):
    square(a)
    copy, x = np.empty(a.shape, order="F"), np.empty(b.shape)
    lapack_solve = scipy_linalg.get_lapack_funcs("gesv", (a, b))

    def run():
        np.copyto(copy, np.asarray_chkfinite(a))
        np.copyto(x, np.asarray_chkfinite(b))
        _, _, solution, info = lapack_solve(copy, x, overwrite_a=True, overwrite_b=True)
        if info > 0:
            raise np.linalg.LinAlgError("the matrix is singular")
        return solution.reshape(-1)

    return Timed(run) if b.size else lambda: x


@variant("solve", "scipy_lu", parallel=True)
def solve_scipy_lu(a, b):
    square(a)

    def run():
        lu, pivots = scipy_linalg.lu_factor(a)
        if not lu.diagonal().all():
            raise np.linalg.LinAlgError("the matrix is singular")
        return scipy_linalg.lu_solve((lu, pivots), b)

    return run


@numba_variants("solve")
def solve_numba(jit, a, b):
    square(a)

    @jit
    def solve(a, b):
        a, x, n = a.copy(), b.copy(), b.size
        for k in range(n):
            pivot = k + np.argmax(np.abs(a[k:, k]))
            if a[pivot, k] == 0:
                return x, False
            if pivot != k:
                for j in range(n):
                    a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
                x[k], x[pivot] = x[pivot], x[k]
            for i in numba.prange(k + 1, n):
                factor = a[i, k] / a[k, k]
                for j in range(k + 1, n):
                    a[i, j] -= factor * a[k, j]
                x[i] -= factor * x[k]
        for i in range(n - 1, -1, -1):
            for j in range(i + 1, n):
                x[i] -= a[i, j] * x[j]
            x[i] /= a[i, i]
        return x, True

    def run():
        x, solved = solve(np.asarray_chkfinite(a), np.asarray_chkfinite(b))
        if not solved:
            raise np.linalg.LinAlgError("the matrix is singular")
        return x

    return run


absent("solve", "numpy_out", "NumPy's `solve` takes no memory to write to: SciPy's LAPACK does.")
absent("solve", "numexpr", "NumExpr works value by value: it has no decomposition.")
absent("solve", "scikit_learn", "scikit-learn leaves systems of equations to SciPy.")
