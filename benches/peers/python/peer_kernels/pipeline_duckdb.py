"""The flights in DuckDB's SQL, from the files to the marks; see pipelines.py for what is computed."""

LOAD = """
create or replace temp table {name} as
select {columns}
from read_csv('{path}', header = true, nullstr = 'NA', types = {types})
"""

CLEAN = """
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

TRANSFORM = """
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
           partition by groups.month order by arrival nulls last, coalesce(names.name, groups.carrier), groups.carrier
       ) as rank
from groups
left join makers on groups.month = makers.month and groups.carrier = makers.carrier and makers.place = 1
left join names on groups.carrier = names.carrier;
"""

MONTHS = "select coalesce(bool_and(month is not null and month in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), true) from cleaned"

MARKS = """
with most as (
    select airline, sum(flights) as total from ranked group by airline order by total desc, airline limit {lines}
)
select airline, month::integer, arrival
from ranked join most using (airline)
where arrival is not null
order by total desc, airline, month
"""


def load(name, path, header, texts, tidied):
    """The statement that makes a table of a file, its words tidied where that is all that cleaning is."""
    columns = [tidy(column) if column in tidied else f'"{column}"' for column in header]
    types = {column: "varchar" if column in texts else "double" for column in header}
    return LOAD.format(name=name, columns=", ".join(columns), path=path, types=types)


def tidy(column):
    return f'lower(trim("{column}")) as "{column}"'


def clean(header, tidied):
    every = ", ".join(f'"{column}"' for column in header)
    return CLEAN.format(every=every, tidied=", ".join(map(tidy, tidied)))
