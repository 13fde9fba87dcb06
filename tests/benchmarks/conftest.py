"""Figures of a run, for people: the table of the README is written from the last one."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- written by make bench -->\n", "<!-- end -->"
FIGURES = pytest.StashKey[dict[str, str]]()

Record = Callable[[str, str], None]


@pytest.fixture(scope="session")
def record(request: pytest.FixtureRequest) -> Record:
    """Names a figure of this run: what was measured, and its value with unit."""
    figures = request.config.stash.setdefault(FIGURES, {})
    return figures.__setitem__


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Only a run of everything that went well replaces the table."""
    figures = session.config.stash.get(FIGURES, {})
    if not figures or exitstatus or not os.environ.get("EARMARK_BENCHMARKS"):
        return
    text = README.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if found and ends:
        README.write_text(before + BEGIN + table(figures) + END + after, encoding="utf-8")


def table(figures: dict[str, str]) -> str:
    """Markdown, with the machine below."""
    rows = "".join(f"| {what} | {value} |\n" for what, value in figures.items())
    return f"\n| what | measured |\n|---|---|\n{rows}\n{machine()}, {datetime.now(UTC):%B %Y}.\n\n"


def machine() -> str:
    """Processor, cores and memory."""
    import torch

    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    able = torch.cpu.get_capabilities()
    kinds = [name for name in ("avx2", "avx512_f", "avx512_bf16", "amx_bf16") if able.get(name)]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{found[1].strip() if found else 'One machine'}, {os.cpu_count()} cores ({', '.join(kinds)}), {memory:.0f} GiB"
