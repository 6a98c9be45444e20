"""Tables as they come: encodings, delimiters, quotes, and files that are no tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.customers.imports.files import FileError, inspect, open_lines
from orchestrator.customers.imports.table import Row, RowError, Table


def read(path: Path) -> list[tuple[int, object]]:
    with open_lines(inspect(path)) as lines:
        rows = list(Table(lines, {}).rows())
    return [(row.line, list(row.cells.values()) if isinstance(row, Row) else row.message) for row in rows]


def write(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


POLISH = "id;name\n1;Żółć\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_polish_letters_in_every_common_encoding(tmp_path: Path, encoding: str) -> None:
    assert read(write(tmp_path, POLISH.encode(encoding))) == [(2, ["1", "Żółć"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (["id", '"a,b;c"'], ["00123", "x"], [], ["2", '"y"']))
    assert read(write(tmp_path, text)) == [(2, ["00123", "x"]), (4, ["2", "y"])]


def test_a_line_break_in_a_cell_is_part_of_it_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,note\n1,"two\nlines, ""quoted"""\n2,x\n')
    assert read(path) == [(2, ["1", 'two\nlines, "quoted"']), (4, ["2", "x"])]


def test_an_unclosed_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,note\n1,"open\n2,fine\n' + "".join(f"{n},x\n" for n in range(3, 500)))
    rows = read(path)
    assert rows[0] == (2, rows[0][1])
    assert str(rows[0][1]).startswith('a quote (") is not closed')
    assert rows[1:] == [(3, ["2", "fine"]), *((n + 1, [str(n), "x"]) for n in range(3, 500))]


def test_two_stray_quotes_cost_their_own_rows_only(tmp_path: Path) -> None:
    rows = read(write(tmp_path, 'id,note\n1,5" disk\n2,fine\n3,7" disk\n4,fine\n'))
    assert [line for line, found in rows if isinstance(found, str)] == [2, 4]
    assert [found for _, found in rows if isinstance(found, list)] == [["2", "fine"], ["4", "fine"]]


def test_wrong_rows_are_told_with_their_line(tmp_path: Path) -> None:
    rows = read(write(tmp_path, "id,name,\n1,a,\nid,name,\n2,b\n3,c,,d\n4,d,stray\n"))
    assert rows == [
        (2, ["1", "a"]),
        (3, "the header stands here again; remove this line"),
        (4, "the row has 2 cells, but the header has 3; check its “,” and quotes"),
        (5, "the row has 4 cells, but the header has 3; check its “,” and quotes"),
        (6, "the cell 'stray' stands in a column without a name; name it or empty it"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "file.csv is empty"),
        (b" \n\n", "is empty"),
        (b"PK\x03\x04....", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0....", "old Excel workbook"),
        (b"\x1f\x8b....", "packed and cannot be unpacked"),
        (b"%PDF-1.4", "is a PDF"),
        (b"\x7fELF" + bytes(90), "is no text"),
        (b"id\n\x81\x83\n", "neither UTF-8 nor UTF-16 nor Windows-1250"),
        (b"\xff\xfei\x00d\x00\n", "neither UTF-8 nor UTF-16"),
        (b"id,Name,name\n", "columns 2, 3 all mean 'name'; .* They are called “Name”, “name”"),
        (",".join(f"c{n}" for n in range(10_000)).encode(), "10000 columns; 300 is the most"),
        (b'id,"na\n1,x\n', "line 1 cannot be read as CSV"),
    ],
)
def test_what_is_no_table_is_refused_with_words(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(FileError, match=words):
        read(write(tmp_path, content))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no file"):
        inspect(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is a folder"):
        inspect(tmp_path)


def test_row_errors_are_rows_of_their_own_kind(tmp_path: Path) -> None:
    with open_lines(inspect(write(tmp_path, "id,x\n1\n"))) as lines:
        (row,) = Table(lines, {}).rows()
    assert isinstance(row, RowError)
