"""Flights out of New York City: load, clean, transform, visualize (kernel flights).

The three files cross as texts; `NA` is missing. Flights: exact duplicates go, missing delays and air
times become the column's median, words are trimmed and put in lower case (an airline's name stays),
rows with a delay beyond three sample standard deviations go. Carriers are ranked within each month
by mean arrival delay, with the age, seats and commonest manufacturer of their planes; the chart has a
line for each of the six airlines with most flights, drawn by Matplotlib as SVG.
"""

import io
from collections import defaultdict

import numpy as np
from exchange import Text

from ..libraries import library
from ..registry import absent, may_refuse

matplotlib_figure = library("matplotlib.figure")
pd = library("pandas")

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

absent(KERNEL, "numpy", "its arrays have no missing text, and tables would be put together by hand")
absent(KERNEL, "numba", "it reads no text")
absent(KERNEL, "pyarrow", "it has neither a rank nor a commonest value within groups")
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


def bytes_of(**files):
    """The same as bytes, as a file holds it."""
    return {name: text.encode("utf-8") for name, text in texts_of(**files).items()}


def read_pandas(name, text):
    texts = dict.fromkeys(TEXTS[name], "str")
    frame = pd.read_csv(io.BytesIO(text), dtype=texts, keep_default_na=False, na_values=["NA"])
    numbers = frame.columns.difference(TEXTS[name])
    return frame.astype(dict.fromkeys(numbers, "float64"))
