"""A table cleaned, and counts of what changed (kernel clean).

Duplicates are dropped (missing equals missing), missing numbers become their column's median and
missing text the commonest word (ties to the lowest code points), text goes to lower case, and rows
with a number beyond three sample standard deviations are dropped; the deviations are taken once.
"""

from collections import Counter
from statistics import median

import numpy as np

from ..frames import (
    arrow_of,
    columns_of_arrow,
    columns_of_pandas,
    columns_of_polars,
    duckdb_of,
    is_text,
    lists_of,
    pandas_of,
    polars_of,
    query,
    text_of,
)
from ..libraries import library
from ..registry import Timed, absent, variant

pa = library("pyarrow")
pc = library("pyarrow.compute")
pd = library("pandas")
pl = library("polars")

KERNEL = "clean"

DEVIATIONS = 3
REPORT = ("duplicates_removed", "numeric_filled", "categorical_filled", "lowercased", "outliers_removed")

ROWS_TAKE_LONG = (
    "a row becomes an object of its own in each of four steps, and that many of them take longer than an iteration may"
)

absent(KERNEL, "numpy", "its arrays have no missing text, and a table would be put together by hand")
absent(KERNEL, "numexpr", "it has no tables")
absent(KERNEL, "scipy", "it has no tables")
absent(KERNEL, "scikit_learn", "its imputers fill cells, but it drops neither duplicates nor rows")


def cleaned(columns, report):
    """The result by the names it crosses under; columns of numbers are doubles."""
    values = {}
    for name, column in columns.items():
        values[f"table.{name}"] = column if is_text(column) else np.asarray(column, dtype=np.float64)
    for name, count in zip(REPORT, report):
        values[f"report.{name}"] = int(count)
    return values


def commonest(words):
    """The commonest word as it is spelled, ties to the lowest code points; None of nothing."""
    counts = Counter(words)
    return min(counts, key=lambda word: (-counts[word], word), default=None)


@variant(KERNEL, "python_loops")
def by_python_loops(**columns):
    texts = {name for name, column in columns.items() if is_text(column)}
    columns = lists_of(columns)

    def run():
        seen, table = set(), {name: [] for name in columns}
        for row in zip(*columns.values()):
            if row not in seen:
                seen.add(row)
                for column, cell in zip(table.values(), row):
                    column.append(cell)
        before = sum(map(len, list(columns.values())[:1]))
        report = [before - len(seen), 0, 0, 0, 0]
        for name, column in table.items():
            known = [cell for cell in column if cell is not None]
            if known and len(known) < len(column):
                fill = commonest(known) if name in texts else median(known)
                report[2 if name in texts else 1] += len(column) - len(known)
                table[name] = column = [fill if cell is None else cell for cell in column]
            if name in texts:
                lowered = [None if cell is None else cell.lower() for cell in column]
                report[3] += sum(low != cell for low, cell in zip(lowered, column))
                table[name] = lowered
        kept = [True] * len(seen)
        for name, column in table.items():
            if name in texts or len(column) < 2 or column[0] is None:
                continue
            middle, reach = mean_and_reach(column)
            for i, cell in enumerate(column):
                if reach > 0 and abs(cell - middle) > reach:
                    kept[i] = False
        report[4] = kept.count(False)
        for name, column in table.items():
            table[name] = [cell for cell, is_kept in zip(column, kept) if is_kept]
        return table, report

    return Timed(run, lambda result: of_lists(*result, texts))


def mean_and_reach(column):
    middle = sum(column) / len(column)
    squares = sum((cell - middle) ** 2 for cell in column)
    return middle, DEVIATIONS * (squares / (len(column) - 1)) ** 0.5


def of_lists(table, report, texts):
    columns = {}
    for name, column in table.items():
        columns[name] = text_of(column) if name in texts else [np.nan if cell is None else cell for cell in column]
    return cleaned(columns, report)


@variant(KERNEL, "pandas_iterrows", left_out={"20000": ROWS_TAKE_LONG, "200000": ROWS_TAKE_LONG})
def by_pandas_iterrows(**columns):
    frame = pandas_of(columns)
    texts = [name for name, column in columns.items() if is_text(column)]

    def run():
        seen, rows = set(), []
        for _, row in frame.iterrows():
            key = tuple(None if pd.isna(cell) else cell for cell in row)
            if key not in seen:
                seen.add(key)
                rows.append(row)
        report = [len(frame) - len(rows), 0, 0, 0, 0]
        table = pd.DataFrame(rows, columns=frame.columns).reset_index(drop=True)
        table = table.astype(frame.dtypes)
        fills = {name: fill_of(table[name], name in texts) for name in table}
        for i, row in table.iterrows():
            for name, cell in row.items():
                if pd.isna(cell) and not pd.isna(fills[name]):
                    report[2 if name in texts else 1] += 1
                    table.at[i, name] = fills[name]
        for i, row in table.iterrows():
            for name in texts:
                if not pd.isna(row[name]) and row[name].lower() != row[name]:
                    report[3] += 1
                    table.at[i, name] = row[name].lower()
        numbers = [name for name in table if name not in texts]
        means, reaches = table[numbers].mean(), DEVIATIONS * table[numbers].std()
        kept = []
        for i, row in table.iterrows():
            if not any(reaches[name] > 0 and abs(row[name] - means[name]) > reaches[name] for name in numbers):
                kept.append(i)
        report[4] = len(table) - len(kept)
        return table.loc[kept], report

    return Timed(run, of_pandas)


