"""HTML made of pieces that know what they are: text is escaped wherever it goes in, and only ours is markup.

Every look is an inline style, for a <style> element is shown as text where a notebook is sanitised. Where
even inline styles are taken away, as in nbgrader's feedback, there remain the tags, all from the few that are
let through, and the classes, which those pages happen to know from Bootstrap. There is no <table> among
them: a sanitiser adds <tbody> to it, and then shows that as text.
"""

from __future__ import annotations

import html

MONO = "font-family:Menlo,Consolas,DejaVu Sans Mono,monospace"
LINE = "rgba(128,128,128,0.45)"
GREEN, RED, GREY, AMBER = "#1a7f37", "#c62828", "#5f6368", "#8a5a00"  # with white on them, 5 to 1 or better

# Text keeps the colour of the page and only what lies behind it is tinted, so that dark pages need nothing.
STYLES = {
    "card": f"max-width:60em;margin:4px 0;padding:10px 14px;border:1px solid {LINE};border-radius:6px;"
    "border-left-width:5px;background:none;box-shadow:none;line-height:1.5;text-align:left",
    "passed": f"border-left-color:{GREEN}",
    "failed": f"border-left-color:{RED}",
    "muted": f"border-left-color:{GREY}",
    "tried": f"border-left-color:{AMBER}",
    "head": "display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 10px",
    "badge": "display:inline-block;padding:1px 10px;border-radius:12px;color:#ffffff;font-size:90%;"
    "font-weight:600;line-height:1.5",
    "on-passed": f"background-color:{GREEN}",
    "on-failed": f"background-color:{RED}",
    "on-muted": f"background-color:{GREY}",
    "on-tried": f"background-color:{AMBER}",
    "code": f"{MONO};font-size:95%;padding:0;background:none;color:inherit",
    "points": "margin-left:auto",
    "message": "margin-top:6px;font-weight:600",
    "part": "margin-top:10px",
    "heading": "margin-bottom:4px;color:inherit;opacity:0.75",
    "row": "padding-left:80px;text-indent:-80px",
    "label": "display:inline-block;width:76px;text-indent:0;font-style:normal;color:inherit;opacity:0.75",
    "flow": "display:flex;flex-wrap:wrap;align-items:flex-start;gap:10px 28px",
    "block": "min-width:0;max-width:100%",
    "slices": "display:flex;flex-wrap:wrap;align-items:flex-start;gap:4px 14px",
    "quote": "margin:0;padding:0;border:0;font-size:inherit;color:inherit",
    "faint": "color:inherit;opacity:0.75",
    "numbers": f"{MONO};font-size:92%;line-height:1.7;display:inline-block;vertical-align:top;"
    "max-width:100%;box-sizing:border-box;margin:2px 0;padding:2px 4px;overflow-x:auto;white-space:pre;"
    f"border:0 solid {LINE};border-left-width:2px;border-right-width:2px;border-radius:8px;"
    "background:none;color:inherit",
    "plain": "font:inherit;padding:0;border:0;white-space:inherit;background:none;color:inherit",
    "prose": f"{MONO};font-size:92%;line-height:1.5;margin:2px 0;padding:0;border:0;white-space:pre-wrap;"
    "word-break:normal;overflow-wrap:anywhere;background:none;color:inherit",
    "cell": "border:0 solid transparent;border-right-width:3px;background-clip:padding-box",
    "wrong": "border-radius:3px;color:inherit;background-color:rgba(229,57,53,0.32)",
    "right": "border-radius:3px;color:inherit;background-color:rgba(46,160,67,0.32)",
    "strong": "font-weight:600",
    "hints": "min-height:0;margin-bottom:0;padding:8px 12px;border:0;border-radius:6px;box-shadow:none;"
    "background-color:rgba(124,77,255,0.12)",
    "list": "margin:4px 0 0 0;padding:0 0 0 22px",
    "item": "margin:2px 0",
    "printed": f"{MONO};font-size:92%;line-height:1.45;margin:0;padding:6px 10px;overflow:auto;"
    f"white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;border:1px dashed {LINE};"
    "border-radius:6px;background:none;color:inherit",
    "foot": "margin-top:8px;font-size:90%;color:inherit;opacity:0.75",
}
CLASSES = {
    # The last two keep a student's text from being read as a formula.
    "card": "dojo-verdict panel panel-default panel-body tex2jax_ignore mathjax_ignore",
    "on-passed": "label label-success",
    "on-failed": "label label-danger",
    "on-muted": "label label-default",
    "on-tried": "label label-warning",
    "part": "clearfix",
    "hints": "well well-sm",
    "block": "pull-left media-left",
    "wrong": "bg-danger text-danger",
    "right": "bg-success text-success",
    "faint": "text-muted",
    "heading": "text-muted",
    "label": "text-muted",
    "foot": "text-muted",
}
BLOCKS = ("div", "pre", "blockquote", "ol", "li")  # each ends a line, also where every tag is taken away


class Html(str):
    """Markup that is ready; any other string is text."""


def tag(name: str, looks: str, *children: str, role: str = "") -> Html:
    """An element with these looks (names of `STYLES`). Children that are no markup are escaped."""
    listed = looks.split()
    attributes = {
        "class": " ".join(CLASSES[look] for look in listed if look in CLASSES),
        "style": ";".join(STYLES[look] for look in listed),
        "role": role,
    }
    head = "".join(f' {key}="{value}"' for key, value in attributes.items() if value)
    end = "\n" if name in BLOCKS else ""
    return Html(f"<{name}{head}>{join(*children)}</{name}>{end}")


def join(*children: str) -> Html:
    """Pieces in a row, text among them escaped."""
    return Html("".join(c if isinstance(c, Html) else html.escape(c) for c in children))


def pre(looks: str, *children: str, role: str = "") -> Html:
    """Preformatted text. Pages of JupyterLab set only a <code> in it in one width."""
    return tag("pre", looks, tag("code", "plain", *children), role=role)
