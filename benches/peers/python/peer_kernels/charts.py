"""Charts: each of these modules registers the variants of one kernel."""

from . import chart_importance, chart_panels

__all__ = ["chart_importance", "chart_panels"]
