"""Why a library has no variant, or a variant a size, where several kernels share the reason."""

NO_PRODUCT = "NumExpr works value by value: it has no matrix product."
NUMPYS_PRODUCT = "The product that scikit-learn offers is NumPy's."
SECONDS = "Seconds and more for one iteration: the smaller size shows what the loops cost."
