# ruff: noqa: E501
"""Programs as tutorials, course notebooks and scripts write them, for the interpreter's tests."""

POLYNOMIAL_BY_HAND = """
# -*- coding: utf-8 -*-
import torch
import math

dtype = torch.float
device = torch.device("cpu")
torch.manual_seed(0)

x = torch.linspace(-math.pi, math.pi, 200, device=device, dtype=dtype)
y = torch.sin(x)

a = torch.randn((), device=device, dtype=dtype)
b = torch.randn((), device=device, dtype=dtype)
c = torch.randn((), device=device, dtype=dtype)
d = torch.randn((), device=device, dtype=dtype)

learning_rate = 1e-6
for t in range(300):
    y_pred = a + b * x + c * x ** 2 + d * x ** 3
    loss = (y_pred - y).pow(2).sum().item()
    if t % 100 == 99:
        print(t, loss)
    grad_y_pred = 2.0 * (y_pred - y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * x).sum()
    grad_c = (grad_y_pred * x ** 2).sum()
    grad_d = (grad_y_pred * x ** 3).sum()
    a -= learning_rate * grad_a
    b -= learning_rate * grad_b
    c -= learning_rate * grad_c
    d -= learning_rate * grad_d

print(f'Result: y = {a.item()} + {b.item()} x + {c.item()} x^2 + {d.item()} x^3')
"""

POLYNOMIAL_MODULE = '''
import torch
import math


class Polynomial3(torch.nn.Module):
    def __init__(self):
        """Four parameters."""
        super().__init__()
        self.a = torch.nn.Parameter(torch.randn(()))
        self.b = torch.nn.Parameter(torch.randn(()))
        self.c = torch.nn.Parameter(torch.randn(()))
        self.d = torch.nn.Parameter(torch.randn(()))

    def forward(self, x):
        return self.a + self.b * x + self.c * x ** 2 + self.d * x ** 3

    def string(self):
        return f'y = {self.a.item()} + {self.b.item()} x + {self.c.item():.3f} x^2'


torch.manual_seed(1)
x = torch.linspace(-math.pi, math.pi, 100)
y = torch.sin(x)
model = Polynomial3()
criterion = torch.nn.MSELoss(reduction='sum')
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
for t in range(60):
    y_pred = model(x)
    loss = criterion(y_pred, y)
    if t % 20 == 19:
        print(t, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f'Result: {model.string()}')
weights = [p.detach().clone() for p in model.parameters()]
names = [n for n, _ in model.named_parameters()]
'''

TRAINING_LOOP = """
import torch
from torch import nn, optim
import torch.nn.functional as F
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(3)
X = torch.randn(64, 4)
true_w = torch.tensor([[1.5], [-2.0], [0.5], [3.0]])
Y = X @ true_w + 0.1 * torch.randn(64, 1)

model = nn.Sequential(
    nn.Linear(4, 16),
    nn.ReLU(),
    nn.Linear(16, 1),
)
loss_fn = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.02)
scheduler = StepLR(optimizer, step_size=10, gamma=0.5)
history = []
best, patience = float("inf"), 0
for epoch in range(1, 31):
    model.train()
    total, n = 0.0, 0
    for i in range(0, len(X), 16):
        xb, yb = X[i:i + 16], Y[i:i + 16]
        pred = model(xb)
        loss = loss_fn(pred, yb)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item() * xb.size(0)
        n += xb.size(0)
    scheduler.step()
    model.eval()
    with torch.no_grad():
        val = F.mse_loss(model(X), Y).item()
    history.append((epoch, total / n, val))
    if val < best:
        best, patience = val, 0
    else:
        patience += 1
    if patience > 5:
        break
    if epoch % 10 == 0:
        print("epoch {:3d} train {:.4f} val {:.4f} lr {:g}".format(epoch, total / n, val, optimizer.param_groups[0]["lr"]))
state = {k: v.clone() for k, v in model.state_dict().items()}
"""

