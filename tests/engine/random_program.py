"""Runs a program, statement by statement, on the engine or on PyTorch, and compares what is seen.

A program is a list of Python statements about `torch`; what they may call besides is in PRELUDE.
"""

import contextlib
import gc
import io
import re
import warnings

import numpy as np

import engine
from engine.modes import STATE

PRELUDE = '''\
import torch
import torch.nn.functional as F

log = []


def copied(values):
    return [None if v is None else v.detach().clone() for v in values]


def told(label, factor=None):
    """A hook for tensors that says what came, and scales it if there is a factor."""
    def hook(grad):
        log.append((label, torch.is_grad_enabled(), copied([grad])))
        return None if factor is None else grad * factor
    return hook


def before(label, factor=None):
    """A prehook for nodes."""
    def hook(grads):
        log.append((label, copied(grads)))
        return None if factor is None else tuple(g if g is None else g * factor for g in grads)
    return hook


def after(label):
    """A hook for nodes."""
    def hook(grad_inputs, grad_outputs):
        log.append((label, copied(grad_inputs), copied(grad_outputs)))
    return hook


def stored(label):
    """A post-accumulate hook."""
    def hook(leaf):
        log.append((label, copied([leaf.grad])))
    return hook


def below(root):
    """The nodes of a history, depth first."""
    found, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found[node] = len(found)
            todo.extend(n for n, _ in reversed(node.next_functions))
    return found


def watch(root, label):
    """From now on every node below says when it runs."""
    return [
        node.register_prehook(lambda g, k=k, name=node.name(): log.append((label, k, name)))
        for node, k in below(root.grad_fn).items()
    ]
'''

RTOL = {"float32": 1.3e-6, "float64": 1e-9}
ATOL = {"float32": 1e-5, "float64": 1e-12}


def printed(program):
    """The program as something to paste into a file and run."""
    return "\n".join([PRELUDE, *program, ""])


# ---- running -------------------------------------------------------------------------------------


