import numpy as np
import pytest

from app.engine.cells import CELLS
from app.engine.errors import EngineError
from app.engine.initialization import (
    INITIALIZERS,
    Init,
    initialize,
    spectral_radius,
    with_spectral_radius,
)
from app.engine.network import Network, parameter_shapes
from tests.engine.oracle import assert_close

BIG = (200, 300, 100)  # I, H, O


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scheme", INITIALIZERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_makes_a_valid_network(cell, scheme, dtype):
    parameters = initialize(cell, 3, 5, 4, Init(scheme), dtype)
    network = Network(cell=cell, parameters=parameters)
    assert (network.I, network.H, network.O, network.dtype) == (3, 5, 4, dtype)
    forget = np.zeros(len(parameters["b"]))
    forget[5:10] = cell == "lstm"  # the forget gate's rows start at 1
    assert np.array_equal(parameters["b"], forget)
    assert not parameters["c"].any()
    assert set(initialize(cell, 3, 5, None, Init(scheme))) == set(parameters) - {"V", "c"}


@pytest.mark.parametrize("scheme", INITIALIZERS)
def test_the_seed_decides(scheme):
    first, again, other = (initialize("rnn", 3, 5, 4, Init(scheme, seed=s)) for s in (1, 1, 2))
    for name in "UWV":
        assert np.array_equal(first[name], again[name])
    assert not np.array_equal(first["U"], other["U"])


@pytest.mark.parametrize("scheme", INITIALIZERS)
def test_precision_and_outputs_do_not_change_the_draw(scheme):
    wide, narrow = (initialize("rnn", 3, 5, 4, Init(scheme), d) for d in (np.float64, np.float32))
    for name, p in wide.items():
        assert np.array_equal(p.astype(np.float32), narrow[name])
    more = initialize("rnn", 3, 5, 9, Init(scheme))
    assert np.array_equal(more["W"], wide["W"])
    assert np.array_equal(more["U"], wide["U"])


@pytest.mark.parametrize("scheme", INITIALIZERS)
def test_gain_scales_U_and_V_alone(scheme):
    plain, loud = (initialize("rnn", 3, 5, 4, Init(scheme, gain=g)) for g in (1.0, 2.5))
    for name in "UV":
        assert_close(loud[name], 2.5 * plain[name], 1e-15, name)
    assert np.array_equal(loud["W"], plain["W"])


@pytest.mark.parametrize("scheme", INITIALIZERS)
@pytest.mark.parametrize("target", [0.0, 0.5, 0.9, 1.3])
def test_target_radius_rescales_W_alone(scheme, target):
    plain = initialize("rnn", 3, 8, 4, Init(scheme))
    scaled = initialize("rnn", 3, 8, 4, Init(scheme, spectral_radius=target))
    assert spectral_radius(scaled["W"]) == pytest.approx(target, abs=1e-12)
    assert_close(scaled["W"], plain["W"] * target / spectral_radius(plain["W"]), 1e-12)
    assert np.array_equal(scaled["U"], plain["U"])


def test_normal_has_variance_one_over_fan_in():
    p = initialize("rnn", *BIG, Init("normal"))
    for name in "UWV":
        assert p[name].std() == pytest.approx(p[name].shape[1] ** -0.5, rel=0.02)
        assert abs(p[name].mean()) < 0.01


def test_xavier_is_uniform_within_glorots_bound():
    p = initialize("rnn", *BIG, Init("xavier"))
    for name in "UWV":
        bound = np.sqrt(6 / sum(p[name].shape))
        assert 0.99 * bound < np.abs(p[name]).max() <= bound
        assert p[name].std() == pytest.approx(bound / np.sqrt(3), rel=0.02)


@pytest.mark.parametrize(("I", "O"), [(3, 9), (9, 3), (6, 6)])
def test_orthogonal_rows_or_columns(I, O):  # noqa: E741
    p = initialize("rnn", I, 6, O, Init("orthogonal"))
    for name in "UWV":
        M = p[name] if p[name].shape[0] <= p[name].shape[1] else p[name].T
        assert_close(M @ M.T, np.eye(len(M)), 1e-14, name)
    assert spectral_radius(p["W"]) == pytest.approx(1)


def test_identity_is_identity_and_the_rest_normal():
    p, normal = (initialize("rnn", 4, 6, 3, Init(scheme)) for scheme in ("identity", "normal"))
    assert np.array_equal(p["W"], np.eye(6))
    assert np.array_equal(p["U"], normal["U"])


