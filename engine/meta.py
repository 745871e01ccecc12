"""What only some tensors have: memory shared with others, a base, hooks; made when first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.modes import STATE
from engine.storage import SavedResult, Storage, Version

if TYPE_CHECKING:
    from engine.tensor import Tensor


class Meta:
    """The seldom-used part of a tensor."""

    # Class attributes rather than slots set one by one: a view is made in half the time.
    storage: Storage | None = None
    version: Version | None = None
    base: Tensor | None = None
    hooks: dict[int, Callable[..., Any]] | None = None
    post_hooks: dict[int, Callable[..., Any]] | None = None
    inference = False
    counted: bool | None = None
    """Whether it counts its changes, if that does not follow from `inference`."""
    kind: Any = None
    """nn.Parameter or nn.Buffer, where it is one."""
    created = ""
    """How a view was made, if that forbids to write to it later: "no_grad", "inference", "many"."""
    seen = 0
    """The version at which a view's grad_fn was made."""


def meta_of(t: Tensor) -> Meta:
    """The tensor's Meta, made when first asked for."""
    if t._meta is None:
        t._meta = Meta()
    return t._meta


def version_of(x: Any) -> int:
    """How often the tensor's memory was changed in place."""
    meta = getattr(x, "_meta", None)
    version = None if meta is None else meta.version
    return 0 if version is None else version.count


def own(t: Tensor) -> Meta:
    """Meta with a storage and a version counter; a saved result of the same memory joins them."""
    meta = meta_of(t)
    if meta.version is None:
        meta.version = Version()
    if meta.storage is None:
        meta.storage = Storage()
        meta.storage.add(t)
        function = t._fn
        if function is not None and function.outputs == 1 and function.result is t._data:
            function.result = SavedResult(t._data, meta.version, meta.version.count)
            meta.storage.add(function.result)
    return meta


def share(t: Tensor, source: Tensor, own_version: bool = False) -> Tensor:
    """Let `t` (whose data lies in the memory of `source`) see what is written to `source`."""
    theirs = own(source)
    if t is source:
        return t
    mine = meta_of(t)
    mine.storage = theirs.storage
    mine.version = Version() if own_version else theirs.version
    assert theirs.storage is not None
    theirs.storage.add(t)
    if theirs.inference:  # an alias made outside may be changed there, and counts
        mine.inference, mine.counted = True, not STATE.inference
        mine.version = Version() if mine.counted else mine.version
    return t


def refresh(t: Tensor) -> None:
    """Give a view of memory that was changed in place a new history, as PyTorch does when it looks.

    Raises RuntimeError if it was made in a way that forbids this.
    """
    meta = t._meta
    if meta is not None and meta.base is not None and is_stale(t, meta):
        from engine.inplace import regenerate

        regenerate(t, meta)


def is_stale(view: Tensor, meta: Meta) -> bool:
    """Whether a view has yet to get the history that a change of its memory gave it."""
    assert meta.version is not None
    assert meta.base is not None
    return meta.version.count != meta.seen and (view._fn is not None or is_tracked(meta.base))


def is_tracked(t: Tensor) -> bool:
    """Whether a tensor has a history or is a leaf that wants a gradient; its base not asked."""
    return t._req or t._fn is not None


def is_inference(t: Tensor) -> bool:
    """Whether the tensor was made in inference mode."""
    return t._meta is not None and t._meta.inference


def is_uncounted(t: Tensor) -> bool:
    """Whether it does not count its changes, and may only be changed in inference mode."""
    meta = t._meta
    return meta is not None and (meta.inference if meta.counted is None else not meta.counted)
