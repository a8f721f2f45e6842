"""Holds every variant of the tables, streams, charts and flights to small cases worked out by hand.

Each case is a rule of the kernel's documentation that a library is likely to see otherwise: missing
values, ties, zeros, duplicates, empty tables. Run as test_oracle.py is.
"""

import math
import unittest
import warnings

import numpy as np

import peer_kernels
from peer_kernels import libraries
from peer_kernels.registry import KERNELS, Timed

NAN, INF = math.nan, math.inf


def doubles(*values):
    return np.array(values, dtype=np.float64)


def integers(*values):
    return np.array(values, dtype=np.int64)


def employees(department, salary, years=None):
    columns = {"department": department, "salary": doubles(*salary)}
    return columns if years is None else columns | {"years": doubles(*years)}


def csv(*lines):
    return {"csv": ["\n".join(lines) + "\n"], "chunk_rows": 2}


def panels(values, line, heights):
    """A figure whose scatter plot has the points that its histogram has values."""
    names = [f"bar {at}" for at in range(len(heights))]
    return {"values": doubles(*values), "x": doubles(*values), "y": doubles(*values), "line": doubles(*line),
            "names": names, "heights": doubles(*heights)}  # fmt: skip


CONDITION = {
    "a missing x is not above 0, and a missing y stays missing": (
        {"x": doubles(1, -1, 0, NAN, NAN, 2, INF), "y": doubles(3, 4, 5, 6, NAN, NAN, -INF), "z": doubles(*range(7))},
        {"": doubles(3, -4, -5, -6, NAN, NAN, -INF)},
    ),
    "no rows": ({"x": doubles(), "y": doubles(), "z": doubles()}, {"": doubles()}),
}
MEANS = {
    # b: 12/4 and 0/0, which is skipped; c: 6/0; a and ä: 3 each, by name; d: nothing but 0/0.
    "0/0 is skipped, 6/0 is infinite, ties go by name, no department is no group, no quotient is last": (
        employees(["b", "c", None, "ä", "a", "d", "b"], [12, 6, 99, 6, 3, 0, 0], [4, 0, 1, 2, 1, 0, 0]),
        {"department": ["c", "a", "b", "ä", "d"], "mean": doubles(INF, 3, 3, 3, NAN)},
    ),
    "missing numbers are skipped, a negative salary over 0 is minus infinity": (
        employees(["b", "b", "b", "c"], [NAN, 8, 4, -1], [1, NAN, 2, 0]),
        {"department": ["b", "c"], "mean": doubles(2, -INF)},
    ),
    "no rows": (employees([], [], []), {"department": [], "mean": doubles()}),
}
CENTERED = {
    "missing stays missing, with the department and without": (
        employees(["b", None, "b", "a", "b", "c"], [1, 5, 3, 7, NAN, NAN]),
        {"": doubles(-1, NAN, 1, 0, NAN, NAN)},
    ),
    "no rows": (employees([], []), {"": doubles()}),
}
DUPLICATES = {
    "missing equals missing, 0 equals -0, an empty text is not a missing one": (
        {
            "n": doubles(1, NAN, NAN, 0, -0.0, 1, 1, 1),
            "t": ["x", None, None, "y", "y", "x", "", None],
            "i": integers(7, 7, 7, 7, 7, 8, 7, 7),
        },
        {"kept_rows": integers(0, 1, 3, 5, 6, 7)},
    ),
    "no rows": ({"n": doubles(), "t": [], "i": integers()}, {"kept_rows": integers()}),
}
JOINS = {
    "unknown users count for nobody, a user in two rows has all events in both, order stays": (
        {"users": integers(5, -3, 5, 9), "event_users": integers(5, 8, 5, -3, 8, -9)},
        {"user_id": integers(5, -3, 5, 9), "events": integers(2, 1, 2, 0)},
    ),
    "no events": (
        {"users": integers(2, 1), "event_users": integers()},
        {"user_id": integers(2, 1), "events": integers(0, 0)},
    ),
    "no users": (
        {"users": integers(), "event_users": integers(4)},
        {"user_id": integers(), "events": integers()},
    ),
}


