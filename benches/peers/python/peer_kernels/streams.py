"""Kernels over a CSV file that is read a chunk at a time: chunked_statistics, group_mean_stream.

The text crosses as one cell; setup writes it to a file, and an iteration begins with opening that.
Empty cells and pandas' other spellings of a missing number are skipped; a group's name is missing
only where it is empty. A row of the wrong length is what each library takes it for.
"""

import csv
import math
import tempfile

import numpy as np
from exchange import Text

from .frames import query, refusing
from .libraries import library
from .registry import Timed, absent, may_refuse, variant

duckdb = library("duckdb")
pa = library("pyarrow")
pa_csv = library("pyarrow.csv")
pc = library("pyarrow.compute")
pd = library("pandas")
pl = library("polars")

STATISTICS, MEANS = "chunked_statistics", "group_mean_stream"

# How a missing number is spelled: the empty cell and pandas' list, NaN among it.
MISSING = ("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
           "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null")  # fmt: skip

CELLS_TAKE_LONG = "each cell becomes an object of its own, and that many of them take longer than an iteration may"

for kernel in (STATISTICS, MEANS):
    absent(kernel, "numpy", "its fast reader of text knows no missing cells, and the other calls Python for each cell")
    absent(kernel, "numba", "it reads no files")
    absent(kernel, "numexpr", "it reads no files")
    may_refuse(kernel, ValueError)


class CsvFile:
    """A file of a text that is gone with the last variant that uses it."""

    def __init__(self, text, chunk_rows):
        if chunk_rows < 1:
            raise ValueError(f"chunks of {chunk_rows} rows: give 1 or more")
        (text,) = text
        self.file = tempfile.NamedTemporaryFile(suffix=".csv")
        self.file.write(text.encode("utf-8"))
        self.file.flush()
        self.path = self.file.name
        self.chunk_rows = chunk_rows


class Moments:
    """Count, mean, squared deviations, least and greatest of the numbers of a column so far."""

    def __init__(self):
        self.count, self.mean, self.squares = 0, 0.0, 0.0
        self.least, self.greatest = math.inf, -math.inf

    def push(self, value):
        """Welford (1962)."""
        self.count += 1
        difference = value - self.mean
        self.mean += difference / self.count
        self.squares += difference * (value - self.mean)
        self.least = min(self.least, value)
        self.greatest = max(self.greatest, value)

    def merge(self, count, mean, squares, least, greatest):
        """Chan, Golub and LeVeque (1983)."""
        if count == 0:
            return
        difference = mean - self.mean
        total = self.count + count
        self.mean += difference * count / total
        self.squares += squares + difference * difference * self.count * count / total
        self.count = total
        self.least = min(self.least, least)
        self.greatest = max(self.greatest, greatest)

    def summary(self):
        if self.count == 0:
            return 0, math.nan, math.nan, math.nan, math.nan
        deviation = math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else math.nan
        return self.count, self.mean, deviation, self.least, self.greatest


def statistics_of(columns):
    """The result by the names it crosses under, from count, mean, deviation, least and greatest."""
    values = {}
    for name, (count, *numbers) in columns.items():
        values[f"{name}.count"] = int(count)
        for what, number in zip(("mean", "std", "min", "max"), numbers):
            values[f"{name}.{what}"] = math.nan if number is None else float(number)
    return values


def statistics_of_moments(columns):
    return statistics_of({name: moments.summary() for name, moments in columns.items()})


def means_of(names, means):
    return {"category": Text(names), "mean": np.array([math.nan if mean is None else mean for mean in means], float)}


def means_of_arrow(table):
    return means_of(table["category"].to_pylist(), table["mean"].to_pylist())


def records(file):
    """The header and the rows of a file; a row of another length is an error."""
    rows = csv.reader(file)
    header = next(rows, None)
    if not header:
        raise ValueError("the file has no header")

    def body():
        for row in rows:
            if len(row) == len(header):
                yield row
            elif row:
                raise ValueError(f"line {rows.line_num}: {len(row)} cells where the header has {len(header)}")

    return header, body()


