"""Variants of the kernels that draw."""

from . import importance, panels
