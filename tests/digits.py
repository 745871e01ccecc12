"""Makes assets/examples/digits.chainz: ten drawn digits and a small network that is to tell them.

python -m tests.digits
"""

from __future__ import annotations

import numpy as np

import assets
from engine import dtypes, random
from engine.graph import Action, Edge, Graph, Node, Region
from engine.packed import Packed
from gui.model import archive
from gui.model.document import Document

PATH = assets.path("examples", "digits.chainz")
SIDE, HIDDEN, SEED = 28, 32, 7
SEGMENTS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
"""The strokes of every digit, as on a pocket calculator."""
STROKES = {
    "a": np.s_[4:6, 9:19], "g": np.s_[13:15, 9:19], "d": np.s_[22:24, 9:19],
    "f": np.s_[4:15, 9:11], "b": np.s_[4:15, 17:19], "e": np.s_[13:24, 9:11],
    "c": np.s_[13:24, 17:19],
}  # fmt: skip


def images() -> np.ndarray:
    """A row of 28 x 28 grey values a digit, with a little noise.  (10, 784)"""
    found = np.zeros((10, SIDE, SIDE), np.float32)
    for digit, strokes in enumerate(SEGMENTS):
        for stroke in strokes:
            found[(digit, *STROKES[stroke])] = 1
    noise = np.asarray(random.rand((10, SIDE, SIDE), dtypes.float32))
    return (found * np.float32(0.9) + noise * np.float32(0.1)).reshape(10, -1)


def numbers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images and two weights, the same every time."""
    outside = random.exchanged(random.Generator().manual_seed(SEED))
    try:
        w1 = np.asarray(random.randn((SIDE**2, HIDDEN), dtypes.float32)) * np.float32(0.05)
        w2 = np.asarray(random.randn((HIDDEN, 10), dtypes.float32)) * np.float32(0.25)
        return images(), w1, w2
    finally:
        random.exchanged(outside)


def document() -> Document:
    """images @ w1, ReLU, @ w2, cross entropy, and one backward pass."""
    x, w1, w2 = numbers()
    nodes = [
        Node("images", "tensor", "images", {"data": Packed(x)}),
        Node("w1", "parameter", "w1", {"data": Packed(w1)}),
        Node("w2", "parameter", "w2", {"data": w2.astype(float).round(3).tolist()}),
        Node("labels", "tensor", "labels", {"data": list(range(10))}),
        Node("pixels", "matmul", "pixels"),
        Node("hidden", "relu", "hidden"),
        Node("scores", "matmul", "scores"),
        Node("loss", "cross_entropy", "loss"),
    ]
    edges = [
        Edge("images", 0, "pixels", "self"), Edge("w1", 0, "pixels", "other"),
        Edge("pixels", 0, "hidden", "self"), Edge("hidden", 0, "scores", "self"),
        Edge("w2", 0, "scores", "other"), Edge("scores", 0, "loss", "self"),
        Edge("labels", 0, "loss", "target"),
    ]  # fmt: skip
    title = "Ten drawn digits, 28 × 28 pixels each.\nw1 has 25,088 numbers: this is a .chainz file."
    regions = [Region("note", "note", title)]
    places = {
        "images": (40.0, 120.0), "w1": (40.0, 220.0), "w2": (520.0, 220.0),
        "labels": (780.0, 220.0), "pixels": (320.0, 120.0), "hidden": (540.0, 120.0),
        "scores": (780.0, 120.0), "loss": (1040.0, 120.0), "note": (40.0, 0.0),
    }  # fmt: skip
    program = (Action("forward"), Action("backward", "loss"))
    return Document(Graph.of(nodes, edges, regions), program, places)


if __name__ == "__main__":
    PATH.write_bytes(archive.to_bytes(document()))
