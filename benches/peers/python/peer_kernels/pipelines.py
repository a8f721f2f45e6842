"""Flights out of New York City: load, clean, transform, visualize (kernel flights).

The three files cross as texts; `NA` is missing. Flights: exact duplicates go, missing delays and air
times become the column's median, words are trimmed and put in lower case (an airline's name stays),
rows with a delay beyond three sample standard deviations go. Carriers are ranked within each month
by mean arrival delay, with the age, seats and commonest manufacturer of their planes; the chart has a
line for each of the six airlines with most flights, drawn by Matplotlib as SVG.
"""

import csv
import io
import math
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import numpy as np
from exchange import Text

from . import pipeline_duckdb
from .libraries import library
from .registry import Timed, absent, may_refuse, variant

matplotlib_figure = library("matplotlib.figure")
duckdb = library("duckdb")
pd = library("pandas")
pl = library("polars")

KERNEL = "flights"

FILLED = ["dep_delay", "arr_delay", "air_time"]
BOUNDED = ["dep_delay", "arr_delay"]
DEVIATIONS = 3
LINES = 6
RANKED = ["month", "airline", "flights", "departure", "arrival", "age", "seats", "manufacturer", "rank"]
TEXTS = {
    "flights": ["carrier", "tailnum", "origin", "dest", "time_hour"],
    "planes": ["tailnum", "type", "manufacturer", "model", "engine"],
    "airlines": ["carrier", "name"],
}
TIDIED = TEXTS | {"airlines": ["carrier"]}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

ROWS_TAKE_LONG = "a row becomes an object of its own in each of the stages, and that many of them take longer than an iteration may"

absent(KERNEL, "numpy", "its arrays have no missing text, and tables would be put together by hand")
absent(KERNEL, "numba", "it reads no text")
absent(KERNEL, "pyarrow", "it computes no exact median")
may_refuse(KERNEL, ValueError)


def texts_of(**files):
    """Each file's text, which crosses as a column of one cell."""
    return {name: text[0] for name, text in files.items()}


def check_months(are_known):
    if not are_known:
        raise ValueError("a month outside the calendar")