def fill_of(series, is_text):
    if series.isna().all():
        return None
    return series.mode().min() if is_text else series.median()


def of_pandas(result):
    frame, report = result
    return cleaned(columns_of_pandas(frame), report)


@variant(KERNEL, "pandas_apply")
def by_pandas_apply(**columns):
    frame = pandas_of(columns)
    texts = [name for name, column in columns.items() if is_text(column)]
    numbers = [name for name in columns if name not in texts]

    def run():
        table = frame.drop_duplicates().reset_index(drop=True)
        report = [len(frame) - len(table), 0, 0, 0, 0]
        for name in table:
            fill = fill_of(table[name], name in texts)
            if fill is not None:
                report[2 if name in texts else 1] += table[name].isna().sum()
                table[name] = table[name].apply(lambda cell, fill=fill: fill if pd.isna(cell) else cell)
        for name in texts:
            lowered = table[name].apply(lambda cell: cell if pd.isna(cell) else cell.lower()).astype("str")
            report[3] += (lowered != table[name])[lowered.notna()].sum()
            table[name] = lowered
        far = pd.Series(False, index=table.index)
        for name in numbers:
            middle, reach = table[name].mean(), DEVIATIONS * table[name].std()
            if reach > 0:
                far |= table[name].apply(lambda cell, middle=middle, reach=reach: abs(cell - middle) > reach)
        report[4] = far.sum()
        return table[~far], report

    return Timed(run, of_pandas)


@variant(KERNEL, "pandas")
def by_pandas(**columns):
    frame = pandas_of(columns)
    texts = [name for name, column in columns.items() if is_text(column)]
    numbers = [name for name in columns if name not in texts]

    def run():
        table = frame.drop_duplicates()
        missing = table.isna().sum()
        fills = {name: fill_of(table[name], name in texts) for name in table}
        fills = {name: fill for name, fill in fills.items() if fill is not None}
        table = table.fillna(fills)
        lowered = table.assign(**{name: table[name].str.lower() for name in texts})
        changed = sum((lowered[name] != table[name])[table[name].notna()].sum() for name in texts)
        means, reaches = lowered[numbers].mean(), DEVIATIONS * lowered[numbers].std()
        far = (((lowered[numbers] - means).abs() > reaches) & (reaches > 0)).any(axis=1)
        filled = missing.reindex(list(fills), fill_value=0)
        report = [
            len(frame) - len(table),
            filled.drop(texts, errors="ignore").sum(),
            filled.drop(numbers, errors="ignore").sum(),
            changed,
            far.sum(),
        ]
        return lowered[~far], report

    return Timed(run, of_pandas)


@variant(KERNEL, "polars", parallel=True)
def by_polars(**columns):
    frame = polars_of(columns)
    texts = [name for name, column in columns.items() if is_text(column)]
    numbers = [name for name in columns if name not in texts]

    def run():
        table = frame.unique(keep="first", maintain_order=True).with_columns(pl.col(numbers).cast(pl.Float64))
        medians = [pl.col(name).median() for name in numbers]
        modes = [pl.col(name).drop_nulls().mode().min() for name in texts]
        filled = table.lazy().with_columns(
            [pl.col(name).fill_null(fill) for name, fill in zip(numbers + texts, medians + modes)]
        )
        lowered = filled.with_columns([pl.col(name).str.to_lowercase() for name in texts])
        filled, lowered = pl.collect_all([filled, lowered])
        far = pl.any_horizontal(
            [
                (pl.col(name).std() > 0)
                & ((pl.col(name) - pl.col(name).mean()).abs() > DEVIATIONS * pl.col(name).std())
                for name in numbers
            ]
            or [pl.lit(False)]
        ).fill_null(False)
        kept = lowered.filter(~far)
        report = [
            frame.height - table.height,
            sum((table[name].null_count() - filled[name].null_count()) for name in numbers),
            sum((table[name].null_count() - filled[name].null_count()) for name in texts),
            sum((lowered[name] != filled[name]).sum() for name in texts),
            lowered.height - kept.height,
        ]
        return kept, report

    return Timed(run, lambda result: cleaned(columns_of_polars(result[0]), result[1]))


