"""Random programs, the same in the engine and in PyTorch: `python -m tests.engine.random_graphs`.

`python -m tests.engine.random_graphs 10000 [FIRST]` runs that many seeds, counts those in which
anything differs and prints the smallest such program.  A program grows while PyTorch runs it, so
that most statements make sense; whatever it raises is compared like everything else.
"""

import contextlib
import random
import re
import sys
import warnings

from tests.engine import random_steps as steps
from tests.engine.random_program import Twin, differs, mismatch, names_in, printed, shrunk
from tests.engine.random_values import Values

KINDS = {
    "leaf": 6, "unary": 12, "numbers": 8, "binary": 18, "reduce": 9, "views": 18, "parts": 4,
    "index": 6, "join": 4, "matmul": 5, "losses": 3, "inplace": 9, "setitem": 8, "flags": 6,
    "hooks": 6, "backward": 9, "grads": 7, "block": 6, "again": 4,
}  # fmt: skip
MODES = ("no_grad()", "no_grad()", "no_grad()", "enable_grad()", "inference_mode()",
         "set_grad_enabled(False)")  # fmt: skip
SHAPES = ((), (1,), (2,), (3,), (4,), (2, 2), (2, 3), (3, 2), (1, 3), (3, 1), (2, 1, 3), (2, 2, 2),
          (0,), (2, 0), (4, 2))  # fmt: skip
DTYPES = (("float32", "float32"), ("float64", "float64"), ("float32", "float64"))
"""Which two dtypes a program's floating leaves have."""
NUMBERS = ("2", "3", "-1", "0.5", "1.5", "-2.0", "0.25", "1", "0", "2.0")
DIVISORS = ("2", "4", "0.5", "3", "2.0", "-2")
OUT_OF_SCOPE = (
    "NotImplementedError", "invalid combination of arguments", "Exception raised from",
    "missing 1 required positional", "not supported for", "expected dtype", "einsum()",
    "For integral input tensors", "desired output type bool",
    "does not support bool", "Autograd not support dtype", "INTERNAL ASSERT",
    "setStorage", "Expected reduction dim", "select() cannot", "index -1 is out of bounds",
    "memory descriptor",
)  # fmt: skip
"""What PyTorch says of dtypes and arguments that one operation alone refuses; see test_ops.py."""

UNRECORDED = (
    r"isfinite|isnan|arg|indices|count_nonzero|a[nl][yl]\(|long|bool|logical|[<>=!]=| [<>] "
)
"""Operations that leave no history."""


