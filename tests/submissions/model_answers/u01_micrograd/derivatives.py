from collections.abc import Callable
from typing import Any

def numeric_derivative(f: Callable[[float], float], x: float, h: float) -> float:
    return (f(x + h) - f(x)) / h

def numeric_gradient(f: Callable[..., float], args: list[float], h: float) -> list[float]:
    base = f(*args)
    slopes = []
    for i in range(len(args)):
        nudged = list(args)
        nudged[i] += h
        slopes.append((f(*nudged) - base) / h)
    return slopes

def chain_rates(rates: list[float]) -> list[float]:
    grads = [1.0]
    for rate in reversed(rates):
        grads.append(rate * grads[-1])
    return grads[::-1]

def gradcheck(build: Callable[[dict[str, float]], tuple[Any, dict[str, Any]]], leaves: dict[str, float], h: float) -> dict[str, tuple[float, float, bool]]:
    out, nodes = build(leaves)
    out.backward()
    report = {}
    for name, x in leaves.items():
        above, _ = build({**leaves, name: x + h})
        below, _ = build({**leaves, name: x - h})
        analytic, numeric = (nodes[name].grad, (above.data - below.data) / (2 * h))
        ok = abs(analytic - numeric) <= 1e-07 + 0.0001 * max(abs(analytic), abs(numeric))
        report[name] = (analytic, numeric, ok)
    return report
