"""`torch.autograd`: gradients of graphs and of functions, and what may be asked of them."""

from engine.autograd import anomaly_mode as anomaly_mode
from engine.autograd import function as function
from engine.autograd import functional as functional
from engine.autograd import grad_mode as grad_mode
from engine.autograd import graph as graph
from engine.autograd.anomaly_mode import detect_anomaly as detect_anomaly
from engine.autograd.anomaly_mode import set_detect_anomaly as set_detect_anomaly
from engine.autograd.function import Function as Function
from engine.autograd.gradcheck import gradcheck as gradcheck
from engine.autograd.gradcheck import gradgradcheck as gradgradcheck
from engine.autograd.variable import Variable as Variable
from engine.backward import backward as backward
from engine.backward import grad as grad
from engine.modes import enable_grad as enable_grad
from engine.modes import inference_mode as inference_mode
from engine.modes import is_grad_enabled as is_grad_enabled
from engine.modes import no_grad as no_grad
from engine.modes import set_grad_enabled as set_grad_enabled
from engine.packing import SavedTensor as SavedTensor
