"""What the peer can run, one file per group of kernels."""

from importlib import import_module

GROUPS = ("arrays", "linalg", "stats", "cluster", "tables", "streams", "charts", "pipelines")


def register_all():
    """Imports the groups, which register themselves; the libraries they use wait until a case needs them."""
    for group in GROUPS:
        import_module(f"{__name__}.{group}")
