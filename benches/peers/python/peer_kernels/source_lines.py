"""Lines of code of what a variant times: no setup, no blank, comment or documentation line."""

import ast
import inspect
from functools import cache


def of(variants):
    """The lines of each variant's timed function, and of those of the same file it calls, by name."""
    return {variant.name: lines(variant.function) for variant in variants}


def lines(function):
    function = getattr(function, "__wrapped_setup__", function)
    path = inspect.getsourcefile(function)
    text, top = parsed(path)
    setup = top[function.__name__]
    known = top | {n.name: n for n in ast.walk(setup) if isinstance(n, ast.FunctionDef)}
    waiting, seen, numbers = list(timed(setup)), set(), set()
    while waiting:
        node = waiting.pop()
        if node in seen or node is setup:
            continue
        seen.add(node)
        numbers |= code_lines(node, text)
        names = (n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        waiting += [known[name] for name in names if name in known]
    return len(numbers)


@cache
def parsed(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return text.splitlines(), {node.name: node for node in functions}


def timed(setup):
    """What a setup returns: a lambda, a name of a function, or a `Timed` or call of these."""
    own = [n for n in setup.body if isinstance(n, ast.Return)]
    for node in own or [n for n in ast.walk(setup) if isinstance(n, ast.Return)]:
        value = node.value
        # What runs where the input is not degenerate.
        value = value.body if isinstance(value, ast.IfExp) else value
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "Timed":
            value = value.args[0]
        if value is not None:
            yield value


def code_lines(node, text):
    """The numbers of its lines, without what is no code."""
    numbers = set(range(node.lineno, node.end_lineno + 1))
    for inner in ast.walk(node):
        body = getattr(inner, "body", None)
        if isinstance(inner, ast.FunctionDef) and ast.get_docstring(inner) is not None:
            numbers -= set(range(body[0].lineno, body[0].end_lineno + 1))
    return {n for n in numbers if (line := text[n - 1].strip()) and not line.startswith("#")}
