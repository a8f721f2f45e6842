"""The flights one row at a time: dictionaries of Python, and rows of pandas; see common.py."""

import csv
import io
import math
from collections import Counter, defaultdict
from statistics import median

from ..libraries import library
from ..registry import Timed, variant
from .common import (
    BOUNDED,
    DEVIATIONS,
    FILLED,
    KERNEL,
    LINES,
    RANKED,
    TEXTS,
    TIDIED,
    bytes_of,
    check_months,
    draw,
    marks_of_axes,
    read_pandas,
    texts_of,
)

pd = library("pandas")

ROWS_TAKE_LONG = (
    "a row becomes an object of its own in each of the stages, and that many of them take longer than an iteration may"
)


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


@variant(KERNEL, "pandas_iterrows", left_out={"50000": ROWS_TAKE_LONG, "336776": ROWS_TAKE_LONG})
def by_pandas_iterrows(**files):
    texts = bytes_of(**files)

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
