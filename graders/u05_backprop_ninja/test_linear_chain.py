"""What is true of the linear layers, the tanh and the embedding table, backwards."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import Draw, backward_of, close, grades, indices, near_zero

# -- hints that several exercises share -------------------------------------------------------------------

DIVIDED_BY_N = {
    "symptom": "Every entry is too small, by one and the same factor: the number of rows of the batch.",
    "question": "Does this line of the forward pass take an average?",
    "rule": (
        "The average of the loss sits in the gradient that arrives here. A step divides only by what its "
        "own line divides by."
    ),
}
DTYPE_WRITTEN_DOWN = {
    "symptom": "The numbers look right, but they come out as float32 where the inputs are float64.",
    "question": "Where does your code decide on a dtype, and who should decide instead?",
    "rule": "A result has the dtype of the inputs. Take it from them; don't write one down.",
}
INPUT_CHANGED = {
    "symptom": "The returned numbers are right, but an argument is different after the call.",
    "question": "Which of your lines writes into a tensor that belongs to the caller?",
    "rule": (
        "Operations that assign, and those that end in an underscore, work on the tensor itself. Work on a "
        "new one."
    ),
}
RESHAPED = {
    "symptom": "The shape is right and the numbers are wrong.",
    "question": (
        "Take a small matrix with the entries 1 to 6. Do reshape and transpose make the same matrix of it?"
    ),
    "rule": (
        "A reshape keeps the numbers in reading order and cuts the lines anew. A transpose swaps rows with "
        "columns."
    ),
}
WRONG_SIDE_OUT = {
    "symptom": "The numbers are right, but rows and columns have changed places.",
    "question": "Which axis comes first in the variable, and which in your result?",
    "rule": "A gradient is laid out as its variable is, axis by axis.",
}
SHAPES_DO_NOT_MEET = {
    "symptom": (
        "The product is refused because two sizes differ. Where all sizes happen to agree, its numbers are "
        "wrong."
    ),
    "question": (
        "Write the shape above each factor: which two axes meet in the middle, and are they of the same kind?"
    ),
    "rule": (
        "The axis that vanishes in a product must be the same one in both factors, and the two that remain "
        "are the variable's."
    ),
}
KEPT_AXIS = {
    "symptom": "The numbers are right, but there is one axis too many.",
    "question": "How many axes does the bias have in the forward line?",
    "rule": "A gradient has exactly the shape of its variable, not one that broadcasts to it.",
}
WRONG_AXIS = {
    "symptom": "The result has as many entries as the batch has rows. It should have one for each column.",
    "question": "Which axis is the batch: the first or the last?",
    "rule": "Sum over the axis along which the bias was copied. What is left is the bias's own axis.",
}
NOT_SUMMED = {
    "symptom": "The result is as large as the whole batch, where one row of numbers is asked for.",
    "question": "How many rows of the forward result use the same entry of the bias?",
    "rule": "A variable that is used several times gets the sum of what every use sends back.",
}
ALL_IN_ONE = {
    "symptom": "The result is a single number, where the bias has an entry for each column.",
    "question": "Does one entry of the bias reach the other columns?",
    "rule": "Sum over the axis of the copies only. The other axis stays as it is.",
}


# -- derive_matmul_2x2 ------------------------------------------------------------------------------------


@backward_of("derive_matmul_2x2", wrt=("A", "B", "c"), upstream="dD")
def matmul_2x2(A, B, c: Float[Tensor, "2"]):
    return A @ B + c


@matmul_2x2.property("weighs both factors alike: the sum of A * dA is the sum of B * dB")
def both_factors_weigh_alike(answer, A, B):
    size = float((A * answer[0]).abs().sum() + (B * answer[1]).abs().sum())
    return near_zero((A * answer[0]).sum() - (B * answer[1]).sum(), scale=size)


@matmul_2x2.alternative
def matmul_entry_by_entry(A, B, dD):
    dA, dB, dc = torch.zeros_like(A), torch.zeros_like(B), torch.zeros_like(A[0])
    for i in range(2):
        for k in range(2):
            for j in range(2):
                dA[i, j] += B[j, k] * dD[i, k]
                dB[j, k] += A[i, j] * dD[i, k]
            dc[k] += dD[i, k]
    return dA, dB, dc


@matmul_2x2.alternative
def matmul_written_out(A, B, dD):
    (a, b), (c, d) = A.tolist()
    (e, f), (g, h) = B.tolist()
    (p, q), (r, s) = dD.tolist()
    dA = [[p * e + q * f, p * g + q * h], [r * e + s * f, r * g + s * h]]
    dB = [[a * p + c * r, a * q + c * s], [b * p + d * r, b * q + d * s]]
    return torch.tensor(dA).to(A), torch.tensor(dB).to(B), torch.tensor([p + r, q + s]).to(A)


@matmul_2x2.alternative
def matmul_by_einsum_as_list(A, B, dD):
    return [torch.einsum("ik,jk->ij", dD, B), torch.einsum("ij,ik->jk", A, dD), torch.ones_like(A[0]) @ dD]


@matmul_2x2.misconception(
    symptom="The gradient of A is wrong, that of B is right.",
    question="A[0, 0] is multiplied by two entries of B: do they stand in one row of B or in one column?",
    rule="In backpropagation through a product, the other factor is used with its axes swapped.",
)
def no_transpose_of_B(A, B, dD):
    return dD @ B, A.T @ dD, dD.sum(0)


@matmul_2x2.misconception(
    symptom="The gradient of B is wrong, that of A is right.",
    question="B[0, 0] is multiplied by two entries of A: do they stand in one row of A or in one column?",
    rule="In backpropagation through a product, the other factor is used with its axes swapped.",
)
def no_transpose_of_A(A, B, dD):
    return dD @ B.T, A @ dD, dD.sum(0)


@matmul_2x2.misconception(
    symptom="The gradients of A and of B are both wrong, though their shapes fit.",
    question=(
        "Which entries of D does A[0, 0] reach? Which of your factors has to stand on the left for that?"
    ),
    rule=(
        "A product of matrices has an order. Keep each factor on the side on which it stands in the "
        "forward line."
    ),
)
def factors_swapped(A, B, dD):
    return B.T @ dD, dD @ A.T, dD.sum(0)


@matmul_2x2.misconception(
    symptom="What you return as the gradient of A is that of B, and the other way round.",
    question="In which order does the text ask for the three gradients?",
    rule="The results stand in the order of the variables: A, B, c.",
)
def results_swapped(A, B, dD):
    return A.T @ dD, dD @ B.T, dD.sum(0)


@matmul_2x2.misconception(
    symptom="Both gradients of matrices have the right numbers with rows and columns swapped.",
    question="Where did you write the derivative by A[0, 1]: in row 0, column 1?",
    rule="The derivative by an entry stands where the entry stands.",
)
def written_down_transposed(A, B, dD):
    return B @ dD.T, dD.T @ A, dD.sum(0)


@matmul_2x2.misconception(
    symptom="Both gradients of matrices are wrong, that of c is right.",
    question="How many products make up a single entry of D?",
    rule=(
        "Each entry of A reaches a whole row of D and collects from every entry of it. A product entry by "
        "entry has no such sum."
    ),
)
def entry_by_entry_product(A, B, dD):
    return dD * B, A * dD, dD.sum(0)


@matmul_2x2.misconception(
    symptom="The first two gradients are right, the two numbers for c are wrong.",
    question="Is one entry of c added along a row of D or down a column?",
    rule="A gradient sums over the axis along which its variable was copied.",
)
def c_summed_over_columns(A, B, dD):
    return dD @ B.T, A.T @ dD, dD.sum(1)


@matmul_2x2.misconception(
    symptom="The numbers for c are right, but they have two axes where c has one.",
    question="What is the shape of c in the forward line?",
    rule="A gradient has exactly the shape of its variable, not one that broadcasts to it.",
)
def c_keepdim(A, B, dD):
    return dD @ B.T, A.T @ dD, dD.sum(0, keepdim=True)


@matmul_2x2.misconception(
    symptom="The gradient of c is a whole matrix, where c has two entries.",
    question="In how many entries of D does the first entry of c occur?",
    rule="A variable that is used several times gets the sum of what every use sends back.",
)
def c_not_summed(A, B, dD):
    return dD @ B.T, A.T @ dD, dD


# -- shape_only_derivation --------------------------------------------------------------------------------


def three_shapes(draw: Draw) -> dict[str, Any]:
    """Two shapes and a wanted one, which fit in one way, in several or in none."""
    a, b, c, d = (1 + int(n) for n in torch.randperm(5, generator=draw.generator)[:4])
    kinds = [
        ((a, b), (b, c), (a, c)),  # one way
        ((a, b), (c, b), (c, a)),
        ((a, b), (a, b), (a, a)),  # two ways
        ((a, b), (b, a), (b, b)),
        ((a, a), (a, b), (a, b)),
        ((a, a), (a, a), (a, a)),  # all ways
        ((a, b), (c, d), (a, d)),  # no way: the inner sizes differ
        ((a, b), (b, c), (a, b)),  # no way: the outer sizes differ
    ]
    # Cases may differ in style and layout alone. There are no tensors here to show that, so the kind does.
    P, Q, wanted = kinds[(draw.integer(0, 7) + 4 * draw.structure.layout + draw.structure.style) % len(kinds)]
    return {"P": P, "Q": Q, "wanted": wanted}


@grades("shape_only_derivation", case_of=three_shapes, examples=40)
def shapes_only(P, Q, wanted):
    fitting = []
    for name in ("P@Q", "P@Q.T", "P.T@Q", "P.T@Q.T", "Q@P", "Q@P.T", "Q.T@P", "Q.T@P.T"):
        matrices = {
            "P": torch.zeros(P),
            "Q": torch.zeros(Q),
            "P.T": torch.zeros(P).T,
            "Q.T": torch.zeros(Q).T,
        }
        left, right = (matrices[factor] for factor in name.split("@"))
        if left.shape[1] == right.shape[0] and (left @ right).shape == wanted:
            fitting.append(name)
    return sorted(fitting)


@shapes_only.property("is as long as for the transposed shape, because a product can be transposed")
def transposing_keeps_the_count(student, P, Q, wanted):
    return len(student(P, Q, wanted)) == len(student(P, Q, wanted[::-1]))


@shapes_only.alternative
def shapes_by_trying(P, Q, wanted):
    p, q = torch.zeros(P), torch.zeros(Q)
    found = []
    for x, first in (("P", p), ("P.T", p.T)):
        for y, second in (("Q", q), ("Q.T", q.T)):
            for name, left, right in ((f"{x}@{y}", first, second), (f"{y}@{x}", second, first)):
                try:
                    if tuple((left @ right).shape) == tuple(wanted):
                        found.append(name)
                except RuntimeError:
                    pass
    return sorted(found)


@shapes_only.alternative
def shapes_case_by_case(P, Q, wanted):
    (a, b), (c, d), w = P, Q, tuple(wanted)
    table = {
        "P.T@Q": (a == c, (b, d)),
        "P.T@Q.T": (a == d, (b, c)),
        "P@Q": (b == c, (a, d)),
        "P@Q.T": (b == d, (a, c)),
        "Q.T@P": (c == a, (d, b)),
        "Q.T@P.T": (c == b, (d, a)),
        "Q@P": (d == a, (c, b)),
        "Q@P.T": (d == b, (c, a)),
    }
    return sorted(name for name, (fits, shape) in table.items() if fits and shape == w)


@shapes_only.alternative
def shapes_via_transposed_product(P, Q, wanted):
    found = []
    for x, (rows, inner) in (("P", P), ("P.T", P[::-1])):
        for y, (inner_too, columns) in (("Q", Q), ("Q.T", Q[::-1])):
            if inner == inner_too:
                found += [f"{x}@{y}"] if (rows, columns) == wanted else []
                # The same product, transposed: both factors turn round and change places.
                turned = {"P": "P.T", "P.T": "P", "Q": "Q.T", "Q.T": "Q"}
                found += [f"{turned[y]}@{turned[x]}"] if (columns, rows) == wanted else []
    found.sort()
    return found


@shapes_only.misconception(
    symptom="One product is listed where there are several.",
    question="What happens to the search after the first hit?",
    rule="When sizes agree, several products have the same shape. That is why shapes alone may not decide.",
)
def stopped_at_the_first(P, Q, wanted):
    for x in ("P", "P.T"):
        for y in ("Q", "Q.T"):
            for left, right in ((x, y), (y, x)):
                shapes = {"P": P, "P.T": P[::-1], "Q": Q, "Q.T": Q[::-1]}
                if shapes[left][1] == shapes[right][0] and (shapes[left][0], shapes[right][1]) == wanted:
                    return [f"{left}@{right}"]
    return []


@shapes_only.misconception(
    symptom="Every product that starts with Q is missing.",
    question="Must the first argument be the left factor?",
    rule="Either matrix may stand on the left: try both orders.",
)
def P_always_first(P, Q, wanted):
    found = []
    for x, (rows, inner) in (("P", P), ("P.T", P[::-1])):
        for y, (inner_too, columns) in (("Q", Q), ("Q.T", Q[::-1])):
            if inner == inner_too and (rows, columns) == wanted:
                found.append(f"{x}@{y}")
    return sorted(found)


@shapes_only.misconception(
    symptom="No product with a transposed matrix is listed.",
    question="Which candidates of the text did you try?",
    rule="A transpose swaps the two sizes, and each of the two matrices may be transposed.",
)
def never_transposed(P, Q, wanted):
    found = ["P@Q"] if P[1] == Q[0] and (P[0], Q[1]) == wanted else []
    return found + (["Q@P"] if Q[1] == P[0] and (Q[0], P[1]) == wanted else [])


@shapes_only.misconception(
    symptom="Products are listed that do not exist.",
    question="Which two sizes have to agree before two matrices can be multiplied?",
    rule="The outer sizes make the shape of the result, but the inner ones must meet first.",
)
def inner_sizes_ignored(P, Q, wanted):
    shapes = {"P": P, "P.T": P[::-1], "Q": Q, "Q.T": Q[::-1]}
    pairs = [(x, y) for x in shapes for y in shapes if x[0] != y[0]]
    return sorted(f"{x}@{y}" for x, y in pairs if (shapes[x][0], shapes[y][1]) == wanted)


@shapes_only.misconception(
    symptom="Products are listed whose shape is another than the wanted one.",
    question="What do you do with the argument `wanted`?",
    rule="A product must exist and have the shape of the variable. Check both.",
)
def result_shape_ignored(P, Q, wanted):
    shapes = {"P": P, "P.T": P[::-1], "Q": Q, "Q.T": Q[::-1]}
    pairs = [(x, y) for x in shapes for y in shapes if x[0] != y[0]]
    return sorted(f"{x}@{y}" for x, y in pairs if shapes[x][1] == shapes[y][0])


@shapes_only.misconception(
    symptom="Products are listed whose shape is the wanted one turned round.",
    question="Are (2, 3) and (3, 2) the same shape?",
    rule="A shape has an order: rows first, then columns.",
)
def order_of_the_shape_ignored(P, Q, wanted):
    shapes = {"P": P, "P.T": P[::-1], "Q": Q, "Q.T": Q[::-1]}
    pairs = [(x, y) for x in shapes for y in shapes if x[0] != y[0] and shapes[x][1] == shapes[y][0]]
    return sorted(f"{x}@{y}" for x, y in pairs if sorted((shapes[x][0], shapes[y][1])) == sorted(wanted))


@shapes_only.misconception(
    symptom="A product of a matrix with itself is listed.",
    question="How often may each of the two matrices be used?",
    rule="A gradient of a product needs one factor and the gradient that arrives: each is used exactly once.",
)
def one_matrix_twice(P, Q, wanted):
    shapes = {"P": P, "P.T": P[::-1], "Q": Q, "Q.T": Q[::-1]}
    pairs = [(x, y) for x in shapes for y in shapes if x != y]
    fits = [
        (x, y) for x, y in pairs if shapes[x][1] == shapes[y][0] and (shapes[x][0], shapes[y][1]) == wanted
    ]
    return sorted(f"{x}@{y}" for x, y in fits)


@shapes_only.misconception(
    symptom="The right products are listed in another order.",
    question="In which order does the text ask for them?",
    rule="Where a list has no natural order, sorting it makes two right answers equal.",
)
def not_sorted(P, Q, wanted):
    shapes = {"P": P, "P.T": P[::-1], "Q": Q, "Q.T": Q[::-1]}
    pairs = [(x, y) for x in shapes for y in shapes if x[0] != y[0] and shapes[x][1] == shapes[y][0]]
    return [f"{x}@{y}" for x, y in pairs if (shapes[x][0], shapes[y][1]) == wanted]


# -- backward_h -------------------------------------------------------------------------------------------


@backward_of("backward_h", wrt="h", upstream="dlogits")
def h(h: Float[Tensor, "N H"], W2, b2: Float[Tensor, "V"]):
    return h @ W2 + b2


@h.alternative
def h_by_einsum(dlogits, W2):
    return torch.einsum("nv,hv->nh", dlogits, W2)


@h.alternative
def h_transposed_at_the_end(dlogits, W2):
    return (W2 @ dlogits.transpose(0, 1)).T


@h.alternative
def h_column_by_column(dlogits, W2):
    dh = torch.zeros(len(dlogits), len(W2), dtype=dlogits.dtype)
    for v in range(dlogits.shape[1]):
        dh += torch.outer(dlogits[:, v], W2[:, v])
    return dh


@h.alternative
def h_number_by_number(dlogits, W2):
    dh = torch.zeros(dlogits.shape[0], W2.shape[0])
    for n in range(dlogits.shape[0]):
        for i in range(W2.shape[0]):
            for v in range(W2.shape[1]):
                dh[n, i] += dlogits[n, v] * W2[i, v]
    return dh


@h.alternative
def h_by_broadcasting(dlogits, W2):
    return (dlogits[:, None, :] * W2).sum(-1)


@h.misconception(**SHAPES_DO_NOT_MEET)
def h_matmul_no_transpose(dlogits, W2):
    return dlogits @ W2


@h.misconception(**RESHAPED)
def h_reshape_for_transpose(dlogits, W2):
    return dlogits @ W2.reshape(W2.shape[1], W2.shape[0])


@h.misconception(**WRONG_SIDE_OUT)
def h_result_transposed(dlogits, W2):
    return W2 @ dlogits.T


@h.misconception(**DIVIDED_BY_N)
def h_divided_by_n(dlogits, W2):
    return dlogits @ W2.T / len(dlogits)


@h.misconception(
    symptom="Every entry is too small, by one and the same factor: the number of logits of an example.",
    question="One hidden unit feeds all logits of its example. What becomes of what they send back?",
    rule="A variable that is used several times gets the sum of what every use sends back, not its mean.",
)
def h_mean_over_logits(dlogits, W2):
    return (dlogits[:, None, :] * W2).mean(-1)


@h.misconception(**DTYPE_WRITTEN_DOWN)
def h_hard_coded_float32(dlogits, W2):
    return dlogits.float() @ W2.float().T


# -- backward_W2 ------------------------------------------------------------------------------------------


@backward_of("backward_W2", wrt="W2", upstream="dlogits")
def W2(h, W2: Float[Tensor, "H V"], b2: Float[Tensor, "V"]):
    return h @ W2 + b2


@W2.property("does not depend on the order of the examples in the batch")
def W2_batch_order(student, h, dlogits):
    size = float((h.abs().T @ dlogits.abs()).max())
    return close(student(h, dlogits), student(h.flip(0), dlogits.flip(0)), scale=size)


@W2.alternative
def W2_by_einsum(h, dlogits):
    return torch.einsum("nh,nv->hv", h, dlogits)


@W2.alternative
def W2_example_by_example(h, dlogits):
    dW2 = torch.zeros(h.shape[1], dlogits.shape[1], dtype=h.dtype)
    for row, upstream in zip(h, dlogits, strict=True):
        dW2 += torch.outer(row, upstream)
    return dW2


@W2.alternative
def W2_by_batched_product(h, dlogits):
    return torch.bmm(h.unsqueeze(2), dlogits.unsqueeze(1)).sum(0)


@W2.alternative
def W2_transposed_at_the_end(h, dlogits):
    return torch.mm(dlogits.t(), h).t()


@W2.misconception(**SHAPES_DO_NOT_MEET)
def W2_matmul_no_transpose(h, dlogits):
    return h @ dlogits


@W2.misconception(**RESHAPED)
def W2_reshape_for_transpose(h, dlogits):
    return h.reshape(h.shape[1], h.shape[0]) @ dlogits


@W2.misconception(**WRONG_SIDE_OUT)
def W2_result_transposed(h, dlogits):
    return dlogits.T @ h


@W2.misconception(**DIVIDED_BY_N)
def W2_divided_by_n(h, dlogits):
    return h.T @ dlogits / len(h)


@W2.misconception(
    symptom="The shape is right and the numbers are those of a single example.",
    question="Your loop visits every example. What happens to the earlier ones when a later one is written?",
    rule=(
        "Parameters are shared by the whole batch, so the examples' gradients are added up, none replaces "
        "another."
    ),
)
def W2_last_example_only(h, dlogits):
    dW2 = torch.zeros(h.shape[1], dlogits.shape[1], dtype=h.dtype)
    for i in range(len(h)):
        dW2 = torch.outer(h[i], dlogits[i])
    return dW2


@W2.misconception(
    symptom="The shape is right, but examples are paired that never met.",
    question="Does the activation of one example belong with the gradient of another?",
    rule=(
        "A sum of products is not the product of the sums. Multiply within each example, then add up the "
        "batch."
    ),
)
def W2_summed_before_the_product(h, dlogits):
    return torch.outer(h.sum(0), dlogits.sum(0))


# -- backward_b2 ------------------------------------------------------------------------------------------


@backward_of("backward_b2", wrt="b2", upstream="dlogits")
def b2(h: Float[Tensor, "N H"], W2: Float[Tensor, "H V"], b2: Float[Tensor, "V"]):
    return h @ W2 + b2


@b2.alternative
def b2_by_product_with_ones(dlogits):
    return torch.ones(len(dlogits), dtype=dlogits.dtype) @ dlogits


@b2.alternative
def b2_row_by_row(dlogits):
    db2 = torch.zeros_like(dlogits[0])
    for row in dlogits:
        db2 = db2 + row
    return db2


@b2.alternative
def b2_squeezed(dlogits):
    return dlogits.sum(0, keepdim=True).squeeze(0)


@b2.alternative
def b2_by_einsum(dlogits):
    return torch.einsum("nv->v", dlogits)


@b2.misconception(**KEPT_AXIS)
def b2_bias_keepdim(dlogits):
    return dlogits.sum(0, keepdim=True)


@b2.misconception(**WRONG_AXIS)
def b2_bias_wrong_axis(dlogits):
    return dlogits.sum(1)


@b2.misconception(**DIVIDED_BY_N)
def b2_divided_by_n(dlogits):
    return dlogits.mean(0)


@b2.misconception(**NOT_SUMMED)
def b2_not_summed(dlogits):
    return dlogits


@b2.misconception(**ALL_IN_ONE)
def b2_all_in_one(dlogits):
    return dlogits.sum()


@b2.misconception(
    symptom="The numbers are right, but they are a part of the argument's memory, and the argument changes.",
    question="Is the first row of a tensor a new tensor, or a window on the old one?",
    rule="Indexing gives a view. What is added to a view is added to the tensor behind it.",
)
def b2_added_up_in_the_first_row(dlogits):
    db2 = dlogits[0]
    for row in dlogits[1:]:
        db2 += row
    return db2


@b2.misconception(**DTYPE_WRITTEN_DOWN)
def b2_hard_coded_float32(dlogits):
    return dlogits.sum(0, dtype=torch.float32)


# -- backward_hpreact -------------------------------------------------------------------------------------


def tanh_outputs(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Outputs of a tanh, away from 0, where output and input are alike, and from 1, where it is flat."""
    size = torch.randint(1, 4, shape, generator=draw.generator) / 4 if draw.structure.style <= 1 else None
    size = 0.2 + 0.75 * draw.uniform(*shape) if size is None else size
    return draw.finish(size.double() * draw.normal(*shape).double().sign())