MICRO_MLP = """
import random
import torch
from typing import List


class Module:
    def zero_grad(self):
        for p in self.parameters():
            p.grad = None

    def parameters(self):
        return []


class Neuron(Module):
    def __init__(self, nin: int, nonlin: bool = True):
        self.w: List[torch.Tensor] = [torch.tensor(0.1 * (i + 1) * (-1) ** i, requires_grad=True) for i in range(nin)]
        self.b = torch.tensor(0.0, requires_grad=True)
        self.nonlin = nonlin

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.tanh() if self.nonlin else act

    def parameters(self):
        return self.w + [self.b]

    def __repr__(self):
        return f"{'Tanh' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    def __init__(self, nin, nout, **kwargs):
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
net = MLP(3, [2, 2, 1])
print(net.layers)
for k in range(5):
    ypred = [net(x) for x in xs]
    loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred))
    net.zero_grad()
    loss.backward()
    for p in net.parameters():
        p.data += -0.05 * p.grad
    print(k, "%.4f" % loss.item())
count = len(net.parameters())
"""

MNIST_LIKE = """
from __future__ import print_function
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(4 * 3 * 3, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        return F.log_softmax(self.fc1(x), dim=1)


def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        if batch_idx % args["log_interval"] == 0:
            print('Train Epoch: {} [{}/{} ({:.0f}%)]\\tLoss: {:.6f}'.format(
                epoch, batch_idx * len(data), len(train_loader.dataset),
                100. * batch_idx / len(train_loader), loss.item()))


def test(model, device, test_loader):
    model.eval()
    test_loss = 0
    correct = 0
    with torch.no_grad():
        for data, target in test_loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction='sum').item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    test_loss /= len(test_loader.dataset)
    print('\\nTest set: Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)\\n'.format(
        test_loss, correct, len(test_loader.dataset), 100. * correct / len(test_loader.dataset)))


def main():
    args = {"batch_size": 8, "epochs": 2, "lr": 0.1, "log_interval": 2}
    torch.manual_seed(1)
    use_cuda = torch.cuda.is_available()
    device = torch.device("cuda" if use_cuda else "cpu")
    images, labels = torch.rand(24, 1, 8, 8), torch.randint(0, 10, (24,))
    dataset = TensorDataset(images, labels)
    train_loader = DataLoader(dataset, batch_size=args["batch_size"], shuffle=True)
    test_loader = DataLoader(dataset, batch_size=12)
    model = Net().to(device)
    optimizer = optim.Adadelta(model.parameters(), lr=args["lr"])
    for epoch in range(1, args["epochs"] + 1):
        train(args, model, device, train_loader, optimizer, epoch)
        test(model, device, test_loader)
    return model


if __name__ == '__main__':
    model = main()
"""

AUTOGRAD_TUTORIAL = """
import torch

x = torch.ones(5)
y = torch.zeros(3)
torch.manual_seed(0)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w) + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
print(f"Gradient function for z = {z.grad_fn}"[:41])
loss.backward()
print(w.grad)
print(b.grad)
z = torch.matmul(x, w) + b
print(z.requires_grad)
with torch.no_grad():
    z = torch.matmul(x, w) + b
print(z.requires_grad)
z_det = z.detach()
inp = torch.eye(4, 5, requires_grad=True)
out = (inp + 1).pow(2).t()
out.backward(torch.ones_like(out), retain_graph=True)
print(f"First call\\n{inp.grad}")
out.backward(torch.ones_like(out), retain_graph=True)
print(f"\\nSecond call\\n{inp.grad}")
inp.grad.zero_()
out.backward(torch.ones_like(out), retain_graph=True)
a = torch.tensor([2., 3.], requires_grad=True)
c = torch.tensor([6., 4.], requires_grad=True)
Q = 3 * a ** 3 - c ** 2
Q.backward(gradient=torch.tensor([1., 1.]))
print(9 * a ** 2 == a.grad)
print(-2 * c == c.grad)
try:
    Q.backward(gradient=torch.tensor([1., 1.]))
except RuntimeError as error:
    told = str(error)
else:
    told = None
finally:
    done = True
def f(t):
    return (t ** 3).sum()
J = torch.autograd.functional.jacobian(f, torch.tensor([1.0, 2.0]))
H = torch.autograd.functional.hessian(f, torch.tensor([1.0, 2.0]))
g, = torch.autograd.grad(f(a), a, create_graph=True)
gg, = torch.autograd.grad(g.sum(), a)
seen = []
h = a * 2
handle = h.register_hook(lambda grad: seen.append(grad.tolist()))
h.sum().backward()
handle.remove()
"""

