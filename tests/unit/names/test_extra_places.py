"""Places that users add: GeoNames dumps and YAML rows, compiled with the rest."""

import zipfile
from pathlib import Path

import pytest

from shared.names import compile as compiling
from shared.names import gazetteer, lexicon
from shared.names.records import NamedPlace, Place
from shared.names.sources import extra, geonames_dump, user_rows

# id, name, ascii, alternates, lat, lon, class, code, country, cc2, admin1..4, population, elevation, dem, zone, date
ROWS = [
    [
        "1",
        "Kiwanja",
        "Kiwanja",
        "Kiwandja,https://x.example",
        "-1.155",
        "29.447",
        "P",
        "PPL",
        "CD",
        "",
        "11",
        *[""] * 8,
    ],
    ["2", "Nord-Kivu", "Nord-Kivu", "", "-0.7", "29", "A", "ADM1", "CD", "", "11", "", "", "", "6655000", *[""] * 4],
    ["3", "Old Town", "Old Town", "", "1", "2", "P", "PPLQ", "CD", "", "11", *[""] * 8],
    ["4", "Lac Vert", "Lac Vert", "", "-1.6", "29.1", "H", "LK", "CD", "", "11", *[""] * 8],
    ["5", "Some Farm", "Some Farm", "", "1", "2", "S", "FRM", "CD", "", "11", *[""] * 8],
]
TABLE = "".join("\t".join(row) + "\n" for row in ROWS)


def test_a_dump_gives_towns_regions_and_waters(tmp_path: Path) -> None:
    (tmp_path / "CD.txt").write_text(TABLE)
    with zipfile.ZipFile(tmp_path / "CD.zip", "w") as archive:
        archive.writestr("readme.txt", "about")
        archive.writestr("CD.txt", TABLE)
    plain, zipped = (list(geonames_dump.places(tmp_path / name)) for name in ("CD.txt", "CD.zip"))
    assert plain == zipped
    assert [(r.place.id, r.place.feature, r.place.order) for r in plain] == [
        ("gn:1", "populated_place", 0),
        ("gn:2", "region", 1),
        ("gn:4", "region", 0),
    ]
    assert plain[0].names == ("Kiwandja",)


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\tb\n", "XX.txt:1: 2 columns, not 19"), (TABLE.replace("-1.155", "north"), "XX.txt:1: could not convert")],
)
def test_what_is_no_dump_is_refused_by_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "XX.txt").write_text(text)
    with pytest.raises(geonames_dump.DumpError, match=said):
        list(geonames_dump.places(tmp_path / "XX.txt"))


def test_rows_become_places(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "- {id: hill-402, name: Hill 402, country: UA, lat: 48.1, lon: 37.9, aliases: [H402]}"
    )
    (row,) = user_rows.places(tmp_path / "mine.yaml")
    assert (row.place.id, row.place.feature, row.names) == ("user:hill-402", "town", ("H402",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: x, name: X, country: UA, lat: 480, lon: 37}", r"mine.yaml, row 1: .*<= 90"),
        ("- {id: x, name: X, country: UA, lat: 48, lng: 37}", r"row 1: .*lng"),
        ("- {id: X y, name: X, country: UA, lat: 48, lon: 37}", r"row 1: .*id"),
        ("id: x", "holds no list"),
        ("- {", "is no YAML"),
    ],
)
def test_a_wrong_row_is_refused_by_field(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(user_rows.RowsError, match=said):
        list(user_rows.places(tmp_path / "mine.yaml"))


def test_added_places_are_compiled_and_make_a_version_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(gazetteer.CACHE_VARIABLE, str(tmp_path))
    listed = NamedPlace(Place(id="gn:1", name="Aleppo", lat=36.2, lon=37.1, country="SY"))
    monkeypatch.setattr(compiling, "places", lambda: [listed])
    monkeypatch.setattr(lexicon, "load", lambda: ())
    before = gazetteer.load()
    mine = NamedPlace(Place(id="user:hill-402", name="Hill 402", lat=48.1, lon=37.9, country="UA"), ("H402",))
    assert extra.write(tmp_path, [mine]) == 1
    after = gazetteer.load()
    assert after.version != before.version
    assert [m.place for m in after.lookup("Hill 402")] == [mine.place]
    assert after.place_by_id("user:hill-402") == mine.place
    assert extra.write(tmp_path, []) == 0
    assert gazetteer.load().version == before.version