@backward_of(
    "backward_hpreact", wrt="hpreact", upstream="dh", h=tanh_outputs, cache=lambda h: {"hpreact": h.atanh()}
)
def hpreact(hpreact: Float[Tensor, "N H"]):
    return torch.tanh(hpreact)


@hpreact.property("is nowhere larger than dh, because the tanh is nowhere steeper than 1")
def hpreact_no_larger(answer, dh):
    return bool((answer.abs() <= dh.abs()).all())


@hpreact.alternative
def hpreact_two_terms(h, dh):
    return dh - h * h * dh


@hpreact.alternative
def hpreact_by_factors(h, dh):
    return (1 - h).mul(1 + h).mul(dh)


@hpreact.alternative
def hpreact_in_place_on_a_copy(h, dh):
    slope = h.clone()
    slope.pow_(2).neg_().add_(1)
    slope *= dh
    return slope


@hpreact.alternative
def hpreact_by_cosh(h, dh):
    return dh / torch.cosh(torch.atanh(h)) ** 2


@hpreact.misconception(
    symptom=(
        "Entries with a small h are almost right, those with a large h are far off, some with the wrong sign."
    ),
    question="The square in your slope: is it of what goes into the tanh, or of what comes out of it?",
    rule=(
        "The neat form of the slope uses the output of the tanh. Near 0 output and input are alike, which "
        "hides a mix-up."
    ),
)
def tanh_of_input(h, dh):
    return (1 - torch.atanh(h) ** 2) * dh


