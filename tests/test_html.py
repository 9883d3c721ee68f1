"""The verdict as HTML: it says what the terminal says, no foreign text becomes markup, none is lost."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terminal_course import tensor, wrong_sum
from test_views import FULL, ONE_OF_MANY, RATIO, REPORTS, failed, hostile, results

from dojo.verdict import Counterexample, ExerciseResult, Shown, Verdict, Worst
from dojo.views.html import exercise_html, exercise_text
from dojo.views.markup import CLASSES, STYLES
from dojo.views.wording import WORDS

HINTS = ["Some rows are too large.", "What was summed?", "What was copied is summed back."]
HINTED = replace(FULL, hints=HINTS)
TAGS = {"div", "span", "strong", "em", "code", "pre", "ol", "li", "blockquote"}
LOOKS = {declaration for style in STYLES.values() for declaration in style.split(";")}
NAMES = {name for names in CLASSES.values() for name in names.split()}

anything = st.builds(lambda one, hints: replace(one, hints=hints), results, st.lists(hostile, max_size=3))


class Seen(HTMLParser):
    """What a browser makes of it: elements with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def having(self, key: str, value: str) -> int:
        """How many elements have this attribute."""
        return sum(attributes.get(key) == value for _, attributes in self.elements)


def words(html: str) -> str:
    return " ".join(Seen(html).text.split())


def test_it_says_what_is_wrong() -> None:
    text = words(exercise_html(HINTED, isolation="sandbox"))
    for part in (
        "failed backward_sum 0/2 points",
        HINTED.message,
        "Property The answer equals the gradient that autograd finds",
        "Smallest failing input counts 3×2 float64 1 2 3 1 1 1 dprobs 3×2 float64",
        "expected 3×1 float64 -1.0 2.0 0.0",
        "yours 3×1 float64 1.0* 2.0 0.5*",
        "Wrong 2 of 3 entries, marked *",
        "Worst [0, 0] expected -1, yours 1, off by 2",
        "a known slip (forgot_to_sum).",
        *HINTS,
        "Your code printed h is torch.Size([3, 2]) second line",
        "12 examples checked · 0.3 s · isolation: sandbox",
    ):
        assert part in text


def test_a_pass_is_short() -> None:
    one = replace(REPORTS["passed"], property="equals the right answer")
    assert words(exercise_html(one)) == (
        "✓ passed backward_sum 2/2 points 5 properties hold on 40 cases. 40 examples checked · 0.2 s"
    )


def test_hints_can_be_kept_back() -> None:
    text = words(exercise_html(HINTED, hints=False))
    assert "forgot_to_sum" in text and not any(hint in text for hint in HINTS)
    assert "dojo hint" in exercise_text(HINTED, hints=False)


def test_hints_without_a_known_slip() -> None:
    text = words(exercise_html(replace(HINTED, misconception=None)))
    assert HINTS[2] in text and "slip" not in text


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_word_and_a_mark(verdict: Verdict) -> None:
    html = exercise_html(ExerciseResult("x", "u", verdict, 0, 2, "It is so."))
    assert re.search(rf"[✓✗○!] {WORDS[verdict]} x", words(html))
    counted = "not counted" if verdict is Verdict.KIT_ERROR else "0/2 points"
    assert words(html).endswith(f"x {counted} It is so.")


def test_partial_credit() -> None:
    assert "1.25/3 points" in words(exercise_html(replace(FULL, points=1.25, max_points=3)))


@pytest.mark.parametrize("name", REPORTS)
def test_the_numbers_are_those_of_the_terminal(name: str) -> None:
    def numbers(text: str) -> list[str]:
        return sorted(re.findall(r"-?\d+\.\d+(?:e[-+]\d+)?\*?", text))

    one = replace(REPORTS[name], message="Wrong.", duration_s=0.0)
    assert numbers(Seen(exercise_html(one)).text) == numbers(exercise_text(one))


def test_numbers_are_a_table_for_a_screen_reader() -> None:
    seen = Seen(exercise_html(FULL))
    assert seen.having("role", "table") == 4
    assert seen.having("role", "row") == 3 + 3 + 3 + 3
    assert seen.having("role", "cell") == 6 + 6 + 3 + 3


def test_numbers_stay_aligned_without_any_style() -> None:
    assert "  0.50  -1.50   2.25 \n  1.00   1.00   1.00 \n" in Seen(exercise_html(RATIO)).text


def test_a_large_tensor_is_cut_and_says_so() -> None:
    text = words(exercise_html(ONE_OF_MANY))
    assert "only the first 64 are shown" in text and "16×12 float64" in text
    assert "[1] 0.250 3.000 1.000 0.750*" in text, "slices have their index"


def test_truths_are_written_as_words() -> None:
    case = Counterexample(
        inputs=[],
        expected=Shown("tensor", [False, True], [2], "bool"),
        actual=Shown("tensor", [True, True], [2], "bool"),
        worst=Worst([0], 0.0, 1.0),
        entries=2,
        wrong_entries=1,
        wrong_mask=[True, False],
    )
    assert "Worst [0] expected False, yours True" in words(exercise_html(failed(case)))
    assert "off by" not in exercise_text(failed(case))


