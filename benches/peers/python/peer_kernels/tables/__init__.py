"""Variants of the kernels on tables."""

from . import clean, columns, duplicates, groups, joins
