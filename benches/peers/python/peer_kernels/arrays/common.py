"""What several kernels on arrays share."""

import numpy as np

NO_ARITHMETIC = "SciPy has no elementwise arithmetic of its own: it leaves that to NumPy."
NO_ESTIMATOR = "scikit-learn has estimators and their preparations, and no such function."


def shaped_like(rows):
    """A view of a list of lists as an array of the shape of these, also where there are none."""
    shape = (len(rows), len(rows[0]) if rows else 0)
    return lambda out: np.array(out, dtype=float).reshape(shape)