class Twin:
    """One module with the names a program has made in it so far."""

    def __init__(self, module):
        self.module = module
        prelude = PRELUDE.split("\n", 2)[2]  # without its imports
        self.scope = {"torch": module, "F": module.nn.functional}
        exec(_compiled(prelude), self.scope)
        self.log = self.scope["log"]
        self.born = {}
        module.set_grad_enabled(True)

    def step(self, statement):
        """Run a statement; what it raised, warned of, printed and logged."""
        STATE.warned_once.clear()
        out, raised = io.StringIO(), None
        del self.log[:]
        with warnings.catch_warnings(record=True) as told, contextlib.redirect_stdout(out):
            warnings.simplefilter("always")
            try:
                exec(_compiled(statement), self.scope)
            except Exception as error:
                raised = _said(type(error).__name__, error)
        for t in self.tensors().values():
            self.born.setdefault(t, _guarded(t, lambda t: t._version))
        said = sorted({_said(w.category.__name__, w.message) for w in told})
        entries = [tuple(map(self._plain, entry)) for entry in self.log]
        return {"raised": raised, "warned": said, "printed": out.getvalue(), "log": entries}

    def tensors(self, names=None):
        """The tensors by name, in the order they were made."""
        kind = self.module.Tensor
        found = self.scope if names is None else [n for n in names if n in self.scope]
        return {name: self.scope[name] for name in found if isinstance(self.scope[name], kind)}

    def seen(self, names=None):
        """All that can be seen of these tensors."""
        return {name: self.look(t) for name, t in self.tensors(names).items()}

    def look(self, t):
        """All that can be seen of a tensor."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = {name: _guarded(t, read) for name, read in LOOKS.items()}
            found["value"] = self._plain(t)
            found["version"] = self._changes(t)
            grad = _guarded(t, lambda t: t.grad)
            found["grad"] = self._plain(grad)
            if isinstance(grad, self.module.Tensor):
                found["of_grad"] = {name: _guarded(grad, LOOKS[name]) for name in OF_A_GRAD}
                found["shared"] = self._sharers(t, grad)
            return found

    def _changes(self, t):
        """How often it was changed in place since it was made.

        PyTorch counts its own work on a gradient too, and that depends on who else holds it.
        """
        now, then = _guarded(t, lambda t: t._version), self.born.get(t)
        return now - then if isinstance(now, int) and isinstance(then, int) else now

    def _sharers(self, t, grad):
        """Whose gradient besides is the same object."""
        others = [(n, x) for n, x in self.tensors().items() if x is not t]
        return [n for n, x in others if _guarded(x, lambda x: x.grad) is grad]

    def histories(self):
        """Name, edges and output numbers of every node below every tensor."""
        numbers = {}
        leaves = {id(t): name for name, t in reversed(self.tensors().items())}
        for t in self.tensors().values():
            with contextlib.suppress(RuntimeError):
                for node in self.scope["below"](t.grad_fn):
                    numbers.setdefault(node, len(numbers))
        return [
            (
                node.name(),
                type(node).__name__,
                leaves.get(id(getattr(node, "variable", None))),
                [(numbers.get(n), k) for n, k in node.next_functions],
            )
            for node in numbers
        ]

    def _plain(self, value):
        """Tensors as arrays, in whatever nests them."""
        if isinstance(value, self.module.Tensor):
            return np.array(value._data if self.module is engine else value.data.numpy())
        if isinstance(value, (list, tuple)):
            return [self._plain(v) for v in value]
        return value


_codes = {}


def _compiled(source):
    if len(_codes) > 1000:
        _codes.clear()
    if source not in _codes:
        _codes[source] = compile(source, "<program>", "exec")
    return _codes[source]


LOOKS = {
    "dtype": lambda t: str(t.dtype),
    "shape": lambda t: tuple(t.shape),
    "requires_grad": lambda t: t.requires_grad,
    "is_leaf": lambda t: t.is_leaf,
    "grad_fn": lambda t: t.grad_fn and t.grad_fn.name(),
    "output_nr": lambda t: t.output_nr,
    "retains_grad": lambda t: t.retains_grad,
    "inference": lambda t: t.is_inference(),
    "text": str,
}
OF_A_GRAD = ("requires_grad", "is_leaf", "grad_fn", "text")


def _guarded(t, read):
    try:
        return read(t)
    except Exception as error:
        return _said(type(error).__name__, error)


def _said(kind, message):
    text = re.sub(r"\s*\(Triggered internally at [^()]*\)", "", str(message))
    text = _VERSIONS.sub(lambda found: f"is {int(found[1]) - int(found[2])} versions on", text)
    return f"{kind}: {re.sub(r'0x[0-9a-fA-F]+', '0xADDR', text)}"


_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+) instead")
"""Only how far they are apart: PyTorch counts its own work on a gradient (see `Twin._changes`)."""


# ---- comparing -----------------------------------------------------------------------------------


def difference(ours, theirs, loose, where=""):
    """The first thing in which two observations differ, as text, or None."""
    if isinstance(theirs, np.ndarray) or isinstance(ours, np.ndarray):
        return (
            None if _close(ours, theirs, loose) else f"{where}: {ours!r}\n  instead of {theirs!r}"
        )
    if type(ours) is type(theirs) and isinstance(theirs, (list, tuple, dict)):
        if len(ours) != len(theirs) or (isinstance(theirs, dict) and [*ours] != [*theirs]):
            return f"{where}: {ours!r}\n  instead of {theirs!r}"
        keys = _comparable(ours, theirs) if isinstance(theirs, dict) else range(len(theirs))
        found = (difference(ours[key], theirs[key], loose, f"{where}.{key}") for key in keys)
        return next((d for d in found if d is not None), None)
    return None if ours == theirs else f"{where}: {ours!r}\n  instead of {theirs!r}"


def _comparable(ours, theirs):
    """What of a tensor is compared: its text only where the values have the same bits."""
    for value, holder in (("value", ""), ("grad", "of_grad")):
        a, b = ours.get(value), theirs.get(value)
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.tobytes() != b.tobytes():
            for look in (ours, theirs):
                (look[holder] if holder else look).pop("text", None)
    return [*theirs]


def _close(a, b, loose):
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
        return False
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind != "f":
        return np.array_equal(a, b)
    with np.errstate(all="ignore"):
        digits = "float32" if loose else a.dtype.name
        return np.allclose(a, b, rtol=RTOL[digits], atol=ATOL[digits], equal_nan=True)


def observed(program, module, watchful=True):
    """What is seen of a program: after every statement (where it is watchful) and at its end."""
    twin = Twin(module)
    found = []
    for statement in program:
        found.append(twin.step(statement))
        if watchful:
            found[-1]["seen"] = twin.seen(names_in(statement))
    module.set_grad_enabled(True)
    return [*found, {"seen": twin.seen(), "histories": twin.histories()}]


def names_in(statement):
    """The names of tensors a statement speaks of, once each."""
    return list(dict.fromkeys(re.findall(r"\b[a-z]\d+\b", statement)))


def mismatch(program, theirs, watchful=True):
    """Where the engine differs from what PyTorch did: (number of the statement, what), or None.

    What is computed from float32 has its digits, even if it is a float64 in the end.
    """
    ours = observed(program, engine, watchful)
    loose = not all(map(_is_double, program))
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        found = difference(_excused(a, b), b, loose)
        if found is not None:
            return k, found
    return None


def _excused(ours, theirs):
    """Of two faults in one statement PyTorch names a tensor that cannot be used any more first."""
    theirs_said = theirs.get("raised") or ""
    first = "another view of its base" in theirs_said or "saved for backward" in theirs_said
    both = ours.get("raised") and first
    return {**ours, "raised": theirs["raised"]} if both else ours


def _is_double(statement):
    """Whether it brings nothing in that has the digits of float32."""
    leaf = re.match(r"x\d+ = ", statement)
    return ".float()" not in statement and (leaf is None or "torch.float64" in statement)


def differs(program, torch, watchful=True):
    """`mismatch` of a program that PyTorch has not run yet."""
    return mismatch(program, observed(program, torch, watchful), watchful)


def shrunk(program, torch, watchful=True):
    """The same mismatch with as few statements as possible."""
    kind = kind_of(differs(program, torch, watchful))
    size = max(len(program) // 2, 1)
    while size:
        k = 0
        while k < len(program):
            shorter = program[:k] + program[k + size :]
            tried = differs(shorter, torch, watchful)
            if tried is not None and kind_of(tried) == kind:
                program = shorter
            else:
                k += size
        size //= 2
    gc.collect()
    return program


def kind_of(found):
    """What sort of difference it is: the path to it without names and numbers, `seen.grad_fn`."""
    return re.sub(r"\.[a-z]?\d+\b", "", found[1].split(": ")[0])