class Growth(Values):
    """A program in the making, with what PyTorch says to it."""

    def __init__(self, torch, seed):
        self.torch, self.random = torch, random.Random(seed)
        self.twin = Twin(torch)
        self.program, self.seen = [], []
        self.watchful = self.random.random() < 0.6
        self.dtypes = self.random.choices(DTYPES, (5, 4, 2))[0]
        self.gradients = []
        self.count = 0

    def grow(self, statements):
        """Add that many statements and look at everything at the end."""
        for _ in range(self.random.randint(1, 4)):
            self.add(self.leaf())
        while len(self.program) < statements:
            text = self.propose()
            if text is not None:
                self.add(text)
        self.torch.set_grad_enabled(True)
        self.seen.append({"seen": self.twin.seen(), "histories": self.twin.histories()})

    def add(self, text):
        """Run one statement more."""
        told = self.twin.step(text)
        if self.is_out_of_scope(told["raised"] or "", text):
            self.twin = rerun(self.torch, self.program, self.watchful)
            return
        self.program.append(text)
        self.seen.append(told)
        if self.watchful:
            self.seen[-1]["seen"] = self.twin.seen(names_in(text))

    def is_changeable(self, text, a, b):
        """Whether it is clear in PyTorch what a change comes to."""
        x = self.value(a)
        if x._is_view() and re.search(r"requires_grad|detach_", text):
            return False  # what autograd.grad gives is a view now and then
        if "[" in text and 0 in x.stride():
            return False
        if self.holds_gradients(x):
            return False
        return b is None or not self.share_unclearly(a, b)

    def holds_gradients(self, x):
        """Whether `autograd.grad` gave its memory in two shapes, or as a view."""
        names = [n for n in self.gradients if isinstance(self.twin.scope.get(n), self.torch.Tensor)]
        given = {id(t): t for t in (self.twin.scope[n] for n in names)}.values()
        place = x.untyped_storage().data_ptr()
        same = [t for t in given if t.untyped_storage().data_ptr() == place]
        return len(same) > 1 or any(t._is_view() for t in same)

    def share_unclearly(self, a, b):
        """Whether two lie in the same memory with gaps: then PyTorch reads what it has written."""
        x, y = self.value(a), self.value(b)
        same = x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
        single = 1 in (x.numel(), y.numel())
        return same and (single or not (x.is_contiguous() and y.is_contiguous()))

    def is_out_of_scope(self, raised, text):
        """Whether a statement is not to be compared: see OUT_OF_SCOPE.

        Nor is what made two gradients lie in one place: it happens to PyTorch, never to the engine.
        """
        if any(words in raised for words in OUT_OF_SCOPE):
            return True
        if "another view of its base" in raised and re.search(UNRECORDED, text):
            return True  # PyTorch asks for the history even there
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grads = {id(t._grad): t._grad for t in self.twin.tensors().values()}
        places = [
            g.untyped_storage().data_ptr() for g in grads.values() if g is not None and g.numel()
        ]
        others = [t for t in self.twin.tensors().values() if id(t) not in grads]
        places += {t.untyped_storage().data_ptr() for t in others if t.numel()}
        return len(places) > len(set(places))

    def propose(self):
        """A statement that is likely to make sense, or None."""
        kind = self.random.choices([*KINDS], [*KINDS.values()])[0]
        return getattr(self, kind)()

    # ---- what there is ---------------------------------------------------------------------------

    def fresh(self, letter="t"):
        """A name that is not taken."""
        self.count += 1
        return f"{letter}{self.count}"

    def usable(self):
        """The names of tensors whose values are no larger than digits can be trusted with."""
        found = self.twin.tensors()
        return [name for name, t in found.items() if name[0] in "txg" and self.tame(t.data)]

    def pick(self, tensors=None):
        """A tensor's name, rather a late one; now and then a small expression instead."""
        names = self.usable() if tensors is None else tensors
        if not names:
            return None
        return names[-1 - min(int(self.random.expovariate(0.25)), len(names) - 1)]

    def operand(self, a=None):
        """Something to combine with `a`: a name or an expression; mostly of a fitting shape."""
        for _ in range(6):
            name = self.pick()
            if name is None:
                return None
            if self.is_untracked(name):
                continue
            if self.random.random() < 0.12:
                name = self.nested(name)
            if a is None or self.fits(a, name) or self.random.random() < 0.02:
                return name
        return a

    def is_untracked(self, name):
        """Whether it is a view that no_grad has cut off from the history of its base."""
        t = self.twin.scope[name]
        return t.requires_grad and t._is_view() and self.twin.look(t)["grad_fn"] is None

    def nested(self, name):
        """A short expression in place of a name."""
        text = self.filled(
            self.random.choice([*steps.UNARY[:12], *steps.NUMBERS[:8], *steps.VIEWS]), name
        )
        return name if text is None or self.value(text) is None else f"({text})"

    def tracked(self, wanted=None):
        """The name of a tensor that requires grad."""
        tensors = self.twin.tensors()
        names = [n for n in self.usable() if tensors[n].requires_grad]
        names = [n for n in names if not self.is_untracked(n)]
        leaves = [n for n in names if n[0] == "x"]
        return self.pick(leaves if wanted == "leaf" and leaves else names)

    def value(self, text):
        """What an expression is worth, without leaving a trace."""
        with warnings.catch_warnings(), self.torch.no_grad():
            warnings.simplefilter("ignore")
            try:
                found = eval(text, self.twin.scope)
            except Exception:
                return None  # it is not known what it would be
        return found if isinstance(found, self.torch.Tensor) else None

    # ---- statements ------------------------------------------------------------------------------

    def leaf(self):
        """A new tensor of numbers."""
        shape = self.random.choice(SHAPES)
        kind = self.random.choices((*self.dtypes, "int64", "bool"), (6, 6, 2, 1))[0]
        data = self.numbers_for(shape, kind, self.random.random() < 0.6)
        flags = "" if kind == "float32" else f", dtype=torch.{kind}"
        if kind[0] == "f" and self.random.random() < 0.75:
            flags += ", requires_grad=True"
        return f"{self.fresh('x')} = torch.tensor({data}{flags})"

    def numbers_for(self, shape, kind, coarse):
        if shape:
            return [self.numbers_for(shape[1:], kind, coarse) for _ in range(shape[0])]
        if kind == "bool":
            return self.random.random() < 0.5
        if kind == "int64":
            return self.random.randint(-3, 3)
        if coarse:
            return self.random.randint(-6, 6) / 2
        return round(self.random.uniform(-2, 2), 3)

    def filled(self, form, a=None):
        """The form with names and numbers in its holes, or None if the values do not allow it."""
        a = a or self.operand()
        if a is None:
            return None
        b = self.operand(a) if "{b}" in form.text else None
        if not self.safe(form.needs, a, b):
            return None
        if form.text.startswith("{a}.data =") and self.value(a).is_inference():
            return None  # PyTorch's tensor is then neither the one nor the other
        if form in steps.CHANGES and not self.is_changeable(form.text, a, b):
            return None
        ndim = self.value(a).ndim
        return form.text.format(
            a=a, b=b, c=b if form.needs == "same" else self.operand(a), d=self.dim(ndim),
            n=self.random.choice(NUMBERS), k=self.random.choice(DIVISORS),
            t=self.random.random() < 0.5, h="{h}",
        )  # fmt: skip

    def dim(self, ndim):
        return self.random.randrange(-ndim, ndim) if ndim and self.random.random() < 0.97 else 0

    def made(self, table):
        """`name = expression`."""
        text = self.filled(self.random.choice(table))
        return None if text is None else f"{self.fresh()} = {text}"

    def unary(self):
        return self.made(steps.UNARY)

    def numbers(self):
        return self.made(steps.NUMBERS)

    def binary(self):
        return self.made(steps.BINARY)

    def reduce(self):
        return self.made(steps.REDUCE)

    def views(self):
        return self.made(steps.VIEWS)

    def index(self):
        return self.made(steps.INDEX)

    def join(self):
        return self.made(steps.JOIN)

    def matmul(self):
        return self.made(steps.MATMUL)

    def losses(self):
        return self.made(steps.LOSSES)

    def inplace(self):
        return self.filled(self.random.choice(steps.INPLACE), self.pick())

    def setitem(self):
        return self.filled(self.random.choice(steps.SETITEM), self.pick())

    def flags(self):
        return self.filled(self.random.choice(steps.FLAGS), self.pick())

    def parts(self):
        """Several views at once."""
        a = self.pick()
        if a is None or not self.value(a).ndim:
            return None
        text, count = self.random.choice(steps.PARTS)
        d, shape = self.dim(self.value(a).ndim), self.value(a).shape
        holes = {"a": a, "d": d, "size": shape[d], "first": shape[0], "chunks": min(shape[d], 2)}
        many = int(count.format(**holes))
        if not 0 < many < 5:
            return None
        names = ", ".join(self.fresh() for _ in range(many))
        return f"{names}{',' * (many == 1)} = {text.format(**holes)}"

    def hooks(self):
        """A hook, mostly where one can be."""
        a = self.tracked() if self.random.random() < 0.95 else self.pick()
        text = self.filled(self.random.choice(steps.HOOKS), a)
        return None if text is None else text.format(h=self.fresh("h"))

    def again(self):
        """Take a hook away, or take hold of a gradient."""
        hooks = [n for n in self.twin.scope if re.fullmatch(r"h\d+", n)]
        if hooks and self.random.random() < 0.6:
            name = self.random.choice(hooks)
            many = isinstance(self.twin.scope[name], list)
            return f"for h in {name}: h.remove()" if many else f"{name}.remove()"
        leaf = self.tracked("leaf")
        return None if leaf is None else f"{self.fresh('g')} = {leaf}.grad"

    def root(self):
        """An expression with one element, mostly."""
        a = self.tracked()
        text = self.random.choice(steps.ROOTS) if a else None
        return text and self.filled(steps.Form(text), a)

    def holes(self):
        """What the statements about gradients ask for, or None."""
        found = {"a": self.tracked(), "b": self.operand(), "x": self.tracked("leaf")}
        found |= {"y": self.tracked("leaf"), "r": self.root(), "q": self.root()}
        found["n"] = self.random.choice(NUMBERS)
        return None if None in found.values() else found

    def backward(self):
        """A backward call; its root has a name, so that it can be called again."""
        holes = self.holes()
        if holes is None:
            return None
        text = self.random.choice(steps.BACKWARD).text
        if "create_graph" in text and not self.is_simple_twice(holes):
            return None
        named = ""
        for letter in "rq":
            if f"{{{letter}}}" in text:
                name = self.fresh()
                named += f"{name} = {holes[letter]}; "
                holes[letter] = name
        if named and self.random.random() < 0.4:
            label = self.fresh("h")
            named += f"{label} = watch({holes['r']}, '{label}'); "
        return f"{named.removesuffix('; ')}\n{text.format(**holes)}".lstrip()

    def grads(self):
        """A call of autograd.grad."""
        holes = self.holes()
        if holes is None:
            return None
        text, many = self.random.choice(steps.GRADS)
        if "create_graph" in text and not self.is_simple_twice(holes):
            return None
        made = [self.fresh() for _ in range(many)]
        self.gradients += made
        names = "".join(f"{name}, " for name in made)
        return f"{names}= {text.format(**holes)}"

    def is_simple_twice(self, holes):
        """Whether PyTorch records the backward pass of all this with the nodes we have."""
        try:
            with self.torch.enable_grad():
                roots = [eval(holes[letter], self.twin.scope).grad_fn for letter in "arq"]
        except RuntimeError:
            return False
        names = {n.name() for r in roots for n in self.twin.scope["below"](r)}
        if any(re.search("alpha|value=", text) for text in self.program):
            return False
        return {name.rsplit(":", 1)[-1] for name in names} <= steps.TWICE

    def block(self):
        """One or two statements in another mode."""
        mode = self.random.choice(MODES)
        inside = [self.simple(mode) for _ in range(self.random.randint(1, 2))]
        inside = [text for text in inside if text is not None]
        return f"with torch.{mode}: {'; '.join(inside)}" if inside else None

    def simple(self, mode):
        """A statement that can stand in a block of that mode."""
        kinds = ("numbers", "views", "inplace", "setitem", "parts")
        if "inference" not in mode:
            kinds += ("unary", "binary", "leaf")
        kind = self.random.choice(kinds)
        text = getattr(self, kind)()
        odd = text is None or text.startswith(("with", "if"))
        odd = odd or ("inference" in mode and re.search(r"requires_grad|\.data =", text))
        return None if odd else text


