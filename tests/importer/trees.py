"""Random policies as trees in two languages, and their text in every input format."""

import html
import re
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

from troth.policy.words import LANGS, Lang

Format = Literal["txt", "atx", "setext", "html"]
FORMATS: tuple[Format, ...] = ("txt", "atx", "setext", "html")
SUFFIX = {"txt": "txt", "atx": "md", "setext": "md", "html": "html"}

SENTENCES: dict[Lang, tuple[str, ...]] = {
    "en": (
        "We keep record {n} for {m} days.",
        "You can ask us, e.g. by letter, for record {n}.",
        "Brightwater Ltd. and its partners (if any. See below) receive record {n}.",
        'We call this the "Plan. No. {n}" of our service.',
        "See https://policy.example/v1.{m}/item-{n}.html for version {m}.5 of it!",
        "Does record {n} leave the U.S. at all?",
        "Use *stars*, _lines_, `ticks`, [brackets] & <angles> of record {n} as they are.",
        "We wait ... and then delete record {n}.",
    ),
    "zh": (
        "我们将记录{n}保存{m}天。",
        "您可以向我们索取记录{n}，例如通过信件。",
        "清川公司及其合作伙伴（如有。见下文）会收到记录{n}。",
        "我们把它称为“计划。第{n}号”。",
        "请见 https://policy.example/v1.{m}/item-{n}.html 的{m}.5版！",
        "记录{n}会离开本国吗？",
        "记录{n}中的*星号*、_线_、`点`、[括号]与<尖括号>原样使用。",
        "我们会等待……然后删除记录{n}。",
    ),
}
ITEMS: dict[Lang, tuple[str, ...]] = {
    "en": ("contact details of record {n}", "with your explicit consent to step {n};"),
    "zh": ("记录{n}的联系方式", "获得您对步骤{n}的明确同意；"),
}
HEADINGS: dict[Lang, tuple[str, ...]] = {
    "en": ("How We Use Topic {n}", "Retention of Topic {n}", "Cookies {n}"),
    "zh": ("我们如何使用主题{n}", "主题{n}的保存期限", "Cookies的使用{n}"),
}
LEADS: dict[Lang, str] = {"en": "Topic {n} covers the following:", "zh": "主题{n}包括以下内容："}
LINK: dict[Lang, str] = {"en": "page {n}", "zh": "第{n}页"}


@dataclass(frozen=True)
class Node:
    """A heading, paragraph, item or row; `texts` its pieces by language, `href` links the last.

    `note` is the mark of a footnote that a paragraph is.
    """

    role: str
    texts: dict[Lang, tuple[str, ...]]
    level: int = 0
    href: str = ""
    opens: bool = False
    note: str = ""


@dataclass
class Counter:
    """Gives every text a number of its own, so that nothing is doubled by chance."""

    n: int = 0

    def next(self) -> dict[str, int]:
        """Return the next number, and a small one made from it."""
        self.n += 1
        return {"n": self.n, "m": self.n % 89 + 2}