def cleaned(a, t, duplicates, numeric, categorical, lowercased, outliers):
    report = {"duplicates_removed": duplicates, "numeric_filled": numeric, "categorical_filled": categorical,
              "lowercased": lowercased, "outliers_removed": outliers}  # fmt: skip
    return {"table.a": doubles(*a), "table.t": t} | {f"report.{name}": count for name, count in report.items()}


CLEAN = {
    # The median of 1, 2, 3, 4 is 2.5; B and a stand once each, and B has the lower code point.
    "medians lie between, modes are of the raw spelling, ties to the lowest code point": (
        {"a": doubles(1, 2, NAN, 3, 4, 1), "t": ["a", None, "B", None, None, "a"]},
        cleaned([1, 2, 2.5, 3, 4], ["a", "b", "b", "b", "b"], 1, 1, 3, 4, 0),
    ),
    "columns without values stay as they are": (
        {"a": doubles(NAN, NAN, NAN), "t": ["x", "y", "Z"]},
        cleaned([NAN] * 3, ["x", "y", "z"], 0, 0, 0, 1, 0),
    ),
    "text without values stays missing, a constant column drops no row": (
        {"a": doubles(5, 5), "t": [None, None]},
        cleaned([5], [None], 1, 0, 0, 0, 0),
    ),
    # Of 19 values 0 and one of 100: mean 5, deviation 22.4, and 95 is more than three of these.
    "a value beyond three deviations takes its row along": (
        {"a": doubles(*[0] * 19, 100), "t": [f"row {at}" for at in range(20)]},
        cleaned([0] * 19, [f"row {at}" for at in range(19)], 0, 0, 0, 0, 1),
    ),
    "no rows": ({"a": doubles(), "t": []}, cleaned([], [], 0, 0, 0, 0, 0)),
}
STATISTICS = {
    # 1, 2, 4: mean 7/3, squared deviations 14/3, divided by 2.
    "empty cells are skipped, a column of text is left out, one number has no deviation": (
        csv("p,t,q", "1,x,", "2,y,", ",z,7", '4,"a\nb",'),
        {"p.count": 3, "p.mean": 7 / 3, "p.std": math.sqrt(7 / 3), "p.min": 1.0, "p.max": 4.0,
         "q.count": 1, "q.mean": 7.0, "q.std": NAN, "q.min": 7.0, "q.max": 7.0},
    ),
    "numbers that begin whole may go on with decimals": (
        csv("p", "1", "2", "3", "2.5", "NA"),
        {"p.count": 4, "p.mean": 2.125, "p.std": math.sqrt(2.1875 / 3), "p.min": 1.0, "p.max": 3.0},
    ),
}  # fmt: skip
STREAMED = {
    "groups are in name order, empty names and cells are skipped, NA is a name": (
        csv("category,value", "b,1", "a,2", "b,", ",9", "NA,4", "c,", "b,4", "c,nan"),
        {"category": ["NA", "a", "b", "c"], "mean": doubles(4, 2, 2.5, NAN)},
    ),
    "no rows": (csv("category,value"), {"category": [], "mean": doubles()}),
}
FEATURES = {
    "highest first, ties in input order, 0 beside -0, negative ones last": (
        {"names": ["a", "b", "b", "d", "e"], "importances": doubles(-0.0, 0.5, 0.5, 0, -1), "top_n": 9},
        {"names": ["b", "b", "a", "d", "e"], "importances": doubles(0.5, 0.5, 0, 0, -1)},
    ),
    "none of them": (
        {"names": ["a"], "importances": doubles(1), "top_n": 0},
        {"names": [], "importances": doubles()},
    ),
    "not a number": ({"names": ["a"], "importances": doubles(NAN), "top_n": 1}, None),
    "a negative number of bars": ({"names": ["a"], "importances": doubles(1), "top_n": -1}, None),
}


def figure(edges, counts, points, line_x, line_y, names, heights):
    return {"histogram.edges": doubles(*edges), "histogram.counts": doubles(*counts), "scatter.x": doubles(*points),
            "scatter.y": doubles(*points), "line.x": doubles(*line_x), "line.y": doubles(*line_y),
            "bars.names": names, "bars.heights": doubles(*heights)}  # fmt: skip


