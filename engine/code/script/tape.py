"""The tape: notes what a program asks of the engine, as operations and effects in their order."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine import dtypes, random
from engine.code.script import leaves
from engine.code.script.calls import Node, spelled_as_node
from engine.code.script.effects import EFFECTS
from engine.code.script.notes import Act, Item, Maker, Note, Ref, Scope, seen, tensors_in
from engine.code.script.taps import Call, Taps
from engine.code.script.values import Stopped
from engine.modes import STATE
from engine.nn import Buffer, Module, Parameter
from engine.optim import Optimizer
from engine.tensor import Tensor

MOST_NOTES = 200_000


class Counted(random.Generator):
    """A stream of random numbers that knows how many words it has given since it was seeded."""

    __slots__ = ("given",)

    def __init__(self) -> None:
        self.given = 0
        super().__init__()

    def words(self, count: int) -> Any:
        self.given += count
        return super().words(count)


class Tape:
    """Listens to the interpreter, and is told by the taps; `root` is what it has noted."""

    def __init__(self, progress: Callable[[int], None] = lambda cell: None) -> None:
        self.progress = progress
        self.taps = Taps(self)
        self.root = Scope("program", "")
        self.scopes = [self.root]
        self.cells: list[tuple[int, str]] = []
        self.findings: list[tuple[int, int, str]] = []
        self.out: list[tuple[int, str]] = []
        self.guards: list[tuple[int, str, bool]] = []
        self.variables: dict[str, Any] = {}
        self.titles: dict[str, str] = {}
        """What functions are called in the comments above them."""
        self.line = self.count = self.effects = 0
        self.optimizers: list[Optimizer] = []
        self.makers: dict[int, Maker] = {}
        self.handles: dict[int, tuple[Any, Act]] = {}
        self.rates: dict[int, Any] = {}
        self.again: dict[Note, Note] = {}
        """Of a gradient that was read once more the reading before."""
        self._known: dict[int, tuple[weakref.ref[Tensor], Ref]] = {}
        self._names: dict[int, tuple[Any, str]] = {}
        self._modules: list[tuple[str, Module]] = []
        self.random = Counted()
        self.drawn = 0
        """How many words of the stream what is noted has drawn since it was seeded."""
        self._outer: list[str | None] = []
        """The grad modes around the custom Functions whose forward runs."""
        self._entered = False
        """Whether the call of a module was told of that the taps will now tell of, too."""
        self._raised: Note | Act | None = None
        self._seen: set[tuple[int, str]] = set()

    @contextmanager
    def listening(self) -> Iterator[Tape]:
        """Inside, calls of the engine are noted, and random numbers begin as in a Session."""
        spelled_as_node("torch.add", (), {}, self.known)  # its tables are made before the taps
        outside, kind = random.exchanged(self.random), dtypes.get_default_dtype()
        try:
            with self.taps:
                yield self
        finally:
            random.exchanged(outside)
            dtypes.set_default_dtype(kind)

    # ---- what the interpreter tells --------------------------------------------------------------

    def at(self, line: int) -> None:
        self.line = line
        if self._raised is not None:
            self._raised.caught, self._raised = True, None

    def cell(self, number: int, title: str) -> None:
        if random.default_generator() is not self.random:
            random.exchanged(self.random)  # the interpreter's thread is its own, and ends with it
        self.cells.append((number, title))
        self.progress(number)

    def enter(self, kind: str, title: str, line: int) -> None:
        scope = Scope(kind, self.titles.get(title, title) if kind == "function" else title, line)
        self.scopes[-1].items.append(scope)
        self.scopes.append(scope)
        self._entered = kind == "module"

    def leave(self) -> None:
        if len(self.scopes) > 1:
            self.scopes.pop()

    def bound(self, name: str, value: Any) -> None:
        if len(self.scopes) == 1 or not any(s.kind in ("function", "module") for s in self.scopes):
            self.variables[name] = value
        if isinstance(value, Tensor):
            self._name(name, value)
        elif isinstance(value, Module) and name != "self":
            self._modules.append((name, value))
        elif isinstance(value, Optimizer) and name != "self":
            maker = self.makers.setdefault(id(value), Maker())
            maker.name = maker.name or name
        elif isinstance(value, tuple) and value and isinstance(value[0], Tensor):
            self._name(name, value[0])

    def _name(self, name: str, value: Tensor) -> None:
        ref = self.known(value)
        if ref is None:
            self._names.setdefault(id(value), (value, name))
            return
        last: Item | None = self.scopes[-1]
        while isinstance(last, Scope):
            last = last.items[-1] if last.items else None
        if isinstance(last, Note) and last.inplace and last.wires and last.wires[0][1] == ref:
            ref = Ref(last)  # as in `y = x.add_(1)`
        if not ref.note.named:
            ref.note.name, ref.note.named = name, True

    def condition(self, line: int, text: str, outcome: bool) -> None:
        self.guards.append((line, text, outcome))
        last = self.scopes[-1].items[-1] if self.scopes[-1].items else None
        if isinstance(last, Note) and self.looping and _is_test(last):
            _tested(last)

    def printed(self, text: str) -> None:
        self.out.append((self._cell, text))

    def finding(self, line: int, column: int, text: str) -> None:
        if (line, text) not in self._seen:
            self._seen.add((line, text))
            self.findings.append((line, column, text))

    def missed(self, text: str) -> None:
        """Something on this line is not drawn as it is."""
        self.finding(self.line, 1, text)

    # ---- what the taps tell ----------------------------------------------------------------------

    def called(self, name: str, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The program calls something of the engine."""
        if self.count >= MOST_NOTES:
            raise Stopped(f"it asks for more than {MOST_NOTES:,} operations")
        effect = EFFECTS.get(name)
        if effect is not None:
            return effect(self, call, args, kwargs)
        return self.operation(name, call, args, kwargs)

    def operation(
        self, name: str, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A call that gives tensors, or changes one in place."""
        target = args[0] if args and isinstance(args[0], Tensor) and _writes(name, kwargs) else None
        given = [*tensors_in(args), *tensors_in(kwargs)]
        if target is not None and not any(map(self.known, given)):
            return call(*args, **kwargs)  # gives a tensor its values before anybody uses it
        before = [(t, t._data) for t in given if self.known(t) is None]
        stood, mode = self.random.given, self._outer[-1] if self._outer else _mode()
        history = None if target is None else target._fn
        try:
            result = call(*args, **kwargs)
        except Exception as error:
            self._failed(name, args, kwargs, before, mode, error)
            raise
        outputs = [target] if target is not None else list(tensors_in(result))
        if not outputs or (target is None and all(any(o is t for t in given) for o in outputs)):
            return result
        ahead = self.random.given - stood
        note = self._noted(name, args, kwargs, result, before, mode, ahead)
        note.values = tuple(seen(o._data) for o in outputs)
        for k, output in enumerate(outputs):
            if target is None or target._fn is not history:
                self.knows(output, Ref(note, k))
        return result

    def _noted(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any,
        before: list[tuple[Tensor, Any]], mode: str | None, ahead: int,
    ) -> Note:  # fmt: skip
        """Put a call on the tape, before it the leaves it needs."""
        in_step = not ahead or self.drawn == self.random.given - ahead
        spelled = self._spelled(name, args, kwargs, result, bool(ahead), in_step)
        if spelled is None:
            return self._as_numbers(name, args, kwargs, result)
        if ahead:
            self._skip(self.random.given - ahead - self.drawn)
            self.drawn = self.random.given
        wires = tuple((slot, self.ref(t, dict_of(before))) for slot, t in spelled.wiring)
        note = Note(spelled.op, spelled.params, wires, mode=mode, random=bool(ahead))
        note.inplace = _writes(name, kwargs)
        note.source = leaves.is_source(spelled.op)
        return self.add(note)

    def _spelled(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any,
        random: bool, in_step: bool,
    ) -> Node | None:  # fmt: skip
        """A call as a node: random numbers of a loop as a `call`, which is made each time."""
        if not random or (in_step and not self.looping):
            found = leaves.spelled(name, args, kwargs, result)
            return found or self.spell(name, args, kwargs)
        if in_step or next(tensors_in((args, kwargs)), None) is not None:
            return self.spell(name, args, kwargs, leaves=False)
        return None

    def spell(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], leaves: bool = True
    ) -> Node | None:
        """The node that a call is; None where it is none."""
        with self.taps.heard(False):
            return spelled_as_node(name, args, kwargs, self.known, leaves=leaves)

    @property
    def looping(self) -> bool:
        """Whether what happens now happens in a loop."""
        return any(scope.kind == "loop" for scope in self.scopes)

    def _skip(self, words: int) -> None:
        """Draw what others have drawn that is not noted, so that the stream goes on from there."""
        if words > 0:
            note = Note("rand", {"size": [words]}, source=True, random=True, name="drawn_before")
            note.used = True
            self._before_loops(note)

    def _as_numbers(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> Note:
        """What cannot be drawn as the call it was."""
        if any(self.known(t) for t in (*tensors_in(args), *tensors_in(kwargs))):
            self.missed(f"{name} has no node here: its result is drawn as a tensor of numbers")
        first = next(tensors_in((result, args)))
        for other in list(tensors_in(result))[1:]:
            self.knows(other, Ref(self.add(leaves.leaf(other, other._data))))
        return self.add(leaves.leaf(first, first._data))

    def _failed(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any],
        before: list[tuple[Tensor, Any]], mode: str | None, error: Exception,
    ) -> None:  # fmt: skip
        """Note a call that raised, if it could be drawn at all."""
        spelled = self.spell(name, args, kwargs) if list(tensors_in(args)) else None
        if spelled is not None and spelled.wiring:
            wires = tuple((slot, self.ref(t, dict_of(before))) for slot, t in spelled.wiring)
            self.add(Note(spelled.op, spelled.params, wires, mode=mode, error=sentence(error)))

    # ---- the tape --------------------------------------------------------------------------------

    @property
    def _cell(self) -> int:
        return self.cells[-1][0] if self.cells else 0

    def add(self, note: Note) -> Note:
        """Note an operation here and now."""
        note.line, note.cell = self.line, self._cell
        for _, ref in note.wires:
            ref.note.used = True
        self._raised = note if note.error is not None else None
        self.count += 1
        self.scopes[-1].items.append(note)
        return note

    def act(self, act: Act) -> Act:
        """Note an effect here and now."""
        act.line, act.cell = self.line, self._cell
        for ref in (act.on, *(r for refs in act.refs.values() for r in refs)):
            if isinstance(ref, Ref):
                ref.note.used = True
        self._raised = act if act.error is not None else None
        self.count += 1
        self.effects += 1
        self.scopes[-1].items.append(act)
        return act

    def _before_loops(self, note: Note) -> None:
        """Note a leaf before the outermost loop, so that its iterations are all the same."""
        note.line, note.cell, note.lazy = self.line, self._cell, True
        loop = next((k for k, s in enumerate(self.scopes) if s.kind == "loop"), len(self.scopes))
        items: list[Item] = self.scopes[loop - 1].items
        self.count += 1
        if loop < len(self.scopes):
            items.insert(items.index(self.scopes[loop]), note)
        else:
            items.append(note)

    def known(self, tensor: Tensor) -> Ref | None:
        """What made a tensor, as far as that is noted."""
        found = self._known.get(id(tensor))
        return None if found is None else found[1]

    def knows(self, tensor: Tensor, ref: Ref) -> None:
        """From now on the tensor is what `ref` made."""
        key, known = id(tensor), self._known
        known[key] = weakref.ref(tensor, lambda _: known.pop(key, None)), ref

    def alive(self) -> list[tuple[Tensor, Ref]]:
        """The tensors there still are, and what made them."""
        return [(t, ref) for weak, ref in self._known.values() if (t := weak()) is not None]

    def forget(self, tensor: Tensor) -> None:
        """The tensor is nothing that is noted any more."""
        self._known.pop(id(tensor), None)

    def fresh(self, note: Note) -> bool:
        """Whether it is a leaf nothing has been done with or after."""
        items = self.scopes[-1].items
        return note.source and not note.used and bool(items) and items[-1] is note

    def is_grad_of(self, tensor: Tensor, owner: Ref) -> bool:
        """Whether it is, or is on the memory of, the gradient its owner has now."""
        held = self._known_tensor(owner)
        return held is not None and held._grad is not None and held._grad._data is tensor._data

    def _known_tensor(self, ref: Ref) -> Tensor | None:
        return next((t for t, known in self.alive() if known == ref), None)

    @contextmanager
    def block(self, kind: str, title: str) -> Iterator[None]:
        """Inside, what happens belongs to a block, unless it is the one that was just entered."""
        if self._entered:
            self._entered = False
            yield
            return
        self.enter(kind, title, self.line)
        self._entered = False
        try:
            yield
        finally:
            self.leave()

    @contextmanager
    def within_custom(self) -> Iterator[None]:
        """Inside, the forward of a custom Function runs, in the mode there is now."""
        self._outer.append(self._outer[-1] if self._outer else _mode())
        try:
            yield
        finally:
            self._outer.pop()

    def passed_through(self, before: list[tuple[Tensor, Any]], result: Any) -> None:
        """What a custom Function gave is what its forward made, though another tensor."""
        made = {id(data): ref for data, ref in self._by_data(before)}
        for output in tensors_in(result):
            ref = made.get(id(output._data))
            if self.known(output) is None and ref is not None:
                self.knows(output, ref)

    def _by_data(self, before: list[tuple[Tensor, Any]]) -> Iterator[tuple[Any, Ref]]:
        for tensor, data in before:
            if (ref := self.known(tensor)) is not None:
                yield data, ref
        yield from ((tensor._data, ref) for tensor, ref in self.alive())

    def ref(self, tensor: Tensor, before: dict[int, Any] | None = None) -> Ref:
        """What made a tensor; a leaf with its numbers where nobody has noted it before."""
        found = self.known(tensor)
        if found is not None:
            return found
        note = leaves.leaf(tensor, (before or {}).get(id(tensor), tensor._data))
        note.name, note.named = self._name_of(tensor)
        kind = None if tensor._meta is None else tensor._meta.kind
        if tensor._fn is not None or (kind is None and not note.named):
            self.missed("a tensor whose making was not noted is drawn with its numbers")
        self._before_loops(note)
        self.knows(tensor, Ref(note))
        return Ref(note)

    def _name_of(self, tensor: Tensor) -> tuple[str, bool]:
        """The name of a tensor that was bound to one, or that a module has."""
        held = self._names.pop(id(tensor), None)
        bound = held[1] if held is not None and held[0] is tensor else ""
        if isinstance(tensor, (Parameter, Buffer)):
            for name, module in self._modules:
                for path, member in _members(module):
                    if member is tensor and path != bound:
                        return f"{name}.{path}", True
        return bound, bool(bound)


def _is_test(note: Note) -> bool:
    """Whether it gave yes or no."""
    first = note.values[0] if note.values else None
    return first is not None and first.dtype == "|b1" and len(first.numbers) == 1


def _tested(note: Note) -> None:
    """Mark what decides whether a loop goes on, and what that was made of."""
    if not note.named and not note.source and not note.tested:
        note.tested = True
        for _, ref in note.wires:
            _tested(ref.note)


def dict_of(before: list[tuple[Tensor, Any]]) -> dict[int, Any]:
    """The values that tensors had, by their ids."""
    return {id(t): data for t, data in before}


def sentence(error: BaseException) -> str:
    """What an error says."""
    return str(error).strip() or type(error).__name__


def _members(module: Module) -> Iterator[tuple[str, Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()


def _mode() -> str | None:
    if STATE.inference:
        return "inference_mode"
    return None if STATE.grad_enabled else "no_grad"


def _writes(name: str, kwargs: dict[str, Any]) -> bool:
    """Whether a call changes its first argument."""
    last = name.rpartition(".")[2]
    if last.startswith("__"):
        return last == "__setitem__" or (last.startswith("__i") and last != "__invert__")
    return last.endswith("_") or kwargs.get("inplace") is True
