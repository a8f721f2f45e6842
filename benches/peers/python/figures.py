"""The four-panel figure by each library: what it takes to write and to draw, and the files themselves.

    {venv}/bin/python figures.py --into DIRECTORY [--points 1000]

writes the figure in each format a library has here, and prints a line of JSON for each library:
lines of code of its drawing, bytes and time by format (the first drawing, and the median of ten
after it), formats it would have with more installed, and whether a reader can point at a value in its HTML.
"""

import argparse
import ast
import inspect
import io
import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from statistics import median
from time import perf_counter_ns

import numpy as np

from peer_kernels import libraries
from peer_kernels.charts import panels

REPETITIONS = 10
NANOSECONDS_PER_MILLISECOND = 1e6


def matplotlib_as(kind):
    return lambda data: panels.matplotlib_bytes(panels.matplotlib_figure_of(data), kind)


def plotly_html(data):
    return panels.plotly_figure_of(data).to_html(include_plotlyjs="cdn").encode()


def plotly_json(data):
    return panels.plotly_figure_of(data).to_json().encode()


def altair_as(kind):
    def draw(data):
        file = io.BytesIO() if kind in ("png", "pdf") else io.StringIO()
        panels.altair_chart_of(data).save(file, format=kind)
        content = file.getvalue()
        return content if isinstance(content, bytes) else content.encode()

    return draw


# Package, the functions that draw the figure, formats here, formats with more installed, interactive.
LIBRARIES = {
    "Matplotlib": ("matplotlib", [panels.matplotlib_figure_of],
                   {kind: matplotlib_as(kind) for kind in ("svg", "png", "pdf")}, {}, False),
    "Plotly": ("plotly", [panels.plotly_figure_of], {"html": plotly_html, "json": plotly_json},
               dict.fromkeys(("svg", "png", "pdf"), "needs Kaleido and a Chrome beside it"), True),
    "Altair": ("altair", [panels.altair_chart_of, panels.rows_of],
               {kind: altair_as(kind) for kind in ("svg", "png", "html", "json")},
               {}, True),
}  # fmt: skip


def lines_of_code(functions):
    """Lines of functions, without blank lines, comments and their documentation."""
    count = 0
    for function in functions:
        source = inspect.getsource(function)
        (definition,) = ast.parse(source).body
        documented = ast.get_docstring(definition) is not None
        skipped = range(definition.body[0].lineno, definition.body[0].end_lineno + 1) if documented else ()
        for number, line in enumerate(source.splitlines(), start=1):
            is_code = line.strip() and not line.strip().startswith("#")
            count += bool(is_code and number not in skipped)
    return count


def example(points):
    """Data such as a model's evaluation has; the kernel's own input is drawn alike from another generator."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=points)
    names = ["linear", "tree", "forest", "boosting", "network", "ensemble"]
    return panels.data_of(
        values=generator.normal(size=points),
        x=x,
        y=0.8 * x + 0.4 * generator.normal(size=points),
        line=np.exp(-4 * np.arange(points) / points) + 0.02 * generator.normal(size=points),
        names=names,
        heights=generator.uniform(0.6, 1.0, len(names)),
    )


def timed_ms(draw, data):
    begin = perf_counter_ns()
    content = draw(data)
    return (perf_counter_ns() - begin) / NANOSECONDS_PER_MILLISECOND, content


def measured(name, kind, points):
    """One format of one library, in this process: the first drawing, the median of the next, and the file."""
    _, functions, formats, _, _ = LIBRARIES[name]
    for function in [*functions, formats[kind]]:
        libraries.load_those_named_by(function)
    data = example(points)
    cold_ms, content = timed_ms(formats[kind], data)
    warm_ms = median(timed_ms(formats[kind], data)[0] for _ in range(REPETITIONS))
    return {"bytes": len(content), "cold_ms": round(cold_ms, 3), "median_ms": round(warm_ms, 3)}, content


def measured_alone(name, kind, points, directory):
    """The same in a process of its own, so that what one format loads does not warm up the next."""
    path = directory / f"{name.lower()}.{kind}"
    command = [sys.executable, __file__, "--into", str(directory), "--points", str(points), "--only", name, kind]
    reply = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(reply.stdout) | {"file": path.name}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--into", type=Path, required=True, help="where the files go")
    arguments.add_argument("--points", type=int, default=1000, help="points of each panel but the bars")
    arguments.add_argument("--only", nargs=2, metavar=("LIBRARY", "FORMAT"), help="one format, in this process")
    given = arguments.parse_args()
    given.into.mkdir(parents=True, exist_ok=True)
    if given.only:
        name, kind = given.only
        row, content = measured(name, kind, given.points)
        (given.into / f"{name.lower()}.{kind}").write_bytes(content)
        print(json.dumps(row))
        return
    for name, (package, functions, formats, others, is_interactive) in LIBRARIES.items():
        row = {
            "library": name,
            "version": metadata.version(package),
            "lines_of_code": lines_of_code(functions),
            "formats": {kind: measured_alone(name, kind, given.points, given.into) for kind in formats},
            "other_formats": others,
            "interactive": is_interactive,
        }
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