@hpreact.misconception(
    symptom="Entries with a small h are almost right, those with a large h let too much through.",
    question="Has h been through the tanh already?",
    rule=(
        "Look at which variable is the function's result. Applying the function once more to it is one "
        "time too many."
    ),
)
def tanh_twice(h, dh):
    return (1 - torch.tanh(h) ** 2) * dh


@hpreact.misconception(
    symptom="The answer is dh, unchanged.",
    question="How steep is the tanh where it is almost flat?",
    rule="Every step multiplies by its own slope. For a tanh it is 1 only in the middle.",
)
def slope_missing(h, dh):
    return dh


@hpreact.misconception(
    symptom="Entries with a negative h are larger than dh.",
    question="Is the tanh steeper on its left side than on its right?",
    rule="The tanh is odd, so its slope is the same for h and for -h.",
)
def square_missing(h, dh):
    return (1 - h) * dh


@hpreact.misconception(
    symptom="Entries with a negative h have the wrong sign.",
    question="The slope of which curve did you use? There is more than one that is shaped like an S.",
    rule="The sigmoid runs from 0 to 1, the tanh from -1 to 1, and their slopes differ.",
)
def slope_of_the_sigmoid(h, dh):
    return h * (1 - h) * dh


@hpreact.misconception(
    symptom="Every entry has the wrong sign.",
    question="When the input of the tanh grows, does the output grow or shrink?",
    rule="The tanh rises everywhere, so its slope is positive.",
)
def slope_with_the_wrong_sign(h, dh):
    return (h**2 - 1) * dh


