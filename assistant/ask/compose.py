"""From the ledger to Markdown. Code writes every digit and every quotation."""

from collections.abc import Mapping, Sequence

from assistant.ask.answer import Citation
from assistant.ask.ledger import Block
from assistant.ask.words import day


def markdown(blocks: Sequence[Block], citations: Mapping[str, Citation], caveats: Sequence[str]) -> str:
    """The answer as Markdown: headline, lists with quotes, sentences, and what to bear in mind."""
    parts = [_block(block, citations) for block in blocks]
    if caveats:
        parts.append("**Bear in mind**\n\n" + "\n".join(f"- {caveat}" for caveat in caveats))
    return "\n\n".join(part for part in parts if part)


def quoted(citation: Citation) -> str:
    """`“…” (email, 3 May 2026) [C1]`."""
    source = ", ".join(
        part for part in (citation.channel, day(citation.date) if citation.date else None) if part
    )
    return f"“{' '.join(citation.text.split())}”{f' ({source})' if source else ''} [{citation.id}]"


def _block(block: Block, citations: Mapping[str, Citation]) -> str:
    lines = [f"**{block.title}**\n"] if block.title else []
    for at, claim in enumerate(block.claims, 1):
        voices = [quoted(citations[name]) for name in claim.citations]
        if block.kind == "list":
            lines.append(f"{at}. {claim.text}")
            lines += [f"   > {voice}" for voice in voices]
        elif block.kind == "points":
            lines.append(f"- {claim.text}")
        elif block.kind == "head":
            lines.append(claim.text)
        else:
            lines += [claim.text] if claim.text else []
            lines += [f"> {voice}\n" for voice in voices]
    return "\n".join(lines).rstrip()
