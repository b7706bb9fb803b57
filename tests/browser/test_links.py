"""The address holds all that made the picture; what cannot be read in it falls back."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.instrument import BPTT, Instrument, show

# Of each canvas, the share of pixels that differ from another page's: more than edges are smoothed
# differently when a column is painted again.
DIFFERENCES = """async (others) => {
  const read = (image) => {
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, image.width, image.height);
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height).data;
  };
  const share = async (canvas, url) => {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    if (image.width !== canvas.width || image.height !== canvas.height) return 1;
    const [mine, theirs] = [read(canvas), read(image)];
    let count = 0;
    for (let i = 0; i < mine.length; i += 1) if (Math.abs(mine[i] - theirs[i]) > 48) count += 1;
    return count / mine.length;
  };
  const all = [...document.querySelectorAll("#bands canvas")];
  const canvases = all.filter((canvas) => canvas.checkVisibility());
  if (canvases.length !== others.length) return [1];
  return Promise.all(canvases.map((canvas, i) => share(canvas, others[i])));
}"""


def opened(open_page: Callable[..., Page], path: str, **options: Any) -> tuple[Instrument, Any]:
    """Open an address in a context of its own; return it with the question that it asked."""
    page = open_page("about:blank", **options)
    with page.expect_request(BPTT) as request:
        page.goto(path)
    return show(page), request.value.post_data_json


def picture(it: Instrument) -> dict[str, Any]:
    """Return the picture's structure, its words and numbers, and its canvases."""
    it.page.mouse.move(2, 2)
    structure = it.page.locator("#bands svg").evaluate_all("all => all.map(e => e.outerHTML)")
    canvases = it.page.locator("#bands canvas:visible")
    words = [it.page.locator(part).inner_text() for part in ("#headline", "#bands", "#inspector")]
    return {
        "structure": structure,
        "words": words,
        "canvases": canvases.evaluate_all("all => all.map(c => c.toDataURL())"),
    }


def assert_same_picture(it: Instrument, wanted: dict[str, Any]) -> None:
    """Is this page's picture that one?"""
    seen = picture(it)
    assert seen["structure"] == wanted["structure"]
    assert seen["words"] == wanted["words"]
    differences = it.page.evaluate(DIFFERENCES, wanted["canvases"])
    assert max(differences) < 1e-3, differences


def set_everything(it: Instrument) -> Any:
    """Change every setting by hand; return the last question."""
    it.text.fill("to be or not to be")
    it.select("controls.activation").select_option("sigmoid")
    it.spin("controls.H").fill("12")
    it.select("controls.scheme").select_option("xavier")
    it.spin("controls.radius").fill("1.2")
    it.spin("controls.gain").fill("1.5")
    it.spin("controls.seed").fill("77")
    it.choose("controls.lossAt", "controls.loss.last")
    it.select("controls.clip").select_option("norm")
    it.spin("controls.clipAt").fill("0.5")
    it.select("controls.scale").select_option("-6,1")
    with it.answer() as answer:
        it.switch("controls.truncate")
    it.shows(T=17, H=12)
    return answer["body"]


