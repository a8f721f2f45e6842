"""Asks the runner as a driver does: lines to its stdin, lines from its stdout, values in files."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS")


class Runner(unittest.TestCase):
    def setUp(self):
        environment = dict(os.environ, AMDAHL_WORKER="time", **dict.fromkeys(THREADS, "1"))
        self.peer = subprocess.Popen(
            [sys.executable, "-u", "runner.py"], cwd=HERE, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)

    def tearDown(self):
        self.peer.stdin.close()
        self.peer.wait(timeout=60)
        self.peer.stdout.close()
        self.folder.cleanup()

    def ask_line(self, line):
        self.peer.stdin.write(line + "\n")
        self.peer.stdin.flush()
        return json.loads(self.peer.stdout.readline())

    def ask(self, do, **fields):
        return self.ask_line(json.dumps({"do": do, **fields}))

    def prepare(self, kernel, variant, **values):
        given = []
        for name, value in values.items():
            path = self.path / f"{name}.npy"
            np.save(path, value)
            given.append({"name": name if len(values) > 1 else None, "path": str(path)})
        return self.ask("prepare", kernel=kernel, variant=variant, size="any", threads=1, seed=1,
                        against=None, input=given)  # fmt: skip

    def failure(self, reply):
        self.assertEqual(reply["is"], "failed")
        return reply["failure"]["kind"], reply["failure"]["reason"]

    def test_the_list_names_roles_lines_absent_variants_and_versions(self):
        reply = self.ask("list")
        self.assertEqual((reply["is"], reply["protocol"], reply["counts_heap"]), ("kernels", 3, False))
        covariance = next(kernel for kernel in reply["kernels"] if kernel["id"] == "covariance")
        variants = {variant["name"]: variant for variant in covariance["variants"]}
        self.assertEqual(variants["python_loops"]["role"], "serial")
        self.assertEqual(variants["numba_parallel"]["role"], "parallel")
        # `return lambda: np.cov(...)` is one line.
        self.assertEqual(variants["numpy_cov"]["lines"], 1)
        self.assertIn("numexpr", [absent["variant"] for absent in covariance["absent"]])
        self.assertEqual(reply["versions"]["NumPy"], np.__version__)

    def test_a_result_crosses_in_files_and_a_batch_counts_its_slices(self):
        self.assertEqual(self.prepare("square", "numpy", x=np.array([[1.0, -3.0]]))["is"], "prepared")
        reply = self.ask("result", directory=str(self.path / "out"))
        self.assertIsNone(reply["error"])
        self.assertEqual([value["name"] for value in reply["output"]], [""])
        # 1 and -3 squared.
        np.testing.assert_array_equal(np.load(reply["output"][0]["path"]), [[1.0, 9.0]])
        reply = self.ask("batch", iterations=7, slice=3, warm_up=2, keep=False)
        # Slices of 3, 3 and 1.
        self.assertEqual((reply["is"], reply["pairs"]), ("batch", 3))
        self.assertGreater(reply["elapsed_ns"], 0)

    def test_a_refusal_is_a_result_and_keeps_the_case(self):
        self.prepare("solve", "numpy", a=np.zeros((2, 2)), b=np.ones(2))
        for _ in range(2):
            reply = self.ask("result", directory=str(self.path / "out"))
            self.assertEqual((reply["output"], reply["error"]), ([], "Singular matrix"))

    def test_an_exception_says_where_and_drops_the_case(self):
        # A vector has no columns to square the rows of.
        reply = self.prepare("center", "numba", x=np.ones(3))
        reply = self.ask("result", directory=str(self.path / "out"))
        kind, reason = self.failure(reply)
        self.assertEqual(kind, "panicked")
        self.assertRegex(reason, r"at peer_kernels/arrays/rows\.py:\d+$")
        self.assertEqual(self.failure(self.ask("result", directory="any")), ("broken", "no case is prepared"))

    @unittest.skipUnless(sys.platform == "linux", "elsewhere what is freed is not given back on demand")
    def test_what_is_freed_can_be_given_back_and_the_case_stays(self):
        self.prepare("square", "numpy", x=np.ones((3, 2)))
        self.assertEqual(self.ask("trim"), {"is": "trimmed"})
        self.assertEqual(self.ask("batch", iterations=1, slice=1, warm_up=0)["is"], "batch")

    def test_what_it_does_not_understand_is_broken_and_changes_nothing(self):
        self.prepare("square", "numpy", x=np.ones((1, 1)))
        for line in ("no json", "{}", '{"do":"heap"}', '{"do":"list","more":1}', '{"do":"batch"}'):
            self.assertEqual(self.failure(self.ask_line(line))[0], "broken", line)
        self.assertEqual(self.ask("batch", iterations=1, slice=0, warm_up=0)["pairs"], 1)

    def test_a_case_that_is_not_there_or_has_no_files_is_broken(self):
        self.assertIn("`quick`", self.failure(self.prepare("square", "quick", x=np.ones(1)))[1])
        self.assertEqual(self.failure(self.prepare("square", "numpy"))[0], "broken")

    def test_it_ends_when_it_is_told(self):
        self.peer.stdin.write('{"do":"quit"}\n')
        self.peer.stdin.flush()
        self.assertEqual(self.peer.wait(timeout=60), 0)


class Exchange(unittest.TestCase):
    def test_texts_come_back_as_they_went(self):
        sys.path.insert(0, str(HERE))
        import exchange

        column = ["plain", "", None, 'a "quoted" word', "two\nlines", "é", None]
        with tempfile.TemporaryDirectory() as folder:
            output = exchange.write({"city": column}, Path(folder))
            self.assertEqual(exchange.read(Path(output[0]["path"])), column)
            output = exchange.write({"none": exchange.Text()}, Path(folder))
            self.assertEqual(exchange.read(Path(output[0]["path"])), [])


if __name__ == "__main__":
    unittest.main()