def test_plain_text_fits_80_columns_and_holds_the_hints() -> None:
    text = exercise_text(HINTED, isolation="process")
    assert text.isascii() and max(map(len, text.splitlines())) <= 80
    assert HINTS[2] in text and "isolation: process" in text and "dojo hint" not in text


# -- nothing foreign becomes markup


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything, st.none() | hostile, st.booleans())
def test_no_result_becomes_markup(one: ExerciseResult, isolation: str | None, hints: bool) -> None:
    seen = Seen(exercise_html(one, isolation=isolation, hints=hints))
    assert not seen.open
    for tag, attributes in seen.elements:
        assert tag in TAGS
        assert set(attributes) <= {"class", "style", "role"}
        assert set((attributes.get("class") or "").split()) <= NAMES
        assert set(filter(None, (attributes.get("style") or "").split(";"))) <= LOOKS
        assert attributes.get("role") in (None, "table", "row", "cell")
    for char in seen.text:
        assert char == "\n" or unicodedata.category(char)[0] != "C", f"{char!r} reached the page"


ATTACK = "</code></pre></div>\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt; &#60;i>"


def test_markup_in_every_text_is_shown_as_it_stands() -> None:
    value = Shown("value", {ATTACK: ATTACK}, None, ATTACK, ATTACK)
    words_ = tensor([[ATTACK, 1.0]], [1, 2], ATTACK)
    case = Counterexample([value, words_], replace(value, kind="code", values=ATTACK), value)
    one = ExerciseResult(
        ATTACK, ATTACK, Verdict.FAILED, 0, 1, ATTACK, ATTACK, ATTACK, case, output=ATTACK, hints=[ATTACK]
    )
    html = exercise_html(one, isolation=ATTACK)
    assert "<script" not in html and "<img" not in html
    assert {tag for tag, _ in Seen(html).elements} <= TAGS
    assert (
        Seen(html).text.count("<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt; &#60;i>") >= 5
    )


def test_it_needs_nothing_from_elsewhere() -> None:
    html = exercise_html(HINTED, isolation="sandbox")
    assert not re.search(r"https?:|url\(|<script|<style|<link|<img|javascript:| on\w+=", html)
    assert "tex2jax_ignore mathjax_ignore" in html, "or a student's text would be read as a formula"


def test_importing_it_is_cheap() -> None:
    code = "import sys, dojo.views.html; print(*{'torch', 'numpy', 'rich', 'jinja2'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "\n"


# -- sanitisers, which keep few tags, classes, and no styles


@pytest.fixture(scope="module")
def sanitised() -> object:
    return pytest.importorskip("nbconvert.filters.strings", reason="nbconvert is not installed").clean_html


@pytest.mark.parametrize("name", REPORTS)
def test_a_sanitiser_takes_styles_and_nothing_else(name: str, sanitised: object) -> None:
    html = exercise_html(replace(REPORTS[name], hints=HINTS), isolation="sandbox")
    left = sanitised(html)  # type: ignore[operator]
    assert "style=" not in left
    assert Seen(left).text == Seen(html).text, "a tag was taken away or turned into text"
    assert [tag for tag, _ in Seen(left).elements] == [tag for tag, _ in Seen(html).elements]
    assert [a.get("class") for _, a in Seen(left).elements] == [
        a.get("class") for _, a in Seen(html).elements
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything)
def test_a_sanitiser_finds_nothing_to_take_in_hostile_text(sanitised: object, one: ExerciseResult) -> None:
    html = exercise_html(one)
    assert Seen(sanitised(html)).text == Seen(html).text  # type: ignore[operator]


@pytest.mark.parametrize("template", ["lab", "classic"])
def test_the_page_of_a_sanitised_notebook_holds_it(template: str, sanitised: object) -> None:
    exporters = pytest.importorskip("nbconvert.exporters")
    v4 = pytest.importorskip("nbformat.v4")
    html = exercise_html(HINTED)
    output = v4.new_output("execute_result", {"text/plain": "0", "text/html": html}, execution_count=1)
    cell = v4.new_code_cell('check("backward_sum")', outputs=[output], execution_count=1)
    exporter = exporters.HTMLExporter(template_name=template, sanitize_html=True)
    page, _ = exporter.from_notebook_node(v4.new_notebook(cells=[cell]))
    assert sanitised(html) in page  # type: ignore[operator]


# -- colours


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_white_on_every_badge_has_enough_contrast() -> None:
    badges = [style.partition(":")[2] for look, style in STYLES.items() if look.startswith("on-")]
    assert len(badges) == 4
    for colour in badges:
        assert 1.05 / (_luminance(colour) + 0.05) >= 4.5


def test_wrong_entries_are_marked_by_more_than_colour() -> None:
    html = exercise_html(failed(wrong_sum()))
    marked = [text for text in re.findall(r"<strong[^>]*role=\"cell\">([^<]*)</strong>", html) if "*" in text]
    assert [text.strip() for text in marked] == ["1.0*", "0.5*"]
