"""Values in files: arrays of numbers as `.npy`, columns of text as `.csv`."""

import re

import numpy as np

# A record of a column of text: a quoted cell, or nothing at all where the cell is missing. A cell
# may be a whole file, so the pattern must take it in large steps.
RECORD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)")?(?:\r?\n|$)')

NUMBERS = {"f": {4: "<f4", 8: "<f8"}, "i": {8: "<i8"}}


class Text(list):
    """A column of text, also where it is empty and no cell tells."""


def read(path):
    """An array, a number where it has no axes, or a list of texts in which None is missing."""
    if path.suffix == ".csv":
        return read_texts(path)
    array = np.load(path, allow_pickle=False)
    return array.item() if array.ndim == 0 else array


def read_texts(path):
    text = path.read_bytes().decode("utf-8")
    at = text.index("\n") + 1
    column = []
    while at < len(text):
        record = RECORD.match(text, at)
        if record is None or record.end() == at:
            raise ValueError(f"{path}: the cell at byte {at} is neither quoted nor empty")
        cell = record.group(1)
        column.append(cell.replace('""', '"') if cell and '""' in cell else cell)
        at = record.end()
    return column


def write(values, directory):
    """Files of the values: a dictionary by name, or a single value without one."""
    named = values if isinstance(values, dict) else {"": values}
    directory.mkdir(parents=True, exist_ok=True)
    output = []
    for index, (name, value) in enumerate(named.items()):
        if is_text(value):
            path = directory / f"{index}.csv"
            path.write_bytes(texts(name, [value] if isinstance(value, str) else value))
        else:
            path = directory / f"{index}.npy"
            with path.open("wb") as file:
                np.lib.format.write_array(file, numbers(name, value), version=(1, 0))
        output.append({"name": name, "path": str(path)})
    return output


def is_text(value):
    """Whether it is a text or a list of texts; a list in which all are missing is one."""
    if isinstance(value, (str, Text)):
        return True
    if isinstance(value, list):
        return bool(value) and all(cell is None or isinstance(cell, str) for cell in value)
    return False


def texts(name, column):
    lines = [quoted(name or "text")]
    lines += ["" if cell is None else quoted(cell) for cell in column]
    return ("\n".join(lines) + "\n").encode("utf-8")


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def numbers(name, value):
    array = np.asarray(value)
    if array.dtype.kind in "bu" or (array.dtype.kind == "i" and array.dtype.itemsize < 8):
        array = array.astype("<i8")
    known = NUMBERS.get(array.dtype.kind, {}).get(array.dtype.itemsize)
    if known is None:
        raise TypeError(f"a result `{name}` of type {array.dtype}: give doubles, floats or integers")
    return np.asarray(array, dtype=known, order="C")
