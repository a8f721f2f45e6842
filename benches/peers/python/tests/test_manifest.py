"""The manifest lists what is registered, and every absent variant says why."""

import tomllib
import unittest
from pathlib import Path

import peer_kernels
from peer_kernels.registry import KERNELS


class Manifest(unittest.TestCase):
    def setUp(self):
        peer_kernels.register_all()

    def test_it_lists_the_variants_that_are_registered(self):
        manifest = tomllib.loads((Path(__file__).parents[1] / "peer.toml").read_text("utf-8"))
        registered = {name: list(kernel.variants) for name, kernel in KERNELS.items()}
        self.assertEqual(manifest["variants"], registered)

    def test_no_variant_is_both_there_and_absent(self):
        for name, kernel in KERNELS.items():
            self.assertEqual(set(kernel.variants) & set(kernel.absent), set(), name)


if __name__ == "__main__":
    unittest.main()
