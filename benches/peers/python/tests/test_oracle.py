"""Holds every variant to the oracle files of the repository (tests/reference/README.md).

Run in the peer's folder with the interpreter of its environment: `python -m unittest`.
`AMDAHL_PEER_KERNELS`, a list with commas, narrows it to some kernels.
"""

import json
import os
import unittest
import warnings
from pathlib import Path

import numpy as np

import peer_kernels
from peer_kernels import libraries
from peer_kernels.registry import KERNELS, Timed

REFERENCE = Path(__file__).resolve().parents[4] / "tests" / "reference"
SINGLE = {"softmax_f32", "matmul_f32"}
SPECIAL = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}


def number(value):
    return SPECIAL.get(value, value) if isinstance(value, str) else value


def array(kernel, value):
    data = [number(entry) for entry in value["data"]]
    floats = np.float32 if kernel in SINGLE else np.float64
    whole = bool(data) and all(type(entry) is int for entry in data)
    return np.array(data, dtype=np.int64 if whole else floats).reshape(value["shape"])


def crossed(kernel, value):
    """A value of an oracle file in the form in which inputs reach a variant."""
    if isinstance(value, dict):
        found = array(kernel, value)
        return found.item() if found.ndim == 0 else found
    if isinstance(value, list):
        return value if any(isinstance(v, str) for v in value) else np.array(
            [np.nan if v is None else number(v) for v in value])  # fmt: skip
    return [value] if isinstance(value, str) and value not in SPECIAL else number(value)


def is_array(value):
    return isinstance(value, dict) and set(value) == {"shape", "data"}


def named(kernel, value):
    if not isinstance(value, dict) or is_array(value):
        return {"": crossed(kernel, value)}
    values = {}
    for name, part in value.items():
        for below, found in named(kernel, part).items():
            values[f"{name}.{below}".rstrip(".")] = found
    return values


def run(kernel, variant, case):
    values = named(kernel, case["input"])
    libraries.load_those_named_by(variant.function)
    libraries.hold_threads(1)
    known = {"size": case.get("size", ""), "threads": 1}
    extra = {name: known[name] for name in variant.asks_for}
    arguments = [values.pop("")] if "" in values else []
    timed = variant.function(*arguments, **values, **extra)
    timed = timed if isinstance(timed, Timed) else Timed(timed)
    # The second iteration must give what the first gave: variants with buffers of their own.
    timed.run()
    return timed.seen(timed.run())


class Oracle(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")

    def hold(self, kernel, variant, case):
        want = case["output"]
        if want == {"error": True}:
            with self.assertRaises(KERNELS[kernel].refusals):
                run(kernel, variant, case)
            return
        got = run(kernel, variant, case)
        got = got if isinstance(got, dict) else {"": got}
        want = named(kernel, want)
        self.assertEqual(list(got), list(want))
        for name, value in want.items():
            self.same(got[name], value, case)

    def same(self, got, want, case):
        if isinstance(want, list):
            self.assertEqual(list(got), want)
            return
        got = np.asarray(got, dtype=float if np.size(got) == 0 else None)
        self.assertEqual(got.shape, np.shape(want))
        if np.asarray(want).dtype.kind == "i" and got.dtype.kind in "iub":
            np.testing.assert_array_equal(got, want)
            return
        np.testing.assert_allclose(got, want, rtol=case["rtol"], atol=case["atol"])


def cases_of(kernel):
    path = REFERENCE / f"{kernel}.json"
    return json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else []


def test_of(kernel, variant):
    def test(self):
        for case in cases_of(kernel):
            with self.subTest(case["name"]):
                self.hold(kernel, variant, case)

    return test


peer_kernels.register_all()
WANTED = set(filter(None, os.environ.get("AMDAHL_PEER_KERNELS", "").split(",")))
for kernel_id, declared in KERNELS.items():
    for declared_variant in declared.variants.values():
        if cases_of(kernel_id) and (not WANTED or kernel_id in WANTED):
            name = f"test_{kernel_id}_{declared_variant.name}"
            setattr(Oracle, name, test_of(kernel_id, declared_variant))


if __name__ == "__main__":
    unittest.main()
