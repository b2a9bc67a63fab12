"""The pass on paper: values in, the bytes of a PDF out. Same values, same bytes."""

from declarations.paper.pass_on_paper import PassOnPaper
from declarations.paper.sheets import sheet, sheets

__all__ = ["PassOnPaper", "sheet", "sheets"]