@variant(KERNEL, "pyarrow", parallel=True)
def by_pyarrow(**columns):
    raw = arrow_of(columns)
    texts = [name for name, column in columns.items() if is_text(column)]
    rows = pa.array(np.arange(raw.num_rows))

    def run():
        # Keys are told apart by their bits: added to 0, -0 is 0.
        keys = [raw[name] if name in texts else pc.add(raw[name], 0.0) for name in columns]
        numbered = pa.table([*keys, rows], [*columns, "row"])
        firsts = numbered.group_by(list(columns)).aggregate([("row", "min")])
        table = raw.take(np.sort(firsts["row_min"].to_numpy()))
        report = [raw.num_rows - table.num_rows, 0, 0, 0, 0]
        far = pa.array(np.zeros(table.num_rows, dtype=bool))
        for at, name in enumerate(columns):
            filled = fill_arrow(table[name], name in texts)
            report[2 if name in texts else 1] += table[name].null_count - filled.null_count
            if name in texts:
                lowered = pc.utf8_lower(filled)
                report[3] += pc.sum(pc.not_equal(lowered, filled)).as_py() or 0
                filled = lowered
            else:
                reach = DEVIATIONS * (pc.stddev(filled, ddof=1).as_py() or 0)
                distance = pc.abs(pc.subtract(filled, pc.mean(filled)))
                far = pc.or_(far, pc.fill_null(pc.greater(distance, reach), False)) if reach > 0 else far
            table = table.set_column(at, name, filled)
        report[4] = pc.sum(far).as_py() or 0
        return table.filter(pc.invert(far)), report

    return Timed(run, lambda result: cleaned(columns_of_arrow(result[0]), result[1]))


def fill_arrow(column, is_text):
    if column.null_count in (0, len(column)):
        return column
    if not is_text:
        return pc.fill_null(pc.cast(column, "double"), pc.quantile(column, 0.5)[0])
    counts = pc.drop_null(column).value_counts()
    counts = pa.table({"word": counts.field("values"), "cells": counts.field("counts")})
    return pc.fill_null(column, counts.sort_by([("cells", "descending"), ("word", "ascending")])["word"][0])


@variant(KERNEL, "duckdb", parallel=True)
def by_duckdb(*, threads, **columns):
    connection = duckdb_of(threads, raw=columns)
    texts = [name for name, column in columns.items() if is_text(column)]
    numbers = [name for name in columns if name not in texts]

    def run():
        steps, counts, answer = statements(texts, numbers)
        for step in steps:
            connection.execute(step)
        return query(connection, answer), connection.execute(counts).fetchone()

    return Timed(run, lambda result: cleaned(columns_of_arrow(result[0]), result[1]))


def statements(texts, numbers):
    """The queries: steps that leave tables behind, the one of the report, and the one of the rows kept."""
    every = ", ".join(map(quoted, numbers + texts))
    changes = " + ".join(f"(select count(*) from filled where lower({name}) <> {name})" for name in map(quoted, texts))
    counts = f"""
        select (select count(*) from raw) - (select count(*) from firsts), {filled_cells(numbers)},
               {filled_cells(texts)}, {changes or 0}, (select count(*) from lowered where far)
    """
    steps = [
        f"create or replace temp table firsts as select min(rowid) as row, {every} from raw group by {every}",
        f"create or replace temp table fills as select {', '.join(map(median_of, numbers))}"
        f" {', ' if numbers and texts else ''} {', '.join(map(mode_of, texts))} from firsts",
        f"create or replace temp table filled as"
        f" select row, {', '.join(map(filled, numbers + texts))} from firsts, fills",
        f"create or replace temp table lowered as"
        f" select row, {', '.join([*map(quoted, numbers), *map(lowered, texts)])},"
        f" coalesce({' or '.join(map(is_far, numbers)) or 'false'}, false) as far"
        f" from filled, (select {', '.join(map(span_of, numbers)) or '0'} from filled)",
    ]
    return steps, counts, f"select {every} from lowered where not far order by row"


def quoted(name):
    return f'"{name}"'


def median_of(name):
    return f'median("{name}")::double as "{name}"'


def mode_of(name):
    words = f'select "{name}" as word, count(*) as cells from firsts where "{name}" is not null group by 1'
    return f'(select word from ({words}) order by cells desc, word limit 1) as "{name}"'


def filled(name):
    return f'coalesce(firsts."{name}", fills."{name}") as "{name}"'


def lowered(name):
    return f'lower("{name}") as "{name}"'


def span_of(name):
    return f'avg("{name}") as "mean {name}", {DEVIATIONS} * stddev_samp("{name}") as "reach {name}"'


def is_far(name):
    return f'("reach {name}" > 0 and abs("{name}" - "mean {name}") > "reach {name}")'


def filled_cells(names):
    cells = [f"(select count({name}) from filled) - (select count({name}) from firsts)" for name in map(quoted, names)]
    return " + ".join(cells) or "0"