@hpreact.misconception(
    symptom="The answer does not change when dh does.",
    question="Which of the two arguments is missing in your result?",
    rule=(
        "A backward step multiplies the gradient that arrives by the local slope. The slope alone is half "
        "of it."
    ),
)
def upstream_missing(h, dh):
    return 1 - h**2


@hpreact.misconception(**INPUT_CHANGED)
def dh_changed_in_place(h, dh):
    dh *= 1 - h**2
    return dh.clone()


# -- backward_embcat --------------------------------------------------------------------------------------


@backward_of("backward_embcat", wrt="embcat", upstream="dhprebn")
def embcat(embcat: Float[Tensor, "N K"], W1, b1: Float[Tensor, "H"]):
    return embcat @ W1 + b1


@embcat.alternative
def embcat_by_einsum(dhprebn, W1):
    return torch.einsum("nh,kh->nk", dhprebn, W1)


@embcat.alternative
def embcat_row_by_row(dhprebn, W1):
    return torch.stack([W1 @ row for row in dhprebn])


@embcat.alternative
def embcat_entry_by_entry(dhprebn, W1):
    dembcat = torch.zeros((len(dhprebn), len(W1)), dtype=dhprebn.dtype)
    for n in range(len(dhprebn)):
        for k in range(len(W1)):
            dembcat[n, k] = (dhprebn[n] * W1[k]).sum()
    return dembcat


