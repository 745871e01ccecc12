"""The keyword `out=`: results written into tensors that are there already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import dtypes, errors, overlap
from engine.layout import copied_as
from engine.modes import STATE, no_grad
from engine.tensor import Tensor, requires_grad

if TYPE_CHECKING:
    from engine.calling.check import Rule

_C_NAMES = {
    "float16": "c10::Half", "float32": "float", "float64": "double", "int64": "long int",
    "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
}  # fmt: skip

_EXACT = "Expected out tensor to have dtype {own_c}, but got {out_c} instead"
_SAME = "{name}(): self and result must have the same scalar type"
_FOUND = "Found dtype {out} but expected {own}"
_MATCH = (
    "Expected the dtype for input and out to match, but got {own} for input's dtype and {out} for "
    "out's dtype."
)
DTYPE_TEXTS = {
    **dict.fromkeys((
        "mm", "matmul", "bmm", "mv", "addmm", "addmv", "addbmm", "baddbmm", "gather", "softmax",
        "log_softmax", "argmax", "argmin", "norm", "tril", "triu", "max", "min", "sort", "topk",
        "kthvalue", "mode", "median", "nanmedian", "aminmax", "cummax", "cummin",
    ), _EXACT),
    **dict.fromkeys(("index_select", "masked_select"), _SAME),
    **dict.fromkeys(("clamp", "clip", "floor", "ceil", "trunc", "round"), _FOUND),
    **dict.fromkeys(("amax", "amin"), _MATCH),
    **dict.fromkeys(("any", "all"), "{name} only supports bool tensor for result, got: {out}"),
    **dict.fromkeys(("isposinf", "isneginf"), "{name} does not support non-boolean outputs."),
    "take": (
        "take(): self and out expected to have the same dtype, but got self.dtype = {own} and "
        "out.dtype = {out}"
    ),
    "where": "Expected out type to be {own} but got {out}",
    "dot": "result dtype {out} does not match input dtype {own}",
    "nonzero": "nonzero: Expected out tensor to have scalar type {own} but got scalar type{out}",
    "multinomial": "multinomial expects {own} tensor out, got: {out}",
}  # fmt: skip
"""What the functions say to an `out` of another dtype that do not convert their result."""

_CONVERTING = ("sum", "nansum", "prod", "cumsum", "cumprod")
"""Those that convert it to whatever dtype: all of their arithmetic is done in it."""

_ALONE = (
    "gather", "take", "masked_select", "index_select", "kthvalue", "cat", "concat", "concatenate",
    "hstack", "vstack", "dstack", "stack",
)  # fmt: skip
"""Those that may not write to anything they read, were it the very same tensor."""


def into(
    rule: Rule, function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    """Call a function and write what it gives into the tensors under its keyword `out`.

    These are resized where they do not fit, with PyTorch's warning.  Raises RuntimeError for what
    wants a gradient, for memory that is shared in an unclear way and for dtypes that do not fit.
    """
    out = kwargs.pop("out")
    if out is None:
        return function(*args, **kwargs)
    outs = tuple(out) if isinstance(out, (tuple, list)) else (_as_tensor(out),)
    makes = any(p.name == "requires_grad" for s in rule.signatures for p in s.parameters)
    if makes:
        _take_dtype(outs[0], kwargs)
    _check(rule.name, outs, [*_tensors(args), *_tensors(kwargs.values())])
    with no_grad():
        found = function(*args, **kwargs)
    results = found if isinstance(found, tuple) else (found,)
    if len(results) != len(outs):
        raise TypeError(f"expected tuple of {len(results)} elements but got {len(outs)}")
    for target, result in zip(outs, results, strict=True):
        _fill(rule.name, target, result, quiet=makes)
    return _named(found, outs) if isinstance(found, tuple) else outs[0]


def _as_tensor(out: Any) -> Tensor:
    """A number where the parser has let one pass, as it does for `add`."""
    from engine.factories import tensor

    return out if isinstance(out, Tensor) else tensor(out)


def _tensors(values: Any) -> Iterator[Tensor]:
    for x in values:
        if isinstance(x, Tensor):
            yield x
        elif isinstance(x, (list, tuple)):
            yield from _tensors(x)


def _take_dtype(out: Tensor, kwargs: Mapping[str, Any]) -> None:
    """What is made anew is made in the dtype of `out`; raises RuntimeError for another."""
    given = kwargs.get("dtype")
    if given is not None and given is not out.dtype:
        raise RuntimeError(
            f"dtype {given.scalar_name} does not match dtype of out parameter "
            f"({out.dtype.scalar_name})"
        )
    kwargs["dtype"] = out.dtype  # type: ignore[index]


def _check(name: str, outs: Sequence[Tensor], inputs: Sequence[Tensor]) -> None:
    if STATE.grad_enabled and any(map(requires_grad, (*inputs, *outs))):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    for out in outs:
        if overlap.overlaps_itself(out._data):
            raise RuntimeError(errors.OVERLAP)
        for x in inputs:
            same = overlap.shares(out, x) and out.numel() > 0
            if same and (overlap.overlap_in_part(out._data, x._data) or name in _ALONE):
                raise RuntimeError(errors.OVERLAP_IN_PART)


def _fill(name: str, out: Tensor, result: Tensor, quiet: bool) -> None:
    from engine.inplace import can_hold, leave, write

    _check_dtype(name, out.dtype, result.dtype, can_hold)
    data = dtypes.cast(result._data, out.dtype)
    if out._data.shape != data.shape:
        if out.numel() and not quiet:
            _check_room(out, data.nbytes)
            errors.warn(errors.RESIZED.format(list(out.shape), list(data.shape)), 4)
        leave(out, copied_as(data, data) if data.ndim else data)
    write(out, copied_as(data, out._data) if data.ndim else data)


def _check_room(out: Tensor, needed: int) -> None:
    """Memory that is NumPy's cannot grow; raises RuntimeError."""
    storage = None if out._meta is None else out._meta.storage
    if storage is not None and storage.exported and needed > out._data.nbytes:
        raise RuntimeError("Trying to resize storage that is not resizable")


def _check_dtype(
    name: str, out: dtypes.dtype, own: dtypes.dtype, can_hold: Callable[..., bool]
) -> None:
    if out is own or name in _CONVERTING:
        return
    text = DTYPE_TEXTS.get(name)
    if text is not None:
        names = {"own": own.scalar_name, "out": out.scalar_name}
        names |= {f"{k}_c": _C_NAMES.get(d.name, d.name) for k, d in (("own", own), ("out", out))}
        raise RuntimeError(text.format(name=name, **names))
    if not can_hold(out, own):
        if name in ("cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack"):
            raise TypeError(
                "torch.cat(): input types can't be cast to the desired output type "
                f"{out.scalar_name}"
            )
        raise RuntimeError(
            f"result type {own.scalar_name} can't be cast to the desired output type "
            f"{out.scalar_name}"
        )


def _named(found: Any, outs: Sequence[Tensor]) -> Any:
    """The tensors written to, under the names the results had."""
    made = type(found)(outs)
    for name in ("_fields", "_name"):
        if name in getattr(found, "__dict__", {}):
            setattr(made, name, getattr(found, name) + ("_out" if name == "_name" else ()))
    return made
