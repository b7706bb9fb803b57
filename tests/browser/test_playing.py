"""Play, pause, steps and scrubbing both ways; nothing is coloured before it is computed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.instrument import Instrument, show

SHORT = "/?text=abcab"  # T = 4
T = 4

# At every frame: the sentence, the cursor, and how many coloured pixels each column of a strip has.
SAMPLE = """T => {
  window.samples = [];
  const count = (canvas, t) => {
    const column = canvas.width / T;
    const area = [Math.round((t - 1) * column) + 3, 0, Math.round(column) - 6, canvas.height];
    const { data } = canvas.getContext("2d").getImageData(...area);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = data.subarray(i, i + 4);
      if (a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 24) coloured += 1;
    }
    return coloured;
  };
  const strips = ["hidden", "gradient", "triangle"].map((name) =>
    [name, document.querySelector(`#band-${name} canvas`)]);
  const slider = document.querySelector("input.time-slider");
  const steps = Array.from({ length: T }, (_, i) => i + 1);
  const look = () => {
    const sample = { title: document.querySelector("h1").textContent, step: slider.valueAsNumber };
    sample.note = document.querySelector(".stage-note").textContent;
    for (const [name, canvas] of strips) sample[name] = steps.map((t) => count(canvas, t));
    window.samples.push(sample);
    requestAnimationFrame(look);
  };
  look();
}"""


def sampled(it: Instrument) -> list[dict[str, Any]]:
    """Return what was seen so far, one entry a frame."""
    return it.page.evaluate("() => window.samples")


def steps_in_order(samples: list[dict[str, Any]]) -> list[int]:
    """Return the cursor's steps, each once as long as it stayed."""
    steps = [sample["step"] for sample in samples]
    return [step for i, step in enumerate(steps) if i == 0 or steps[i - 1] != step]


def test_both_passes_run_to_the_end_and_colour_only_what_is_computed(
    open_page: Callable[..., Page],
) -> None:
    it = show(open_page(SHORT))
    end = it.title.inner_text()
    it.button("transport.first").click()
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    it.page.evaluate(SAMPLE, T)
    it.speed("½×")
    it.button("transport.play").click()
    expect(it.button("transport.pause")).to_be_visible()
    expect(it.title).to_have_text(it.like("narration.forward", step=2))
    it.speed("8×")
    expect(it.button("transport.play")).to_be_visible()
    expect(it.title).to_have_text(end)
    samples = sampled(it)
    forward = [s for s in samples if s["title"].startswith("Step ")]
    backward = [s for s in samples if s["title"].startswith("The gradient has reached")]
    assert steps_in_order(forward) == [1, 2, 3, 4]
    assert steps_in_order(backward) == [4, 3, 2, 1]
    for sample in forward:
        step = sample["step"]
        assert sample["hidden"][step:] == [0] * (T - step), sample
        assert all(sample["hidden"][: step - 1]), sample
        assert sample["gradient"] == sample["triangle"] == [0] * T, sample
    for sample in backward:
        step = sample["step"]
        assert sample["triangle"][: step - 1] == [0] * (step - 1), sample
        assert sample["gradient"][: step - 1] == [0] * (step - 1), sample
        assert all(sample["triangle"][step:]), sample
    whole = samples[-1]["hidden"]
    partly = [s for s in forward if 0 < s["hidden"][s["step"] - 1] < whole[s["step"] - 1]]
    assert partly, "units light one after the other"
    sums = [sum(s["hidden"]) for s in forward]
    assert sums == sorted(sums), "what is computed stays"


@pytest.mark.parametrize(
    ("choice", "start", "passing", "end", "first", "last"),
    [
        ("transport.forward", "forwardStart", "narration.forward", "forwardDone", 1, T),
        ("transport.backward", "backwardStart", "narration.backward", "keeps", T, 1),
    ],
)
def test_one_pass_runs_to_its_end(
    open_page: Callable[..., Page],
    choice: str,
    start: str,
    passing: str,
    end: str,
    first: int,
    last: int,
) -> None:
    it = show(open_page(SHORT))
    it.choose("transport.mode", choice)
    expect(it.radio("transport.mode", choice)).to_be_checked()
    expect(it.title).to_have_text(it.words[f"narration.{start}"])
    expect(it.time).to_have_value(str(first))
    it.speed("2×")
    it.button("transport.play").click()
    expect(it.title).to_have_text(it.like(passing))
    expect(it.title).to_have_text(it.like(f"narration.{end}"))
    expect(it.time).to_have_value(str(last))
    expect(it.button("transport.play")).to_be_visible()
    filled = [it.coloured("triangle", t, T) > 0 for t in range(1, T + 1)]
    assert filled == [choice == "transport.backward"] * T
    it.speed("½×")
    it.button("transport.play").click()  # at its end Play starts again
    expect(it.time).to_have_value(str(first))
    expect(it.button("transport.pause")).to_be_visible()


