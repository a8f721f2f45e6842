"""One figure of four panels: histogram, scatter plot, line, bars (kernel multi_panel).

What crosses is read back from what was drawn: from the artists of Matplotlib, and from the documents
in which Plotly and Altair write down what is to be drawn. Where an SVG is rendered of such a
document, it must have as many dots.
"""

import io
from collections import namedtuple

import numpy as np
from exchange import Text

from ..libraries import library
from ..registry import Timed, absent, variant

matplotlib_figure = library("matplotlib.figure")
go = library("plotly.graph_objects")
subplots = library("plotly.subplots")
alt = library("altair")
vl_convert = library("vl_convert")

KERNEL = "multi_panel"

SIZE_PX = (1000, 700)
DPI = 100
BINS = 20
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
PANELS = (
    ("Distribution of residuals", "residual", "count"),
    ("Predicted and observed", "observed", "predicted"),
    ("Loss by epoch", "epoch", "loss"),
    ("Accuracy by model", "model", "accuracy"),
)
# Beyond this an axis overflows.
GREATEST = 1e300
# An axis shorter than this share of its distance from 0 is as good as none.
SHORTEST = 1e-9

absent(KERNEL, "plotly_svg", "SVG and PNG need Kaleido and a Chrome beside it")

Data = namedtuple("Data", "edges counts width x y line names heights")


def drawable(values):
    return np.abs(values) <= GREATEST


def data_of(values, x, y, line, names, heights):
    """What can be drawn: a histogram of 20 equal bins, points, a line with gaps as NaN, bars."""
    values = values[drawable(values)]
    edges, counts, width = histogram(values)
    both = drawable(x) & drawable(y)
    line = np.where(drawable(line), line, np.nan)
    heights = np.where(drawable(heights), heights, np.nan)
    return Data(edges, counts, width, x[both], y[both], line, names, heights)


def histogram(values):
    """Where bins begin, how many values each holds, and the bins' width."""
    if len(values) == 0:
        return np.empty(0), np.empty(0, dtype=int), 0.0
    low, high = values.min(), values.max()
    reach = max(abs(low), abs(high))
    if reach < 1 / GREATEST:
        low, high = -0.5, 0.5
    elif high - low <= SHORTEST * reach:
        low, high = low - reach / 2, high + reach / 2
    width = high / BINS - low / BINS
    places = np.minimum(((values - low) / width).astype(int), BINS - 1)
    return low + width * np.arange(BINS), np.bincount(places, minlength=BINS), width


def marks_of(edges, counts, x, y, line_x, line_y, names, heights):
    """The result by the names it crosses under."""
    numbers = {
        "histogram.edges": edges,
        "histogram.counts": counts,
        "scatter.x": x,
        "scatter.y": y,
        "line.x": line_x,
        "line.y": line_y,
        "bars.heights": heights,
    }
    values = {name: np.asarray(value, dtype=float).reshape(-1) for name, value in numbers.items()}
    heights = values.pop("bars.heights")
    return values | {"bars.names": Text(names), "bars.heights": heights}


def matplotlib_figure_of(data):
    width, height = SIZE_PX
    figure = matplotlib_figure.Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
    panels = figure.subplots(2, 2).flat
    for axes, (title, x_title, y_title) in zip(panels, PANELS):
        axes.set(title=title, xlabel=x_title, ylabel=y_title)
        axes.grid(axis="y", color="0.9")
        axes.set_axisbelow(True)
    panels = figure.axes
    panels[0].bar(data.edges, data.counts, 0.95 * data.width, align="edge", color=COLOURS[0])
    panels[1].scatter(data.x, data.y, s=5, color=COLOURS[1])
    panels[2].plot(data.line, color=COLOURS[2])
    panels[3].bar(range(len(data.names)), data.heights, 0.76, color=COLOURS[3])
    panels[3].set_xticks(range(len(data.names)), data.names, fontsize=9)
    return figure


def matplotlib_bytes(figure, kind):
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    return file.getvalue()


@variant(KERNEL, "matplotlib")
def by_matplotlib(**columns):
    def run():
        figure = matplotlib_figure_of(data_of(**columns))
        return figure, matplotlib_bytes(figure, "svg")

    return Timed(run, marks_of_figure)


@variant(KERNEL, "matplotlib_png")
def by_matplotlib_png(**columns):
    def run():
        figure = matplotlib_figure_of(data_of(**columns))
        return figure, matplotlib_bytes(figure, "png")

    return Timed(run, marks_of_figure)


def marks_of_figure(drawn):
    figure, file = drawn
    if not file.rstrip().endswith((b"</svg>", b"IEND\xaeB`\x82")):
        raise RuntimeError("the drawing is damaged")
    bins, points, line, bars = figure.axes
    (curve,) = line.lines
    known = ~np.isnan(curve.get_ydata())
    labels = [label.get_text() for label in bars.get_xticklabels()]
    drawn_bars = [(name, bar.get_height()) for name, bar in zip(labels, bars.patches) if not np.isnan(bar.get_height())]
    offsets = np.asarray(points.collections[0].get_offsets())
    return marks_of(
        [bin.get_x() for bin in bins.patches],
        [bin.get_height() for bin in bins.patches],
        offsets[:, 0],
        offsets[:, 1],
        np.asarray(curve.get_xdata())[known],
        np.asarray(curve.get_ydata())[known],
        [name for name, _ in drawn_bars],
        [height for _, height in drawn_bars],
    )


