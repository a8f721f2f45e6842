"""The flights pipeline in pandas under Python's own profilers (exercise E.3).

    python profile_flights.py FOLDER overhead [ROUNDS]   what each profiler costs, runs in turn
    python profile_flights.py FOLDER cprofile            functions by their own time
    python profile_flights.py FOLDER memray FILE         memory held at the peak by line; FILE is for `memray`
    python profile_flights.py FOLDER stages              time of each stage, without a profiler

FOLDER holds flights.csv (unpacked), planes.csv and airlines.csv. The stages are those of
kernels/src/pipeline/flights: load, clean, transform, visualize. memray may be absent.
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

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402 the backend is chosen first
import pandas as pd  # noqa: E402

FILLED = ["dep_delay", "arr_delay", "air_time"]
BOUNDED = ["dep_delay", "arr_delay"]
LINES = 6


def load(folder):
    """Typed tables of three files; NA is missing."""
    read = {"na_values": ["NA"], "keep_default_na": False}
    return {name: pd.read_csv(os.path.join(folder, f"{name}.csv"), **read) for name in ("flights", "planes", "airlines")}


def clean(tables):
    """Duplicates dropped, medians filled in, words tidied, outliers of the delays dropped."""
    flights = tables["flights"].drop_duplicates()
    flights = flights.fillna({name: flights[name].median() for name in FILLED})
    flights, planes = tidy(flights), tidy(tables["planes"])
    airlines = tables["airlines"].assign(carrier=tables["airlines"]["carrier"].str.strip().str.lower())
    far = pd.Series(False, index=flights.index)
    for name in BOUNDED:
        column = flights[name]
        far |= (column - column.mean()).abs() > 3 * column.std()
    return {"flights": flights[~far], "planes": planes, "airlines": airlines}


def tidy(table):
    """Words without blanks around them, in lower case."""
    words = table.select_dtypes(exclude="number").columns
    return table.assign(**{name: table[name].str.strip().str.lower() for name in words})


def transform(tables):
    """Flights joined with planes and airlines, by month and carrier, ranked within each month."""
    planes = tables["planes"].drop_duplicates("tailnum").rename(columns={"year": "built"})
    joined = tables["flights"].merge(planes[["tailnum", "built", "manufacturer", "seats"]], on="tailnum", how="left")
    joined = joined.assign(age=joined["year"] - joined["built"])
    groups = joined.groupby(["month", "carrier"])
    ranks = groups.agg(
        flights=("dep_delay", "size"),
        mean_departure_delay=("dep_delay", "mean"),
        mean_arrival_delay=("arr_delay", "mean"),
        mean_plane_age=("age", "mean"),
        mean_seats=("seats", "mean"),
        manufacturer=("manufacturer", commonest),
    ).reset_index()
    ranks = ranks.merge(tables["airlines"].drop_duplicates("carrier"), on="carrier", how="left")
    ranks = ranks.sort_values(["month", "mean_arrival_delay", "name"])
    return ranks.assign(rank=ranks.groupby("month").cumcount() + 1)


def commonest(words):
    """The commonest word, ties by name; missing where there is none."""
    mode = words.mode()
    return mode.iloc[0] if len(mode) else None


def visualize(ranks):
    """Mean arrival delay by month, a line for each of the airlines with most flights."""
    most = ranks.groupby("name")["flights"].sum().nlargest(LINES).index
    figure, axes = plt.subplots()
    for name in most:
        line = ranks[ranks["name"] == name].sort_values("month")
        axes.plot(line["month"], line["mean_arrival_delay"], label=name)
    axes.set(xlabel="month", ylabel="mean arrival delay, minutes")
    axes.legend()
    with tempfile.TemporaryFile() as file:
        figure.savefig(file, format="svg")
    plt.close(figure)
    return most


def pipeline(folder):
    """All four stages; returns the time of each in seconds."""
    seconds, value = {}, folder
    for stage in (load, clean, transform, visualize):
        start = time.perf_counter()
        value = stage(value)
        seconds[stage.__name__] = time.perf_counter() - start
    return seconds


def plain(folder):
    return pipeline(folder)


def under_cprofile(folder):
    with cProfile.Profile():
        return pipeline(folder)


def under_memray(folder, **options):
    import memray

    with tempfile.TemporaryDirectory() as directory:
        with memray.Tracker(os.path.join(directory, "memory.bin"), **options):
            return pipeline(folder)


def under_memray_native(folder):
    return under_memray(folder, native_traces=True)


def overhead(folder, rounds):
    """Each way of running in every round, in random order; time over that of the plain run of its round."""
    ways = [plain, under_cprofile, under_memray, under_memray_native]
    plain(folder)  # imports that happen in the first run
    ratios = {way.__name__: [] for way in ways}
    for _ in range(rounds):
        took = {}
        for way in random.sample(ways, len(ways)):
            gc.collect()
            start = time.perf_counter()
            way(folder)
            took[way.__name__] = time.perf_counter() - start
        for name, seconds in took.items():
            ratios[name].append(seconds / took["plain"])
    for name, values in ratios.items():
        print(f"{name:20} {statistics.median(values):.2f}x [{min(values):.2f}, {max(values):.2f}] of {rounds} rounds")


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
    if what == "overhead":
        overhead(folder, int(more[0]) if more else 5)
    elif what == "cprofile":
        pipeline(folder)
        with cProfile.Profile() as profile:
            pipeline(folder)
        stats = pstats.Stats(profile).strip_dirs()
        stats.sort_stats("tottime").print_stats(10)
        stats.sort_stats("cumtime").print_stats(r"profile_flights")
    elif what == "memray":
        import memray

        with memray.Tracker(more[0]):
            pipeline(folder)
        print_lines_at_peak(more[0])
    elif what == "stages":
        pipeline(folder)
        runs = [pipeline(folder) for _ in range(5)]
        whole = statistics.median(sum(run.values()) for run in runs)
        for stage in runs[0]:
            share = statistics.median(run[stage] / sum(run.values()) for run in runs)
            print(f"{stage:10} {share:6.1%} of {whole:.2f} s, median of {len(runs)} runs")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
