"""Groups by a text column: the mean of a quotient (group_mean), values less their mean (group_center).

A missing department is no group. A quotient that is NaN is skipped, years of 0 make it infinite.
"""

import math

import numpy as np
from exchange import Text

from ..frames import arrow_of, columns_of_arrow, columns_of_polars, duckdb_of, pandas_of, polars_of, query
from ..libraries import library
from ..registry import Timed, absent, variant

pd = library("pandas")
pl = library("polars")
pa = library("pyarrow")
pc = library("pyarrow.compute")

MEAN, CENTER = "group_mean", "group_center"

ROWS_TAKE_LONG = "a row becomes an object of its own, and that many of them take longer than an iteration may"

for kernel in (MEAN, CENTER):
    absent(kernel, "numexpr", "it has no groups")
    absent(kernel, "scipy", "it has no tables")
    absent(kernel, "numba", "it has no columns of text, and coding the keys outside of it is most of the work")


def quotient(salary, years):
    """What floating-point numbers give, where Python raises."""
    if years != 0:
        return salary / years
    return math.nan if salary == 0 or salary != salary else math.copysign(math.inf, salary)


def sorted_means(sums):
    """Departments and their means, the largest first, ties by name, NaN last."""
    means = []
    for department, (total, count) in sums.items():
        means.append((department, total / count if count else math.nan))
    means.sort(key=lambda pair: (pair[1] != pair[1], -pair[1] if pair[1] == pair[1] else 0.0, pair[0]))
    return means


def means_of_pairs(pairs):
    return {"department": Text(name for name, _ in pairs), "mean": np.array([mean for _, mean in pairs])}


def means_of_pandas(means):
    return {"department": Text(means.index), "mean": means.to_numpy(dtype=float)}


def means_of_arrow(table):
    return {"department": Text(table["department"].to_pylist()), "mean": table["mean"].to_numpy().astype(float)}


@variant(MEAN, "python_loops")
def by_python_loops_mean(department, salary, years):
    salary, years = salary.tolist(), years.tolist()

    def run():
        sums = {}
        for name, pay, time in zip(department, salary, years):
            if name is None:
                continue
            total = sums.setdefault(name, [0.0, 0])
            ratio = quotient(pay, time)
            if ratio == ratio:
                total[0] += ratio
                total[1] += 1
        return sorted_means(sums)

    return Timed(run, means_of_pairs)


@variant(MEAN, "pandas_iterrows", left_out={"1000000x1000": ROWS_TAKE_LONG})
def by_pandas_iterrows_mean(**columns):
    frame = pandas_of(columns)

    def run():
        sums = {}
        for _, row in frame.iterrows():
            if pd.isna(row["department"]):
                continue
            total = sums.setdefault(row["department"], [0.0, 0])
            ratio = quotient(row["salary"], row["years"])
            if ratio == ratio:
                total[0] += ratio
                total[1] += 1
        return sorted_means(sums)

    return Timed(run, means_of_pairs)


@variant(MEAN, "pandas_apply")
def by_pandas_apply_mean(**columns):
    frame = pandas_of(columns)

    def run():
        ratios = frame.assign(ratio=frame["salary"] / frame["years"]).groupby("department")["ratio"]
        return ratios.apply(lambda ratio: ratio.mean()).sort_values(ascending=False, kind="stable")

    return Timed(run, means_of_pandas)


@variant(MEAN, "pandas")
def by_pandas_mean(**columns):
    frame = pandas_of(columns)

    def run():
        ratio = frame["salary"] / frame["years"]
        return ratio.groupby(frame["department"]).mean().sort_values(ascending=False, kind="stable")

    return Timed(run, means_of_pandas)


@variant(MEAN, "pandas_categorical")
def by_pandas_categorical_mean(**columns):
    frame = pandas_of(columns).astype({"department": "category"})

    def run():
        ratio = frame["salary"] / frame["years"]
        means = ratio.groupby(frame["department"], observed=True).mean()
        return means.sort_values(ascending=False, kind="stable")

    return Timed(run, means_of_pandas)


