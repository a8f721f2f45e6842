"""The program behind the cProfile files of this folder.

Its arguments are how often it repeats, and by how much the input of `parse` is divided.
"""
import sys


def tokens(n):
    """Words of many lengths, the hard way."""
    total = 0
    for i in range(n):
        total += len(str(i * i)) + i % 7
    return total


def depth(n):
    """Calls itself: outermost calls and calls are not the same."""
    return 0 if n == 0 else 1 + depth(n - 1)


def parse(n):
    """Its time is mostly that of what it calls."""
    found = tokens(n)
    for _ in range(200):
        found += depth(40)
    return found


def score(n):
    """Calls `tokens` too, beside work of its own."""
    total = 0.0
    for i in range(n):
        total += (i % 13) * 0.5
    return total + tokens(n // 4)


class Reader:
    def step(self):
        return sum(range(20000))


class Writer:
    def step(self):
        return sum(range(30000))


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    divisor = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for _ in range(repeats):
        parse(30000 // divisor)
        score(60000)
        Reader().step()
        Writer().step()


main()
