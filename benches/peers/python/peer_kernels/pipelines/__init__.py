"""Variants of the pipelines; common.py says what is computed."""

from . import rows, columns, sql