@embcat.misconception(**SHAPES_DO_NOT_MEET)
def embcat_matmul_no_transpose(dhprebn, W1):
    return dhprebn @ W1


@embcat.misconception(**RESHAPED)
def embcat_reshape_for_transpose(dhprebn, W1):
    return dhprebn @ W1.reshape(W1.shape[1], W1.shape[0])


@embcat.misconception(**WRONG_SIDE_OUT)
def embcat_result_transposed(dhprebn, W1):
    return W1 @ dhprebn.T


@embcat.misconception(**DIVIDED_BY_N)
def embcat_divided_by_n(dhprebn, W1):
    return dhprebn @ W1.T / len(dhprebn)


@embcat.misconception(
    symptom="Every row of the answer is the same.",
    question="Does the gradient of one example depend on the other examples of the batch?",
    rule=(
        "A linear layer treats each example by itself, so each row of the gradient comes from its own row "
        "alone."
    ),
)
def embcat_batch_summed(dhprebn, W1):
    return (dhprebn.sum(0, keepdim=True) @ W1.T).repeat(len(dhprebn), 1)


# -- backward_W1 ------------------------------------------------------------------------------------------


@backward_of("backward_W1", wrt="W1", upstream="dhprebn")
def W1(embcat, W1: Float[Tensor, "K H"], b1: Float[Tensor, "H"]):
    return embcat @ W1 + b1