def test_no_scale_gives_a_nilpotent_W_a_radius():
    nilpotent = np.array([[0.0, 1.0], [0.0, 0.0]])
    with pytest.raises(EngineError, match="spectral radius 0") as caught:
        with_spectral_radius(nilpotent, 0.9)
    assert caught.value.field == "network.init.spectral_radius"
    assert np.array_equal(with_spectral_radius(nilpotent, 0.0), nilpotent)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("scheme", "lecun"), ("scheme", None), ("gain", -1.0), ("gain", np.inf), ("gain", "1"),
        ("gain", True), ("spectral_radius", -0.1), ("spectral_radius", np.nan), ("seed", -1),
        ("seed", 1.5), ("seed", True), ("forget_bias", np.inf), ("forget_bias", None),
    ],
)  # fmt: skip
def test_bad_settings_are_named(setting, value):
    with pytest.raises(EngineError) as caught:
        Init(**{setting: value})
    assert caught.value.field == f"network.init.{setting}"
    assert repr(value) in str(caught.value) or str(value) in str(caught.value)


@pytest.mark.parametrize(
    ("sizes", "field"),
    [((0, 2, 2), "data.x"), ((2, 0, 2), "network.hidden_size"), ((2, 2, 0), "network.output_size")],
)
def test_sizes_below_one(sizes, field):
    with pytest.raises(EngineError, match="is 0; it must be ≥ 1") as caught:
        initialize("rnn", *sizes)
    assert caught.value.field == field


def test_unknown_cell():
    with pytest.raises(EngineError, match="it may be rnn"):
        initialize("elman", 2, 2, 2)


@pytest.mark.parametrize(
    ("setting", "value", "name", "dtype"),
    [
        ("gain", 1.7e308, "U", np.float64),
        ("gain", 1e39, "U", np.float32),
        ("spectral_radius", 1e39, "W", np.float32),
    ],
)
def test_overflowing_settings_are_named(setting, value, name, dtype):
    with pytest.raises(EngineError, match=f"{name} overflows") as caught:
        initialize("rnn", 1, 8, 8, Init("identity", **{setting: value}), dtype)
    assert caught.value.field == f"network.init.{setting}"


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("stack", [(1, False), (2, False), (1, True), (3, True)])
def test_composed_networks_have_the_shapes_they_need(cell, stack):
    options = {"layers": stack[0], "bidirectional": stack[1]}
    drawn = initialize(cell, 3, 5, 4, **options)
    assert {n: p.shape for n, p in drawn.items()} == parameter_shapes(cell, 3, 5, 4, **options)
    assert np.array_equal(drawn["U"], initialize(cell, 3, 5, 4)["U"])
    matrices = [p.tobytes() for name, p in drawn.items() if name[0] == "W"]
    assert len(set(matrices)) == len(matrices)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if CELLS[cell].GATES])
@pytest.mark.parametrize("scheme", INITIALIZERS)
def test_each_recurrent_block_is_drawn_and_rescaled_by_itself(cell, scheme):
    gates = len(CELLS[cell].GATES)
    plain = np.split(initialize(cell, 3, 6, 4, Init(scheme))["W"], gates)
    scaled = np.split(initialize(cell, 3, 6, 4, Init(scheme, spectral_radius=0.7))["W"], gates)
    for block, shrunk in zip(plain, scaled, strict=True):
        assert spectral_radius(shrunk) == pytest.approx(0.7)
        assert_close(shrunk, block * 0.7 / spectral_radius(block), 1e-12)
        if scheme == "identity":
            assert np.array_equal(block, np.eye(6))
        if scheme == "orthogonal":
            assert_close(block @ block.T, np.eye(6), 1e-14)


def test_orthogonal_U_of_a_gated_cell_is_so_as_a_whole():
    U = initialize("lstm", 3, 6, 4)["U"]
    assert_close(U.T @ U, np.eye(3), 1e-14)


@pytest.mark.parametrize("bias", [-1.0, 0.0, 2.5])
def test_the_forget_bias_is_in_the_forget_rows_of_every_layer(bias):
    drawn = initialize("lstm", 3, 2, 4, Init(forget_bias=bias), layers=2, bidirectional=True)
    for name in ("b", "b_l0_reverse", "b_l1", "b_l1_reverse"):
        assert drawn[name].tolist() == [0, 0, bias, bias, 0, 0, 0, 0]
    assert not initialize("gru", 3, 2, 4, Init(forget_bias=bias))["b"].any()


def test_gains_of_normalization():
    assert (initialize("rnn", 3, 4, 2, normalization="layer")["gamma"] == 1).all()
    batch = initialize("rnn", 3, 4, 2, normalization="batch")
    assert (batch["gamma_U"] == 0.1).all()
    assert (batch["gamma_W"] == 0.1).all()


def test_unknown_normalization():
    with pytest.raises(EngineError, match="it may be none, batch, layer"):
        initialize("rnn", 2, 2, 2, normalization="group")
