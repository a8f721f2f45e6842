"""The flights pipeline in pandas under Python's own profilers (exercise E.3).

    python profile_flights.py FOLDER overhead [ROUNDS]   what each profiler costs, and the shares of stages
    python profile_flights.py FOLDER cprofile            functions by their own time
    python profile_flights.py FOLDER memray FILE         memory held at the peak by line; `memray` reads FILE

FOLDER holds flights.csv (unpacked), planes.csv and airlines.csv. The stages are those of
kernels/src/pipeline/flights, done as the peer's variant `pandas` does them, which is held to our
reference. The files are read before anything is timed, as they are there. memray is needed for what
names it, and for `overhead`; it is not among the peer's requirements.
"""

import cProfile
import collections
import gc
import os
import pstats
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from peer_kernels.pipelines import columns, common, rows

FILES = ("flights", "planes", "airlines")


def load(texts):
    """Typed tables of the three texts; NA is missing."""
    return {name: common.read_pandas(name, text) for name, text in texts.items()}


def clean(tables):
    """Duplicates dropped, medians filled in, words tidied, outliers of the delays dropped."""
    words = {name: columns.tidy_pandas(name, tables[name]) for name in ("planes", "airlines")}
    return {"flights": columns.clean_pandas(tables["flights"]), **words}


def transform(tables):
    """Flights joined with planes and airlines, by month and carrier, ranked within each month."""
    return columns.rank_pandas(**tables)


def visualize(ranked):
    """Mean arrival delay by month, a line for each of the airlines with most flights."""
    return common.draw(rows.choose_rows(ranked.to_dict("records")))


def pipeline(texts):
    """All four stages; returns the time of each in seconds."""
    seconds, value = {}, texts
    for stage in (load, clean, transform, visualize):
        start = time.perf_counter()
        value = stage(value)
        seconds[stage.__name__] = time.perf_counter() - start
    return seconds


def plain(texts):
    return pipeline(texts)


def under_cprofile(texts):
    with cProfile.Profile():
        return pipeline(texts)


def under_memray(texts, **options):
    import memray

    with tempfile.TemporaryDirectory() as directory:
        with memray.Tracker(os.path.join(directory, "memory.bin"), **options):
            return pipeline(texts)


def under_memray_native(texts):
    return under_memray(texts, native_traces=True)


def overhead(texts, rounds):
    """Each way of running in every round, in random order: its time over that of the plain run of its
    round, and which share of it each stage takes."""
    ways = [plain, under_cprofile, under_memray, under_memray_native]
    plain(texts)  # imports that happen in the first run
    ratios = {way.__name__: [] for way in ways}
    shares = {way.__name__: collections.defaultdict(list) for way in ways}
    for _ in range(rounds):
        took = {}
        for way in random.sample(ways, len(ways)):
            gc.collect()
            stages = way(texts)
            took[way.__name__] = sum(stages.values())
            for stage, seconds in stages.items():
                shares[way.__name__][stage].append(seconds / took[way.__name__])
        for name, seconds in took.items():
            ratios[name].append(seconds / took["plain"])
    for name, values in ratios.items():
        parts = ", ".join(f"{stage} {statistics.median(parts):.1%}" for stage, parts in shares[name].items())
        print(f"{name:20} {statistics.median(values):.2f}x [{min(values):.2f}, {max(values):.2f}]: {parts}")


def print_lines_at_peak(path):
    """What was held when most was held, by the line of this file that asked for it."""
    from memray import AllocatorType, FileReader

    held = collections.Counter()
    for record in FileReader(path).get_high_watermark_allocation_records(merge_threads=True):
        own = (frame for frame in record.stack_trace() if frame[1].endswith("profile_flights.py"))
        function, _, line = next(own, ("another thread", "", ""))
        mapped = " (mapped)" if record.allocator == AllocatorType.MMAP else ""
        held[f"{function} {line}{mapped}"] += record.size
    for place, size in held.most_common(8):
        print(f"{size / 2**20:8.1f} MiB {place}")
    print(f"{sum(held.values()) / 2**20:8.1f} MiB in all; the process held at most "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:.0f} MiB resident")


def main(folder, what, *more):
    texts = {name: Path(folder, f"{name}.csv").read_bytes() for name in FILES}
    if what == "overhead":
        overhead(texts, int(more[0]) if more else 5)
    elif what == "cprofile":
        pipeline(texts)
        with cProfile.Profile() as profile:
            pipeline(texts)
        stats = pstats.Stats(profile).strip_dirs()
        stats.sort_stats("tottime").print_stats(10)
        stats.sort_stats("cumtime").print_stats(r"profile_flights")
    elif what == "memray":
        import memray

        with memray.Tracker(more[0]):
            pipeline(texts)
        print_lines_at_peak(more[0])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
