"""A column by a condition on another: `y` where `x` is above 0, else `-y` (kernel conditional_column).

A missing `x` is not above 0. Polars and DuckDB hold NaN to be the greatest number, so that columns
reach them with nulls.
"""

import numpy as np

from ..frames import arrow_of, columns_of_arrow, columns_of_polars, duckdb_of, pandas_of, polars_of, query
from ..libraries import library
from ..registry import Timed, absent, numba_variants, variant

pl = library("polars")
pc = library("pyarrow.compute")
ne = library("numexpr")
numba = library("numba")

KERNEL = "conditional_column"

ROWS_TAKE_LONG = "a row becomes an object of its own, and a million of them take longer than an iteration may"

absent(KERNEL, "scipy", "it has no tables")
absent(KERNEL, "scikit_learn", "it has no choice by a condition")


@variant(KERNEL, "python_loops")
def by_python_loops(x, y, **others):
    x, y = x.tolist(), y.tolist()

    def run():
        out = []
        for i in range(len(x)):
            if x[i] > 0:
                out.append(y[i])
            else:
                out.append(-y[i])
        return out

    return Timed(run, np.array)


@variant(KERNEL, "pandas_iterrows", left_out={"1000000": ROWS_TAKE_LONG})
def by_pandas_iterrows(**columns):
    frame = pandas_of(columns)

    def run():
        out = []
        for _, row in frame.iterrows():
            out.append(row["y"] if row["x"] > 0 else -row["y"])
        return out

    return Timed(run, np.array)


@variant(KERNEL, "pandas_apply", left_out={"1000000": ROWS_TAKE_LONG})
def by_pandas_apply(**columns):
    frame = pandas_of(columns)

    def run():
        return frame.apply(lambda row: row["y"] if row["x"] > 0 else -row["y"], axis=1)

    return Timed(run, lambda series: series.to_numpy(dtype=float).reshape(-1)[: len(frame)])


@variant(KERNEL, "pandas")
def by_pandas(**columns):
    frame = pandas_of(columns)

    def run():
        return frame["y"].where(frame["x"] > 0, -frame["y"])

    return Timed(run, lambda series: series.to_numpy())


@variant(KERNEL, "numpy")
def by_numpy(x, y, **others):
    def run():
        return np.where(x > 0, y, -y)

    return run


@variant(KERNEL, "numpy_out")
def by_numpy_out(x, y, **others):
    out, positive = np.empty_like(y), np.empty(len(x), dtype=bool)

    def run():
        np.greater(x, 0, out=positive)
        np.negative(y, out=out)
        np.copyto(out, y, where=positive)
        return out

    return Timed(run, np.copy)


@variant(KERNEL, "numexpr", parallel=True)
def by_numexpr(x, y, **others):
    def run():
        return ne.evaluate("where(x > 0, y, -y)", local_dict={"x": x, "y": y})

    return run


@numba_variants(KERNEL)
def by_numba(njit, x, y, **others):
    @njit
    def choose(x, y):
        out = np.empty_like(y)
        for i in numba.prange(len(x)):
            out[i] = y[i] if x[i] > 0 else -y[i]
        return out

    return lambda: choose(x, y)


@variant(KERNEL, "polars", parallel=True)
def by_polars(**columns):
    frame = polars_of(columns)

    def run():
        return frame.select(pl.when(pl.col("x") > 0).then("y").otherwise(-pl.col("y")))

    return Timed(run, lambda frame: columns_of_polars(frame)["y"])


@variant(KERNEL, "duckdb", parallel=True)
def by_duckdb(*, threads, **columns):
    connection = duckdb_of(threads, numbers=columns)

    def run():
        return query(connection, "select case when x > 0 then y else -y end as y from numbers")

    return Timed(run, lambda table: columns_of_arrow(table)["y"])


@variant(KERNEL, "pyarrow")
def by_pyarrow(**columns):
    table = arrow_of(columns)

    def run():
        positive = pc.fill_null(pc.greater(table["x"], 0), False)
        return pc.if_else(positive, table["y"], pc.negate(table["y"]))

    return Timed(run, lambda column: column.to_numpy())
