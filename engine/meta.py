"""What only some tensors have: memory shared with others, a base, hooks; made when first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.storage import SavedResult, Storage, Version

if TYPE_CHECKING:
    from engine.tensor import Tensor


class Meta:
    """The seldom-used part of a tensor."""

    __slots__ = (
        "base", "hooks", "inference", "multi_view", "no_grad_view", "post_hooks",
        "rewrites", "seen", "storage", "version",
    )  # fmt: skip

    def __init__(self) -> None:
        self.storage: Storage | None = None
        self.version: Version | None = None
        self.base: Tensor | None = None
        self.hooks: dict[int, Callable[..., Any]] | None = None
        self.post_hooks: dict[int, Callable[..., Any]] | None = None
        self.multi_view: str | None = None
        self.no_grad_view = False
        self.inference = False
        # How often an in-place change through a view gave this base a new history, and (in a view)
        # the base's count when this view's grad_fn was made.
        self.rewrites = 0
        self.seen = 0


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
    return t


def refresh(t: Tensor) -> None:
    """Give a view the history its base got by an in-place change through another view."""
    meta = t._meta
    if meta is not None and meta.base is not None:
        base_meta = meta.base._meta
        if base_meta is not None and base_meta.rewrites != meta.seen:
            from engine.inplace import regenerate

            regenerate(t, meta)


def is_inference(t: Tensor) -> bool:
    """Whether the tensor was made in inference mode."""
    return t._meta is not None and t._meta.inference