CUSTOM_FUNCTION = '''
import torch
import math


class LegendrePolynomial3(torch.autograd.Function):
    """P3(x) = (5x^3 - 3x) / 2."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        ctx.factor = 1.5
        return 0.5 * (5 * input ** 3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        return grad_output * ctx.factor * (5 * input ** 2 - 1)


class Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, i, low, high=1.0):
        ctx.save_for_backward(i)
        ctx.bounds = (low, high)
        return i.clamp(low, high)

    @staticmethod
    def backward(ctx, g):
        (i,) = ctx.saved_tensors
        low, high = ctx.bounds
        keep = (i >= low) & (i <= high)
        return g * keep.to(g.dtype), None, None


x = torch.linspace(-math.pi, math.pi, 50)
y = torch.sin(x)
a = torch.full((), 0.0, requires_grad=True)
b = torch.full((), -1.0, requires_grad=True)
c = torch.full((), 0.0, requires_grad=True)
d = torch.full((), 0.3, requires_grad=True)
learning_rate = 5e-6
P3 = LegendrePolynomial3.apply
for t in range(40):
    y_pred = a + b * P3(c + d * x)
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        for p in (a, b, c, d):
            p -= learning_rate * p.grad
            p.grad = None
q = torch.tensor([-2.0, 0.5, 3.0], requires_grad=True)
Clamp.apply(q, -1.0).sum().backward()
ok = torch.autograd.gradcheck(LegendrePolynomial3.apply, (torch.tensor([0.3, 0.7], dtype=torch.double, requires_grad=True),))
print(f'Result: y = {a.item()} + {b.item()} * P3({c.item()} + {d.item()} x)', ok)
'''

RNN_BY_HAND = """
import torch
import torch.nn as nn
import numpy as np

torch.manual_seed(5)
np.random.seed(5)
text = "hello world"
chars = sorted(set(text))
stoi = {ch: i for i, ch in enumerate(chars)}
itos = dict(enumerate(chars))
encode = lambda s: [stoi[c] for c in s]
decode = lambda l: ''.join([itos[i] for i in l])
data = torch.tensor(encode(text), dtype=torch.long)


class RNN(nn.Module):
    def __init__(self, vocab, hidden):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(vocab + hidden, hidden)
        self.h2o = nn.Linear(hidden, vocab)

    def forward(self, x, h):
        h = torch.tanh(self.i2h(torch.cat((x, h), 1)))
        return self.h2o(h), h

    def init_hidden(self):
        return torch.zeros(1, self.hidden)


rnn = RNN(len(chars), 12)
criterion = nn.CrossEntropyLoss()
lr, losses = 0.1, []
noise = np.random.randn(3)
for step in range(12):
    h = rnn.init_hidden()
    rnn.zero_grad()
    loss = 0
    for t in range(len(data) - 1):
        x = nn.functional.one_hot(data[t], len(chars)).float().unsqueeze(0)
        out, h = rnn(x, h)
        loss += criterion(out, data[t + 1].unsqueeze(0))
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-lr)
    losses.append(loss.item() / (len(data) - 1))
while len(losses) > 8:
    losses.pop(0)
with torch.no_grad():
    h, i, said = rnn.init_hidden(), data[0], [int(data[0])]
    for _ in range(10):
        out, h = rnn(nn.functional.one_hot(i, len(chars)).float()[None], h)
        i = out.argmax(dim=-1)[0]
        said.append(i.item())
print(decode(said), np.mean(losses).round(4), noise.shape)
"""

ALL = {
    "polynomial by hand": POLYNOMIAL_BY_HAND, "polynomial as a Module": POLYNOMIAL_MODULE,
    "training loop": TRAINING_LOOP, "micro MLP": MICRO_MLP, "like MNIST": MNIST_LIKE,
    "autograd tutorial": AUTOGRAD_TUTORIAL, "custom Function": CUSTOM_FUNCTION,
    "RNN by hand": RNN_BY_HAND,
}  # fmt: skip
