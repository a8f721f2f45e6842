"""Variants of the kernels of linear algebra."""
