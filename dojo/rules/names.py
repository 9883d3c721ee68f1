"""The names that student code may use, and those that each rule takes away.

The list of attributes is made from torch itself: its operators and the methods of its tensors, the
methods of Python's plain types, and the public names of the modules that the course allows. Modules
inside torch (`torch.jit`, `torch.ops`, …) are not operators and so are not in it, nor are modules that
a module happens to have imported (`typing.sys`).
"""

from __future__ import annotations

import collections
import importlib
import types
from functools import lru_cache

import torch

from dojo.worker.inert import ANNOTATIONS

# What every exercise refuses: what evaluates a text, copies attributes by their names, reaches files or raw
# memory, or changes a setting that outlives the call.
_REFUSED = frozenset(
    "get_type_hints get_origin get_args evaluate_forward_ref ForwardRef singledispatch "
    "singledispatchmethod update_wrapper wraps "
    "from_file from_numpy load save tofile apply_ map_ map2_ set_default_dtype "
    "set_default_device set_default_tensor_type set_num_threads set_num_interop_threads "
    "set_flush_denormal set_printoptions set_vital use_deterministic_algorithms "
    "set_deterministic_debug_mode share_memory_ module_load record_stream data_ptr const_data_ptr "
    "untyped_storage storage set_ resize_ resize_as_".split()
)
_TORCH_EXTRAS = frozenset(
    "Tensor tensor Size Generator dtype device finfo iinfo no_grad inference_mode manual_seed linalg "
    "special einsum cat stack norm meshgrid broadcast_tensors broadcast_shapes split unique "
    "cartesian_prod tensordot cdist block_diag atleast_1d atleast_2d chain_matmul eps tiny max min bits "
    "shape is_tensor get_default_dtype nn functional newaxis get_rng_state set_rng_state "
    "LongTensor IntTensor BoolTensor FloatTensor DoubleTensor is_available "
    # Parts of what torch returns as a named tuple.
    "hist bin_edges eigenvalues eigenvectors Q R L LU P S U V Vh mantissa exponent logabsdet solution".split()
)
# Of a module's layers and of the optimizers, where torch.nn is not forbidden.
_OF_LAYERS = frozenset(
    "weight bias in_features out_features num_embeddings embedding_dim normalized_shape num_features "
    "running_mean running_var momentum init optim AdamW Adam SGD step param_groups from_pretrained".split()
)
# Of layers that an exercise hands in: the classes that they are made of may be anybody's.
_OF_GIVEN_LAYERS = frozenset("weight bias gamma beta parameters training".split())
_FUNCTIONAL = frozenset(
    "one_hot softmax log_softmax pad".split()
)  # of torch.nn.functional, where torch.nn is forbidden
# Where autograd is allowed: an operation with a backward step of one's own, and whether a graph is recorded.
_FUNCTION = frozenset(
    "autograd Function save_for_backward saved_tensors needs_input_grad apply "
    "enable_grad set_grad_enabled is_grad_enabled".split()
)


def _layers(kind: str) -> frozenset[str]:
    """The layers of torch.nn whose names say that they are of this kind."""
    return frozenset(name for name in dir(torch.nn) if kind in name)


# Rule -> names that it forbids wherever they stand.
FORBIDDEN: dict[str, frozenset[str]] = {
    "autograd": frozenset(
        "autograd backward grad grad_fn requires_grad requires_grad_ retain_grad retains_grad "
        "register_hook is_leaf register_post_accumulate_grad_hook func enable_grad set_grad_enabled vjp "
        "jvp jacrev jacfwd hessian is_grad_enabled output_nr".split()
    ),
    "cross_entropy": frozenset(
        "cross_entropy nll_loss cross_entropy_loss kl_div KLDivLoss binary_cross_entropy "
        "binary_cross_entropy_with_logits poisson_nll_loss gaussian_nll_loss".split()
    ),
    "softmax": frozenset("softmax log_softmax logsumexp logcumsumexp softmin Softmax LogSoftmax".split()),
    "batch_norm": frozenset(
        "batch_norm native_batch_norm cudnn_batch_norm miopen_batch_norm batch_norm_stats "
        "batch_norm_elemt instance_norm batch_norm_backward_elemt batch_norm_backward_reduce "
        "native_layer_norm layer_norm group_norm native_group_norm "
        "rms_norm local_response_norm batch_norm_gather_stats batch_norm_gather_stats_with_counts "
        "batch_norm_update_stats quantized_batch_norm".split()
    )
    | _layers("Norm"),
    "attention": frozenset(("scaled_dot_product_attention", "multi_head_attention_forward"))
    | _layers("Attention")
    | _layers("Transformer"),
    "torch.nn": frozenset(),  # its names are simply not added, see `allowed`
    # No name gives them away, a work budget does; but for a step in the imaginary direction.
    "finite_differences": frozenset(
        "complex complex32 complex64 complex128 cfloat cdouble chalf imag real polar view_as_complex "
        "view_as_real view_as_complex_copy view_as_real_copy gradient".split()
    ),
}


