"""The flights in DuckDB's SQL, from the files to the marks; see common.py."""

import tempfile
from pathlib import Path

from ..frames import refusing
from ..libraries import library
from ..registry import Timed, variant
from .common import KERNEL, LINES, TEXTS, TIDIED, check_months, draw, marks_of_axes, texts_of

duckdb = library("duckdb")


@variant(KERNEL, "duckdb", parallel=True)
def by_duckdb(*, threads, **files):
    connection = duckdb.connect(config={"threads": threads})
    folder = tempfile.TemporaryDirectory()
    paths, headers = {}, {}
    for name, text in texts_of(**files).items():
        paths[name] = Path(folder.name) / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8", newline="")
        headers[name] = text[: text.find("\n")].split(",")

    def run():
        # The folder is there as long as this function.
        assert folder
        for name, path in paths.items():
            # All that is cleaned of the two other tables is their words.
            tidied = [] if name == "flights" else TIDIED[name]
            connection.execute(load(name, path, headers[name], tidied))
        connection.execute(clean(headers["flights"]))
        check_months(connection.execute(months()).fetchone()[0])
        connection.execute(transform())
        return draw(connection.execute(marks()).fetchall())

    return Timed(refusing(run, duckdb.Error), marks_of_axes)


def load(name, path, header, tidied):
    columns = ", ".join(tidy(column) if column in tidied else f'"{column}"' for column in header)
    types = {column: "varchar" if column in TEXTS[name] else "double" for column in header}
    return f"""
    create or replace temp table {name} as
    select {columns}
    from read_csv('{path}', header = true, nullstr = 'NA', types = {types})
    """


def tidy(column):
    return f'lower(trim("{column}")) as "{column}"'


def clean(header):
    every = ", ".join(f'"{column}"' for column in header)
    tidied = ", ".join(map(tidy, TIDIED["flights"]))
    return f"""
    create or replace temp table firsts as
    select min(rowid) as row, {every} from flights group by {every};

    create or replace temp table filled as
    select firsts.* replace (
        coalesce(dep_delay, (select median(dep_delay) from firsts)) as dep_delay,
        coalesce(arr_delay, (select median(arr_delay) from firsts)) as arr_delay,
        coalesce(air_time, (select median(air_time) from firsts)) as air_time
    )
    from firsts;

    create or replace temp table cleaned as
    select filled.* replace ({tidied})
    from filled, (
        select avg(dep_delay) as dep_mean, 3 * stddev_samp(dep_delay) as dep_reach,
               avg(arr_delay) as arr_mean, 3 * stddev_samp(arr_delay) as arr_reach
        from filled
    )
    where not coalesce(dep_reach > 0 and abs(dep_delay - dep_mean) > dep_reach, false)
      and not coalesce(arr_reach > 0 and abs(arr_delay - arr_mean) > arr_reach, false);
    """


def months():
    is_known = "coalesce(month between 1 and 12 and month = floor(month), false)"
    return f"select coalesce(bool_and({is_known}), true) from cleaned"


def transform():
    return """
    create or replace temp table joined as
    select cleaned.month, coalesce(cleaned.carrier, '') as carrier, dep_delay, arr_delay,
           cleaned.year - planes.year as age, planes.seats, planes.manufacturer
    from cleaned left join (
        select tailnum, first(year order by rowid) as year, first(seats order by rowid) as seats,
               first(manufacturer order by rowid) as manufacturer
        from planes where tailnum is not null group by tailnum
    ) as planes using (tailnum);

    create or replace temp table ranked as
    with groups as (
        select month, carrier, count(*) as flights, avg(dep_delay) as departure, avg(arr_delay) as arrival,
               avg(age) as age, avg(seats) as seats
        from joined group by month, carrier
    ), makers as (
        select month, carrier, manufacturer,
               row_number() over (partition by month, carrier order by count(*) desc, manufacturer) as place
        from joined where manufacturer is not null group by month, carrier, manufacturer
    ), names as (
        select carrier, first(name order by rowid) as name from airlines where carrier is not null group by carrier
    )
    select groups.*, makers.manufacturer, coalesce(names.name, groups.carrier) as airline,
           row_number() over (
               partition by groups.month
               order by arrival nulls last, coalesce(names.name, groups.carrier), groups.carrier
           ) as rank
    from groups
    left join makers on groups.month = makers.month and groups.carrier = makers.carrier and makers.place = 1
    left join names on groups.carrier = names.carrier;
    """


def marks():
    return f"""
    with most as (
        select airline, sum(flights) as total from ranked group by airline order by total desc, airline limit {LINES}
    )
    select airline, month::integer, arrival
    from ranked join most using (airline)
    where arrival is not null
    order by total desc, airline, month
    """
