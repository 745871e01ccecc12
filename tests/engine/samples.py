"""Turns the samples an op declares into inputs, and an op's spelling into PyTorch's result."""

import ast
import re
import zlib

import numpy as np

import engine
from engine.graph import Edge, Graph, Node
from engine.registry import OPS

KINDS = {"float32": engine.float32, "float64": engine.float64}


class Case:
    """One op with one of its samples: what goes into its slots, and its fields."""

    def __init__(self, op, number):
        self.op, self.number = op, number
        *given, last = op.samples[number]
        if isinstance(last, dict):
            self.fields = last
        else:
            given, self.fields = [*given, last], {}
        self.values = {}
        for slot, value in zip(op.slots, given, strict=False):
            if slot.variadic:
                self.values |= {f"{slot.name}.{k}": v for k, v in enumerate(value)}
            else:
                self.values[slot.name] = value

    def __repr__(self):
        return f"{self.op.name}-{self.number}"

    def is_pytorchs(self):
        """Whether PyTorch does it in one call; an op it does not have is spelled by several."""
        spelled = re.sub(r"\{(\w+)\}", r"\1", self.op.torch or f"torch.{self.op.name}()")
        doing = (ast.Call, ast.BinOp, ast.UnaryOp)
        return sum(isinstance(part, doing) for part in ast.walk(ast.parse(spelled))) == 1

    def arrays(self, dtype):
        """Slot → array or number; the same numbers every time."""
        seed = zlib.crc32(repr(self).encode())
        rng = np.random.default_rng(seed)
        low, high = self.op.domain

        def made(value):
            if isinstance(value, tuple):
                return np.asarray(rng.uniform(low, high, value), dtype)
            if isinstance(value, list):
                found = np.array(value)
                return found.astype(dtype) if found.dtype.kind == "f" else found
            return value

        return {name: made(value) for name, value in self.values.items()}

    def run(self, tensors):
        """The op of the engine on tensors by slot."""
        arguments = {}
        for slot in self.op.slots:
            if slot.variadic:
                names = [n for n in tensors if n.startswith(slot.name + ".")]
                arguments[slot.name] = [tensors[n] for n in names]
            elif slot.name in tensors:
                arguments[slot.name] = tensors[slot.name]
        if self.op.inplace:
            first = self.op.slots[0].name
            arguments[first] = arguments[first] * 1
        return self.op.call(**arguments, **self.fields)

    def run_torch(self, torch, tensors):
        """PyTorch on the same, by the line the code pane would show."""
        from engine.code.source import statement

        leaves = [Node(f"leaf{k}", "tensor", f"t{k}") for k, _ in enumerate(tensors)]
        names = dict(zip(tensors, leaves, strict=True))
        numbers = {n: v for n, v in tensors.items() if not hasattr(v, "shape")}
        node = Node("node", self.op.name, "out", {**self.fields, **numbers})
        edges = [
            Edge(leaf.id, 0, "node", slot) for slot, leaf in names.items() if slot not in numbers
        ]
        line = statement(Graph.of([*leaves, node], edges), "node")
        scope = {"torch": torch, "F": torch.nn.functional}
        for slot, leaf in names.items():
            value = tensors[slot]
            if self.op.inplace and slot == self.op.slots[0].name:
                value = value * 1
            scope[leaf.name] = value
        if self.op.assigns:
            exec(line, scope)
            return scope[leaves[0].name]
        source = re.sub(r"^\w+ = ", "", line)
        return eval(source, scope)


CASES = [Case(op, k) for op in OPS.values() for k in range(len(op.samples))]


def outputs(result):
    """The floating tensors an op gave."""
    many = result if isinstance(result, (tuple, list)) else (result,)
    return [t for t in many if hasattr(t, "grad_fn")]


def graph_of(function):
    """The history below a node as nested names."""
    if function is None:
        return None
    name = function.name().rsplit("::", 1)[-1]
    return (name, *(graph_of(below) for below, _ in function.next_functions))
