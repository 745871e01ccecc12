"""Calls of the engine that change something: lines of the Program rather than nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.actions.optimizers import KINDS, settings
from engine.autograd import functional
from engine.code.script import leaves
from engine.code.script.hooking import recognised
from engine.code.script.notes import Act, Maker, Note, Ref, seen, tensors_in
from engine.modes import enable_grad
from engine.tensor import Tensor

if TYPE_CHECKING:
    from engine.code.script.tape import Tape

Call = Callable[..., Any]
Args = tuple[Any, ...]
Effect = Callable[["Tape", Call, Args, dict[str, Any]], Any]

EFFECTS: dict[str, Effect] = {}


def _effect(*names: str) -> Callable[[Effect], Effect]:
    def register(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(names, effect))
        return effect

    return register


def _run(tape: Tape, act: Act | None, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """Make the call and note it, as one that failed if it does."""
    try:
        result = call(*args, **kwargs)
    except Exception as error:
        if act is not None:
            act.error = str(error).strip() or type(error).__name__
            tape.act(act)
        raise
    if act is not None:
        tape.act(act)
    return result


# ---- backward ------------------------------------------------------------------------------------


@_effect("Tensor.backward")
def _backward(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    names = ("self", "gradient", "retain_graph", "create_graph", "inputs")
    given = dict(zip(names, args, strict=False)) | kwargs
    return _run(tape, _backward_act(tape, given), call, args, kwargs)


def _backward_act(tape: Tape, given: Mapping[str, Any]) -> Act | None:
    on, grad = _owner(tape, given["self"])
    if on is None:
        return None
    args: dict[str, Any] = {k: True for k in ("retain_graph", "create_graph") if given.get(k)}
    if isinstance(gradient := given.get("gradient"), Tensor):
        args["gradient"] = gradient.tolist()
    refs = {}
    if (inputs := given.get("inputs")) is not None:
        refs["inputs"] = [tape.ref(t) for t in tensors_in(inputs)]
    return Act("backward", on, grad, args, refs)


def _owner(tape: Tape, tensor: Tensor) -> tuple[Ref | None, bool]:
    """The node of a tensor; of what a `.grad` holds the node whose it is, and True."""
    ref = tape.known(tensor)
    if ref is not None and ref.note.op == "grad":
        for _, owner in ref.note.wires:
            return owner, True
    ref = ref or tape.ref(tensor)
    if ref.output:
        tape.missed("an effect on a later output of an operation cannot be drawn")
        return None, False
    return ref, False


@_effect("torch.autograd.backward")
def _backward_of(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """Several roots are several lines, each of which but the last keeps the graph."""
    names = ("tensors", "grad_tensors", "retain_graph", "create_graph", "grad_variables", "inputs")
    given = dict(zip(names, args, strict=False)) | kwargs
    roots = list(tensors_in(given.get("tensors")))
    seeds = given.get("grad_tensors")
    seeds = [seeds] if isinstance(seeds, Tensor) else list(seeds or [None] * len(roots))
    acts: list[Act | None] = []
    for k, (root, seed) in enumerate(zip(roots, seeds, strict=False)):
        keep = given.get("retain_graph") or k < len(roots) - 1
        one = {**given, "self": root, "gradient": seed, "retain_graph": keep}
        acts.append(_backward_act(tape, one))
    if len(acts) == len(roots) == len(seeds) == 1:
        return _run(tape, acts[0], call, args, kwargs)
    result = call(*args, **kwargs)
    for act in filter(None, acts):
        tape.act(act)
    return result


# ---- gradients and values ------------------------------------------------------------------------


@_effect("Tensor.grad")
def _grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    result = call(*args, **kwargs)
    if not isinstance(result, Tensor):
        return result
    found = tape.known(result)
    if found is not None and found.note.op == "grad" and found.note.effects == tape.effects:
        return result
    tape.operation("Tensor.grad", lambda *_: result, args, kwargs)
    made = tape.known(result)
    if made is not None and found is not None:
        tape.again[made.note] = found.note
    if made is not None:
        made.note.effects = tape.effects
    return result


@_effect("Tensor.grad=")
def _set_grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    owner, value = args
    if value is None:
        return _run(tape, _on(tape, "set", owner, True, {"value": None}), call, args, kwargs)
    if value is owner._grad:  # what `w.grad *= 2` ends with
        return call(*args, **kwargs)
    return _assigned(tape, "grad", owner, value, call)


@_effect("Tensor.grad=None")
def _delete_grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    return _run(tape, _on(tape, "set", args[0], True, {"value": None}), call, args, kwargs)


@_effect("Tensor.data=")
def _set_data(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    owner, value = args
    if tape.known(owner) is None or (isinstance(value, Tensor) and value._data is owner._data):
        return call(*args, **kwargs)
    return _assigned(tape, "data", owner, value, call)


def _assigned(tape: Tape, name: str, owner: Tensor, value: Any, call: Call) -> Any:
    """A computed tensor is put into another: a node where there is an op for that, or a line."""
    if name == "grad" and (filled := _filled(tape, owner, value)) is not None:
        act = _on(tape, "set", owner, True, {"value": filled})
        return _run(tape, act, call, (owner, value), {})
    spelled = tape.spell(f"Tensor.{name}.__set__", (owner, value), {})
    if spelled is None:
        act = _on(tape, "set", owner, name == "grad", {"value": value.tolist()})
        return _run(tape, act, call, (owner, value), {})
    wires = tuple((slot, tape.ref(t)) for slot, t in spelled.wiring)
    call(owner, value)
    note = Note(
        spelled.op, spelled.params, wires, values=(seen(owner._data),), used=True, inplace=True
    )
    tape.add(note)
    return None


def _filled(tape: Tape, owner: Tensor, value: Any) -> float | None:
    """The number of a `torch.full_like(owner, number)` that was just made; it is taken back."""
    ref, items = tape.known(value), tape.scopes[-1].items
    if ref is None or not items or items[-1] is not ref.note:
        return None
    number = leaves.number_of(ref.note, tape.known(owner))
    if number is not None:
        items.pop()
        tape.forget(value)
    return number


def _on(
    tape: Tape, do: str, tensor: Tensor, grad: bool, args: dict[str, Any] | None = None
) -> Act | None:
    ref = tape.ref(tensor)
    if ref.output:
        tape.missed("an effect on a later output of an operation cannot be drawn")
        return None
    return Act(do, ref, grad, args or {})


@_effect("Tensor.zero_")
def _zero(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """On a gradient it is a line, on anything else a node like others."""
    owner = _whose_gradient(tape, args[0])
    if owner is None:
        return tape.operation("Tensor.zero_", call, args, kwargs)
    return _run(tape, Act("zero_", owner, True), call, args, kwargs)


def _whose_gradient(tape: Tape, tensor: Tensor) -> Ref | None:
    """The node whose `.grad` a tensor is, or shares its memory with."""
    ref = tape.known(tensor)
    while ref is not None and ref.note.op in ("data", "detach"):
        ref = ref.note.wires[0][1] if ref.note.wires else None
    if ref is None or ref.note.op != "grad":
        return None
    owner = ref.note.wires[0][1]
    return owner if not owner.output and tape.is_grad_of(tensor, owner) else None


# ---- what is wanted ------------------------------------------------------------------------------


@_effect("Tensor.requires_grad_", "Tensor.requires_grad=")
def _requires_grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    tensor = args[0]
    flag = bool((*args[1:], *kwargs.values(), True)[0])
    ref = tape.known(tensor)
    if ref is None or (tensor._fn is None and tensor._req == flag):
        return call(*args, **kwargs)
    if flag and tape.fresh(ref.note) and not ref.output and tensor.is_floating_point():
        result = call(*args, **kwargs)
        wants_grad(ref.note)
        return result
    act = None if ref.output else Act("requires_grad_", ref, False, {} if flag else {"value": flag})
    return _run(tape, act, call, args, kwargs)


def wants_grad(note: Note) -> None:
    """Make a leaf that is not used yet one whose gradient is wanted."""
    if note.op == "tensor":
        note.op = "parameter"
    else:
        note.params = {**note.params, "requires_grad": True}


@_effect("Tensor.retain_grad")
def _retain(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    return _run(tape, _on(tape, "retain_grad", args[0], False), call, args, kwargs)


@_effect("nn.Parameter", "nn.Buffer")
def _parameter(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """A Parameter of a new tensor nobody else knows is that tensor's node."""
    result = call(*args, **kwargs)
    given = next(tensors_in((args, kwargs)), None)
    ref = None if given is None else tape.known(given)
    if ref is None or given is None or ref.note.named or not tape.fresh(ref.note):
        return result
    if result._req:
        wants_grad(ref.note)
    tape.forget(given)
    tape.knows(result, ref)
    return result