@W1.property("does not depend on the order of the examples in the batch")
def W1_batch_order(student, embcat, dhprebn):
    size = float((embcat.abs().T @ dhprebn.abs()).max())
    return close(student(embcat, dhprebn), student(embcat.flip(0), dhprebn.flip(0)), scale=size)


@W1.alternative
def W1_by_einsum(embcat, dhprebn):
    return torch.einsum("nk,nh->kh", embcat, dhprebn)


@W1.alternative
def W1_by_broadcasting(embcat, dhprebn):
    return (embcat[:, :, None] * dhprebn[:, None, :]).sum(dim=0)


@W1.alternative
def W1_column_by_column(embcat, dhprebn):
    return torch.stack([dhprebn.T @ embcat[:, k] for k in range(embcat.shape[1])])


@W1.misconception(**SHAPES_DO_NOT_MEET)
def W1_matmul_no_transpose(embcat, dhprebn):
    return embcat @ dhprebn


@W1.misconception(**RESHAPED)
def W1_reshape_for_transpose(embcat, dhprebn):
    return embcat.reshape(embcat.shape[1], embcat.shape[0]) @ dhprebn


@W1.misconception(**WRONG_SIDE_OUT)
def W1_result_transposed(embcat, dhprebn):
    return dhprebn.T @ embcat


@W1.misconception(**DIVIDED_BY_N)
def W1_divided_by_n(embcat, dhprebn):
    return embcat.T @ dhprebn / len(embcat)


@W1.misconception(
    symptom="The shape is right, but examples are paired that never met.",
    question="Does the embedding of one example belong with the gradient of another?",
    rule=(
        "A sum of products is not the product of the sums. Multiply within each example, then add up the "
        "batch."
    ),
)
def W1_summed_before_the_product(embcat, dhprebn):
    return torch.outer(embcat.sum(0), dhprebn.sum(0))


@W1.misconception(**DTYPE_WRITTEN_DOWN)
def W1_hard_coded_float32(embcat, dhprebn):
    dW1 = torch.zeros(embcat.shape[1], dhprebn.shape[1], dtype=torch.float32)
    for n in range(len(embcat)):
        dW1 += torch.outer(embcat[n], dhprebn[n])
    return dW1


# -- backward_b1 ------------------------------------------------------------------------------------------


@backward_of("backward_b1", wrt="b1", upstream="dhprebn")
def b1(embcat: Float[Tensor, "N K"], W1: Float[Tensor, "K H"], b1: Float[Tensor, "H"]):
    return embcat @ W1 + b1


@b1.alternative
def b1_by_product_with_ones(dhprebn):
    return dhprebn.T @ torch.ones(len(dhprebn), dtype=dhprebn.dtype)


@b1.alternative
def b1_column_by_column(dhprebn):
    return torch.stack([dhprebn[:, j].sum() for j in range(dhprebn.shape[1])])


@b1.alternative
def b1_viewed(dhprebn):
    return dhprebn.sum(0, keepdim=True).view(-1)


