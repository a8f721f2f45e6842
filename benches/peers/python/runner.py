"""A peer: answers the worker protocol (docs/protocol.md) for kernels written in Python.

What it can run is registered in `peer_kernels/`. This file has the messages, the clock and nothing else.
"""

import ctypes
import gc
import json
import os
import platform
import signal
import sys
import traceback
import warnings
from importlib import metadata
from pathlib import Path
from time import perf_counter_ns

PROTOCOL = 3

# What the replies are written to. Whatever else writes to stdout must not end up between them, so
# file descriptor 1 becomes stderr before any library is imported.
REPLIES = os.fdopen(os.dup(1), "w", encoding="utf-8")
REQUESTS = os.fdopen(os.dup(0), encoding="utf-8")
os.dup2(2, 1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

import numpy as np
from threadpoolctl import threadpool_info

import exchange
import peer_kernels
from peer_kernels import libraries, source_lines
from peer_kernels.registry import KERNELS, Timed

# The fields that each request may have. Those of `UNSENT` are never sent to a peer, unless as null.
FIELDS = {
    "list": set(),
    "prepare": {"kernel", "variant", "size", "threads", "seed", "against", "input"},
    "result": {"directory"},
    "batch": {"iterations", "slice", "warm_up", "keep"},
    "trim": set(),
    "quit": set(),
}
UNSENT = {"against", "swap", "other_seed"}

# What a library is called where people read of it, and what its package is called.
PACKAGES = {
    "NumPy": "numpy", "SciPy": "scipy", "scikit-learn": "scikit-learn", "Numba": "numba",
    "NumExpr": "numexpr", "pandas": "pandas", "Polars": "polars", "DuckDB": "duckdb",
    "PyArrow": "pyarrow", "Matplotlib": "matplotlib", "Plotly": "plotly", "Altair": "altair",
}  # fmt: skip


class Broken(Exception):
    """A request that cannot be answered as it stands."""


class Case:
    """A prepared case: what one iteration runs, and which of its errors are results."""

    def __init__(self, request):
        kernel = KERNELS.get(request["kernel"])
        variant = kernel and kernel.variants.get(request["variant"])
        if variant is None:
            raise Broken(f"no variant `{request['variant']}` of a kernel `{request['kernel']}` here")
        if not request.get("input"):
            raise Broken("a peer makes no input: give the files of one")
        values = {entry["name"] or "": exchange.read(Path(entry["path"])) for entry in request["input"]}
        libraries.load_those_named_by(variant.function)
        libraries.hold_threads(request["threads"])
        self.refusals = kernel.refusals
        arguments = [values.pop("")] if "" in values else []
        known = {"size": request["size"], "threads": request["threads"]}
        extra = {name: known[name] for name in variant.asks_for}
        begin = perf_counter_ns()
        try:
            timed = variant.function(*arguments, **values, **extra)
        except self.refusals as refusal:
            timed = refused(refusal)
        self.setup_ns = perf_counter_ns() - begin
        self.timed = timed if isinstance(timed, Timed) else Timed(timed)

    def first(self):
        """One iteration: its time and its values, or the computation's own error."""
        gc.collect()
        gc.disable()
        begin = perf_counter_ns()
        try:
            result, error = self.timed.run(), None
        except self.refusals as refusal:
            result, error = None, str(refusal) or type(refusal).__name__
        elapsed = perf_counter_ns() - begin
        gc.enable()
        return elapsed, None if error is not None else self.timed.seen(result), error

    def batch(self, iterations, at_a_time):
        """The time of so many iterations, and how often the clock was read for it.

        Results are held while the clock runs, and dropped when it does not.
        """
        run, elapsed, pairs = self.timed.run, 0, 0
        gc.collect()
        gc.disable()
        while iterations > 0:
            count = min(iterations, at_a_time)
            held = [None] * count
            places = range(count)
            begin = perf_counter_ns()
            for place in places:
                held[place] = run()
            elapsed += perf_counter_ns() - begin
            del held
            iterations -= count
            pairs += 1
        gc.enable()
        return elapsed, pairs


def refused(refusal):
    """An iteration that does nothing but refuse, of a variant whose setup refused."""

    def run():
        raise refusal

    return run


def versions():
    found = {"Python": platform.python_version()}
    for name, package in PACKAGES.items():
        try:
            found[name] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    # Which kernels NumPy's BLAS has chosen for this processor says more of its speed than its version.
    for pool in threadpool_info():
        if pool["user_api"] == "blas" and "architecture" in pool:
            found["BLAS of NumPy"] = f"{pool['internal_api']} {pool['version']} for {pool['architecture']}"
    return found


def declaration(name, kernel):
    lines = source_lines.of(kernel.variants.values())
    variants = [
        {
            "name": variant.name,
            "role": "parallel" if variant.parallel else "serial",
            "rung": None,
            "lines": lines[variant.name],
            "left_out": [{"size": size, "reason": why} for size, why in variant.left_out.items()],
        }
        for variant in kernel.variants.values()
    ]
    absent = [{"variant": variant, "reason": why} for variant, why in kernel.absent.items()]
    return {"id": name, "about": "", "exercise": None, "sizes": [], "variants": variants,
            "absent": absent, "stages": []}  # fmt: skip


class Peer:
    """The state of the protocol: at most one prepared case."""

    def __init__(self):
        self.case = None

    def list(self, _):
        self.case = None
        kernels = [declaration(name, kernel) for name, kernel in KERNELS.items()]
        return {"is": "kernels", "protocol": PROTOCOL, "counts_heap": False, "kernels": kernels,
                "versions": versions()}  # fmt: skip

    def prepare(self, request):
        self.case = None
        self.case = Case(request)
        return {"is": "prepared", "setup_ns": self.case.setup_ns, "cold_ns": None, "agreement": None}

    def result(self, request):
        elapsed, values, error = self.prepared().first()
        output = [] if error is not None else exchange.write(values, Path(request["directory"]))
        return {"is": "result", "elapsed_ns": elapsed, "output": output, "error": error}

    def batch(self, request):
        case = self.prepared()
        case.batch(request["warm_up"], 1)
        elapsed, pairs = case.batch(request["iterations"], max(request["slice"], 1))
        return {"is": "batch", "elapsed_ns": elapsed, "pairs": pairs}

    def trim(self, _):
        """From here on what is freed goes back to the system, so that resident memory tells what is used."""
        gc.collect()
        if sys.platform != "linux":
            raise Broken("memory that is freed can be given back on Linux alone")
        libc = ctypes.CDLL(None)
        for parameter in (-3, -1):  # M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of <malloc.h>
            libc.mallopt(parameter, 131072)
        libc.malloc_trim(0)
        return {"is": "trimmed"}

    def prepared(self):
        if self.case is None:
            raise Broken("no case is prepared")
        return self.case

    def answer(self, line):
        """The reply to a request; None where it is `quit`."""
        try:
            request = understood(line)
            if request["do"] == "quit":
                return None
            return getattr(self, request["do"])(request)
        except Broken as broken:
            return failed("broken", str(broken))
        except Exception as error:
            self.case = None
            gc.enable()
            return failed("panicked", said(error))


def understood(line):
    try:
        request = json.loads(line)
        do = request["do"]
    except (ValueError, TypeError, KeyError):
        raise Broken("the line is no request: give a JSON object with a field `do`") from None
    if do not in FIELDS:
        raise Broken(f"a peer in Python does not answer `{do}`")
    given = {name for name, value in request.items() if value is not None or name not in UNSENT}
    unknown = given - FIELDS[do] - {"do"}
    missing = FIELDS[do] - UNSENT - set(request) - {"keep"}
    if unknown or missing:
        named = ", ".join(f"`{name}`" for name in sorted(unknown or missing))
        raise Broken(f"`{do}` {'has an unknown field' if unknown else 'lacks'} {named}")
    return request


def failed(kind, reason):
    return {"is": "failed", "failure": {"kind": kind, "reason": reason}}


def said(error):
    """What happened and where, in one sentence without a full stop."""
    here = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if here in Path(frame.filename).parents] or frames
    message = " ".join(str(error).split()).rstrip(".")
    name = Path(own[-1].filename)
    place = name.relative_to(here) if here in name.parents else name.name
    return f"{type(error).__name__}: {message} at {place}:{own[-1].lineno}"


def end_with_the_driver():
    """Asks Linux to end this process when the one that started it is gone."""
    if sys.platform == "linux":
        set_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def main():
    end_with_the_driver()
    # Overflow and division by zero are part of what kernels promise; nobody reads warnings here.
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    peer_kernels.register_all()
    peer = Peer()
    for line in REQUESTS:
        reply = peer.answer(line)
        if reply is None:
            break
        print(json.dumps(reply, separators=(",", ":")), file=REPLIES, flush=True)


if __name__ == "__main__":
    main()
