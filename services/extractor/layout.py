"""Pages laid out by tables: cells become blocks, and the columns beside the report go.

Old pages put everything into tables: navigation, report, most-read lists. An extractor takes them for data, and keeps
the lot. A table that holds paragraphs, headings or further tables is layout. Of the cells that stand side by side in
one, those with little prose of their own beside the one with the most are columns of links.
"""

from lxml.html import HtmlElement

from services.extractor.prune import prose_length

_PROSE = ("p", "blockquote", "h1", "h2", "h3", "article", "table", "div")
# A column that is no link list still carries less than this share of the main cell's prose.
MAIN_SHARE = 0.3
LONG_CELL = 400


def unwrap_layout_tables(tree: HtmlElement) -> None:
    """Turns layout tables into blocks, in place."""
    layouts = [table for table in tree.iter("table") if _is_layout(table)]
    for table in layouts:
        _drop_side_cells(table)
    for table in layouts:
        _to_blocks(table)


def _is_layout(table: HtmlElement) -> bool:
    if table.get("role") == "presentation" or next(table.iter(*_PROSE[:-2]), None) is not None:
        return True
    cells = _cells(table)
    return len(cells) == 1 or any(prose_length(cell) > LONG_CELL for cell in cells)


def _cells(table: HtmlElement) -> list[HtmlElement]:
    """The table's own cells, not those of tables inside them."""
    return [cell for cell in table.iter("td", "th") if next(cell.iterancestors("table"), None) is table]


def _drop_side_cells(table: HtmlElement) -> None:
    rows: dict[HtmlElement, list[HtmlElement]] = {}
    for cell in _cells(table):
        rows.setdefault(cell.getparent(), []).append(cell)
    for cells in rows.values():
        _drop_beside_longest(cells)


def _drop_beside_longest(cells: list[HtmlElement]) -> None:
    lengths = {cell: prose_length(cell) for cell in cells}
    most = max(lengths.values(), default=0)
    if most < LONG_CELL:
        return
    for cell, length in lengths.items():
        if length < MAIN_SHARE * most and cell.getparent() is not None:
            cell.getparent().remove(cell)


def _to_blocks(table: HtmlElement) -> None:
    for element in (table, *table.iter("tbody", "thead", "tfoot", "tr", "td", "th")):
        if element is table or next(element.iterancestors("table"), table) is table:
            element.tag = "div"
