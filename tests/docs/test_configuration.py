"""Every setting is documented, and the documented example is one."""

import re
import tomllib
from pathlib import Path
from typing import Final

from troth.site.config import Config, load

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_each_setting_has_a_row_and_each_row_a_setting() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(Config.__struct_fields__)


def test_the_example_is_read(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    (tmp_path / "troth.toml").write_text(example[1], encoding="utf-8")
    config = load({"data": tmp_path}, {})
    written = tomllib.loads(example[1])
    assert config.url == written["url"]
    assert config.trusted_proxies == tuple(written["trusted_proxies"])
    assert config.secure
