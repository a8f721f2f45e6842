"""Events per user, 0 for users without any, in the users' order (kernel left_join_count).

An event of an unknown user counts for nobody; a user who stands in several rows has all in each.
"""

import numpy as np

from ..frames import arrow_of, duckdb_of, query
from ..libraries import library
from ..registry import Timed, absent, variant

pd = library("pandas")
pl = library("polars")
pc = library("pyarrow.compute")
numba = library("numba")

KERNEL = "left_join_count"

ROWS_TAKE_LONG = "a row becomes an object of its own, and a million of them take longer than an iteration may"
FAR_APART = "the ids lie so far apart that an array of all that lie between them is larger than the data by far"

absent(KERNEL, "numexpr", "it has no joins")
absent(KERNEL, "scipy", "it has no tables")


def counts_of(user_id, events):
    return {"user_id": np.asarray(user_id, dtype=np.int64), "events": np.asarray(events, dtype=np.int64)}


def of_pandas(frame):
    return counts_of(frame["user_id"].to_numpy(), frame["events"].to_numpy())


def of_polars(frame):
    return counts_of(frame["user_id"].to_numpy(), frame["events"].to_numpy())


def of_arrow(table):
    return counts_of(table["user_id"].to_numpy(), table["events"].to_numpy())


@variant(KERNEL, "python_loops")
def by_python_loops(users, event_users):
    users, event_users = users.tolist(), event_users.tolist()

    def run():
        counts = {}
        for user in event_users:
            counts[user] = counts.get(user, 0) + 1
        events = []
        for user in users:
            events.append(counts.get(user, 0))
        return events

    return Timed(run, lambda events: counts_of(users, events))


@variant(
    KERNEL,
    "pandas_iterrows",
    left_out={"100000x1000000x1000": ROWS_TAKE_LONG, "100000x1000000x1": ROWS_TAKE_LONG},
)
def by_pandas_iterrows(users, event_users):
    users, events = pd.DataFrame({"user_id": users}), pd.DataFrame({"user_id": event_users})

    def run():
        counts = {}
        for _, row in events.iterrows():
            counts[row["user_id"]] = counts.get(row["user_id"], 0) + 1
        out = []
        for _, row in users.iterrows():
            out.append(counts.get(row["user_id"], 0))
        return users.assign(events=out)

    return Timed(run, of_pandas)


@variant(KERNEL, "pandas_apply")
def by_pandas_apply(users, event_users):
    users, events = pd.DataFrame({"user_id": users}), pd.DataFrame({"user_id": event_users})

    def run():
        counts = events["user_id"].value_counts().to_dict()
        return users.assign(events=users["user_id"].apply(lambda user: counts.get(user, 0)))

    return Timed(run, of_pandas)


@variant(KERNEL, "pandas_merge")
def by_pandas_merge(users, event_users):
    users, events = pd.DataFrame({"user_id": users}), pd.DataFrame({"user_id": event_users})

    def run():
        counts = events.groupby("user_id", sort=False).size().rename("events").reset_index()
        joined = users.merge(counts, on="user_id", how="left")
        return joined.assign(events=joined["events"].fillna(0).astype("int64"))

    return Timed(run, of_pandas)


@variant(KERNEL, "pandas")
def by_pandas(users, event_users):
    users, events = pd.DataFrame({"user_id": users}), pd.DataFrame({"user_id": event_users})

    def run():
        counts = events["user_id"].value_counts(sort=False)
        return users.assign(events=counts.reindex(users["user_id"], fill_value=0).to_numpy())

    return Timed(run, of_pandas)


@variant(KERNEL, "numpy")
def by_numpy(users, event_users):
    def run():
        ordered = np.sort(event_users)
        events = np.searchsorted(ordered, users, "right") - np.searchsorted(ordered, users, "left")
        return users.copy(), events

    return Timed(run, lambda counts: counts_of(*counts))


@variant(KERNEL, "numpy_bincount", left_out={"100000x1000000x1000": FAR_APART})
def by_numpy_bincount(users, event_users):
    def run():
        if len(users) == 0:
            return users.copy(), users.copy()
        least, most = users.min(), users.max()
        known = event_users[(event_users >= least) & (event_users <= most)]
        counts = np.bincount(known - least, minlength=most - least + 1)
        return users.copy(), counts[users - least]

    return Timed(run, lambda counts: counts_of(*counts))


@variant(KERNEL, "numba")
def by_numba(users, event_users):
    @numba.njit
    def count(users, event_users):
        counts = {}
        for user in users:
            counts[user] = 0
        for user in event_users:
            if user in counts:
                counts[user] += 1
        events = np.empty(len(users), dtype=np.int64)
        for i in range(len(users)):
            events[i] = counts[users[i]]
        return users.copy(), events

    def run():
        return count(users, event_users)

    return Timed(run, lambda counts: counts_of(*counts))


@variant(KERNEL, "polars", parallel=True)
def by_polars(users, event_users):
    users, events = pl.DataFrame({"user_id": users}), pl.DataFrame({"user_id": event_users})

    def run():
        counts = events.lazy().group_by("user_id").agg(pl.len().alias("events"))
        joined = users.lazy().join(counts, on="user_id", how="left", maintain_order="left")
        return joined.with_columns(pl.col("events").fill_null(0)).collect()

    return Timed(run, of_polars)


@variant(KERNEL, "duckdb", parallel=True)
def by_duckdb(users, event_users, *, threads):
    connection = duckdb_of(threads, users={"user_id": users}, events={"user_id": event_users})

    def run():
        return query(
            connection,
            """
            select users.user_id, coalesce(counts.events, 0) as events
            from users left join (select user_id, count(*) as events from events group by user_id) as counts
            using (user_id)
            order by users.rowid
            """,
        )

    return Timed(run, of_arrow)


@variant(KERNEL, "pyarrow", parallel=True)
def by_pyarrow(users, event_users):
    users, events = arrow_of({"user_id": users}), arrow_of({"user_id": event_users})

    def run():
        counts = events.group_by("user_id").aggregate([([], "count_all")])
        places = pc.index_in(users["user_id"], value_set=counts["user_id"])
        return users.append_column("events", pc.fill_null(pc.take(counts["count_all"], places), 0))

    return Timed(run, of_arrow)
