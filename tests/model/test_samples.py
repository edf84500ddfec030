"""Samples from CSV files: what spreadsheets export is read, anything else is told in one line."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.model import samples as module
from backprop_xlsx.model.samples import Sample, SampleSet, read_samples
from backprop_xlsx.spreadsheet.errors import BackpropError, FileError, InputError

EXPECTED = (Sample((0.05, -1.5), (1.0,)), Sample((2e-3, 0.0), (0.25,)))

TABLES = {
    "plain": "0.05,-1.5,1\n2e-3,0,0.25\n",
    "no line end at the end": "0.05,-1.5,1\n2e-3,0,0.25",
    "header": "i1,i2,t1\n0.05,-1.5,1\n2e-3,0,0.25\n",
    "header of other words": "age,height,ill\n0.05,-1.5,1\n2e-3,0,0.25\n",
    "header in the order of the class": "t1,i1,i2\n1,0.05,-1.5\n0.25,2e-3,0\n",
    "header in capitals": "T1,I2,I1\n1,-1.5,0.05\n0.25,0,2e-3\n",
    "header over two lines": '"in\n1",i2,t1\n0.05,-1.5,1\n2e-3,0,0.25\n',
    "byte order mark": "\ufeff0.05,-1.5,1\n2e-3,0,0.25\n",
    "byte order mark and header": "\ufeffi1,i2,t1\n0.05,-1.5,1\n2e-3,0,0.25\n",
    "line ends of Windows": "i1,i2,t1\r\n0.05,-1.5,1\r\n2e-3,0,0.25\r\n",
    "line ends of old Macs": "i1,i2,t1\r0.05,-1.5,1\r2e-3,0,0.25\r",
    "empty lines": "\n\ni1,i2,t1\n\n0.05,-1.5,1\n,,\n2e-3,0,0.25\n\n",
    "quoted": '"i1","i2","t1"\n"0.05","-1.5","1"\n"2e-3","0","0.25"\n',
    "spaces": " 0.05 , -1.5 , 1\n 2e-3, 0, 0.25 \n",
    "signs and bare points": "+.05,-1.5,1.\n2E-03,-0,.25\n",
    "semicolons": "i1;i2;t1\n0.05;-1.5;1\n2e-3;0;0.25\n",
    "semicolons and decimal commas": "i1;i2;t1\n0,05;-1,5;1\n2e-3;0;0,25\n",
    "quoted decimal commas": '"0,05";"-1,5";"1"\n"0,002";"0";"0,25"\n',
    "tabs": "i1\ti2\tt1\n0.05\t-1.5\t1\n2e-3\t0\t0.25\n",
    "tabs and decimal commas": "0,05\t-1,5\t1\n2e-3\t0\t0,25\n",
}


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "samples.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES.keys())
def test_tables_that_spreadsheets_export_are_read(tmp_path: Path, content: str) -> None:
    assert read_samples(written(tmp_path, content), 2, 1).samples == EXPECTED


REFUSED = {
    "a missing value": ("0,0,1\n0,1\n", "line 2: 2 values given, expected 2 inputs and 1 targets"),
    "a value too many": ("i1,i2,t1\n0,0,1,0\n", "line 2: 4 values given, expected 2 inputs"),
    "an empty cell": ("0,0,1\n0,,1\n", "line 2: '' is not a number"),
    "a word": ("0,0,1\n\n0,one,1\n", "line 3: 'one' is not a number"),
    "a second header": ("i1,i2,t1\nx,y,z\n0,0,1\n", "line 2: 'x' is not a number"),
    "a number in a first line of words": ("i1,2,t1\n0,0,1\n", "line 1: 'i1' is not a number"),
    "not a number": ("0,0,nan\n", "line 1: 'nan' is not a number"),
    "infinite": ("0,0,1\n0,0,-inf\n", "line 2: '-inf' is not a number"),
    "out of a double's range": ("0,0,1e999\n", "line 1: inf is not a finite number"),
    "too large": ("0,0,1e41\n", "line 1: 1e+41 is too large"),
    "underscores": ("0,0,1_0\n", "line 1: '1_0' is not a number"),
    "hexadecimal": ("0,0,0x10\n", "line 1: '0x10' is not a number"),
    "foreign digits": ("0,0,１\n", "line 1: '１' is not a number"),
    "a thousands separator": ("0;0;1.234,5\n", "line 1: '1.234,5' is not a number"),
    "a thousands separator in quotes": ('0,0,"1,234"\n', "line 1: '1,234' is not a number"),
    "decimal commas between commas": ("0,5,0,5,1,0\n", "line 1: 6 values given, expected 2"),
    "a line break in a value": ('0,0,"1\n2"\n', r"'1\n2' is not a number"),
    "nothing": ("", "has no samples; expected lines of numbers"),
    "empty lines only": ("\n \n,,\n", "has no samples; expected lines of numbers"),
    "a header only": ("i1,i2,t1\n", "has no samples; expected lines of numbers"),
    "an endless value": ("0,0," + "9" * 200_000, "is not CSV (field larger than"),
    "a quote that never ends": ('0,0,1\n"0,0,1\n', "1 values given, expected 2 inputs"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_names_the_file_and_line(tmp_path: Path, content: str, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_samples(path, 2, 1)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_header_gives_the_order_only_if_it_names_all(tmp_path: Path) -> None:
    path = written(tmp_path, "t1,i1,i1\n1,2,3\n")
    assert read_samples(path, 2, 1).samples == (Sample((1, 2), (3,)),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("0,0,1 °\n".encode("latin-1"), "is not text in UTF-8"),
        ("0,0,1\n".encode("utf-16"), "is not text in UTF-8"),
        (b"PK\x03\x04\xff\xfe", "is not text in UTF-8"),
    ],
)
def test_other_encodings_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read_samples(written(tmp_path, content), 2, 1)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"missing\.csv: cannot be read \(No such file"):
        read_samples(tmp_path / "missing.csv", 2, 1)
    with pytest.raises(FileError, match=r"cannot be read \(Is a directory\)"):
        read_samples(tmp_path, 2, 1)
    with pytest.raises(FileError, match="cannot be read"):
        read_samples(tmp_path / ("n" * 5000), 2, 1)
    with pytest.raises(FileError, match=r"'a\\x00b': cannot be read"):
        read_samples(Path("a\0b"), 2, 1)


def test_files_without_an_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Path("/dev/zero")
    if endless.exists():
        with pytest.raises(FileError, match="is larger than 16 MB; give a smaller file"):
            read_samples(endless, 2, 1)
    monkeypatch.setattr(module, "LARGEST_FILE", 12)
    path = written(tmp_path, "0,0,1\n0,1,0\n")
    assert len(read_samples(path, 2, 1).samples) == 2
    with pytest.raises(FileError, match="is larger than"):
        read_samples(written(tmp_path, "0,0,1\n0,1,0\n\n"), 2, 1)


def test_too_many_samples_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_NUMBER_OF_SAMPLES", 3)
    assert len(read_samples(written(tmp_path, "0,0,1\n" * 3), 2, 1).samples) == 3
    with pytest.raises(InputError, match="more than 3 samples; give a part of them"):
        read_samples(written(tmp_path, "0,0,1\n" * 4), 2, 1)


IRIS = """sepal length,sepal width,petal length,petal width,species
5.1,3.5,1.4,0.2,Iris-setosa
7.0,3.2,4.7,1.4,Iris-versicolor
6.3,3.3,6.0,2.5,Iris-virginica
4.9,3.0,1.4,0.2,Iris-setosa
"""
FLOWERS = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")


def test_classes_become_targets(tmp_path: Path) -> None:
    found = read_samples(written(tmp_path, IRIS), 4, 3)
    assert found.class_names == FLOWERS
    assert found.input_names == ("sepal length", "sepal width", "petal length", "petal width")
    assert [s.targets for s in found.samples] == [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 0)]
    assert found.samples[1].inputs == (7.0, 3.2, 4.7, 1.4)


@pytest.mark.parametrize(
    ("content", "outputs", "names", "targets"),
    [
        ("1,b\n2,a\n", 2, ("a", "b"), [(0, 1), (1, 0)]),
        ("b,1\na,2\n", 2, ("a", "b"), [(0, 1), (1, 0)]),
        ("class,i1\nb,1\na,2\n", 2, ("a", "b"), [(0, 1), (1, 0)]),
        ("1,10\n2,9\n", 2, ("9", "10"), [(0, 1), (1, 0)]),
        ("1,yes\n2,no\n3,yes\n", 1, ("no", "yes"), [(1,), (0,), (1,)]),
        ("1;ja\n2,5;nein\n", 1, ("ja", "nein"), [(0,), (1,)]),
    ],
)
def test_a_class_may_stand_anywhere_and_be_any_word(
    tmp_path: Path, content: str, outputs: int, names: tuple[str, ...], targets: list[Any]
) -> None:
    found = read_samples(written(tmp_path, content), 1, outputs)
    assert (found.class_names, [s.targets for s in found.samples]) == (names, targets)


@pytest.mark.parametrize(
    ("content", "outputs", "message"),
    [
        (IRIS, 2, "has 3 classes ('Iris-setosa', 'Iris-versicolor', 'Iris-virginica'), expected 2"),
        (IRIS, 4, "has 3 classes ('Iris-setosa', 'Iris-versicolor', 'Iris-virginica'), expected 4"),
        (IRIS, 1, "expected 2 for 1 output; change the last number of layers"),
        (
            IRIS.replace("5.1,", "1,5.1,"),
            3,
            "6 values given, expected 4 inputs and 3 targets, or 4",
        ),
        (IRIS.replace("1.4,", "high,"), 3, "line 2: 'high' is not a number"),
        (IRIS.replace("Iris-setosa", "x" * 61), 3, "line 2: class: 61 characters given"),
    ],
)
def test_classes_that_do_not_fit_are_refused(
    tmp_path: Path, content: str, outputs: int, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_samples(written(tmp_path, content), 4, outputs)
    assert message in str(caught.value)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2), min_size=2, max_size=20))
def test_standardised_inputs_have_mean_0_and_deviation_1(rows: list[list[float]]) -> None:
    before = SampleSet(tuple(Sample((a, b), (1.0,)) for a, b in rows))
    after = before.standardised()
    for column, (mean, deviation) in enumerate(after.scales):
        old = np.array([sample.inputs[column] for sample in before.samples])
        new = np.array([sample.inputs[column] for sample in after.samples])
        assert new * deviation + mean == pytest.approx(old, abs=1e-5 * np.abs(old).max() + 1e-9)
        if old.std() > 1e-4 * np.abs(old).max() + 1e-9:
            assert abs(new.mean()) < 1e-1
            assert new.std() == pytest.approx(1, rel=1e-5)


def test_the_same_input_everywhere_becomes_0(tmp_path: Path) -> None:
    found = read_samples(written(tmp_path, "5,1\n5,0\n"), 1, 1).standardised()
    assert [sample.inputs for sample in found.samples] == [(0,), (0,)]
    with pytest.raises(InputError, match="there is a single sample"):
        SampleSet((Sample((1,), (1,)),)).standardised()


NUMBERS = st.floats(-1e40, 1e40).map(lambda value: float(f"{value:.15g}"))


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8), st.data())
def test_what_is_written_is_read(
    tmp_path: Path, rows: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    separator = data.draw(st.sampled_from(",;\t"))
    decimal_comma = separator != "," and data.draw(st.booleans())
    quoting: Any = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    path = tmp_path / "samples.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator, quoting=quoting)
        if data.draw(st.booleans()):
            writer.writerow(["first", "second", "third"])
        for row in rows:
            texts = [repr(value) for value in row]
            writer.writerow([t.replace(".", ",") if decimal_comma else t for t in texts])
    assert read_samples(path, 2, 1).samples == tuple(Sample((a, b), (c,)) for a, b, c in rows)


@given(st.one_of(st.binary(max_size=60), st.text('01.,;\t\n\r"e-i t\0', max_size=60)))
def test_no_file_is_answered_with_a_traceback(tmp_path: Path, content: str | bytes) -> None:
    path = written(tmp_path, content)
    try:
        found = read_samples(path, 1, 1).samples
    except BackpropError as error:
        assert "\n" not in str(error)
    else:
        assert all(abs(value) <= 1e40 for s in found for value in s.inputs + s.targets)