@variant(MEAN, "numpy")
def by_numpy_mean(department, salary, years):
    is_known = np.array([name is not None for name in department], dtype=bool)
    names = np.array([name or "" for name in department], dtype=str)

    def run():
        distinct, codes = np.unique(names[is_known], return_inverse=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = salary[is_known] / years[is_known]
            counted = ~np.isnan(ratio)
            counts = np.bincount(codes[counted], minlength=len(distinct))
            means = np.bincount(codes[counted], ratio[counted], minlength=len(distinct)) / counts
        order = np.argsort(-means, kind="stable")
        return distinct[order], means[order]

    return Timed(run, lambda result: {"department": Text(result[0].tolist()), "mean": result[1]})


@variant(MEAN, "polars", parallel=True)
def by_polars_mean(**columns):
    frame = polars_of(columns)

    def run():
        ratio = (pl.col("salary") / pl.col("years")).fill_nan(None)
        groups = frame.lazy().filter(pl.col("department").is_not_null()).group_by("department")
        means = groups.agg(ratio.mean().fill_nan(None).alias("mean"))
        return means.sort(["mean", "department"], descending=[True, False], nulls_last=True).collect()

    return Timed(run, lambda frame: means_of_arrow(frame.to_arrow()))


@variant(MEAN, "duckdb", parallel=True)
def by_duckdb_mean(*, threads, **columns):
    connection = duckdb_of(threads, employees=columns)

    def run():
        return query(
            connection,
            """
            select department, avg(ratio) filter (not isnan(ratio)) as mean
            from (select department, salary / years as ratio from employees where department is not null)
            group by department
            order by mean desc nulls last, department
            """,
        )

    return Timed(run, means_of_arrow)


@variant(MEAN, "pyarrow", parallel=True)
def by_pyarrow_mean(**columns):
    table = arrow_of(columns)

    def run():
        ratio = pc.divide(pc.cast(table["salary"], pa.float64()), table["years"])
        ratio = pc.if_else(pc.is_nan(ratio), None, ratio)
        known = pa.table({"department": table["department"], "ratio": ratio})
        known = known.filter(pc.is_valid(known["department"]))
        means = known.group_by("department").aggregate([("ratio", "mean")])
        means = means.sort_by([("ratio_mean", "descending"), ("department", "ascending")])
        return means.rename_columns({"ratio_mean": "mean"})

    return Timed(run, means_of_arrow)


@variant(CENTER, "python_loops")
def by_python_loops_center(department, salary):
    salary = salary.tolist()

    def run():
        sums = {}
        for name, pay in zip(department, salary):
            if name is not None and pay == pay:
                total = sums.setdefault(name, [0.0, 0])
                total[0] += pay
                total[1] += 1
        out = []
        for name, pay in zip(department, salary):
            total, count = sums.get(name, (math.nan, 1))
            out.append(pay - total / count)
        return out

    return Timed(run, np.array)


@variant(CENTER, "pandas_iterrows", left_out={"100000x1000": ROWS_TAKE_LONG, "1000000x1000": ROWS_TAKE_LONG})
def by_pandas_iterrows_center(**columns):
    frame = pandas_of(columns)

    def run():
        sums = {}
        for _, row in frame.iterrows():
            if not pd.isna(row["department"]) and not pd.isna(row["salary"]):
                total = sums.setdefault(row["department"], [0.0, 0])
                total[0] += row["salary"]
                total[1] += 1
        out = []
        for _, row in frame.iterrows():
            total, count = sums.get(row["department"], (math.nan, 1))
            out.append(row["salary"] - total / count)
        return out

    return Timed(run, np.array)


@variant(CENTER, "pandas_apply")
def by_pandas_apply_center(**columns):
    frame = pandas_of(columns)

    def run():
        return frame.groupby("department")["salary"].transform(lambda salary: salary - salary.mean())

    return Timed(run, lambda series: series.to_numpy(dtype=float))


@variant(CENTER, "pandas")
def by_pandas_center(**columns):
    frame = pandas_of(columns)

    def run():
        return frame["salary"] - frame.groupby("department")["salary"].transform("mean")

    return Timed(run, lambda series: series.to_numpy())


@variant(CENTER, "pandas_categorical")
def by_pandas_categorical_center(**columns):
    frame = pandas_of(columns).astype({"department": "category"})

    def run():
        return frame["salary"] - frame.groupby("department", observed=True)["salary"].transform("mean")

    return Timed(run, lambda series: series.to_numpy())


@variant(CENTER, "numpy")
def by_numpy_center(department, salary):
    is_known = np.array([name is not None for name in department], dtype=bool)
    names = np.array([name or "" for name in department], dtype=str)

    def run():
        distinct, codes = np.unique(names, return_inverse=True)
        counted = is_known & ~np.isnan(salary)
        with np.errstate(invalid="ignore"):
            counts = np.bincount(codes[counted], minlength=len(distinct))
            means = np.bincount(codes[counted], salary[counted], minlength=len(distinct)) / counts
            out = salary - means[codes]
        out[~is_known] = np.nan
        return out

    return run


@variant(CENTER, "polars", parallel=True)
def by_polars_center(**columns):
    frame = polars_of(columns)

    def run():
        centered = pl.col("salary") - pl.col("salary").mean().over("department")
        return frame.select(pl.when(pl.col("department").is_not_null()).then(centered).alias("centered"))

    return Timed(run, lambda frame: columns_of_polars(frame)["centered"])


@variant(CENTER, "duckdb", parallel=True)
def by_duckdb_center(*, threads, **columns):
    connection = duckdb_of(threads, employees=columns)

    def run():
        return query(
            connection,
            """
            select salary - mean as centered
            from employees left join (select department, avg(salary) as mean from employees group by department)
            using (department)
            order by employees.rowid
            """,
        )

    return Timed(run, lambda table: columns_of_arrow(table)["centered"])


@variant(CENTER, "pyarrow", parallel=True)
def by_pyarrow_center(**columns):
    table = arrow_of(columns)

    def run():
        codes = table["department"].combine_chunks().dictionary_encode().indices
        coded = pa.table({"code": codes, "salary": table["salary"]}).filter(pc.is_valid(codes))
        means = coded.group_by("code").aggregate([("salary", "mean")]).sort_by("code")
        return pc.subtract(table["salary"], pc.take(means["salary_mean"], codes))

    return Timed(run, lambda column: column.to_numpy())
