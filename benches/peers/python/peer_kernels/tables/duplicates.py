"""The rows of a table that no earlier one equals (kernel drop_duplicates): missing equals missing."""

import numpy as np

from ..frames import arrow_of, duckdb_of, is_text, lists_of, pandas_of, polars_of, query
from ..libraries import library
from ..registry import Timed, absent, variant

pd = library("pandas")
pa = library("pyarrow")
pc = library("pyarrow.compute")

KERNEL = "drop_duplicates"

QUADRATIC = "it compares each row with all that were kept, and that many rows take minutes"
ROWS_TAKE_LONG = "a row becomes an object of its own, and that many of them take longer than an iteration may"

absent(KERNEL, "numexpr", "it has no tables")
absent(KERNEL, "scipy", "it has no tables")
absent(KERNEL, "numba", "it has no columns of text, and coding them outside of it is most of the work")


def kept(rows):
    return {"kept_rows": np.asarray(rows, dtype=np.int64).reshape(-1)}


@variant(KERNEL, "python_scan", left_out={"200000": QUADRATIC})
def by_python_scan(**columns):
    columns = list(lists_of(columns).values())

    def run():
        found, rows = [], []
        for i, row in enumerate(zip(*columns)):
            if row not in found:
                found.append(row)
                rows.append(i)
        return rows

    return Timed(run, kept)


@variant(KERNEL, "python_loops")
def by_python_loops(**columns):
    columns = list(lists_of(columns).values())

    def run():
        seen, rows = set(), []
        for i, row in enumerate(zip(*columns)):
            if row not in seen:
                seen.add(row)
                rows.append(i)
        return rows

    return Timed(run, kept)


@variant(KERNEL, "pandas_iterrows", left_out={"200000": ROWS_TAKE_LONG})
def by_pandas_iterrows(**columns):
    frame = pandas_of(columns)

    def run():
        seen, rows = set(), []
        for i, row in frame.iterrows():
            key = tuple(None if pd.isna(cell) else cell for cell in row)
            if key not in seen:
                seen.add(key)
                rows.append(i)
        return rows

    return Timed(run, kept)


@variant(KERNEL, "pandas_apply")
def by_pandas_apply(**columns):
    frame = pandas_of(columns)

    def run():
        return np.flatnonzero(~frame.apply(tuple, axis=1).duplicated().to_numpy())

    return Timed(run, kept)


@variant(KERNEL, "pandas")
def by_pandas(**columns):
    frame = pandas_of(columns)

    def run():
        return np.flatnonzero(~frame.duplicated().to_numpy())

    return Timed(run, kept)


@variant(KERNEL, "numpy")
def by_numpy(**columns):
    # Text is an array of one width, in which a character that no text has stands for a missing cell.
    missing = "\uffff"
    arrays = []
    for column in columns.values():
        cells = [missing if cell is None else cell for cell in column] if is_text(column) else column
        arrays.append(np.asarray(cells))

    def run():
        classes = np.zeros(len(arrays[0]) if arrays else 0, dtype=np.int64)
        for array in arrays:
            distinct, codes = np.unique(array, return_inverse=True)
            _, classes = np.unique(classes * len(distinct) + codes, return_inverse=True)
        _, firsts = np.unique(classes, return_index=True)
        return np.sort(firsts)

    return Timed(run, kept)


@variant(KERNEL, "polars", parallel=True)
def by_polars(**columns):
    frame = polars_of(columns)

    def run():
        numbered = frame.lazy().with_row_index("row")
        return numbered.unique(subset=frame.columns, keep="first", maintain_order=True).select("row").collect()

    return Timed(run, lambda frame: kept(frame["row"].to_numpy()))


@variant(KERNEL, "duckdb", parallel=True)
def by_duckdb(*, threads, **columns):
    connection = duckdb_of(threads, rows=columns)
    keys = ", ".join(f'"{name}"' for name in columns)

    def run():
        return query(connection, f"select min(rowid) as row from rows group by {keys} order by row")

    return Timed(run, lambda table: kept(table["row"].to_numpy()))


@variant(KERNEL, "pyarrow", parallel=True)
def by_pyarrow(**columns):
    table = arrow_of(columns)
    rows = pa.array(np.arange(table.num_rows))

    def run():
        keys = table
        for at, field in enumerate(table.schema):
            if pa.types.is_floating(field.type):
                # Keys are told apart by their bits: added to 0, -0 is 0.
                keys = keys.set_column(at, field.name, pc.add(table[field.name], 0.0))
        numbered = keys.append_column("row", rows)
        firsts = numbered.group_by(table.column_names).aggregate([("row", "min")])
        return np.sort(firsts["row_min"].to_numpy())

    return Timed(run, kept)
