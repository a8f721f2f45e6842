"""Variants of the pipelines."""

from . import flights