@variant(STATISTICS, "csv", left_out={"2000000x6": CELLS_TAKE_LONG})
def statistics_by_csv(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        with open(source.path, newline="", encoding="utf-8") as file:
            header, rows = records(file)
            columns = [Moments() for _ in header]
            texts = set()
            for row in rows:
                for at, cell in enumerate(row):
                    if cell in MISSING or at in texts:
                        continue
                    try:
                        columns[at].push(float(cell))
                    except ValueError:
                        if columns[at].count:
                            raise
                        texts.add(at)
        return {name: moments for at, (name, moments) in enumerate(zip(header, columns)) if at not in texts}

    return Timed(run, statistics_of_moments)


@variant(STATISTICS, "pandas")
def statistics_by_pandas(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        columns = {}
        with pd.read_csv(source.path, chunksize=source.chunk_rows) as chunks:
            for chunk in chunks:
                numbers = chunk.select_dtypes("number")
                table = numbers.agg(["count", "mean", "var", "min", "max"])
                for name in numbers:
                    count, mean, variance, least, greatest = table[name]
                    squares = variance * (count - 1) if count > 1 else 0.0
                    columns.setdefault(name, Moments()).merge(count, mean, squares, least, greatest)
        return columns

    return Timed(run, statistics_of_moments)


@variant(STATISTICS, "polars", parallel=True)
def statistics_by_polars(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        scan = pl.scan_csv(source.path, null_values=list(MISSING))
        schema = scan.collect_schema()
        numbers = [name for name, kind in schema.items() if kind.is_numeric()]
        kinds = {name: pl.Float64 for name in numbers}
        scan = pl.scan_csv(source.path, null_values=list(MISSING), schema_overrides=kinds)
        wanted = []
        for name in numbers:
            column = pl.col(name)
            wanted += [
                column.count().alias(f"{name}.count"),
                column.mean().alias(f"{name}.mean"),
                column.std().alias(f"{name}.std"),
                column.min().alias(f"{name}.min"),
                column.max().alias(f"{name}.max"),
            ]
        return numbers, scan.select(wanted).collect(engine="streaming").row(0)

    return Timed(refusing(run, pl.exceptions.PolarsError), statistics_of_row)


def statistics_of_row(result):
    names, row = result
    return statistics_of({name: row[5 * at : 5 * at + 5] for at, name in enumerate(names)})


@variant(STATISTICS, "duckdb", parallel=True)
def statistics_by_duckdb(csv, chunk_rows, *, threads):
    source = CsvFile(csv, chunk_rows)
    connection = duckdb.connect(config={"threads": threads})

    def run():
        missing = ", ".join(f"'{cell}'" for cell in MISSING)
        scan = f"read_csv('{source.path}', header = true, nullstr = [{missing}])"
        described = connection.execute(f"describe from {scan}").fetchall()
        numbers = [name for name, kind, *_ in described if kind in ("DOUBLE", "BIGINT")]
        kinds = {name: "double" if name in numbers else kind for name, kind, *_ in described}
        scan = f"read_csv('{source.path}', header = true, nullstr = [{missing}], types = {kinds})"
        wanted = [
            f'count("{name}"), avg("{name}"), stddev_samp("{name}"), min("{name}"), max("{name}")' for name in numbers
        ]
        answer = connection.execute(f"select {', '.join(wanted) or 'count(*)'} from {scan}")
        return numbers, answer.fetchone()

    return Timed(refusing(run, duckdb.Error), statistics_of_row)


def arrow_batches(source, kinds=None):
    """Batches of a file; a column's type is that of the first block, or what is given."""
    missing = pa_csv.ConvertOptions(null_values=list(MISSING), column_types=kinds)
    return pa_csv.open_csv(source.path, convert_options=missing)


@variant(STATISTICS, "pyarrow", parallel=True)
def statistics_by_pyarrow(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        columns = {}
        schema = arrow_batches(source).schema
        kinds = {field.name: pa.float64() for field in schema if pa.types.is_integer(field.type)}
        for batch in arrow_batches(source, kinds):
            for name, column in zip(batch.schema.names, batch.columns):
                if not pa.types.is_floating(column.type):
                    continue
                count = len(column) - column.null_count
                if count == 0:
                    columns.setdefault(name, Moments())
                    continue
                extent = pc.min_max(column)
                squares = pc.variance(column).as_py() * count
                columns.setdefault(name, Moments()).merge(
                    count, pc.mean(column).as_py(), squares, extent["min"].as_py(), extent["max"].as_py()
                )
        return columns

    return Timed(run, statistics_of_moments)


@variant(MEANS, "csv", left_out={"2000000": CELLS_TAKE_LONG})
def means_by_csv(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        sums = {}
        with open(source.path, newline="", encoding="utf-8") as file:
            header, rows = records(file)
            category, value = header.index("category"), header.index("value")
            for row in rows:
                number = math.nan if row[value] in MISSING else float(row[value])
                if row[category] == "":
                    continue
                total = sums.setdefault(row[category], [0.0, 0])
                if number == number:
                    total[0] += number
                    total[1] += 1
        return [(name, total / count if count else math.nan) for name, (total, count) in sorted(sums.items())]

    return Timed(run, lambda pairs: means_of((name for name, _ in pairs), [mean for _, mean in pairs]))


@variant(MEANS, "pandas")
def means_by_pandas(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        sums = None
        # A name such as NA is a name: only in the numbers do spellings of missing count.
        missing = {"category": [""], "value": list(MISSING)}
        with pd.read_csv(
            source.path,
            chunksize=source.chunk_rows,
            usecols=["category", "value"],
            dtype={"category": "str", "value": "float64"},
            keep_default_na=False,
            na_values=missing,
        ) as chunks:
            for chunk in chunks:
                part = chunk.groupby("category")["value"].agg(["sum", "count"])
                sums = part if sums is None else sums.add(part, fill_value=0)
        return (sums["sum"] / sums["count"]).sort_index()

    return Timed(run, lambda means: means_of(means.index, means))


@variant(MEANS, "polars", parallel=True)
def means_by_polars(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        scan = pl.scan_csv(
            source.path,
            schema_overrides={"category": pl.String, "value": pl.Float64},
            null_values={"category": "", "value": ""},
        )
        groups = scan.drop_nulls("category").group_by("category")
        means = groups.agg(pl.col("value").fill_nan(None).mean())
        return means.sort("category").collect(engine="streaming")

    return Timed(refusing(run, pl.exceptions.PolarsError), lambda frame: means_of(frame["category"], frame["value"]))


@variant(MEANS, "duckdb", parallel=True)
def means_by_duckdb(csv, chunk_rows, *, threads):
    source = CsvFile(csv, chunk_rows)
    connection = duckdb.connect(config={"threads": threads})

    def run():
        return query(
            connection,
            f"""
            select category, avg(value) filter (not isnan(value)) as mean
            from read_csv('{source.path}', header = true, types = {{'category': 'varchar', 'value': 'double'}})
            where category <> ''
            group by category
            order by category
            """,
        )

    return Timed(refusing(run, duckdb.Error), means_of_arrow)


@variant(MEANS, "pyarrow", parallel=True)
def means_by_pyarrow(csv, chunk_rows):
    source = CsvFile(csv, chunk_rows)

    def run():
        batches = arrow_batches(source, {"category": pa.string(), "value": pa.float64()})
        parts = [sums_of(batches.schema.empty_table())]
        for batch in batches:
            parts.append(sums_of(pa.Table.from_batches([batch])))
        sums = pa.concat_tables(parts).group_by("category").aggregate([("value_sum", "sum"), ("value_count", "sum")])
        sums = sums.sort_by("category")
        return sums.append_column("mean", pc.divide(sums["value_sum_sum"], pc.cast(sums["value_count_sum"], "double")))

    def sums_of(table):
        groups = table.filter(pc.not_equal(table["category"], "")).group_by("category")
        return groups.aggregate([("value", "sum"), ("value", "count")])

    return Timed(run, means_of_arrow)