@lru_cache
def allowed(rules: tuple[str, ...], imports: tuple[str, ...]) -> frozenset[str]:
    """Attribute and import names that the rules leave, where `imports` may be imported."""
    # Of torch itself only the operators: its other public names reach the compiler, files and processes.
    operators = {name for name in dir(torch._C._VariableFunctions) if hasattr(torch, name)}
    operators |= {name for name, value in vars(torch).items() if isinstance(value, torch.dtype)}
    modules = [importlib.import_module(name) for name in imports if name not in ("torch", "jaxtyping")]
    plain = (str, list, dict, tuple, set, frozenset, int, float, range)
    names = operators | set(_TORCH_EXTRAS) | set(dir(torch.Tensor)) | _FUNCTIONAL | set(ANNOTATIONS)
    names |= _OF_GIVEN_LAYERS
    for source in (*plain, collections.Counter, collections.deque):
        names |= set(dir(source))
    for module in (*modules, torch.linalg, torch.special):
        names |= _public(module)
    names |= {"annotations", "abc", "setter", "getter", "deleter", "from_iterable"}
    if "torch.nn" not in rules:
        names |= _public(torch.nn) | _public(torch.nn.functional) | set(dir(torch.nn.Module))
        names |= _OF_LAYERS | _public(torch.nn.init) | {"training"}
    if "numpy" not in imports:
        names -= {"numpy"}  # the watches don't see what is computed there
    names = {name for name in names if not name.startswith("_") and "_backward" not in name}
    if "autograd" not in rules:
        names |= _FUNCTION
    return frozenset(names - _REFUSED - forbidden(rules))


@lru_cache
def taken(imports: tuple[str, ...]) -> frozenset[str]:
    """Names that lead somewhere on things that are not the student's: modules, tensors, Python's own frames.

    A class of the student's that has such an attribute does not make it legal elsewhere.
    """
    modules = [importlib.import_module(name) for name in imports if name != "jaxtyping"]
    inner = [m for name in dir(torch.Tensor) if isinstance(m := getattr(torch, name, None), types.ModuleType)]
    inner += [torch.linalg, torch.special, torch.nn, torch.nn.functional, torch.functional, torch.optim]
    names = {name for source in (*modules, *inner, torch.Tensor, type) for name in dir(source)}
    names |= {name for kind in _INTERNALS for name in dir(kind) if name[:3] in _INTERNAL_STARTS}
    return frozenset(names)


_INTERNALS = (
    types.FrameType,
    types.CodeType,
    types.TracebackType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.CellType,
)
_INTERNAL_STARTS = ("co_", "tb_", "gi_", "cr_", "ag_", "cel", "f_b", "f_c", "f_g", "f_l", "f_t")


def _public(module: types.ModuleType) -> set[str]:
    """What a module offers, without the modules that it uses itself."""
    offered = getattr(module, "__all__", None) or dir(module)
    return {name for name in offered if not isinstance(getattr(module, name, None), types.ModuleType)}


def forbidden(rules: tuple[str, ...]) -> frozenset[str]:
    """Names that some rule takes away."""
    return frozenset().union(*(FORBIDDEN[rule] for rule in rules))


def why(name: str, rules: tuple[str, ...]) -> str | None:
    """The rule that forbids a name, in words; None where it is merely unknown."""
    reasons = {
        "autograd": "belongs to autograd, and here the gradient is to be made by hand",
        "cross_entropy": "is the ready-made loss, and here it is to be written out",
        "softmax": "is the ready-made softmax, and here it is to be written out",
        "batch_norm": "is ready-made normalisation, and here it is to be written out",
        "attention": "is ready-made attention, and here it is to be written out",
        "finite_differences": "is for finite differences or complex numbers, whose steps amount to the same",
    }
    for rule in rules:
        if name in FORBIDDEN[rule]:
            return reasons[rule]
    if (
        "torch.nn" in rules
        and (hasattr(torch.nn, name) or hasattr(torch.nn.functional, name))
        and not hasattr(torch, name)
    ):
        return "belongs to torch.nn, and here plain tensors are asked for"
    return None
