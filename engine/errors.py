"""PyTorch's sentences that are said in more than one place, and how its warnings are given."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from engine.modes import STATE


def warn(
    text: str, stacklevel: int = 1, *, once: bool = False, kind: type[Warning] = UserWarning
) -> None:
    """Give PyTorch's warning: to whoever collects this thread's, else as one of Python's.

    `stacklevel` counts from the caller, as `warnings.warn` does; `once`: the first time only.
    """
    if once and not STATE.warn_always:
        if text in STATE.warned_once:
            return
        STATE.warned_once.add(text)
    if STATE.warned is not None:
        STATE.warned.append(text)
    else:
        warnings.warn(text, kind, stacklevel=stacklevel + 1)


FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)

ANOMALY_HINT = (
    "Hint: enable anomaly detection to find the operation that failed to compute its gradient, "
    "with torch.autograd.set_detect_anomaly(True, check_nan=False)."
)

ANOMALY_FOUND = (
    "Hint: the backtrace further above shows the operation that failed to compute its gradient. "
    "The variable in question was changed in there or anywhere later. Good luck!"
)

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)

CREATE_GRAPH_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)

CHANGE_FLAG = "you can only change requires_grad flags of leaf variables."

CHANGE_FLAG_HINT = (
    CHANGE_FLAG + " If you want to use a computed variable in a subgraph that doesn't require "
    "differentiation use var_no_grad = var.detach()."
)

MANY_VIEWS = (
    " This view is the output of a function that returns multiple views. Such functions do not "
    "allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place one."
)

CUSTOM_VIEW = (
    " This view was created inside a custom Function (or because an input was returned as-is) and "
    "the autograd logic to handle view+inplace would override the custom backward associated with "
    "the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix "
    "this by cloning the output of the custom Function."
)

DIRTY_NOT_RETURNED = (
    "Some elements marked as dirty during the forward method were not returned as output. The "
    "inputs that are modified inplace must all be outputs of the Function."
)

DIRTY_VIEW = (
    "If your Function modifies inplace an input that is a view of another Tensor, your Function "
    "cannot return more than one Tensor. This is not supported by the current autograd engine. You "
    "should either make sure the input is not a view (using .clone() for example) or make your "
    "Function only return one Tensor (potentially splitting it into two Functions: one doing the "
    "inplace that returns a single Tensor and a second one that does the other operations). You "
    "can ask on the forum https://discuss.pytorch.org/ if you need help to do this change."
)

DIRTY_OTHER = (
    "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been "
    "mutated should be passed to ctx.mark_dirty()."
)

DETACH_VIEW = (
    "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel "
    "(DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
    "buckets, and hence detach_() cannot be called on these gradients. To fix this error, please "
    "refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
)

INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
    "inference mode in computation tracked by autograd. To work around this, you can make a clone "
    "to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
    "`torch.inference_mode()`."
)

INFERENCE_WRITTEN = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone "
    "to get a normal tensor before doing inplace update.See "
    "https://github.com/pytorch/rfcs/pull/17 for more details."
)

INFERENCE_REQUIRES_GRAD = (
    "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
)

TO_SCALAR = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)

COPY_CONSTRUCT = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor)."
)

TRANSPOSED = (
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated "
    "and it will throw an error in a future release. Consider `x.mT` to transpose batches of "
    "matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a "
    "tensor."
)


def expand_too_few(kind: str, shape: Sequence[int], size: Sequence[int]) -> str:
    """expand() to fewer dimensions than there are."""
    kind = "CPUBoolType" if kind == "torch.BoolTensor" else kind
    return (
        f"expand({kind}{{{list(shape)}}}, size={list(size)}): the number of sizes provided "
        f"({len(size)}) must be greater or equal to the number of dimensions in the tensor "
        f"({len(shape)})"
    )


def cannot_expand(shape: Sequence[int], size: Sequence[int], dim: int, n: int) -> str:
    """expand() of a dimension that is not 1."""
    return (
        f"The expanded size of the tensor ({size[dim]}) must match the existing size ({n}) at "
        f"non-singleton dimension {dim}.  Target sizes: {list(size)}.  Tensor sizes: {list(shape)}"
    )


INDEX_OF_SCALAR = (
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ "
    "to convert a 0-dim tensor to a number"
)

NOT_A_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result"
)

OVERLAP_IN_PART = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
    "single memory location. Please clone() the tensor before performing the operation."
)

RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match "
    "the required output shape {}. This behavior is deprecated, and in a future PyTorch release "
    "outputs will not be resized unless they have zero elements. You can explicitly reuse an out "
    "tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)

OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)


def view_written(created: str, whose: str, indirect: bool) -> str:
    """A view is written to (`indirect`: its base is) that was made in a way that forbids it.

    `created` is Meta's; `whose` is `Output 0 of Split`, or empty for a view without history.
    """
    changed = "its base or another view of its base has been" if indirect else "is being"
    mode = "inference" if created == "inference" else "no_grad"
    there = "in normal mode" if created == "inference" else "with grad mode enabled"
    if whose and created in ("many", "custom"):
        text = f"{whose} is a view and {changed} modified inplace."
    else:
        view = f"{whose} is a view of a view which was" if whose else "A view was"
        text = f"{view} created in {mode} mode and {changed} modified inplace {there}."
    if created in ("many", "custom"):
        return text + (MANY_VIEWS if created == "many" else CUSTOM_VIEW)
    return (
        f"{text} Given that this use case is ambiguous and error-prone, it is forbidden. You can "
        "clarify your code by moving both the view and the inplace either both inside the "
        f"{mode}{'_mode' if mode == 'inference' else ''} block (if you don't want the inplace to "
        "be tracked) or both outside (if you want the inplace to be tracked)."
    )


def modified(tensor_type: str, shape: tuple[int, ...], whose: str, now: int, saved: int) -> str:
    """A saved tensor was changed in place; `whose` is `, which is output 0 of Exp,` or empty."""
    return (
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{tensor_type} {list(shape)}]{whose} is at version {now}; expected version "
        f"{saved} instead. " + (ANOMALY_FOUND if STATE.anomaly else ANOMALY_HINT)
    )


def cannot_broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """Two shapes do not fit; the dimension named is the last that differs, as in PyTorch."""
    for back in range(1, min(len(a), len(b)) + 1):
        m, n = a[-back], b[-back]
        if m != n and 1 not in (m, n):
            dim = max(len(a), len(b)) - back
            return (
                f"The size of tensor a ({m}) must match the size of tensor b ({n}) at "
                f"non-singleton dimension {dim}"
            )
    return f"shapes {list(a)} and {list(b)} cannot be broadcast"


def dim_out_of_range(dim: int, ndim: int) -> str:
    """A dimension number beyond the tensor's rank."""
    n = max(ndim, 1)
    return f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"


def negative_size(size: int, shape: tuple[int, ...]) -> str:
    """A tensor of a negative size."""
    return f"Trying to create tensor with negative dimension {size}: {list(shape)}"