@b1.misconception(
    symptom="Every entry is zero, while the gradient that arrives is not.",
    question="Did you use the argument, or what you know about the layer behind this one?",
    rule=(
        "A step computes from what arrives. That the batchnorm cancels this bias shows in the numbers that "
        "it sends back."
    ),
)
def b1_zero_because_of_batchnorm(dhprebn):
    return torch.zeros(dhprebn.shape[1], dtype=dhprebn.dtype)


@b1.misconception(**KEPT_AXIS)
def b1_bias_keepdim(dhprebn):
    return dhprebn.sum(0, keepdim=True)


@b1.misconception(**WRONG_AXIS)
def b1_bias_wrong_axis(dhprebn):
    return dhprebn.sum(1)


@b1.misconception(**DIVIDED_BY_N)
def b1_divided_by_n(dhprebn):
    return dhprebn.mean(0)


@b1.misconception(**NOT_SUMMED)
def b1_not_summed(dhprebn):
    return dhprebn


@b1.misconception(**ALL_IN_ONE)
def b1_all_in_one(dhprebn):
    return dhprebn.sum()


# -- backward_emb -----------------------------------------------------------------------------------------


# A view of dembcat has the right numbers, and most people return one: not marked down.
@backward_of(
    "backward_emb", wrt="emb", upstream="dembcat", derived={"K": lambda s: s["T"] * s["D"]}, may_alias=True
)
def emb(emb: Float[Tensor, "N T D"], T):
    return emb.reshape(len(emb), -1)


@emb.property("moves no number: read line by line, it is dembcat")
def emb_reading_order(answer, dembcat):
    return torch.equal(answer.flatten(), dembcat.flatten())


@emb.alternative
def emb_by_view(dembcat, T):
    return dembcat.view(dembcat.shape[0], T, -1)


@emb.alternative
def emb_by_unflatten(dembcat, T):
    return dembcat.clone().unflatten(1, (T, dembcat.shape[1] // T))


@emb.alternative
def emb_by_chunks(dembcat, T):
    return torch.stack(dembcat.chunk(T, dim=1), dim=1)


@emb.alternative
def emb_place_by_place(dembcat, T):
    N, D = dembcat.shape[0], dembcat.shape[1] // T
    demb = torch.zeros(N, T, D, dtype=dembcat.dtype)
    for t in range(T):
        demb[:, t] = dembcat[:, t * D : (t + 1) * D]
    return demb


@emb.alternative
def emb_number_by_number(dembcat, T):
    N, D = dembcat.shape[0], dembcat.shape[1] // T
    demb = torch.zeros(N, T, D)
    for n in range(N):
        for t in range(T):
            for d in range(D):
                demb[n, t, d] = dembcat[n, t * D + d]
    return demb


@emb.misconception(
    symptom="The shape is right, and inside each example the numbers have changed places.",
    question=(
        "Which numbers stand side by side in a row of embcat: those of one place, or one number of each "
        "place?"
    ),
    rule="A reshape cuts the row into pieces in reading order. A transpose after it mixes the pieces.",
)
def emb_wrong_view(dembcat, T):
    return dembcat.reshape(len(dembcat), -1, T).transpose(1, 2)


@emb.misconception(
    symptom="The numbers are right, but the last two sizes are swapped.",
    question="In which order does emb have its axes: example, place, entry, or example, entry, place?",
    rule="A gradient has the axes of its variable in the same order.",
)
def emb_places_last(dembcat, T):
    return dembcat.reshape(len(dembcat), -1, T)


@emb.misconception(
    symptom="The shape is right, but the numbers of one example are spread over several.",
    question="Which axis of dembcat is the batch, and is it still the first one when you cut?",
    rule=(
        "A reshape reads line by line. Transpose first and it reads the columns: every number lands "
        "elsewhere."
    ),
)
def emb_batch_mixed(dembcat, T):
    return dembcat.T.reshape(len(dembcat), T, -1)


@emb.misconception(
    symptom="The numbers are right, but the batch and the places have become one axis.",
    question="How many axes does emb have?",
    rule="A gradient has exactly the shape of its variable: one axis for the examples, one for the places.",
)
def emb_two_axes(dembcat, T):
    return dembcat.reshape(-1, dembcat.shape[1] // T)


@emb.misconception(
    symptom="Every entry is too small, by one and the same factor: the number of places.",
    question="Did the forward line average over the places, or lay them side by side?",
    rule="A view moves no numbers and changes none. Neither does its way back.",
)
def emb_averaged_over_places(dembcat, T):
    return dembcat.reshape(len(dembcat), T, -1) / T


@emb.misconception(
    symptom="All places of an example have the same numbers.",
    question="Which part of the row belongs to the first place, and which to the second?",
    rule="Each place sent its own stretch of the row, so each gets back that stretch alone.",
)
def emb_first_place_repeated(dembcat, T):
    D = dembcat.shape[1] // T
    return dembcat[:, None, :D].repeat(1, T, 1)


# -- backward_C -------------------------------------------------------------------------------------------


def demb_of_a_view(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """An upstream gradient in reading order, as a view backwards leaves it, so that `.view` works."""
    return draw.normal(*shape).contiguous() * draw.scale


@backward_of(
    "backward_C",
    wrt="C",
    upstream="demb",
    Xb=indices("V", repeated=True),
    demb=demb_of_a_view,
    minimum={"V": 4, "D": 1},  # so that the smallest case has six embeddings of one number
    largest={"V": 7},
    one="V",
)
def C(C: Float[Tensor, "V D"], Xb):
    return C[Xb]


@C.property("has zeros in the row of every character that does not occur")
def C_unused_rows(answer, Xb, V):
    used = torch.bincount(Xb.flatten(), minlength=V) > 0
    return not answer[~used].any()


@C.property("hands on all that arrives: summed over everything, it is the sum of demb")
def C_same_total(answer, demb):
    return near_zero(answer.sum() - demb.sum(), scale=float(demb.abs().sum()))


@C.alternative
def C_double_loop(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2])
    for n in range(Xb.shape[0]):
        for t in range(Xb.shape[1]):
            dC[Xb[n, t]] += demb[n, t]
    return dC


@C.alternative
def C_index_add(Xb, demb, V):
    dC = torch.zeros((V, demb.shape[-1]), dtype=demb.dtype)
    return dC.index_add_(0, Xb.view(-1), demb.view(-1, demb.shape[-1]))


@C.alternative
def C_index_put(Xb, demb, V):
    return demb.new_zeros(V, demb.shape[-1]).index_put_((Xb,), demb, accumulate=True)


@C.alternative
def C_one_hot_product(Xb, demb, V):
    one_hot = torch.nn.functional.one_hot(Xb.flatten(), num_classes=V).to(demb.dtype)
    return one_hot.T @ demb.flatten(0, 1)


@C.alternative
def C_by_einsum(Xb, demb, V):
    return torch.einsum("ntv,ntd->vd", (Xb[..., None] == torch.arange(V)).to(demb.dtype), demb)


@C.alternative
def C_scatter_add(Xb, demb, V):
    D = demb.shape[2]
    index = Xb.reshape(-1, 1).expand(-1, D)
    return torch.zeros(V, D, dtype=demb.dtype).scatter_add(0, index, demb.reshape(-1, D))


@C.alternative
def C_row_by_row(Xb, demb, V):
    return torch.stack([demb[Xb == v].sum(dim=0) for v in range(V)])


# `dC[Xb] = demb` on fresh zeros is the same function.
@C.misconception(
    symptom=(
        "Rows of characters that occur once are right. Rows of characters that occur several times miss "
        "something."
    ),
    question="What does an indexed assignment do when the same index is in the list twice?",
    rule=(
        "Each use of a row sends a gradient of its own, and they add up. An indexed assignment keeps one "
        "of them."
    ),
)
def scatter_fancy_add(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2], dtype=demb.dtype)
    dC[Xb] += demb
    return dC


@C.misconception(
    symptom="Rows are right, unless a character stands at several places of one and the same example.",
    question="Your loop takes one example at a time. Can an index occur twice within a single example?",
    rule=(
        "Where a list of indices is used at once, a repeated one counts once. A shorter list can repeat too."
    ),
)
def scatter_one_example_at_a_time(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2], dtype=demb.dtype)
    for row, upstream in zip(Xb, demb, strict=True):
        dC[row] += upstream
    return dC


@C.misconception(
    symptom="Rows of characters that occur several times are too small.",
    question="Did the forward line average over the uses of a character?",
    rule="A row that is used several times gets the sum of what every use sends back, not its mean.",
)
def scatter_mean(Xb, demb, V):
    hits = (Xb[..., None] == torch.arange(V)).to(demb.dtype)
    return torch.einsum("ntv,ntd->vd", hits, demb) / hits.sum((0, 1)).clamp(min=1)[:, None]


@C.misconception(
    symptom="Every entry is too small, by one and the same factor: the number of examples.",
    question="Does looking up a row of a table take an average?",
    rule=(
        "The average of the loss sits in the gradient that arrives here. A step divides only by what its "
        "own line divides by."
    ),
)
def scatter_divided_by_n(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2], dtype=demb.dtype)
    return dC.index_add_(0, Xb.reshape(-1), demb.reshape(-1, demb.shape[2])) / len(Xb)