# ---- hooks ---------------------------------------------------------------------------------------


@_effect("Tensor.register_hook")
def _register(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    hook = (*args[1:], *kwargs.values(), None)[0]
    kind = recognised(hook)
    act = None
    if kind is None:
        tape.missed("this hook is run while the program is read, but not drawn")
    else:
        act = _on(tape, "register_hook", args[0], False, kind)
    handle = _run(tape, act, call, args, kwargs)
    if act is not None:
        tape.handles[id(handle)] = handle, act
    return handle


@_effect(
    "register_hook",
    "Tensor.register_post_accumulate_grad_hook",
    "Module.register_full_backward_hook",
    "Module.register_full_backward_pre_hook",
)
def _other_hook(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    tape.missed("this hook is run while the program is read, but not drawn")
    return call(*args, **kwargs)


@_effect("RemovableHandle.remove")
def _remove(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    _, registered = tape.handles.get(id(args[0]), (None, None))
    if registered is None:
        return call(*args, **kwargs)
    name = registered.args.setdefault("handle", f"handle{len(tape.handles)}")
    act = Act("remove_hook", registered.on, False, {"handle": name})
    return _run(tape, act, call, args, kwargs)


# ---- optimizers ----------------------------------------------------------------------------------


@_effect("Optimizer.__init__")
def _optimizer(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    result = call(*args, **kwargs)
    found = args[0]
    maker = tape.makers.setdefault(id(found), Maker())
    tape.optimizers.append(found)  # so that no other gets its id
    given = _settings(found)
    kind = type(found).__name__
    if given is None:
        tape.missed(f"this {kind} cannot be drawn: its steps are drawn as the values they give")
        return result
    _made(tape, found, maker, given)
    return result


def _made(tape: Tape, found: Any, maker: Maker, given: dict[str, Any]) -> None:
    """Note the line that makes an optimizer with these settings."""
    kind = type(found).__name__
    params = [tape.ref(t) for t in found.param_groups[0]["params"]]
    tape.rates[id(found)] = given
    args = {"kind": kind, **_unusual(kind, given)}
    tape.act(Act("optimizer", maker, False, args, {"params": params}))


def _forgetful(found: Any) -> bool:
    """Whether its steps depend on nothing but its settings and the gradients."""
    return type(found).__name__ == "SGD" and not found.param_groups[0]["momentum"]


def _settings(found: Any) -> dict[str, Any] | None:
    """The settings of an optimizer as a line of the Program gives them; None if it cannot."""
    kind = type(found).__name__
    if kind not in KINDS or len(found.param_groups) != 1:
        return None
    group = found.param_groups[0]
    others = {k: v for k, v in found.defaults.items() if k not in KINDS[kind]}
    if any(group.get(k) and k not in _HARMLESS for k in others):
        return None
    if any(isinstance(v, Tensor) for v in group.values()):
        return None
    return {k: group[k] for k in KINDS[kind] if k in group}


_HARMLESS = ("foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay")
"""Settings that change nothing here."""


def _unusual(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    usual = settings(kind)
    told = {k: v for k, v in given.items() if k == "lr" or v != usual[k]}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in told.items()}


@_effect("Optimizer.step")
def _step(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    found, closure = args[0], (*args[1:], *kwargs.values(), None)[0]
    loss = None
    if closure is not None:
        with tape.taps.heard(), enable_grad():
            loss = closure()
    maker, made = tape.makers.get(id(found)), tape.rates.get(id(found))
    if maker is not None and made is not None and made == _settings(found):
        _run(tape, Act("step", maker), call, (found,), {})
        return loss
    now = _settings(found)
    if maker is not None and made is not None and now is not None and _forgetful(found):
        _made(tape, found, maker, now)  # one that remembers nothing can be made anew
        _run(tape, Act("step", maker), call, (found,), {})
        return loss
    if made is not None:
        tape.missed("a rate was changed: steps are drawn as the values they give")
    return by_values(tape, lambda: call(found), _params_of(found)) or loss


@_effect("Optimizer.zero_grad")
def _zero_grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    found, to_none = args[0], bool((*args[1:], *kwargs.values(), True)[0])
    if tape.rates.get(id(found)) is None:
        return by_values(tape, lambda: call(*args, **kwargs), _params_of(found))
    told = {} if to_none else {"set_to_none": False}
    return _run(tape, Act("zero_grad", tape.makers[id(found)], False, told), call, args, kwargs)


@_effect("Module.zero_grad")
def _module_zero_grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    to_none = bool((*args[1:], *kwargs.values(), True)[0])
    params = [p for p in args[0].parameters() if p._req]
    had = [p._grad is not None for p in params]
    result = call(*args, **kwargs)
    for param, some in zip(params, had, strict=True):
        if to_none:
            tape.act(Act("set", tape.ref(param), True, {"value": None}))
        elif some:
            tape.act(Act("zero_", tape.ref(param), True))
    return result


@_effect("Module.requires_grad_")
def _module_requires_grad(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    flag = bool((*args[1:], *kwargs.values(), True)[0])
    turned = [p for p in args[0].parameters() if p._req != flag]
    result = call(*args, **kwargs)
    for param in turned:
        if (ref := tape.known(param)) is not None:
            tape.act(Act("requires_grad_", ref, False, {} if flag else {"value": False}))
    return result


@_effect(
    "nn.utils.clip_grad_norm_",
    "nn.utils.clip_grad_norm",
    "nn.utils.clip_grads_with_norm_",
    "nn.utils.clip_grad_value_",
    "nn.utils.vector_to_parameters",
    "Module.load_state_dict",
)
def _changing(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """What changes tensors by ways of its own: drawn as the values they get."""
    found = list(tensors_in(list(_listed(args[0])) if args else []))
    given = [found, *args[1:]] if args and not isinstance(args[0], Tensor) else list(args)
    if not isinstance(args[0], (Tensor, list, tuple)) and hasattr(args[0], "parameters"):
        found, given = list(args[0].parameters()), list(args)
    before = tape.effects
    result = by_values(tape, lambda: call(*given, **kwargs), found)
    if tape.effects > before:
        tape.missed(f"{call.__name__} is drawn as the values it gives")
    return result


def _listed(value: Any) -> Iterable[Any]:
    return [value] if isinstance(value, Tensor) or not hasattr(value, "__iter__") else value


def _params_of(found: Any) -> list[Tensor]:
    return [p for group in found.param_groups for p in group["params"]]


def by_values(tape: Tape, change: Callable[[], Any], tensors: list[Tensor]) -> Any:
    """Run what changes these tensors or their gradients; the new values become lines."""
    known = [t for t in tensors if tape.known(t) is not None]
    before = [(t._data, None if t._grad is None else t._grad._data) for t in known]
    result = change()
    for tensor, (data, grad) in zip(known, before, strict=True):
        now = None if tensor._grad is None else tensor._grad._data
        for new, old, is_grad in ((tensor._data, data, False), (now, grad, True)):
            if new is not old:
                value = None if new is None else new.tolist()
                tape.act(Act("set", tape.ref(tensor), is_grad, {"value": value}))
    return result


@_effect(*(f"torch.autograd.functional.{name}" for name in functional.__all__))
def _derivative(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """The derivative of a function: a block of the calls it is made of."""
    with tape.block("function", call.__name__), tape.taps.heard():
        return call(*args, **kwargs)


@_effect("Module.__call__")
def _module(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """A module within another: a block of its own."""
    with tape.block("module", type(args[0]).__name__), tape.taps.heard():
        return call(*args, **kwargs)


@_effect(
    "LRScheduler.__init__",
    "Module.__init__",
    "Module.reset_parameters",
    "LRScheduler.step",
    "Optimizer.load_state_dict",
)
def _aside(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """What the engine does within is its own business; a step looks at the settings itself."""
    return call(*args, **kwargs)


@_effect("Optimizer.add_param_group")
def _add_group(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    if tape.rates.pop(id(args[0]), None) is not None:
        tape.missed("groups of parameters cannot be drawn: steps are drawn as the values they give")
    return call(*args, **kwargs)


# ---- the rest ------------------------------------------------------------------------------------


@_effect("torch.manual_seed")
def _seed(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    result = call(*args, **kwargs)
    tape.random.given = tape.drawn = 0
    tape.act(Act("manual_seed", None, False, {"seed": tape.random.initial_seed()}))
    return result


@_effect("Function.apply")
def _custom(tape: Tape, call: Call, args: Args, kwargs: dict[str, Any]) -> Any:
    """Its forward is drawn, in the mode around it; of its own derivative nothing is known here."""
    if not args[0].__module__.startswith("engine."):  # those of modules pass everything through
        tape.missed("the derivative of a Function of one's own is not drawn: its forward is")
    before = [(t, t._data) for t in tensors_in(args)]
    with tape.taps.heard(), tape.within_custom():
        result = call(*args, **kwargs)
    tape.passed_through(before, result)
    return result
