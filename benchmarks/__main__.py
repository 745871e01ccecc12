"""`make bench`: all benchmarks."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy and torch are imported

from benchmarks import engine

engine.main()
