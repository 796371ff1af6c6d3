"""Policies of any size to measure with: generated, bilingual, no finding of their own."""

from typing import Final

SECTION_STATEMENTS: Final = 20

CONTROL: Final = "versions.immutable"
"""A control there is: a policy of this size takes it for all it says."""

REGISTER_HEAD: Final = """
[controller]
statement = "s0.n0"
name = { zh = "示例公司", en = "Example Company" }
country = "CN"

[contact]
statement = "s0.n0"
department = { zh = "隐私部", en = "Privacy department" }
email = "privacy@example.com"
complaint = { zh = "写信给我们", en = "Write to us" }

[notice]
statement = "s0.n0"

[purpose.order]
statement = "s0.n0"
label = { zh = "订单", en = "Orders" }
basis = "contract"

[category.order]
statement = "s0.n0"
label = { zh = "订单记录", en = "Order records" }
class = "personal"
purposes = ["order"]
sources = ["direct"]
retention = "order"

[category.order.fields]
number = { label = { zh = "编号", en = "Number" }, without = { zh = "无订单", en = "No order" } }

[source.direct]
statement = "s0.n0"
label = { zh = "您提供", en = "Given by you" }
kind = "direct"

[recipient]

[right.access]
statement = "s0.n0"
label = { zh = "查阅", en = "Access" }
channel = { zh = "写信", en = "Write" }
address = "privacy@example.com"
days = 15

[retention.order]
statement = "s0.n0"
label = { zh = "九十天", en = "Ninety days" }
start = { zh = "下单之后", en = "after the order" }
days = 90

[cites]
collect = "s0.n0"
use = "s0.n0"
set_cookie = "s0.n0"
read_cookie = "s0.n0"
release = "s0.n0"
view = "s0.n0"
take_effect = "s0.n0"
"""


def generate(statements: int, *, edited_every: int = 0) -> dict[str, bytes]:
    """Return the files of a policy with so many statements.

    Every `edited_every`-th sentence reads a little differently (0 = none), to have a version to
    compare with.
    """
    english, chinese, register = [], [], [REGISTER_HEAD]
    for number in range(statements):
        section, place = divmod(number, SECTION_STATEMENTS)
        if place == 0:
            english.append(f"\n## {section + 1}. Topic number {section} {{#s{section}}}\n")
            chinese.append(f"\n## {section + 1}. 第 {section} 个主题 {{#s{section}}}\n")
        edited = bool(edited_every) and number % edited_every == 0
        word, zi = ("archive", "档案") if edited else ("record", "记录")
        english.append(
            f"We keep {word} {number} of your orders for {number % 90 + 1} days and you can ask "
            f"us for it at any time. {{#s{section}.n{place}}}"
        )
        chinese.append(
            f"我们将您的订单{zi} {number} 保存 {number % 90 + 1} 天，您可以随时向我们索取。"
            f"{{#s{section}.n{place}}}"
        )
        register.append(
            f'[statement."s{section}.n{place}"]\nkind = "practice"\nkept_by = ["{CONTROL}"]\n'
        )
    return {
        "en.md": "\n".join(english).encode(),
        "zh.md": "\n".join(chinese).encode(),
        "policy.toml": "\n".join(register).encode(),
    }


def raw_text(size_bytes: int) -> bytes:
    """Return a bilingual plain-text policy of about that size: zh, then en."""
    english, chinese = [], []
    written = number = 0
    while written < size_bytes:
        if number % SECTION_STATEMENTS == 0:
            title = number // SECTION_STATEMENTS + 1
            english.append(f"{title}. Topic number {title}")
            chinese.append(f"{title}. 第 {title} 个主题")
        english.append(
            f"We keep record {number} of your orders for {number % 90 + 1} days. You can ask us "
            f"for record {number} at any time, for example by e-mail."
        )
        chinese.append(
            f"我们将您的订单记录 {number} 保存 {number % 90 + 1} 天。您可以随时向我们索取记录 "
            f"{number}，例如通过电子邮件。"
        )
        written += len(english[-1].encode()) + len(chinese[-1].encode())
        number += 1
    return "\n".join([*chinese, *english]).encode()
