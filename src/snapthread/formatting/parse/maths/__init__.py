"""Maths as readable text: LaTeX in, Unicode on a line out."""

from snapthread.formatting.parse.maths.reader import readable

__all__ = ["readable"]
