"""Registration of variants.

A variant is a function that takes the kernel's input by name (a nameless input as its one
positional argument), does its setup, and returns what one iteration runs:

    @variant("covariance", "numpy", parallel=True)
    def covariance_numpy(x):
        return lambda: np.cov(x, rowvar=False)

What the iteration returns is the result: an array, a number, a list of numbers or texts, or a
dictionary of these by name. Where turning it into that is no part of the work, return a `Timed`.
A variant that declares a keyword-only `size` (the label) or `threads` is given it.
"""

import inspect
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable

from . import libraries

numba = libraries.library("numba")


@dataclass
class Timed:
    """What one iteration runs, and how its result is seen, which is not timed."""

    run: Callable[[], Any]
    seen: Callable[[Any], Any] = lambda result: result


@dataclass
class Variant:
    name: str
    function: Callable
    # Whether it uses as many threads as the case has; a serial one uses one.
    parallel: bool
    # Why it is left out, by the label of the size.
    left_out: dict[str, str]

    @property
    def asks_for(self):
        """The names of what it wants to know of the case."""
        parameters = inspect.signature(self.function).parameters.values()
        return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]


@dataclass
class Kernel:
    variants: dict[str, Variant] = field(default_factory=dict)
    # Why there is no such variant, by its name.
    absent: dict[str, str] = field(default_factory=dict)
    # The exceptions by which its computation refuses an input, such as a singular matrix.
    refusals: tuple[type[Exception], ...] = ()


KERNELS: dict[str, Kernel] = {}


def kernel(name):
    return KERNELS.setdefault(name, Kernel())


def variant(kernel_id, name, *, parallel=False, left_out=None):
    """Registers a function as a variant."""

    def register(function):
        variants = kernel(kernel_id).variants
        if name in variants:
            raise ValueError(f"`{kernel_id}` has two variants `{name}`")
        variants[name] = Variant(name, function, parallel, left_out or {})
        return function

    return register


def numba_variants(kernel_id):
    """Registers a function as `numba` and `numba_parallel`.

    It is given the decorator to compile with before the input. Compiled anew in every setup, at its
    first call, it shows the cost of compilation in the first iteration. A loop over `numba.prange`
    is an ordinary one without threads.
    """

    def register(function):
        variant(kernel_id, "numba")(CompiledBy(function, False))
        variant(kernel_id, "numba_parallel", parallel=True)(CompiledBy(function, True))
        return function

    return register


class CompiledBy(partial):
    """A setup that is given numba's decorator first."""

    def __new__(cls, function, parallel):
        made = super().__new__(cls, function, lambda f: numba.njit(f, parallel=parallel))
        made.__wrapped_setup__ = function
        return made


def absent(kernel_id, name, reason):
    """Says in a sentence why a kernel has no such variant."""
    kernel(kernel_id).absent[name] = reason


def may_refuse(kernel_id, *exceptions):
    """Names the exceptions by which a computation refuses its input: they are results of it."""
    kernel(kernel_id).refusals = exceptions
