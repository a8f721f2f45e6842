"""Kernels over tables: each of these modules registers the variants of one or two."""

from . import table_clean, table_columns, table_duplicates, table_groups, table_joins

__all__ = ["table_clean", "table_columns", "table_duplicates", "table_groups", "table_joins"]
