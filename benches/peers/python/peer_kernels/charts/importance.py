"""The most important features as horizontal bars, as SVG and PNG (kernel feature_importance).

What crosses is read back from what was drawn: from the artists of Matplotlib, and from the document
that Altair hands to its renderer, whose SVG must have as many bars.
"""

import io
import json

import numpy as np
from exchange import Text

from ..libraries import library
from ..registry import Timed, absent, may_refuse, variant

matplotlib_figure = library("matplotlib.figure")
matplotlib_cm = library("matplotlib.colors")
alt = library("altair")
vl_convert = library("vl_convert")

KERNEL = "feature_importance"

SIZE_PX = (960, 600)
DPI = 100
TITLE = "Feature importance"
NOTHING = "no features to show"
GRADIENT = ("#9ecae1", "#084081")

absent(KERNEL, "plotly", "it writes HTML for a browser to draw; SVG and PNG need Kaleido and a Chrome beside it")
may_refuse(KERNEL, ValueError)


def ranked(names, importances, top_n):
    """Names and importances from the top, equal ones in input order."""
    if len(names) != len(importances):
        raise ValueError(f"{len(names)} names beside {len(importances)} importances")
    if top_n < 0:
        raise ValueError(f"the top {top_n} cannot be shown")
    importances = np.asarray(importances, dtype=float)
    if not np.isfinite(importances).all():
        raise ValueError("an importance is not finite")
    order = np.argsort(-importances, kind="stable")[:top_n]
    return [names[at] for at in order], importances[order]


def text_size(bars):
    """Points, so that the names of neighbours do not touch."""
    return min(10, 0.6 * SIZE_PX[1] * 0.8 * 72 / DPI / max(bars, 1))


@variant(KERNEL, "matplotlib")
def by_matplotlib(names, importances, top_n):
    def run():
        figure, axes = draw(*ranked(names, importances, top_n))
        svg, png = io.BytesIO(), io.BytesIO()
        figure.savefig(svg, format="svg")
        figure.savefig(png, format="png")
        return axes, svg.getvalue(), png.getvalue()

    def draw(names, importances):
        width, height = SIZE_PX
        figure = matplotlib_figure.Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(TITLE)
        if not names:
            axes.text(0.5, 0.5, NOTHING, ha="center", transform=axes.transAxes)
            return figure, axes
        size = text_size(len(names))
        gradient = matplotlib_cm.LinearSegmentedColormap.from_list("importance", GRADIENT)
        shares = (importances - importances.min()) / (np.ptp(importances) or 1)
        bars = axes.barh(range(len(names)), importances, color=gradient(shares))
        axes.bar_label(bars, fmt="%.3f", padding=4, fontsize=size)
        axes.set_yticks(range(len(names)), names, fontsize=size)
        axes.invert_yaxis()
        axes.margins(x=0.1, y=0.01)
        axes.set_xlabel("importance")
        axes.grid(axis="x", color="0.9")
        axes.set_axisbelow(True)
        return figure, axes

    return Timed(run, marks_of_axes)


def marks_of_axes(drawn):
    axes, svg, png = drawn
    whole(svg.decode("utf-8"), png)
    bars = axes.containers[0] if axes.containers else []
    names = [label.get_text() for label in axes.get_yticklabels()] if len(bars) else []
    return {"names": Text(names), "importances": np.array([bar.get_width() for bar in bars])}


def whole(svg, png):
    if not svg.rstrip().endswith("</svg>") or not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise RuntimeError("a drawing is damaged")


@variant(KERNEL, "altair")
def by_altair(names, importances, top_n):
    def run():
        document = draw(*ranked(names, importances, top_n)).to_dict()
        return document, vl_convert.vegalite_to_svg(document), vl_convert.vegalite_to_png(document)

    def draw(names, importances):
        rows = [
            {"place": place, "name": name, "importance": importance}
            for place, (name, importance) in enumerate(zip(names, importances.tolist()))
        ]
        size = text_size(len(names))
        # Two features may have one name, so that bars stand at places.
        labels = alt.Axis(labelExpr=f"{json.dumps(names)}[datum.value]", labelFontSize=size, title=None)
        chart = alt.Chart(alt.Data(values=rows)).encode(
            x=alt.X("importance:Q"),
            y=alt.Y("place:O", sort=None, axis=labels),
        )
        colours = alt.Color("importance:Q", scale=alt.Scale(range=list(GRADIENT)), legend=None)
        bars = chart.mark_bar().encode(color=colours)
        values = chart.mark_text(align="left", dx=4, fontSize=size).encode(text=alt.Text("importance:Q", format=".3f"))
        width, height = SIZE_PX
        title = TITLE if names else NOTHING
        return (bars + values).properties(title=title, width=width - 200, height=height - 80)

    return Timed(run, marks_of_document)


def marks_of_document(drawn):
    document, svg, png = drawn
    whole(svg, png)
    rows = document["data"]["values"]
    if svg.count('aria-roledescription="bar"') != len(rows):
        raise RuntimeError("the SVG has more or fewer bars than the document")
    return {
        "names": Text(row["name"] for row in rows),
        "importances": np.array([row["importance"] for row in rows], dtype=float),
    }