@C.misconception(
    symptom="The table has too few rows whenever the last characters do not occur.",
    question="Where does the number of rows of your table come from?",
    rule=(
        "A gradient has the shape of its variable. A batch does not show every character, so its numbers "
        "do not tell the size."
    ),
)
def rows_counted_from_the_batch(Xb, demb, V):
    dC = torch.zeros(int(Xb.max()) + 1, demb.shape[2], dtype=demb.dtype)
    return dC.index_add_(0, Xb.reshape(-1), demb.reshape(-1, demb.shape[2]))


@C.misconception(
    symptom="The sum over the table is right, but rows hold the gradients of other characters.",
    question=(
        "When you flatten the indices and the gradients, do both run through the examples and places in "
        "the same order?"
    ),
    rule="The two lists must be read in step: the n-th index belongs to the n-th gradient.",
)
def places_and_examples_mixed(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2], dtype=demb.dtype)
    return dC.index_add_(0, Xb.T.reshape(-1), demb.reshape(-1, demb.shape[2]))


@C.misconception(
    symptom="Only the characters of the first place have a gradient.",
    question="How many places of the block look something up in the table?",
    rule="Every place of every example uses a row. All of them send something back.",
)
def first_place_only(Xb, demb, V):
    return torch.zeros(V, demb.shape[2], dtype=demb.dtype).index_add_(0, Xb[:, 0], demb[:, 0])


@C.misconception(**WRONG_SIDE_OUT)
def table_transposed(Xb, demb, V):
    return torch.einsum("ntv,ntd->dv", (Xb[..., None] == torch.arange(V)).to(demb.dtype), demb)


@C.misconception(**DTYPE_WRITTEN_DOWN)
def table_in_float32(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2], dtype=torch.float32)
    for n in range(Xb.shape[0]):
        for t in range(Xb.shape[1]):
            dC[Xb[n, t]] += demb[n, t]
    return dC