@dataclass(frozen=True)
class Tree:
    """A whole policy in order of reading."""

    nodes: tuple[Node, ...] = field(default_factory=tuple)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw a policy: sections of up to three levels with paragraphs, lists, tables, links."""
    counter = Counter()
    nodes: list[Node] = []
    depth = 1
    for at in range(draw(st.integers(1, 5))):
        depth = 1 if at == 0 else draw(st.integers(1, min(depth + 1, 3)))
        nodes.append(Node("heading", _one(draw, HEADINGS, counter), depth + 1))
        for _ in range(draw(st.integers(1, 4))):
            nodes.extend(_part(draw, counter))
    return Tree(tuple(nodes))


def _one(
    draw: st.DrawFn, pool: dict[Lang, tuple[str, ...]], counter: Counter
) -> dict[Lang, tuple[str, ...]]:
    which = draw(st.integers(0, len(pool["en"]) - 1))
    numbers = counter.next()
    return {lang: (_filled(pool[lang][which], numbers),) for lang in LANGS}


def _filled(template: str, numbers: dict[str, int]) -> str:
    return re.sub(r"\{([nm])\}", lambda f: str(numbers[f[1]]), template)


def _part(draw: st.DrawFn, counter: Counter) -> list[Node]:
    kind = draw(st.sampled_from(["paragraph", "paragraph", "list", "table"]))
    if kind == "paragraph":
        sentences = [_one(draw, SENTENCES, counter) for _ in range(draw(st.integers(1, 4)))]
        texts = {lang: tuple(s[lang][0] for s in sentences) for lang in LANGS}
        href = ""
        if draw(st.booleans()):
            numbers = counter.next()
            href = f"https://policy.example/{numbers['n']}"
            texts = {lang: (*texts[lang], _filled(LINK[lang], numbers)) for lang in LANGS}
        note = "" if href or not draw(st.booleans()) else f"[^{counter.next()['n']}]: "
        return [Node("paragraph", texts, href=href, note=note)]
    numbers = counter.next()
    nodes = [Node("paragraph", {lang: (_filled(LEADS[lang], numbers),) for lang in LANGS})]
    if kind == "list":
        depth = 1
        for at in range(draw(st.integers(1, 5))):
            depth = 1 if at == 0 else draw(st.integers(1, min(depth + 1, 3)))
            nodes.append(Node("item", _one(draw, ITEMS, counter), depth))
        return nodes
    columns = draw(st.integers(2, 3))
    for row in range(draw(st.integers(2, 4))):
        cells = [_one(draw, ITEMS, counter) for _ in range(columns)]
        texts = {lang: tuple(c[lang][0] for c in cells) for lang in LANGS}
        nodes.append(Node("row", texts, opens=row == 0))
    return nodes


def expected(tree: Tree, lang: Lang, form: Format) -> list[tuple[str, int, str]]:
    """Return (role, level, text) of each line the import should write."""
    found = []
    for node in tree.nodes:
        texts = list(node.texts[lang])
        if node.role == "paragraph":
            if node.href:
                last = texts.pop()
                shown = f"{last} ({node.href})" if form == "txt" else last
                texts.append(_with_link(lang, shown))
            texts[0] = node.note + texts[0]
            found += [("sentence", 0, text) for text in texts]
        elif node.role == "row":
            found.append(("row", 0, " | ".join(texts)))
        else:
            found.append((node.role, node.level, texts[0]))
    return [(role, level, re.sub(r"\s+", "", text)) for role, level, text in found]


def _with_link(lang: Lang, shown: str) -> str:
    return f"The rules stand on {shown}." if lang == "en" else f"规则见{shown}。"


def rendered(tree: Tree, lang: Lang, form: Format) -> str:
    """Return the policy's text in one language and format."""
    if form == "html":
        return _html(tree, lang)
    lines: list[str] = []
    counts = [0] * 8
    before = ""
    for node in tree.nodes:
        texts = node.texts[lang]
        if before in {"item", "row"} and node.role != before:
            lines.append("")
        before = node.role
        if node.role == "heading":
            lines += ["", *_heading(node, texts[0], form, counts), ""]
        elif node.role == "paragraph":
            lines += [_paragraph(node, lang, form), ""]
        elif node.role == "item":
            lines.append(f"{'    ' * (node.level - 1)}- {_plain(texts[0], form)}")
        else:
            lines.append(f"| {' | '.join(_plain(t, form) for t in texts)} |")
            if node.opens:
                lines.append("|" + "---|" * len(texts))
    if form == "setext":
        lines += ["", *(f"[{_label(n.href)}]: {n.href}" for n in tree.nodes if n.href)]
    return "\n".join([*lines, ""])


def _label(href: str) -> str:
    return f"Rules {href.rpartition('/')[2]}"


def _heading(node: Node, text: str, form: Format, counts: list[int]) -> list[str]:
    if form == "txt":
        counts[node.level] += 1
        counts[node.level + 1 :] = [0] * (7 - node.level)
        number = ".".join(str(c) for c in counts[2 : node.level + 1])
        return [f"{number}{'.' if node.level == 2 else ''} {text}"]
    if form == "setext" and node.level == 2:
        return [_plain(text, form), "-" * 12]
    return [f"{'#' * node.level} {_plain(text, form)}"]


def _plain(text: str, form: Format) -> str:
    return text if form == "txt" else re.sub(r"([*_`\[\]<>&])", r"\\\1", text)


def _paragraph(node: Node, lang: Lang, form: Format) -> str:
    texts = list(node.texts[lang])
    parts = [_plain(text, form) for text in (texts[:-1] if node.href else texts)]
    if node.href:
        link = {
            "txt": f"{texts[-1]} ({node.href})",
            "setext": f"[{texts[-1]}][{_label(node.href)}]",
        }.get(form, f"[{texts[-1]}]({node.href})")
        parts.append(_with_link(lang, link))
    return node.note + (" " if lang == "en" else "").join(parts)


def _html(tree: Tree, lang: Lang) -> str:
    body: list[str] = []
    depth = 0
    table = False
    for node in tree.nodes:
        while depth and (node.role != "item" or node.level < depth):
            body.append("</li></ul>")
            depth -= 1
        if table and (node.role != "row" or node.opens):
            body.append("</table>")
            table = False
        texts = [html.escape(text) for text in node.texts[lang]]
        if node.role == "heading":
            body.append(f"<h{node.level}>{texts[0]}</h{node.level}>")
        elif node.role == "paragraph":
            if node.href:
                texts[-1] = _with_link(lang, f'<a href="{node.href}">{texts[-1]}</a>')
            body.append(f"<p>{node.note}{(' ' if lang == 'en' else '').join(texts)}</p>")
        elif node.role == "item":
            body.append("<ul><li>" if node.level > depth else "</li><li>")
            depth = node.level
            body.append(texts[0])
        else:
            cell = "th" if node.opens else "td"
            body += ["<table>"] if node.opens else []
            table = True
            body.append("<tr>" + "".join(f"<{cell}>{t}</{cell}>" for t in texts) + "</tr>")
    body.append("</li></ul>" * depth + ("</table>" if table else ""))
    content = "\n".join(body)
    return f"<!doctype html><html><head><title>t</title></head><body>{content}</body></html>"
