"""What graders and students read: comments, feedback, and what of a hostile notebook is live in them."""

from __future__ import annotations

import re

import pytest
from class_runs import Run
from classroom import Classroom
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from dojo.nbgrader import harmless

LIVE = "<b class=live>x</b> [a](u:live) ![b](u:live) <!-- live --> $\\live{x}$ `<i>live</i>`"
FORMULAS = ["$$ <b>x</b> $$", "\\begin{a}<b>x</b>\\end{a}", "a $x$ b", "\\\\(x\\\\)"]


@pytest.mark.parametrize("source", [LIVE, f"```\n{LIVE}\n````\n{LIVE}", f"    {LIVE}", *FORMULAS, "", "\n"])
def test_a_text_cell_shows_its_source_and_nothing_else(source: str) -> None:
    page = markdown2html_mistune(harmless.text(source)).strip()
    inside = re.fullmatch(r'<div class="highlight"><pre>(.*)</pre></div>', page, re.DOTALL)
    assert inside, page
    assert not re.findall(r"<(?!/?span)", inside[1])  # MathJax and markdown both leave code alone


@pytest.mark.parametrize("words", [LIVE, *FORMULAS, "# a", "*a*", "``` a", "https://a.b", "a_b _c_", "![x]"])
def test_a_sentence_in_a_comment_says_itself(words: str) -> None:
    page = markdown2html_mistune(f"Said: {harmless.sentence(words)}")
    assert not re.findall(r"<(?!/?(p|code)>)", page), page
    plain = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    assert "$" not in plain and "\\" not in plain and "live" not in plain
    assert re.sub(r"\W", "", words.replace("<", "lt").replace(">", "gt")) in re.sub(
        r"\W", "", re.sub(r"</?(p|code)>", "", page)
    )


def test_ordinary_sentences_stay_readable() -> None:
    words = "The answer has wrong numbers: 3 of 4 (in row 2) differ by a factor of 0.5."
    assert harmless.sentence(words) == words
    assert (
        harmless.sentence("backward_h raised NameError in line 3") == "backward_h raised NameError in line 3"
    )


def test_comments_say_what_is_wrong_and_why_and_not_the_formula(classroom: Classroom, run: Run) -> None:
    comments = classroom.comments("edited_check")
    wrong = comments["cube_backward-answer"]
    assert wrong.startswith("**Failed**, 0 of 2 points. ")
    assert "equals autograd's gradient" in wrong
    assert "It is too small. Where is the power?" in wrong and "Times the power" not in wrong
    assert re.search(r", isolation (sandbox|confined|process), sha256:[0-9a-f]{12}\.$", wrong)
    assert classroom.comments("aaa")["double-answer"].startswith("**Passed**, 1 of 1 point.\n")


def test_feedback_shows_score_report_and_comment(classroom: Classroom, run: Run) -> None:
    assert run.feedback
    page = classroom.feedback("edited_check")
    assert "Score: 0.0 / 3.0" in page
    assert "Where is the power?" in page and "<strong>Failed</strong>" in page
    assert "Score: 3.0 / 3.0" in classroom.feedback("zzz")


def test_nothing_of_a_student_is_live_in_feedback(classroom: Classroom, run: Run) -> None:
    page = classroom.feedback("live_pages")
    assert page.count("live") > 10  # it is all there to read
    assert "class=live" in page and not re.search(r"<b\s+class=.?live", page)
    assert not re.search(r"""(href|src)=["']?[^"'>]*live""", page)
    assert "<!-- live" not in page
    assert "attachment:a.svg" in page and "<svg" not in page.split("<body", 1)[1]
    body = page.split('id="notebook-container"', 1)[1]
    assert "<script" not in body and "onerror=" not in body


def test_feedback_of_long_notebooks_is_made_in_time(classroom: Classroom, run: Run) -> None:
    assert len(classroom.feedback("long_notes")) < 5_000_000
