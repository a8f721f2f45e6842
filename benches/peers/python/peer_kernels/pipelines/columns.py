"""The flights by whole columns, in pandas and in Polars; see common.py."""

from ..frames import refusing
from ..libraries import library
from ..registry import Timed, variant
from .common import (
    BOUNDED,
    DEVIATIONS,
    FILLED,
    KERNEL,
    LINES,
    TEXTS,
    TIDIED,
    bytes_of,
    check_months,
    draw,
    marks_of_axes,
    read_pandas,
)

pd = library("pandas")
pl = library("polars")


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
    texts = bytes_of(**files)

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
    texts = bytes_of(**files)

    def run():
        tables = {name: read_polars(name, text) for name, text in texts.items()}
        flights = clean_polars(tables["flights"])
        planes, airlines = (tables[name].with_columns(tidy_polars(name)) for name in ("planes", "airlines"))
        ranked = rank_polars(flights, planes, airlines)
        most = ranked.group_by("airline").agg(pl.col("flights").sum().alias("all"))
        most = most.sort(["all", "airline"], descending=[True, False]).head(LINES).with_row_index("line")
        marks = ranked.drop_nulls("arrival").join(most, on="airline").sort(["line", "month"])
        return draw(marks.select("airline", pl.col("month").cast(int), "arrival").iter_rows())

    return Timed(refusing(run, pl.exceptions.PolarsError), marks_of_axes)
