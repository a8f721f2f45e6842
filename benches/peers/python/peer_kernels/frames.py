"""Tables of each library: made of an input's columns before the clock starts, and taken apart after it.

A column of an input is an array of NumPy (NaN is missing) or a list of text (None is missing).
"""

import numpy as np

from exchange import Text

from .libraries import library

duckdb = library("duckdb")
pa = library("pyarrow")
pd = library("pandas")
pl = library("polars")


def is_text(column):
    """Whether a column holds text."""
    return isinstance(column, list)


def lists_of(columns):
    """Columns as lists of Python's own objects, None where a value is missing."""
    lists = {}
    for name, column in columns.items():
        if is_text(column):
            lists[name] = column
        else:
            lists[name] = [None if value != value else value for value in column.tolist()]
    return lists


def pandas_of(columns):
    """A frame of pandas."""
    series = {}
    for name, column in columns.items():
        series[name] = pd.Series(column, dtype="str" if is_text(column) else column.dtype)
    return pd.DataFrame(series)


def polars_of(columns):
    """A frame of Polars, with nulls."""
    series = []
    for name, column in columns.items():
        if is_text(column):
            series.append(pl.Series(name, column, dtype=pl.String))
        else:
            series.append(pl.Series(name, column, nan_to_null=True))
    return pl.DataFrame(series)


def arrow_of(columns):
    """A table of Arrow, with nulls."""
    arrays = {}
    for name, column in columns.items():
        if is_text(column):
            arrays[name] = pa.array(column, pa.string())
        else:
            arrays[name] = pa.array(column, from_pandas=True)
    return pa.table(arrays)


def duckdb_of(threads, **tables):
    """A connection to DuckDB, on so many threads, that holds these tables."""
    connection = duckdb.connect(config={"threads": threads})
    for name, columns in tables.items():
        connection.register("arriving", arrow_of(columns))
        connection.execute(f"create table {name} as select * from arriving")
        connection.unregister("arriving")
    return connection


def query(connection, sql):
    """The answer to a query as a table of Arrow."""
    return connection.execute(sql).to_arrow_table()


def refusing(run, *errors):
    """What `run` does, where these errors of a library say that an input has no result."""

    def refuse():
        try:
            return run()
        except errors as error:
            raise ValueError(str(error)) from error

    return refuse


def text_of(values):
    """A column of text as a list, None where it is missing."""
    return Text(value if isinstance(value, str) else None for value in values)


def columns_of_pandas(frame):
    """The columns of a frame of pandas by name."""
    columns = {}
    for name, series in frame.items():
        is_number = series.dtype.kind in "iuf"
        columns[name] = series.to_numpy() if is_number else text_of(series.tolist())
    return columns


def columns_of_polars(frame):
    """The columns of a frame of Polars by name."""
    return columns_of_arrow(frame.to_arrow())


def columns_of_arrow(table):
    """The columns of a table of Arrow by name; a null number is NaN."""
    columns = {}
    for name, column in zip(table.column_names, table.columns):
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            columns[name] = column.to_numpy()
        elif pa.types.is_null(column.type):
            columns[name] = np.full(len(column), np.nan)
        else:
            columns[name] = Text(column.to_pylist())
    return columns
