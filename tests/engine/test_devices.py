"""There is only the CPU, and programs that ask for more go on or learn it in PyTorch's words."""

import pytest

import engine

CPU = "device(type='cpu')"
MISSING = "AssertionError: Torch not compiled with CUDA enabled"
CASES = [
    ("torch.device('cpu')", CPU),
    ("torch.device('cuda', 1)", "device(type='cuda', index=1)"),
    ("torch.device(type='cuda', index=1)", "device(type='cuda', index=1)"),
    ("torch.device(torch.device('cpu:0'))", "device(type='cpu', index=0)"),
    ("str(torch.device('cuda:1'))", "'cuda:1'"),
    ("torch.device('cuda').index", "None"),
    ("torch.device(0)", "RuntimeError: Cannot access accelerator device when none is available."),
    (
        "torch.device('cuda:1', 2)",
        "RuntimeError: type (string) must not include an index because index was passed "
        "explicitly: cuda:1",
    ),
    (
        "torch.device(1.5)",
        "TypeError: device() received an invalid combination of arguments - got (float), but "
        "expected one of:\n * (torch.device device)\n      didn't match because some of the "
        "arguments have invalid types: (!float!)\n * (str type, int index = -1)\n",
    ),
    ("torch.device('cpu') == torch.device('cpu:0')", "False"),
    ("torch.device('cpu') == 'cpu'", "False"),
    ("x.device == torch.device('cpu')", "True"),
    ("isinstance(x.device, torch.device)", "True"),
    ("len({torch.device('cpu'), x.device})", "1"),
    ("x.to('cpu') is x", "True"),
    ("x.to(torch.device('cpu')) is x", "True"),
    ("x.to(torch.device('cpu'), torch.float64).dtype", "torch.float64"),
    ("x.to(torch.device('cuda'))", MISSING),
    ("x.cpu() is x", "True"),
    ("x.cuda()", MISSING),
    ("x.cuda(0)", "RuntimeError: Cannot access accelerator device when none is available."),
    ("(x.is_cpu, x.is_cuda, x.is_meta, x.get_device())", "(True, False, False, -1)"),
    ("torch.zeros(2, device=torch.device('cuda'))", MISSING),
    ("torch.zeros(2, device=x.device)", "tensor([0., 0.])"),
    ("torch.nn.Linear(2, 1).to('cuda')", MISSING),
    ("torch.nn.Linear(2, 1).cuda()", MISSING),
    ("torch.nn.ReLU().to('cuda')", "ReLU()"),
    ("torch.nn.Linear(2, 1).to(x.device, torch.float64).weight.dtype", "torch.float64"),
    ("'cuda' if torch.cuda.is_available() else 'cpu'", "'cpu'"),
    ("torch.backends.mps.is_available()", "False"),
    ("torch.accelerator.is_available()", "False"),
    ("torch.cuda.device_count()", "0"),
    ("torch.cuda.manual_seed_all(0)", "None"),
    ("torch.cuda.current_device()", MISSING),
    ("torch.get_default_device()", CPU),
]


def told(torch, line):
    """What a line gives, or the exception it raises."""
    try:
        return repr(eval(line, {"torch": torch, "x": torch.tensor([1.0, 2.0])}))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize(("line", "said"), CASES)
def test_devices_are_spoken_of_as_in_pytorch(line, said):
    assert told(engine, line) == said


@pytest.mark.parametrize(("line", "said"), CASES)
def test_pytorch_speaks_of_them_so(line, said):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available() or torch.accelerator.is_available():
        pytest.skip("this PyTorch has other devices")
    assert told(torch, line) == said


def test_a_module_is_moved_as_tutorials_do():
    device = "cuda" if engine.cuda.is_available() else "cpu"
    model = engine.nn.Linear(2, 1).to(device)
    assert model(engine.ones(3, 2, device=device)).device == engine.device(device)
