"""Trains delay-risk.onnx from the lines that the story wrote: python3 train.py DIR/training.jsonl (needs numpy and onnx)."""
import json
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

COLUMNS = ["delayMean1h", "delayMean6h", "lateShare1h", "lateShare1d", "destinationDelayMean6h", "hour", "distance"]
HOUR = COLUMNS.index("hour")


def read(path):
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    x = np.array([[np.nan if row[c] is None else row[c] for c in COLUMNS] for row in rows], dtype=np.float64)
    return x, np.array([row["late"] for row in rows], dtype=np.float64)


def fit(x, y, rounds=12):
    """Logistic regression by Newton's method, with a little of a ridge."""
    x = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-x @ w))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(w))
        w -= np.linalg.solve(hessian, x.T @ (p - y) + 1e-3 * w)
    return w[:-1], w[-1]


def auc(y, p):
    ranks = np.argsort(np.argsort(p)) + 1.0
    late = y.sum()
    return (ranks[y == 1].sum() - late * (late + 1) / 2) / (late * (len(y) - late))


def constant(name, values):
    return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)


def main():
    x, y = read(sys.argv[1])
    mean, deviation = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    scaled = (np.where(np.isnan(x), mean, x) - mean) / deviation
    weights, bias = fit(scaled, y)
    print(f"{len(y)} rows, {y.mean():.3f} late, AUC {auc(y, scaled @ weights):.3f}")
    graph = helper.make_graph(
        [
            helper.make_node("IsNaN", ["features"], ["missing"]),
            helper.make_node("Where", ["missing", "mean", "features"], ["whole"]),
            helper.make_node("Sub", ["whole", "mean"], ["centred"]),
            helper.make_node("Div", ["centred", "deviation"], ["scaled"]),
            helper.make_node("Gemm", ["scaled", "weights", "bias"], ["odds"]),
            helper.make_node("Sigmoid", ["odds"], ["risk"]),
        ],
        "delay-risk",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", len(COLUMNS)])],
        [helper.make_tensor_value_info("risk", TensorProto.FLOAT, ["rows", 1])],
        [constant("mean", mean), constant("deviation", deviation), constant("weights", weights[:, None]), constant("bias", [bias])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="train.py")
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, sys.argv[2] if len(sys.argv) > 2 else "delay-risk.onnx")


main()
