"""The bundled policy, and a change of it that shows every kind of mark on `/changes/2`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = ("en.md", "zh.md", "policy.toml")
EDITS: Final = (
    ("en.md", "You can manage or delete cookies", "You may manage or refuse cookies"),
    ("zh.md", "您可以根据自己的偏好管理或删除", "您可以根据自己的偏好管理或拒绝"),
    ("en.md", "- 3.1 With your explicit consent", "- 3.1 With your consent"),
    ("zh.md", "获得您的明确同意", "获得您的同意"),
    ("policy.toml", "lifetime_days = 180", "lifetime_days = 365"),
)


def default_policy() -> dict[str, bytes]:
    """Return the files of the bundled policy folder."""
    return {name: (ROOT / "policy" / name).read_bytes() for name in FILES}


def changed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the folder with two sentences reworded and a cookie that lives longer."""
    texts = {name: content.decode() for name, content in files.items()}
    for name, old, new in EDITS:
        assert old in texts[name], f"{name} does not say {old!r} any more"
        texts[name] = texts[name].replace(old, new)
    return {name: text.encode() for name, text in texts.items()}


TABLE: Final = {
    "en.md": """
## 6. How Long {#kept}

| Kind of data | How long it is kept | {#kept.head}
|---|---|
| Visits \\| views | 30 days | {#kept.visits}
| Accounts | until you close it | {#kept.accounts}
""",
    "zh.md": """
## 6. 保留多久 {#kept}

| 数据类型 | 保留多久 | {#kept.head}
|---|---|
| 访问 \\| 浏览 | 30天 | {#kept.visits}
| 账户 | 直至您注销 | {#kept.accounts}
""",
}


def with_table(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the folder with a section more, whose statements are the rows of a table."""
    return {name: content + TABLE.get(name, "").encode() for name, content in files.items()}
