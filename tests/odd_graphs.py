"""Graphs whose histories are not the plain ones: views, several outputs, composites."""

from engine.graph import Graph
from tests.runs import leaf, op, wire


def in_place():
    """Memory read through a view, written through it, and read again by both names."""
    nodes = [
        leaf("x", [[1.0, 2.0], [3.0, 4.0]]), op("c", "clone"), op("v", "select", dim=0, index=0),
        op("m", "mul_", other=3.0), op("s", "sum"), op("t", "sum"), op("y", "add"),
    ]  # fmt: skip
    edges = [
        wire("x", "c"), wire("c", "v"), wire("v", "m"), wire("c", "s"), wire("m", "t"),
        wire("s", "y"), wire("t", "y", "other"),
    ]  # fmt: skip
    return Graph.of(nodes, edges)


def pieces():
    """A split into parts of different sizes, all of them used."""
    nodes = [
        leaf("x", [1.0, 2.0, 3.0]), op("p", "split", split_size=[1, 2]), op("a", "sum"),
        op("b", "sum"), op("y", "mul"),
    ]  # fmt: skip
    edges = [
        wire("x", "p"), wire("p", "a"), wire("p", "b", output=1), wire("a", "y"),
        wire("b", "y", "other"),
    ]  # fmt: skip
    return Graph.of(nodes, edges)


def composite():
    """One node of many Functions, which uses its input more than once."""
    nodes = [leaf("x", [3.0, 4.0]), op("n", "normalize", dim=0), op("y", "sum")]
    return Graph.of(nodes, [wire("x", "n"), wire("n", "y")])
