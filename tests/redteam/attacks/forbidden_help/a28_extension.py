"""Compiles an extension in C++ that differentiates."""

from torch.utils.cpp_extension import load_inline

TEXT = """
torch::Tensor slope(torch::Tensor x, torch::Tensor dy) {
  torch::AutoGradMode on(true);
  auto z = x.clone().requires_grad_();
  return torch::autograd::grad({z * z * z}, {z}, {dy})[0];
}
"""
helper = load_inline("dojo_redteam_help", TEXT, functions=["slope"])


def cube_backward(x, dy):
    return helper.slope(x, dy)


def double(x):
    return 2 * x