FIGURES = {
    # 20 bins of width 1 from 0 to 20: the highest value lies in the last.
    "what is not finite is not drawn, the highest value is in the last bin": (
        panels([0, 20, 0.5, NAN, INF], [3, NAN, 4, 5], [0.5, NAN, 1]),
        figure(range(20), [2, *[0] * 18, 1], [0, 20, 0.5], [0, 2, 3], [3, 4, 5], ["bar 0", "bar 2"], [0.5, 1]),
    ),
    "no data": (panels([], [], []), figure([], [], [], [], [], [], [])),
}
PLANES = ["tailnum,year,type,manufacturer,model,engines,seats,speed,engine\nN1,2003,Jet, ACME ,M,2,100,NA,Turbo\n"]
AIRLINES = ["carrier,name\nAA,Alpha\nBB,Beta\n"]
HEADER = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,"
    "origin,dest,air_time,distance,hour,minute,time_hour\n"
)


def flights(*rows):
    """Files of flights by month, arrival delay and carrier."""
    lines = [
        f"2013,{month},1,{at},600,0,700,700,{delay},{carrier},1,N1,JFK,LAX,300,2475,6,0,2013-01-01T06:00:00Z\n"
        for at, (month, delay, carrier) in enumerate(rows)
    ]
    return {"flights": [HEADER + "".join(lines)], "planes": PLANES, "airlines": AIRLINES}


FLIGHTS = {
    # The median of 10, 20, 30, 5 is 15, and Beta's February is 15; CC has no name and goes by its tidied code.
    "missing delays become the median, lines go by flights, then by name": (
        flights((1, 10, "AA"), (1, 20, "AA"), (2, 30, "AA"), (1, 5, "BB"), (2, "NA", "BB"), (2, "NA", " CC ")),
        {"airline": ["Alpha", "Alpha", "Beta", "Beta", "cc"], "month": integers(1, 2, 1, 2, 2),
         "mean_arrival_delay": doubles(15, 30, 5, 15, 15)},
    ),
    "no flights": (flights(), {"airline": [], "month": integers(), "mean_arrival_delay": doubles()}),
    "a month outside the calendar": (flights((13, 1, "AA")), None),
    "a cell that is no number": (flights((1, "late", "AA")), None),
}  # fmt: skip

TRAPS = {
    "conditional_column": CONDITION,
    "group_mean": MEANS,
    "group_center": CENTERED,
    "drop_duplicates": DUPLICATES,
    "left_join_count": JOINS,
    "clean": CLEAN,
    "chunked_statistics": STATISTICS,
    "group_mean_stream": STREAMED,
    "feature_importance": FEATURES,
    "multi_panel": FIGURES,
    "flights": FLIGHTS,
}


def run(variant, values):
    libraries.load_those_named_by(variant.function)
    libraries.hold_threads(2)
    extra = {"threads": 2} if "threads" in variant.asks_for else {}
    timed = variant.function(**values, **extra)
    timed = timed if isinstance(timed, Timed) else Timed(timed)
    timed.run()
    got = timed.seen(timed.run())
    return got if isinstance(got, dict) else {"": got}


class Traps(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")

    def hold(self, kernel, variant, values, want):
        if want is None:
            with self.assertRaises(KERNELS[kernel].refusals):
                run(variant, values)
            return
        got = run(variant, values)
        self.assertEqual(list(got), list(want))
        for name, value in want.items():
            if isinstance(value, list):
                self.assertEqual(list(got[name]), value)
            else:
                np.testing.assert_allclose(got[name], value, rtol=1e-14, err_msg=name)
                self.assertEqual(np.shape(got[name]), np.shape(value))


def test_of(kernel, variant):
    def test(self):
        for name, (values, want) in TRAPS[kernel].items():
            with self.subTest(name):
                self.hold(kernel, variant, values, want)

    return test


peer_kernels.register_all()
for kernel_id in TRAPS:
    for declared in KERNELS[kernel_id].variants.values():
        setattr(Traps, f"test_{kernel_id}_{declared.name}", test_of(kernel_id, declared))


if __name__ == "__main__":
    unittest.main()
