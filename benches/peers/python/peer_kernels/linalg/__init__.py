"""Variants of the kernels of linear algebra.

Products in NumPy and SciPy are those of BLAS, which uses the threads of the case: such variants are parallel.
"""

from . import moments, products, systems