def test_pause_stops_between_steps(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/"))
    it.button("transport.first").click()
    it.button("transport.play").click()
    expect(it.title).to_have_text(it.like("narration.forward"))
    it.button("transport.pause").click()
    expect(it.button("transport.play")).to_be_visible()
    expect(it.page.locator(".stage-note")).to_have_text(it.say("narration.allUnits", H=8))
    expect(it.page).to_have_url(re.compile(r"\?step=[1-9]\d*$"))
    step = int(it.time.input_value())
    assert it.page.url.endswith(f"step={step}")
    assert it.coloured("hidden", step + 1, 10) == 0
    whole = it.coloured("hidden", step, 10)
    it.page.reload()
    it.ready()
    expect(it.time).to_have_value(str(step))
    assert it.coloured("hidden", step, 10) == whole


def test_steps_on_and_back_across_the_passes(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?text=abc"))
    titles = {
        "0": it.words["narration.forwardStart"],
        "1": it.say("narration.forwardFirst", step=1, what="“a”"),
        "2": it.like("narration.forwardDone", T=2),
        "3": it.say("narration.backward", step=2),
        "4": it.trend,
    }
    it.button("transport.first").click()
    expect(it.title).to_have_text(titles["0"])
    for stop in "1234":
        it.button("transport.next").click()
        expect(it.title).to_have_text(titles[stop])
    it.button("transport.next").click()
    expect(it.title).to_have_text(titles["4"])
    for stop in "3210":
        it.button("transport.previous").click()
        expect(it.title).to_have_text(titles[stop])
    it.button("transport.previous").click()
    expect(it.title).to_have_text(titles["0"])
    it.button("transport.last").click()
    expect(it.title).to_have_text(titles["4"])


def test_scrubbing_moves_the_cursor_in_the_pass_that_is_on(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/"))
    it.time.fill("7")
    expect(it.title).to_have_text(it.say("narration.backward", step=7))
    filled = [it.coloured("triangle", t, 10) > 0 for t in range(1, 11)]
    assert filled == [False] * 6 + [True] * 4
    it.choose("transport.mode", "transport.forward")
    it.time.fill("6")
    expect(it.title).to_have_text(it.say("narration.forward", step=6, before=5, what="a space"))
    expect(it.time).to_have_attribute("aria-valuetext", "Step 6 of 10: ␣")
    filled = [it.coloured("hidden", t, 10) > 0 for t in range(1, 11)]
    assert filled == [True] * 6 + [False] * 4
    x, y = it.column_centre(3)
    it.page.mouse.click(x, y + 20)
    expect(it.time).to_have_value("3")
    it.time.press("ArrowRight")
    expect(it.time).to_have_value("4")


def test_reduced_motion_shows_finished_steps_only(open_page: Callable[..., Page]) -> None:
    it = show(open_page(SHORT, reduced_motion="reduce"))
    full = {
        band: [it.coloured(band, t, T) for t in range(1, T + 1)] for band in ("hidden", "triangle")
    }
    it.button("transport.first").click()
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    it.page.evaluate(SAMPLE, T)
    it.speed("8×")
    it.button("transport.play").click()
    expect(it.title).to_have_text(it.trend)
    samples = sampled(it)
    whole = samples[-1]
    assert len(steps_in_order(samples)) >= 2 * T - 1
    for sample in samples:
        for band in full:
            pairs = zip(sample[band], whole[band], strict=True)
            assert all(seen in (0, end) for seen, end in pairs), (band, sample)


def test_reduced_motion_pause_shows_no_further_step(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/", reduced_motion="reduce"))
    it.button("transport.first").click()
    it.button("transport.play").click()
    expect(it.title).to_have_text(it.like("narration.forward", step=2))
    it.page.keyboard.press("Space")
    expect(it.page).to_have_url(re.compile(r"\?step=2$"))
    expect(it.title).to_have_text(it.like("narration.forward", step=2))
