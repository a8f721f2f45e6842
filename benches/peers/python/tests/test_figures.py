"""The script of the four-panel figure writes whole files of each kind and counts what it says."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import figures

BEGINNINGS = {
    "svg": (b"<?xml", b"<svg"),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "pdf": (b"%PDF-",),
    "html": (b"<!doctype html>", b"<!DOCTYPE html>"),
    "json": (b"{",),
}


def documented():
    """One line."""
    # A comment.

    return 1


class Figures(unittest.TestCase):
    def test_lines_leave_out_documentation_comments_and_blank_lines(self):
        self.assertEqual(figures.lines_of_code([documented]), 2)

    def test_each_format_is_a_file_of_its_kind(self):
        for name, (_, _, formats, _, _) in figures.LIBRARIES.items():
            for kind in formats:
                with self.subTest(library=name, kind=kind):
                    row, content = figures.measured(name, kind, 5)
                    self.assertTrue(content.lstrip().startswith(BEGINNINGS[kind]), content[:40])
                    self.assertEqual(row["bytes"], len(content))

    def test_one_format_is_measured_in_a_process_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, figures.__file__, "--into", folder, "--points", "5", "--only", "Plotly", "json"]
            reply = subprocess.run(command, check=True, capture_output=True, text=True)
            self.assertEqual(json.loads(reply.stdout)["bytes"], (Path(folder) / "plotly.json").stat().st_size)


if __name__ == "__main__":
    unittest.main()
