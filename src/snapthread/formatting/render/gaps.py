"""The gap between two blocks: a title stands close to what it is about, a list to its sentence."""

from snapthread.formatting.render.table import Grid
from snapthread.formatting.tree import (
    Block,
    CodeBlock,
    Footnote,
    Heading,
    List,
    Paragraph,
    Styled,
    plain_text,
)

ShownBlock = Block | Grid


def gap_between(before: ShownBlock | None, block: ShownBlock) -> str:
    match before, block:
        case Heading(level=1), _:
            return "\n\n"
        case (Heading(), _) | (Footnote(), Footnote()):
            return "\n"
        case Paragraph(), List() if is_title(before) or _announces(before):
            return "\n"
        case Paragraph(), CodeBlock() | Grid() if is_title(before):
            return "\n"
        case _:
            return "\n\n"


def is_title(block: ShownBlock) -> bool:
    """A heading, or a line in bold, which models write instead."""
    match block:
        case Heading() | Paragraph(children=(Styled(style="bold"),)):
            return True
        case _:
            return False


def _announces(paragraph: Paragraph) -> bool:
    return plain_text(paragraph.children).rstrip().endswith((":", "："))
