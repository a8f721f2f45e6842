"""Libraries that are imported when a case needs them.

A list of all variants must not take the seconds that all libraries together take to import, nor
should an import stand in the time of a setup. A `library` stands for a module until a variant whose
code names it is prepared.
"""

import sys
import types
from importlib import import_module


class Library:
    """The place of a module that is not imported yet."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        return getattr(import_module(self.name), attribute)


def library(name):
    return Library(name)


def load_those_named_by(function):
    """Puts modules in place of the libraries that a function and those it calls name.

    Numba needs this: what its code names must be what it will be.
    """
    seen, waiting = set(), [function]
    while waiting:
        function = waiting.pop()
        function = getattr(function, "__wrapped_setup__", function)
        if function in seen:
            continue
        seen.add(function)
        for name in names_in(function.__code__):
            value = function.__globals__.get(name)
            if isinstance(value, Library):
                function.__globals__[name] = import_module(value.name)
            elif isinstance(value, types.FunctionType) and value.__module__.startswith(__package__):
                waiting.append(value)


def names_in(code):
    """The names of globals in code and in the functions within it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)


def hold_threads(threads):
    """Holds the pools that can be told after the start to so many threads.

    All others were told before it, by the environment.
    """
    if "numba" in sys.modules:
        numba = sys.modules["numba"]
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    if "numexpr" in sys.modules:
        sys.modules["numexpr"].set_num_threads(threads)
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].set_cpu_count(threads)
        sys.modules["pyarrow"].set_io_thread_count(max(threads, 1))
