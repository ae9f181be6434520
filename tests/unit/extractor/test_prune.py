"""What is furniture in a page does not hang on how its markup is indented."""

from lxml import html

from services.extractor.prune import prose_length, prune

REPORT = "<p>" + "Shells fell on the market of Goma on Monday. " * 8 + "</p>"
BOX = "<div class='related'><a href='/1'>{0}One fell{0}</a> <a href='/2'>{0}Two fell{0}</a></div>"


def test_prose_is_what_is_read_outside_links() -> None:
    box = html.fromstring("<div>Read  this: <a href='/1'>\n      it\n   </a></div>")
    assert prose_length(box) == len("Read this: ")


def test_indented_links_are_links() -> None:
    for space in ("", "\n" + " " * 200):
        tree = html.document_fromstring(f"<body>{REPORT}{BOX.format(space)} After.</body>")
        list(prune(tree))
        assert " ".join(tree.text_content().split()).endswith("on Monday. After.")


def test_what_holds_much_of_the_prose_stays_whatever_it_is_called() -> None:
    tree = html.document_fromstring(f"<body><form class='share'>{REPORT}</form><nav>Home</nav></body>")
    list(prune(tree))
    assert tree.text_content().split()[:2] == ["Shells", "fell"]
    assert "Home" not in tree.text_content()


def test_pages_may_be_nested_deeply() -> None:
    tree = html.document_fromstring("<body>" + "<div>" * 200 + REPORT + "<div class='share'>Share</div>")
    list(prune(tree))
    assert "Share" not in tree.text_content()


def test_it_says_what_it_took_away_and_why() -> None:
    tree = html.document_fromstring(
        f"<body><nav>Home World</nav>{REPORT}{BOX.format('')}<div class='box'><a href='/1'>Aleppo falls</a>"
        "<a href='/2'>Homs holds</a></div><form>Search</form><div class='share'> </div></body>"
    )
    assert {(cut.why, cut.text) for cut in prune(tree)} == {
        ("<nav>", "Home World"),
        ("named related", "One fell Two fell"),
        ("links", "Aleppo fallsHoms holds"),
        ("<form>", "Search"),
    }