def draw(marks):
    """The chart of marks (airline, month, minutes) as SVG, and what it shows."""
    figure = matplotlib_figure.Figure(figsize=(9.6, 5.4), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    lines = defaultdict(lambda: ([], []))
    for airline, month, minutes in marks:
        lines[airline][0].append(month)
        lines[airline][1].append(minutes)
    for airline, (months, minutes) in lines.items():
        axes.plot(months, minutes, marker="o", markersize=4, label=airline)
    axes.set_title("Mean arrival delay of flights out of New York City, 2013")
    axes.set(xlabel="month of departure", ylabel="mean arrival delay (minutes)", xlim=(0.5, 12.5))
    axes.set_xticks(range(1, 13), MONTHS)
    axes.grid(axis="y", color="0.9")
    if lines:
        figure.legend(loc="outside right upper")
    svg = io.BytesIO()
    figure.savefig(svg, format="svg")
    return axes, svg.getvalue()


def marks_of_axes(drawn):
    axes, svg = drawn
    if not svg.rstrip().endswith(b"</svg>"):
        raise RuntimeError("the drawing is damaged")
    marks = [
        (line.get_label(), month, minutes)
        for line in axes.lines
        for month, minutes in zip(line.get_xdata(), line.get_ydata())
    ]
    return {
        "airline": Text(airline for airline, _, _ in marks),
        "month": np.array([month for _, month, _ in marks], dtype=np.int64),
        "mean_arrival_delay": np.array([minutes for _, _, minutes in marks], dtype=float),
    }


def rows_of(name, text):
    """Dictionaries of a file's rows; a cell that is no number, or a row of another length, is an error."""
    reader = csv.reader(io.StringIO(text))
    header = next(reader)
    rows = []
    for cells in reader:
        if len(cells) != len(header):
            raise ValueError(f"{name}.csv, line {reader.line_num}: {len(cells)} cells")
        row = {}
        for column, cell in zip(header, cells):
            row[column] = None if cell == "NA" else cell if column in TEXTS[name] else float(cell)
        rows.append(row)
    return rows


def clean_rows(flights):
    seen, kept = set(), []
    for row in flights:
        key = tuple(row.values())
        if key not in seen:
            seen.add(key)
            kept.append(dict(row))
    for column in FILLED:
        known = [row[column] for row in kept if row[column] is not None]
        fill = median(known) if known else None
        for row in kept:
            if row[column] is None:
                row[column] = fill
    for column in BOUNDED:
        values = [row[column] for row in kept]
        if len(values) < 2 or None in values:
            continue
        mean = sum(values) / len(values)
        reach = DEVIATIONS * math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
        for row in kept:
            if reach > 0 and abs(row[column] - mean) > reach:
                row["is_outlier"] = True
    return tidy_rows("flights", [row for row in kept if "is_outlier" not in row])


def tidy_rows(name, rows):
    for row in rows:
        for column in TIDIED[name]:
            if row[column] is not None:
                row[column] = row[column].strip().lower()
    return rows


def first_by(rows, key):
    found = {}
    for row in rows:
        if row[key] is not None:
            found.setdefault(row[key], row)
    return found


def mean_of(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else math.nan


def rank_rows(flights, planes, airlines):
    """Rows of month, rank and what is known of a carrier's flights in that month."""
    groups = defaultdict(list)
    for row in flights:
        check_months(row["month"] in range(1, 13))
        groups[row["month"], row["carrier"] or ""].append(row)
    ranked = []
    for (month, carrier), rows in groups.items():
        airline = airlines[carrier]["name"] if carrier in airlines else carrier
        own = [(row["year"], planes[row["tailnum"]]) for row in rows if row["tailnum"] in planes]
        makers = Counter(plane["manufacturer"] for _, plane in own if plane["manufacturer"] is not None)
        ranked.append(
            {
                "month": int(month),
                "airline": airline,
                "flights": len(rows),
                "departure": mean_of([row["dep_delay"] for row in rows]),
                "arrival": mean_of([row["arr_delay"] for row in rows]),
                "age": mean_of([year - plane["year"] for year, plane in own if plane["year"] is not None]),
                "seats": mean_of([plane["seats"] for _, plane in own]),
                "manufacturer": min(makers, key=lambda maker: (-makers[maker], maker), default=None),
            }
        )
    ranked.sort(key=lambda row: (row["month"], math.isnan(row["arrival"]), row["arrival"], row["airline"]))
    for at, row in enumerate(ranked):
        is_first = at == 0 or ranked[at - 1]["month"] != row["month"]
        row["rank"] = 1 if is_first else ranked[at - 1]["rank"] + 1
    return ranked


def choose_rows(ranked):
    """The marks of the airlines with most flights."""
    flights = Counter()
    for row in ranked:
        flights[row["airline"]] += row["flights"]
    marks = []
    for airline in sorted(flights, key=lambda airline: (-flights[airline], airline))[:LINES]:
        for row in ranked:
            if row["airline"] == airline and row["arrival"] == row["arrival"]:
                marks.append((airline, row["month"], row["arrival"]))
    return marks


@variant(KERNEL, "python_loops", left_out={"336776": ROWS_TAKE_LONG})
def by_python_loops(**files):
    texts = texts_of(**files)

    def run():
        tables = {name: rows_of(name, text) for name, text in texts.items()}
        flights = clean_rows(tables["flights"])
        planes = first_by(tidy_rows("planes", tables["planes"]), "tailnum")
        airlines = first_by(tidy_rows("airlines", tables["airlines"]), "carrier")
        return draw(choose_rows(rank_rows(flights, planes, airlines)))

    return Timed(run, marks_of_axes)


def read_pandas(name, text):
    texts = dict.fromkeys(TEXTS[name], "str")
    frame = pd.read_csv(io.StringIO(text), dtype=texts, keep_default_na=False, na_values=["NA"])
    numbers = frame.columns.difference(TEXTS[name])
    return frame.astype(dict.fromkeys(numbers, "float64"))


@variant(KERNEL, "pandas_iterrows", left_out={"50000": ROWS_TAKE_LONG, "336776": ROWS_TAKE_LONG})
def by_pandas_iterrows(**files):
    texts = texts_of(**files)

    def run():
        tables = {}
        for name, text in texts.items():
            tables[name] = []
            for _, row in read_pandas(name, text).iterrows():
                tables[name].append({column: None if pd.isna(cell) else cell for column, cell in row.items()})
        flights = []
        for _, row in pd.DataFrame(clean_rows(tables["flights"])).iterrows():
            flights.append({column: None if pd.isna(cell) else cell for column, cell in row.items()})
        planes = first_by(tidy_rows("planes", tables["planes"]), "tailnum")
        airlines = first_by(tidy_rows("airlines", tables["airlines"]), "carrier")
        ranked = pd.DataFrame(rank_rows(flights, planes, airlines), columns=RANKED)
        return draw(choose_rows([row for _, row in ranked.iterrows()]))

    return Timed(run, marks_of_axes)


def clean_pandas(flights):
    flights = flights.drop_duplicates()
    flights = flights.fillna(flights[FILLED].median())
    delays = flights[BOUNDED]
    reach = DEVIATIONS * delays.std()
    is_outlier = (((delays - delays.mean()).abs() > reach) & (reach > 0)).any(axis=1)
    return tidy_pandas("flights", flights[~is_outlier])


def tidy_pandas(name, frame):
    return frame.assign(**{column: frame[column].str.strip().str.lower() for column in TIDIED[name]})


def rank_pandas(flights, planes, airlines):
    check_months(flights["month"].isin(range(1, 13)).all())
    planes = planes.dropna(subset=["tailnum"]).drop_duplicates("tailnum")
    airlines = airlines.dropna(subset=["carrier"]).drop_duplicates("carrier").set_index("carrier")["name"]
    planes = planes[["tailnum", "year", "seats", "manufacturer"]].rename(columns={"year": "built"})
    joined = flights.merge(planes, on="tailnum", how="left").fillna({"carrier": ""})
    joined["age"] = joined["year"] - joined["built"]
    keys = ["month", "carrier"]
    ranked = joined.groupby(keys, as_index=False).agg(
        flights=("month", "size"),
        departure=("dep_delay", "mean"),
        arrival=("arr_delay", "mean"),
        age=("age", "mean"),
        seats=("seats", "mean"),
    )
    makers = joined.groupby([*keys, "manufacturer"]).size().rename("planes").reset_index()
    makers = makers.sort_values([*keys, "planes", "manufacturer"], ascending=[True, True, False, True])
    ranked = ranked.merge(makers.drop_duplicates(keys)[[*keys, "manufacturer"]], on=keys, how="left")
    ranked["airline"] = ranked["carrier"].map(airlines).fillna(ranked["carrier"])
    ranked = ranked.sort_values(["month", "arrival", "airline", "carrier"])
    ranked["rank"] = ranked.groupby("month").cumcount() + 1
    return ranked


@variant(KERNEL, "pandas")
def by_pandas(**files):
    texts = texts_of(**files)

    def run():
        tables = {name: read_pandas(name, text) for name, text in texts.items()}
        flights = clean_pandas(tables["flights"])
        planes, airlines = (tidy_pandas(name, tables[name]) for name in ("planes", "airlines"))
        ranked = rank_pandas(flights, planes, airlines)
        most = ranked.groupby("airline")["flights"].sum().sort_values(ascending=False, kind="stable")
        known = ranked.dropna(subset=["arrival"]).set_index("airline").sort_values("month", kind="stable")
        marks = []
        for airline in most.index[:LINES]:
            own = known.loc[known.index == airline]
            marks += zip([airline] * len(own), own["month"].astype(int), own["arrival"])
        return draw(marks)

    return Timed(run, marks_of_axes)


def read_polars(name, data):
    frame = pl.read_csv(data, null_values="NA", infer_schema=False)
    return frame.with_columns(pl.exclude(TEXTS[name]).cast(pl.Float64))


def clean_polars(flights):
    flights = flights.unique(keep="first", maintain_order=True).lazy()
    flights = flights.with_columns(pl.col(FILLED).fill_null(pl.col(FILLED).median()))
    is_outlier = [
        (pl.col(name).std() > 0) & ((pl.col(name) - pl.col(name).mean()).abs() > DEVIATIONS * pl.col(name).std())
        for name in BOUNDED
    ]
    flights = flights.filter(~pl.any_horizontal(is_outlier).fill_null(False))
    return flights.with_columns(tidy_polars("flights")).collect()


def tidy_polars(name):
    return pl.col(TIDIED[name]).str.strip_chars().str.to_lowercase()


def rank_polars(flights, planes, airlines):
    check_months(flights["month"].is_in([float(month) for month in range(1, 13)]).all())
    planes = planes.drop_nulls("tailnum").unique("tailnum", keep="first").rename({"year": "built"})
    airlines = airlines.drop_nulls("carrier").unique("carrier", keep="first").rename({"name": "airline"})
    keys = ["month", "carrier"]
    joined = flights.lazy().with_columns(pl.col("carrier").fill_null(""))
    joined = joined.join(planes.lazy(), on="tailnum", how="left")
    makers = joined.drop_nulls("manufacturer").group_by(*keys, "manufacturer").len()
    makers = makers.sort([*keys, "len", "manufacturer"], descending=[False, False, True, False])
    makers = makers.group_by(keys).agg(pl.col("manufacturer").first())
    ranked = joined.group_by(keys).agg(
        flights=pl.len(),
        departure=pl.col("dep_delay").mean(),
        arrival=pl.col("arr_delay").mean(),
        age=(pl.col("year") - pl.col("built")).mean(),
        seats=pl.col("seats").mean(),
    )
    ranked = ranked.join(makers, on=keys, how="left").join(airlines.lazy(), on="carrier", how="left")
    ranked = ranked.with_columns(pl.col("airline").fill_null(pl.col("carrier")))
    ranked = ranked.sort(["month", "arrival", "airline", "carrier"], nulls_last=True)
    return ranked.with_columns(rank=pl.int_range(1, pl.len() + 1).over("month")).collect()


@variant(KERNEL, "polars", parallel=True)
def by_polars(**files):
    texts = {name: text.encode("utf-8") for name, text in texts_of(**files).items()}

    def run():
        tables = {name: read_polars(name, text) for name, text in texts.items()}
        flights = clean_polars(tables["flights"])
        planes, airlines = (tables[name].with_columns(tidy_polars(name)) for name in ("planes", "airlines"))
        ranked = rank_polars(flights, planes, airlines)
        most = ranked.group_by("airline").agg(pl.col("flights").sum().alias("all"))
        most = most.sort(["all", "airline"], descending=[True, False]).head(LINES).with_row_index("line")
        marks = ranked.drop_nulls("arrival").join(most, on="airline").sort(["line", "month"])
        return draw(marks.select("airline", pl.col("month").cast(int), "arrival").iter_rows())

    return Timed(run, marks_of_axes)


@variant(KERNEL, "duckdb", parallel=True)
def by_duckdb(*, threads, **files):
    connection = duckdb.connect(config={"threads": threads})
    folder = tempfile.TemporaryDirectory()
    loads, headers = [], {}
    for name, text in texts_of(**files).items():
        path = Path(folder.name) / f"{name}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        headers[name] = text[: text.find("\n")].split(",")
        tidied = [] if name == "flights" else TIDIED[name]
        loads.append(pipeline_duckdb.load(name, path, headers[name], TEXTS[name], tidied))
    clean = pipeline_duckdb.clean(headers["flights"], TIDIED["flights"])

    def run():
        # The folder lives as long as this function.
        assert folder
        for load in loads:
            connection.execute(load)
        connection.execute(clean)
        check_months(connection.execute(pipeline_duckdb.MONTHS).fetchone()[0])
        connection.execute(pipeline_duckdb.TRANSFORM)
        return draw(connection.execute(pipeline_duckdb.MARKS.format(lines=LINES)).fetchall())

    return Timed(run, marks_of_axes)
