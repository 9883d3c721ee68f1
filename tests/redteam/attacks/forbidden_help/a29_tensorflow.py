"""Differentiates with tensorflow."""

import tensorflow as tf
import torch


def cube_backward(x, dy):
    z = tf.Variable(x.numpy())
    with tf.GradientTape() as tape:
        y = z**3
    return torch.from_numpy(tape.gradient(y, z, dy.numpy()).numpy())


def double(x):
    return 2 * x
