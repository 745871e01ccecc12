"""What a golden program made: its variables, output, warnings, exception and backward passes, as JSON."""
import builtins, contextlib, io, math, re, sys, warnings

MAX_NODES, MAX_TRACES, MAX_FLOW = 300, 6, 64


# ----------------------------------------------------------------------------- text and values
def norm_text(s):
    s = re.sub(r"\s*\(Triggered internally at [^()]*\)", "", s)
    return re.sub(r"0x[0-9a-fA-F]+", "0xADDR", s)


def enc_num(v):
    if isinstance(v, bool) or v is None:
        return v
    if isinstance(v, complex):
        return {"re": enc_num(v.real), "im": enc_num(v.imag)}
    if isinstance(v, float):
        if math.isnan(v):
            return "nan"
        if math.isinf(v):
            return "inf" if v > 0 else "-inf"
        return float(v)
    if isinstance(v, (list, tuple)):
        return [enc_num(i) for i in v]
    if isinstance(v, int):
        return int(v)
    # a foreign scalar (np.float32 ...) leaking out of .tolist(): keep it visible
    return {"foreign": type(v).__name__, "v": repr(v)}


def node_name(n):
    return str(n.name()).rsplit("::", 1)[-1]


class Capture:
    def __init__(self, mod):
        self.mod = mod
        self.Tensor = mod.Tensor

    def is_tensor(self, o):
        return isinstance(o, self.Tensor)

    def tensor(self, t, with_grad=True):
        r = {"k": "tensor"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            r["repr"] = norm_text(repr(t))
            r["dtype"] = str(t.dtype)
            r["shape"] = [int(i) for i in t.shape]
            r["requires_grad"] = bool(t.requires_grad)
            r["is_leaf"] = bool(t.is_leaf)
            try:
                g = t.grad_fn
                r["grad_fn"] = None if g is None else node_name(g)
            except RuntimeError as e:
                r["grad_fn"] = "Invalid"
            r["value"] = enc_num(t.detach().tolist() if r["requires_grad"] else t.tolist())
            try:
                r["version"] = int(t._version)
            except Exception:
                r["version"] = None
            if with_grad:
                r["grad"] = None
                if r["is_leaf"] or getattr(t, "retains_grad", False):
                    g = t.grad
                    if g is not None:
                        r["grad"] = self.tensor(g, with_grad=False)
        return r

    def value(self, o, depth=0):
        """encoded value, or None when it is of a kind that is not recorded"""
        if depth > 6:
            return None
        if self.is_tensor(o):
            return self.tensor(o)
        if o is None:
            return {"k": "none"}
        if isinstance(o, bool):
            return {"k": "bool", "v": o}
        if isinstance(o, int):
            return {"k": "int", "v": int(o)}
        if isinstance(o, float):
            return {"k": "float", "v": enc_num(o)}
        if isinstance(o, complex):
            return {"k": "complex", "v": enc_num(o)}
        if isinstance(o, str):
            return {"k": "str", "v": norm_text(o)}
        tn = type(o).__name__
        if tn == "Size":
            return {"k": "size", "v": [int(i) for i in o], "repr": repr(o)}
        if tn == "dtype":
            return {"k": "dtype", "v": str(o)}
        if isinstance(o, (list, tuple)):
            items = [self.value(i, depth + 1) for i in o]
            if any(i is None for i in items):
                return None
            r = {"k": "list" if isinstance(o, list) else "tuple", "items": items}
            if type(o) not in (list, tuple):
                r["repr"] = norm_text(repr(o))
            return r
        if isinstance(o, dict):
            items = {}
            for k, v in o.items():
                e = self.value(v, depth + 1)
                if e is None or not isinstance(k, (str, int)):
                    return None
                items[str(k)] = e
            return {"k": "dict", "items": items}
        return None


# ----------------------------------------------------------------------------- backward tracing
class Tracer:
    """Wraps Tensor.backward, autograd.backward and autograd.grad of the module under test: before
    each outermost call it walks grad_fn/next_functions from the roots (depth first, preorder, that
    numbering is canonical), puts a register_prehook on every node, and removes them afterwards."""

    def __init__(self, mod, cap, mode):
        self.mod, self.cap, self.mode = mod, cap, mode
        self.traces, self.depth, self.undo = [], 0, []

    def uninstall(self):
        for owner, name, orig in reversed(self.undo):
            setattr(owner, name, orig)

    def install(self):
        if self.mode == "off":
            return
        T, A = self.mod.Tensor, self.mod.autograd
        self._wrap(T, "backward", lambda a, k: [a[0]])
        if hasattr(A, "backward"):
            self._wrap(A, "backward", lambda a, k: self._seq(a[0] if a else k.get("tensors")))
        if hasattr(A, "grad"):
            self._wrap(A, "grad", lambda a, k: self._seq(a[0] if a else k.get("outputs")))

    def _seq(self, o):
        return [o] if self.cap.is_tensor(o) else list(o) if isinstance(o, (list, tuple)) else []

    def _wrap(self, owner, name, roots):
        orig = getattr(owner, name)
        tracer = self

        def wrapper(*a, **k):
            if tracer.depth or len(tracer.traces) >= (1 if tracer.mode == "first" else MAX_TRACES):
                return orig(*a, **k)
            tracer.depth += 1
            handles, rec = [], None
            try:
                try:
                    rec = tracer.begin([r for r in roots(a, k) if tracer.cap.is_tensor(r)], handles)
                except Exception as e:  # the module under test lacks introspection: note, go on
                    rec = {"error": f"{type(e).__name__}: {e}", "nodes": [], "edges": [], "run": [], "flow": []}
                if rec is not None:
                    rec["api"] = name
                    tracer.traces.append(rec)
                return orig(*a, **k)
            finally:
                tracer.depth -= 1
                for h in handles:
                    with contextlib.suppress(Exception):
                        h.remove()

        wrapper.__name__ = name
        setattr(owner, name, wrapper)
        self.undo.append((owner, name, orig))

    def begin(self, roots, handles):
        order, ids, edges = [], {}, []
        stack = [r.grad_fn for r in reversed(roots) if r.requires_grad and r.grad_fn is not None]
        if not stack:
            return None
        while stack:
            n = stack.pop()
            if id(n) in ids:
                continue
            ids[id(n)] = len(order)
            order.append(n)
            kids = [c for c, _ in n.next_functions]
            stack.extend(c for c in reversed(kids) if c is not None and id(c) not in ids)
            if len(order) > MAX_NODES:
                return None
        for n in order:
            edges.append([None if c is None else [ids[id(c)], int(i)] for c, i in n.next_functions])
        rec = {"nodes": [node_name(n) for n in order], "edges": edges, "run": [], "flow": []}
        self.keep = order

        def hook(i):
            def pre(grads):
                row = []
                for g in grads:
                    if g is None:
                        row.append(None)
                    else:
                        with warnings.catch_warnings():
                            warnings.simplefilter("ignore")
                            d = g.detach()
                            num = 1
                            for s in d.shape:
                                num *= int(s)
                            row.append({"dtype": str(d.dtype), "shape": [int(s) for s in d.shape],
                                        "value": enc_num(d.tolist()) if num <= MAX_FLOW else None})
                rec["run"].append(i)
                rec["flow"].append(row)
                return None
            return pre

        for i, n in enumerate(order):
            handles.append(n.register_prehook(hook(i)))
        return rec


# ----------------------------------------------------------------------------- running a program
def run_program(mod, golden):
    cap = Capture(mod)
    tracer = Tracer(mod, cap, golden.get("flags", {}).get("trace", "all"))
    sys.modules["torch"] = mod
    ns = {"__name__": "__golden__", "__builtins__": builtins, "torch": mod}
    out = io.StringIO()
    exc = None
    install_error = None
    with warnings.catch_warnings(record=True) as wl, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            tracer.install()
        except Exception as e:
            install_error = f"{type(e).__name__}: {e}"
        try:
            exec(compile(golden["source"], f"<golden {golden['id']}>", "exec"), ns)
        except BaseException as e:
            exc = {"type": type(e).__name__, "message": norm_text(str(e)).rstrip("\n")}
        finally:
            tracer.uninstall()
    quiet = golden.get("flags", {}).get("warnings") == "off"
    res = {"vars": {}, "stdout": norm_text(out.getvalue()), "exception": exc,
           "warnings": [] if quiet else [[w.category.__name__, norm_text(str(w.message))] for w in wl],
           "traces": tracer.traces}
    if install_error:
        res["trace_error"] = install_error
    for name, v in ns.items():
        if name.startswith("_") or name == "torch":
            continue
        try:
            e = cap.value(v)
        except Exception as ex:
            e = {"k": "capture-error", "v": f"{type(ex).__name__}: {ex}"}
        if e is not None:
            res["vars"][name] = e
    return res