def rerun(torch, program, watchful):
    """PyTorch as it was before the statement that followed the program."""
    twin = Twin(torch)
    for statement in program:
        twin.step(statement)
        if watchful:
            twin.seen(names_in(statement))
    return twin


def grown(torch, seed):
    """The random program with this number, and what PyTorch made of it."""
    growth = Growth(torch, seed)
    growth.grow(growth.random.randint(4, 26))
    return growth


def run(torch, seed):
    """(growth, mismatch or None) of one seed."""
    growth = grown(torch, seed)
    found = mismatch(growth.program, growth.seen, growth.watchful)
    if found is not None:  # while it grew, PyTorch was asked more than the program asks
        found = differs(growth.program, torch, growth.watchful)
    return growth, found


def smallest(torch, wrong):
    """The shortest of the programs that differ, shrunk and printed."""
    growth = min(wrong.values(), key=lambda growth: len(growth.program))
    return printed(shrunk(growth.program, torch, growth.watchful))


def wrong_ones(torch, seeds):
    """The programs (by seed) in which anything differs, and what."""
    wrong = {}
    for seed in seeds:
        growth, found = run(torch, seed)
        if found is not None:
            wrong[seed] = growth
            print(f"seed {seed}: {found[1]}", flush=True)
    return wrong


@contextlib.contextmanager
def settled(torch):
    """PyTorch in one thread, with every warning given every time."""
    before = torch.is_warn_always_enabled(), torch.get_num_threads()
    torch.set_warn_always(True)
    torch.set_num_threads(1)
    yield
    torch.set_warn_always(before[0])
    torch.set_num_threads(before[1])


def main():
    """Run the seeds asked for; the exit status is 1 if anything differed."""
    import torch

    count, first = (int(n) for n in (sys.argv[1:] + ["1000", "0"][len(sys.argv) - 1 :])[:2])
    with settled(torch):
        wrong = wrong_ones(torch, range(first, first + count))
        print(f"{count} programs, {len(wrong)} mismatches")
        if wrong:
            print(f"\nThe smallest:\n\n{smallest(torch, wrong)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
