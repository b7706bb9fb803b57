"""Each preset is served, and shows what it claims."""

import copy
import json
import math
from pathlib import Path

import pytest

from app.presets import GROWTH, PRESETS, PROVERB

PRESET_IDS = [preset.id for preset in PRESETS]
BY_ID = {preset.id: preset for preset in PRESETS}
LOCALES = Path(__file__).parents[1] / "app" / "pages" / "locales"


@pytest.fixture(scope="module")
def answers(client) -> dict[str, dict]:
    """The /bptt answer of every preset."""
    found = {}
    for preset in PRESETS:
        response = client.post("/api/v1/bptt", json=preset.request)
        assert response.status_code == 200, response.text
        found[preset.id] = response.json()
    return found


def reach(answer: dict) -> list[float]:
    """Return ‖∂L(T)/∂h(k)‖ over k."""
    return answer["credit"]["dh_norm"][-1]


def test_the_issue_s_presets_are_there():
    assert PRESET_IDS == [
        "hello",
        "sigmoid-vanishes",
        "tanh-carries",
        "lstm-remembers",
        "relu-explodes",
        "relu-clipped",
        "identity-explodes",
        "chinese",
        "sunspots",
    ]


@pytest.mark.parametrize("name", PRESET_IDS)
def test_no_preset_overflows_and_each_reaches_the_top_of_its_scale(answers, name):
    answer, (_, high) = answers[name], BY_ID[name].scale
    assert answer["overflow"] is None
    norms = [norm for row in answer["credit"]["dh_norm"] for norm in row]
    assert max(norms) < 10**high, "the top colour would be over the scale"
    assert max(norms) > 10 ** (high - 2), "the top of the scale would be empty"


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", PRESET_IDS)
def test_each_has_its_words(name, locale):
    words = json.loads((LOCALES / f"{locale}.json").read_text(encoding="utf-8"))
    assert words[f"preset.{name}.title"]
    assert words[f"preset.{name}.note"]


def test_hello_saturates_and_its_gradient_dies_within_ten_steps(answers):
    answer = answers["hello"]
    assert answer["data"]["labels"] == list("helo wrd")
    last = reach(answer)
    assert len(last) == 10
    assert last[0] < last[-1] / 300
    assert min(answer["jacobians"]["slope_mean"]) < 0.5


def test_sigmoid_vanishes_by_a_quarter_at_every_step(answers):
    answer = answers["sigmoid-vanishes"]
    assert len(PROVERB) == 51
    assert len(answer["forward"]["h"]) == 50
    assert answer["jacobians"]["spectral_radius"] == pytest.approx(0.9)
    assert max(answer["jacobians"]["slope_mean"]) <= 0.25
    assert answer["horizon"]["half_life"] < 0.5
    assert reach(answer)[0] < 1e-30


def test_tanh_carries_the_same_sentence_twenty_times_further(answers):
    tanh, sigmoid = answers["tanh-carries"], answers["sigmoid-vanishes"]
    assert tanh["data"]["x"] == sigmoid["data"]["x"]
    assert BY_ID["tanh-carries"].scale == BY_ID["sigmoid-vanishes"].scale
    assert tanh["jacobians"]["spectral_radius"] == pytest.approx(1.0)
    assert tanh["horizon"]["half_life"] > 20 * sigmoid["horizon"]["half_life"]
    assert reach(tanh)[0] > 0.01


def of_seed(client, name: str, seed: int) -> dict:
    """Return the preset's answer with other weights."""
    request = copy.deepcopy(BY_ID[name].request)
    request["network"]["init"]["seed"] = seed
    return client.post("/api/v1/bptt", json=request).json()


def test_lstm_remembers_what_tanh_forgets_with_the_same_settings(answers):
    lstm, tanh = BY_ID["lstm-remembers"], BY_ID["tanh-carries"]
    assert lstm.request == {**tanh.request, "network": lstm.request["network"]}
    assert lstm.request["network"] == {**tanh.request["network"], "cell": "lstm"}
    assert lstm.scale == tanh.scale == BY_ID["sigmoid-vanishes"].scale
    answer = answers["lstm-remembers"]
    assert answer["network"]["init"]["forget_bias"] == 1.0
    assert answer["data"]["x"] == answers["sigmoid-vanishes"]["data"]["x"]
    assert answer["horizon"]["half_life"] > answers["tanh-carries"]["horizon"]["half_life"]


@pytest.mark.parametrize("seed", range(5))
def test_the_lstm_s_half_life_is_the_longer_one_whatever_the_seed(client, seed):
    lstm, tanh = (of_seed(client, name, seed) for name in ("lstm-remembers", "tanh-carries"))
    assert lstm["horizon"]["half_life"] > 1.1 * tanh["horizon"]["half_life"]


def test_relu_clipped_keeps_the_direction_and_takes_the_length(answers):
    clipped, explodes = answers["relu-clipped"], answers["relu-explodes"]
    assert clipped["gradients"] == explodes["gradients"]
    assert clipped["credit"] == explodes["credit"]
    assert clipped["clipped"]["norm_before"] > 100_000
    assert clipped["clipped"]["norm_after"] == pytest.approx(1.0)
    before, after = clipped["gradients"]["W"][0][0], clipped["clipped"]["gradients"]["W"][0][0]
    assert after == pytest.approx(before * clipped["clipped"]["scale"])


@pytest.mark.parametrize("name", ["relu-explodes", "identity-explodes"])
def test_a_radius_of_1_3_doubles_every_two_and_a_half_steps(answers, name):
    answer = answers[name]
    assert len(GROWTH) == 31
    assert answer["jacobians"]["spectral_radius"] == pytest.approx(1.3)
    horizon = answer["horizon"]
    assert horizon["half_life"] is None
    assert horizon["doubling"] == pytest.approx(math.log(2) / math.log(1.3), rel=0.05)
    assert horizon["r2"] > 0.99
    last = reach(answer)
    assert last[0] > 1000 * last[-1]


def test_chinese_has_a_class_for_each_character(answers):
    labels = answers["chinese"]["data"]["labels"]
    assert "学" in labels
    assert len(labels) == len(set(labels)) == answers["chinese"]["network"]["output_size"]


def test_sunspots_are_the_last_sixty_years_standardised(answers):
    data = answers["sunspots"]["data"]
    assert len(data["x"]) == 59
    assert answers["sunspots"]["network"]["output"] == "linear"
    values = BY_ID["sunspots"].request["data"]["values"]
    restored = data["scale"]["mean"] + data["scale"]["std"] * data["x"][0][0]
    assert restored == pytest.approx(values[0])
