"""`make bench`: all benchmarks."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy and torch are imported
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

from benchmarks import engine

engine.main()