def plotly_figure_of(data):
    figure = subplots.make_subplots(rows=2, cols=2, subplot_titles=[title for title, _, _ in PANELS])
    traces = (
        go.Bar(x=data.edges, y=data.counts, width=data.width, offset=0, marker_color=COLOURS[0]),
        go.Scatter(x=data.x, y=data.y, mode="markers", marker={"color": COLOURS[1], "size": 4}),
        go.Scatter(x=np.arange(len(data.line)), y=data.line, line={"color": COLOURS[2], "width": 1.5}),
        go.Bar(x=data.names, y=data.heights, marker_color=COLOURS[3]),
    )
    for at, (trace, (_, x_title, y_title)) in enumerate(zip(traces, PANELS)):
        row, column = at // 2 + 1, at % 2 + 1
        figure.add_trace(trace, row=row, col=column)
        figure.update_xaxes(title_text=x_title, row=row, col=column)
        figure.update_yaxes(title_text=y_title, row=row, col=column)
    width, height = SIZE_PX
    return figure.update_layout(width=width, height=height, showlegend=False, template="simple_white", margin={"t": 40})


@variant(KERNEL, "plotly")
def by_plotly(**columns):
    def run():
        figure = plotly_figure_of(data_of(**columns))
        return figure, figure.to_html(include_plotlyjs="cdn")

    return Timed(run, marks_of_traces)


def marks_of_traces(drawn):
    figure, html = drawn
    if not html.rstrip().endswith("</html>"):
        raise RuntimeError("the page is damaged")
    bins, points, line, bars = figure.data
    known = ~np.isnan(np.asarray(line.y, dtype=float))
    drawn_bars = [(name, height) for name, height in zip(bars.x, bars.y) if not np.isnan(height)]
    return marks_of(
        bins.x,
        bins.y,
        points.x,
        points.y,
        np.asarray(line.x)[known],
        np.asarray(line.y)[known],
        [name for name, _ in drawn_bars],
        [height for _, height in drawn_bars],
    )


def altair_chart_of(data):
    heights = zip(data.names, data.heights.tolist())
    rows = (
        rows_of(("from", "to", "count"), data.edges, data.edges + data.width, data.counts),
        rows_of(("x", "y"), data.x, data.y),
        [{"x": at, "y": None if value != value else value} for at, value in enumerate(data.line.tolist())],
        [{"name": name, "height": height} for name, height in heights if height == height],
    )
    panels = [
        alt.Chart(alt.Data(values=values, name=title), title=title, width=410, height=250)
        for values, (title, _, _) in zip(rows, PANELS)
    ]
    _, x, y = zip(*PANELS)
    bins = panels[0].mark_bar(color=COLOURS[0], tooltip=True).encode(
        alt.X("from:Q", bin="binned", title=x[0]), alt.X2("to:Q"), alt.Y("count:Q", title=y[0])
    )
    points = panels[1].mark_circle(color=COLOURS[1], size=12, opacity=1, tooltip=True).encode(
        alt.X("x:Q", title=x[1]), alt.Y("y:Q", title=y[1])
    )
    line = panels[2].mark_line(color=COLOURS[2], strokeWidth=1.5, tooltip=True).encode(
        alt.X("x:Q", title=x[2]), alt.Y("y:Q", title=y[2])
    )
    bars = panels[3].mark_bar(color=COLOURS[3], tooltip=True).encode(
        alt.X("name:N", sort=None, title=x[3], axis=alt.Axis(labelAngle=0)), alt.Y("height:Q", title=y[3])
    )
    return (bins | points) & (line | bars)


def rows_of(names, *columns):
    return [dict(zip(names, cells)) for cells in zip(*(column.tolist() for column in columns))]


@variant(KERNEL, "altair")
def by_altair(**columns):
    def run():
        document = altair_chart_of(data_of(**columns)).to_dict()
        return document, vl_convert.vegalite_to_svg(document)

    return Timed(run, marks_of_document)


@variant(KERNEL, "altair_html")
def by_altair_html(**columns):
    def run():
        chart = altair_chart_of(data_of(**columns))
        return chart, chart.to_html()

    return Timed(run, marks_of_page)


def marks_of_page(drawn):
    chart, page = drawn
    if not page.rstrip().endswith("</html>"):
        raise RuntimeError("the page is damaged")
    return marks_of_datasets(chart.to_dict())


def marks_of_document(drawn):
    document, svg = drawn
    marks = marks_of_datasets(document)
    if not svg.rstrip().endswith("</svg>"):
        raise RuntimeError("the drawing is damaged")
    if svg.count('aria-roledescription="circle"') != len(marks["scatter.x"]):
        raise RuntimeError("the SVG has more or fewer dots than the document")
    return marks


def marks_of_datasets(document):
    charts = [chart for row in document["vconcat"] for chart in row["hconcat"]]
    bins, points, line, bars = (chart["data"]["values"] for chart in charts)
    corners = [row for row in line if row["y"] is not None]
    return marks_of(
        [row["from"] for row in bins],
        [row["count"] for row in bins],
        [row["x"] for row in points],
        [row["y"] for row in points],
        [row["x"] for row in corners],
        [row["y"] for row in corners],
        [row["name"] for row in bars],
        [row["height"] for row in bars],
    )
