"""Back through the linear layers, the tanh and the embedding table."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def derive_matmul_2x2(
    A: Float[Tensor, "2 2"], B: Float[Tensor, "2 2"], dD: Float[Tensor, "2 2"]
) -> tuple[Float[Tensor, "2 2"], Float[Tensor, "2 2"], Float[Tensor, "2"]]:
    """Derive the backward pass of a small linear layer on paper, then write down what you found.

    Forward: `D = A @ B + c`, where `c` has shape (2,) and is added to every row. `dD` is the gradient of
    `D`. Write the four entries of D out in full, take the derivatives entry by entry and collect them.
    Returns the gradients of `A` (2, 2), `B` (2, 2) and `c` (2,), fresh tensors of the same dtype; the
    arguments stay as they are.

    >>> A = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> B = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    >>> derive_matmul_2x2(A, B, torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
    (tensor([[5., 7.],
            [0., 0.]]), tensor([[1., 0.],
            [2., 0.]]), tensor([1., 0.]))
    """
    raise NotImplementedError


def shape_only_derivation(P: tuple[int, int], Q: tuple[int, int], wanted: tuple[int, int]) -> list[str]:
    """Find every product of two matrices, transposed or not, that comes out in the shape you want.

    `P` and `Q` are the shapes of two matrices, and each of the two is used exactly once. The candidates
    are "P@Q", "P@Q.T", "P.T@Q", "P.T@Q.T", "Q@P", "Q@P.T", "Q.T@P" and "Q.T@P.T". Returns those that are
    possible and have the shape `wanted`, in the order that `sorted` gives. The list may be empty. If it
    holds more than one, the shapes alone don't decide.

    >>> shape_only_derivation((2, 3), (4, 3), (3, 3))
    []
    >>> shape_only_derivation((2, 3), (4, 3), (4, 2))
    ['Q@P.T']
    """
    raise NotImplementedError


def backward_h(dlogits: Float[Tensor, "N V"], W2: Float[Tensor, "H V"]) -> Float[Tensor, "N H"]:
    """Return the gradient of `h`, given the gradient of `logits`.

    Forward: `logits = h @ W2 + b2`, with `h` of shape (N, H). Returns a fresh (N, H) tensor of the same
    dtype; the arguments stay as they are.

    >>> backward_h(torch.tensor([[1.0, 10.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    tensor([[21., 43., 65.]])
    """
    raise NotImplementedError


def backward_W2(h: Float[Tensor, "N H"], dlogits: Float[Tensor, "N V"]) -> Float[Tensor, "H V"]:
    """Return the gradient of `W2`, given the gradient of `logits`.

    Forward: `logits = h @ W2 + b2`, with `W2` of shape (H, V). Returns a fresh (H, V) tensor of the same
    dtype; the arguments stay as they are.

    >>> backward_W2(torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0, 10.0]]))
    tensor([[ 1., 10.],
            [ 2., 20.],
            [ 3., 30.]])
    """
    raise NotImplementedError


def backward_b2(dlogits: Float[Tensor, "N V"]) -> Float[Tensor, "V"]:
    """Return the gradient of `b2`, given the gradient of `logits`.

    Forward: `logits = h @ W2 + b2`, with `b2` of shape (V,): one axis, not two. Returns a fresh (V,)
    tensor of the same dtype; the argument stays as it is.

    >>> backward_b2(torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    tensor([11., 22., 33.])
    """
    raise NotImplementedError


def backward_hpreact(h: Float[Tensor, "N H"], dh: Float[Tensor, "N H"]) -> Float[Tensor, "N H"]:
    """Return the gradient of `hpreact`, given the gradient of `h`.

    Forward: `h = torch.tanh(hpreact)`. Use only the arguments: `h` is the output of the tanh, its input
    is not given. Returns a fresh (N, H) tensor of the same dtype; the arguments stay as they are.

    >>> backward_hpreact(torch.tensor([[0.0, 0.5, -1.0]]), torch.tensor([[2.0, 4.0, 8.0]]))
    tensor([[2., 3., 0.]])
    """
    raise NotImplementedError


def backward_embcat(dhprebn: Float[Tensor, "N H"], W1: Float[Tensor, "K H"]) -> Float[Tensor, "N K"]:
    """Return the gradient of `embcat`, given the gradient of `hprebn`.

    Forward: `hprebn = embcat @ W1 + b1`, with `embcat` of shape (N, K). Returns a fresh (N, K) tensor of
    the same dtype; the arguments stay as they are.

    >>> backward_embcat(torch.tensor([[1.0, -1.0]]), torch.tensor([[1.0, 2.0], [5.0, 3.0], [4.0, 4.0]]))
    tensor([[-1.,  2.,  0.]])
    """
    raise NotImplementedError


def backward_W1(embcat: Float[Tensor, "N K"], dhprebn: Float[Tensor, "N H"]) -> Float[Tensor, "K H"]:
    """Return the gradient of `W1`, given the gradient of `hprebn`.

    Forward: `hprebn = embcat @ W1 + b1`, with `W1` of shape (K, H). Returns a fresh (K, H) tensor of the
    same dtype; the arguments stay as they are.

    >>> backward_W1(torch.tensor([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]), torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
    tensor([[1., 2.],
            [2., 2.],
            [3., 2.]])
    """
    raise NotImplementedError


def backward_b1(dhprebn: Float[Tensor, "N H"]) -> Float[Tensor, "H"]:
    """Return the gradient of `b1`, given the gradient of `hprebn`.

    Forward: `hprebn = embcat @ W1 + b1`, with `b1` of shape (H,). Behind a batchnorm the true value is
    zero; here `dhprebn` may be any numbers. Returns a fresh (H,) tensor of the same dtype; the argument
    stays as it is.

    >>> backward_b1(torch.tensor([[1.0, -2.0], [4.0, 5.0], [0.5, 0.0]]))
    tensor([5.5000, 3.0000])
    """
    raise NotImplementedError


def backward_emb(dembcat: Float[Tensor, "N K"], T: int) -> Float[Tensor, "N T D"]:
    """Return the gradient of `emb`, given the gradient of `embcat`.

    Forward: `embcat = emb.view(N, T * D)`: the T embeddings of an example stand side by side, so K = T *
    D. `T` divides K. Returns an (N, T, D) tensor of the same dtype; a view of `dembcat` will do,
    and `dembcat` stays as it is.

    >>> backward_emb(torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), T=3)
    tensor([[[1., 2.],
             [3., 4.],
             [5., 6.]]])
    """
    raise NotImplementedError


def backward_C(Xb: Int[Tensor, "N T"], demb: Float[Tensor, "N T D"], V: int) -> Float[Tensor, "V D"]:
    """Return the gradient of the embedding table `C`, given the gradient of `emb`.

    Forward: `emb = C[Xb]`. `Xb` holds the character at each of the T places of each of the N examples, an
    integer from 0 to V - 1. `V` is the number of rows of the table. Most characters occur several times,
    some not at all. Returns a fresh (V, D) tensor of the dtype of `demb`; the arguments stay as they are.

    >>> backward_C(torch.tensor([[0, 2], [2, 2]]), torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]]), V=4)
    tensor([[1.],
            [0.],
            [9.],
            [0.]])

    Source: Bengio et al. 2003, section 2, where the table is the matrix C.
    """
    raise NotImplementedError