def test_a_link_reproduces_the_state(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/"))
    body = set_everything(it)
    assert body == {
        "include": ["credit", "jacobians", "shares"],
        "data": {"kind": "text", "text": "to be or not to be", "loss_at": "last"},
        "network": {
            "cell": "rnn",
            "activation": "sigmoid",
            "normalization": "none",
            "hidden_size": 12,
            "init": {"scheme": "xavier", "gain": 1.5, "spectral_radius": 1.2, "seed": 77},
        },
        "clip": {"by": "norm", "threshold": 0.5},
        "truncate": 5,
    }
    it.time.fill("9")
    expect(it.page).to_have_url(re.compile("step=9"))
    title = it.title.inner_text()
    other, asked = opened(open_page, it.page.url)
    assert asked == body
    expect(other.title).to_have_text(title)
    expect(other.time).to_have_value("9")
    assert_same_picture(other, picture(it))


def test_reload_gives_the_same_picture(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?kind=sunspots&from=1800&steps=30&H=20&seed=5"))
    it.button("transport.first").click()
    expect(it.page).to_have_url(re.compile("step=0"))
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    before = picture(it)
    it.page.reload()
    it.ready()
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    assert_same_picture(it, before)


def test_a_link_to_a_path(open_page: Callable[..., Page]) -> None:
    it, _ = opened(open_page, "/?path=9,3")
    expect(it.title).to_have_text(it.say("narration.path", t=9, k=3))
    expect(it.page.get_by_role("heading", name=it.words["microscope.title"])).to_be_visible()
    expect(it.time).to_have_value("3")
    it.time.press("ArrowRight")
    expect(it.time).to_have_value("4")
    expect(it.page).to_have_url(re.compile("step=4"))
    other, _ = opened(open_page, it.page.url)
    expect(other.time).to_have_value("4")
    assert_same_picture(other, picture(it))


def test_hidden_parts_and_locked_settings(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?hide=controls,inspector,header,transport"))
    for name in ("#controls", "#inspector", "#top", "#transport"):
        expect(it.page.locator(name)).to_be_hidden()
    it.page.keyboard.press("Home")
    expect(it.title).to_have_text(it.words["narration.forwardStart"])
    expect(it.page).to_have_url(re.compile("hide=controls%2Cinspector%2Cheader%2Ctransport"))

    it = show(open_page("/?text=abcabc&lock=text,activation,seed"))
    for field in (it.text, it.select("controls.activation"), it.spin("controls.seed")):
        expect(field).to_be_disabled()
    expect(it.button("controls.dice")).to_be_disabled()
    expect(it.page.locator(".field.locked").first).to_have_attribute(
        "title", it.words["controls.locked"]
    )
    expect(it.button("preset.sigmoid-vanishes.title")).to_be_disabled()
    it.spin("controls.H").fill("5")
    it.shows(T=5, H=5)
    expect(it.text).to_have_value("abcabc")
    expect(it.page).to_have_url(re.compile("lock=text%2Cactivation%2Cseed"))


NONSENSE = (
    "kind=video&text=a&H=many&activation=swish&scheme=&scale=up&truncate=x&clipBy=hand",
    "path=3,9&mode=sideways&pass=path&step=last&fit=maybe&hide=all&lock=the,door",
    "text=%F0%9F&numbers=one&from=BC&steps=&gain=NaN&radius=Infinity&seed=%00&lang=tlh",
    "path=50,3&theme=pink&nothing=to_see&__proto__=1&constructor=2&lock=__proto__",
)


def test_what_cannot_be_read_falls_back_silently(open_page: Callable[..., Page]) -> None:
    it, wanted = opened(open_page, "/")
    for query in NONSENSE:
        with it.page.expect_request(BPTT) as request:
            it.page.goto(f"/?{query}")
        it.ready()
        asked: Any = request.value.post_data_json
        if "%F0%9F" in query:  # broken UTF-8 is a text all the same
            assert len(asked["data"].pop("text")) >= 2
            asked["data"]["text"] = wanted["data"]["text"]
        assert asked == wanted, query
        expect(it.title).to_have_text(it.trend)
        expect(it.fault).to_have_count(0)
        expect(it.page.locator(".problem")).to_be_hidden()


def test_numbers_out_of_range_are_drawn_to_its_edge(open_page: Callable[..., Page]) -> None:
    it, asked = opened(open_page, "/?H=1000&gain=0&radius=-4&seed=-1&truncate=0&step=999")
    assert asked["network"]["hidden_size"] == 64
    assert asked["network"]["init"] == {
        "scheme": "orthogonal",
        "gain": 0.1,
        "spectral_radius": 0.1,
        "seed": 0,
    }
    assert asked["truncate"] == 1
    expect(it.title).to_have_text(it.like("narration.forwardDone", T=10))


def test_copy_link_copies_an_address_of_this_picture(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/", permissions=["clipboard-read", "clipboard-write"]))
    it.select("controls.activation").select_option("relu")
    it.switch("controls.truncate")
    it.button("header.copy").click()
    expect(it.page.locator("#copy-status")).to_have_text(it.words["header.copied"])
    expect(it.button("header.copied")).to_be_visible()
    link = it.page.evaluate("() => navigator.clipboard.readText()")
    assert link.startswith(it.page.url.split("?")[0])
    other, asked = opened(open_page, link)
    assert asked["network"]["activation"] == "relu"
    assert asked["truncate"] == 5
    assert_same_picture(other, picture(it))
    expect(it.button("header.copy")).to_be_visible()


def test_the_theme_is_remembered_and_a_link_may_ask_for_one(
    open_page: Callable[..., Page],
) -> None:
    it = show(open_page("/"))
    root = it.page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    light = it.cell_pixel(10, 1)
    it.button("header.dark").click()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(it.button("header.dark")).to_have_attribute("aria-pressed", "true")
    it.page.wait_for_function(
        "([x, old]) => String([...document.querySelector('#band-triangle canvas')"
        ".getContext('2d').getImageData(x, 130, 1, 1).data]) !== old",
        arg=[30, ",".join(map(str, light))],
    )
    it.page.reload()
    it.ready()
    expect(root).to_have_attribute("data-theme", "dark")
    it.page.goto("/?theme=light")
    it.ready()
    expect(root).to_have_attribute("data-theme", "light")
    it.button("header.dark").click()
    expect(it.page).to_have_url(re.compile("theme=dark"))
