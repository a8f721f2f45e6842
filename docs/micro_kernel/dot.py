"""numpy.dot of two square matrices of doubles, over and over: the work that trace.sh looks at.

    python dot.py [EXTENT] [SECONDS]
"""

import sys
import time

import numpy as np

extent = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 4.0
rng = np.random.default_rng(1)
a, b = rng.standard_normal((2, extent, extent))
times_s, end = [], time.perf_counter() + seconds
while not times_s or time.perf_counter() < end:
    start = time.perf_counter()
    np.dot(a, b)
    times_s.append(time.perf_counter() - start)
print(f"{len(times_s)} products of extent {extent}, the fastest in {min(times_s) * 1e3:.1f} ms", file=sys.stderr)
