# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false, reportOptionalIterable=false
import numpy as np
import pytest
import torch

from app.engine.clipping import CLIP_BY, Clip, clip_gradients
from app.engine.errors import EngineError
from tests.engine.oracle import assert_close

rng = np.random.default_rng(0)
GRADIENTS = {"U": rng.normal(size=(3, 2)), "W": 5 * rng.normal(size=(3, 3)), "b": np.zeros(3)}
BEFORE = np.sqrt(sum((g**2).sum() for g in GRADIENTS.values()))


def in_torch(names=GRADIENTS):
    leaves = [torch.zeros(GRADIENTS[name].shape) for name in names]
    for leaf, name in zip(leaves, names, strict=True):
        leaf.grad = torch.tensor(GRADIENTS[name], dtype=torch.float32)
    return leaves


def test_by_norm_agrees_with_torch():
    leaves = in_torch()
    before = torch.nn.utils.clip_grad_norm_(leaves, 1.5)
    clipped = clip_gradients(GRADIENTS, Clip("norm", 1.5))
    assert clipped.norm_before == pytest.approx(before.item(), rel=1e-6)
    assert clipped.norm_after == pytest.approx(1.5, rel=1e-12)
    assert clipped.scale == pytest.approx(1.5 / BEFORE)
    for leaf, gradient in zip(leaves, clipped.gradients.values(), strict=True):
        assert_close(gradient, leaf.grad.numpy(), 1e-5)


def test_by_matrix_is_each_ones_own_norm_in_torch():
    clipped = clip_gradients(GRADIENTS, Clip("matrix", 2.0))
    assert isinstance(clipped.scale, dict)
    for name in GRADIENTS:
        (leaf,) = in_torch([name])
        before = torch.nn.utils.clip_grad_norm_([leaf], 2.0).item()
        assert_close(clipped.gradients[name], leaf.grad.numpy(), 1e-5, name)
        expected = 2.0 / before if before > 2.0 else 1.0
        assert clipped.scale[name] == pytest.approx(expected, rel=1e-6)


def test_by_value_agrees_with_torch():
    leaves = in_torch()
    torch.nn.utils.clip_grad_value_(leaves, 0.4)
    clipped = clip_gradients(GRADIENTS, Clip("value", 0.4))
    assert clipped.scale is None
    for leaf, gradient in zip(leaves, clipped.gradients.values(), strict=True):
        assert_close(gradient, leaf.grad.numpy(), 1e-6)


@pytest.mark.parametrize("by", CLIP_BY)
def test_norm_after_is_that_of_the_clipped(by):
    clipped = clip_gradients(GRADIENTS, Clip(by, 0.7))
    after = np.sqrt(sum((g**2).sum() for g in clipped.gradients.values()))
    assert clipped.norm_before == pytest.approx(BEFORE)
    assert clipped.norm_after == pytest.approx(after)
    assert clipped.norm_after < clipped.norm_before


@pytest.mark.parametrize("by", CLIP_BY)
def test_below_the_threshold_nothing_changes(by):
    clipped = clip_gradients(GRADIENTS, Clip(by, 1e6))
    for name, gradient in GRADIENTS.items():
        assert np.array_equal(clipped.gradients[name], gradient)
        assert clipped.gradients[name] is not gradient


@pytest.mark.parametrize("by", CLIP_BY)
def test_float32_stays_float32(by):
    narrow = {name: g.astype(np.float32) for name, g in GRADIENTS.items()}
    assert all(
        g.dtype == np.float32 for g in clip_gradients(narrow, Clip(by, 0.3)).gradients.values()
    )


@pytest.mark.parametrize("threshold", [0, -1.0, np.inf, np.nan, "1", None, True])
def test_bad_threshold(threshold):
    with pytest.raises(EngineError) as caught:
        Clip("norm", threshold)
    assert caught.value.field == "clip.threshold"


def test_unknown_way():
    with pytest.raises(EngineError, match="norm, matrix, value") as caught:
        Clip("length", 1.0)
    assert caught.value.field == "clip.by"
