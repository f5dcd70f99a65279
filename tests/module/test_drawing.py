"""Drawn digits: the image, the reading, the derivative by every pixel, the field and its words."""

import re
import zipfile
from importlib.resources import files

import numpy as np
import pytest
from helpers import rng

from backprop import drawing
from backprop.drawing import DigitField, draw_digit, like_mnist, paint, read, reader, write
from backprop.drawing.words import advice, percent, verdict
from backprop.experiments import drawing as experiment
from backprop.experiments import handwriting

LINE = [[[0.5, 0.2], [0.5, 0.8]]]


def test_a_dot_is_a_disc_of_the_pens_size():
    field = paint([[(0.5, 0.5)]])
    assert field.sum() / field.size == pytest.approx(np.pi * experiment.PEN**2, rel=0.02)
    assert np.array_equal(field, field.T) and np.array_equal(field, field[::-1])


def test_a_line_is_a_rectangle_with_two_half_discs():
    field = paint(LINE)
    area = 0.6 * 2 * experiment.PEN + np.pi * experiment.PEN**2
    assert field.mean() == pytest.approx(area, rel=0.06)  # 16 pixels wide, not 15.1


def test_ink_outside_is_cut_off():
    assert not paint([[(-0.5, 0.5), (-0.3, 0.5)]]).any()
    assert paint([[(-5.0, 0.5), (5.0, 0.5)]])[84].all()


@pytest.mark.parametrize(
    ("strokes", "says"),
    [
        ([[]], "points (n, 2)"),
        ([[0.5, 0.5]], "points (n, 2)"),
        ([[(0.5, 0.5, 0.5)]], "points (n, 2)"),
        ([[(0.5, 0.5), (0.5,)]], "points (x, y)"),
        ([["a"]], "points (x, y)"),
        ([[(np.nan, 0.5)]], "nan"),
        ([[(0.5, 0.5)] * 5001], "5000"),
    ],
)
def test_what_is_no_drawing_is_refused(strokes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        paint(strokes)


def test_the_image_by_hand():
    # 10 wide and 40 high: half as large, so 5 x 20, all ink; its middle goes to the pixel (14, 14).
    field = np.zeros((60, 60), dtype=bool)
    field[3:43, 7:17] = True
    image = like_mnist(field)
    rows, columns = np.nonzero(image)
    assert np.all(image[image > 0] == 1) and image.sum() == 100
    # The mean of 0..19 is 9.5, which rounds to 10 (to even), so the first row is 14 - 10 = 4.
    assert (rows.min(), rows.max()) == (4, 23)
    # The mean of 0..4 is 2, so the first column is 14 - 2 = 12.
    assert (columns.min(), columns.max()) == (12, 16)


def test_edges_are_grey():
    # 3 pixels of ink become 20 on the longer side; on the shorter, 2 become round(13.3) = 13.
    field = np.zeros((9, 9), dtype=bool)
    field[2, 2:5] = True
    field[3, 3] = True
    small = like_mnist(field)
    # 20/3 = 6.67 pixels for each: the seventh has 0.67 of the first column and 0.33 of the second,
    # which has ink in both rows; the first column has ink in the upper row only.
    left = np.flatnonzero(small.any(axis=0))[0]
    bottom = np.flatnonzero(small.any(axis=1))[-1]
    assert small[bottom, left + 6] == pytest.approx(1 / 3)
    assert small[bottom, left + 7] == pytest.approx(1)
    assert small[bottom, left] == 0


def test_every_drawing_lies_as_mnist_does():
    random = rng()
    for digit in range(10):
        image = like_mnist(paint(write(digit, rng=random)))
        assert experiment.lies_like_mnist(image) == (True, True)
        assert image.min() >= 0 and image.max() <= 1


def test_place_and_size_in_the_field_make_little_difference():
    strokes = write(3, rng=rng())
    images = [
        like_mnist(paint([s * size + at for s in strokes])) for size, at in ((1, 0), (1, 0.1))
    ]
    assert np.abs(images[0] - images[1]).max() < 0.2
    assert read(images[0], 3).p.argmax() == read(images[1], 3).p.argmax() == 3


def test_what_cannot_be_centred_stays_inside():
    field = np.zeros((100, 100), dtype=bool)
    field[:20, :20] = True
    field[:100, 0] = True  # the mass lies far from the middle of the rectangle
    image = like_mnist(field)
    assert np.ptp(np.flatnonzero(image.any(axis=1))) == 19


def test_paper_stays_paper():
    assert not like_mnist(paint([])).any()


@pytest.mark.parametrize("field", [np.zeros((28, 28)), np.zeros(28, dtype=bool)])
def test_a_field_is_paper_or_ink(field):
    with pytest.raises(ValueError, match=r"field: expected booleans \(h, w\)"):
        like_mnist(field)


def test_the_parameters_are_small_and_what_the_result_says():
    path = files("backprop.experiments") / experiment.PARAMETERS
    assert path.stat().st_size <= 250_000
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["W1.npy", "W2.npy", "b1.npy", "b2.npy"]
    with np.load(path) as kept:
        assert {kept[name].dtype for name in kept.files} == {np.dtype(np.float16)}
    network, result = reader(), drawing.reader_result()
    assert network.sizes == (784, 128, 10) and network.dtype == np.float64
    assert result["network"] == "Network(784-128-10, sigmoid-identity, 101770 parameters, float32)"
    assert {name: result[name] for name in experiment.SETTINGS} == experiment.SETTINGS
    assert result["test_accuracy_16_bits"] > 0.975
    assert result["centred"] == result["test_images"] == 10_000


def test_it_reads_what_is_drawn():
    hooks = 0
    for seed in range(5):
        taken, largest = drawing.read_hundred(rng=rng(seed))
        wrong = taken != np.arange(10)[:, None]
        assert wrong.sum() <= 6
        assert np.all(np.nonzero(wrong)[0] == 1) and set(taken[wrong].tolist()) <= {7, 9}
        assert np.all((largest > 0.1) & (largest <= 1))
        random = rng(seed)
        ways = [[len(write(digit, rng=random)[0]) for _ in range(10)] for digit in range(10)]
        assert np.all(np.array(ways)[wrong] == 3)  # a one of three points has a hook
        hooks += wrong.sum()
    assert hooks > 0


def test_drawings_differ_with_the_generator_alone():
    one, same, other = (write(8, rng=random) for random in (rng(0), rng(0), rng(1)))
    assert np.array_equal(one[0], same[0]) and not np.array_equal(one[0], other[0])


def test_a_reading_fits_together():
    made = read(like_mnist(paint(write(2, rng=rng()))), 7)
    assert made.p.sum() == pytest.approx(1) and made.loss == pytest.approx(-np.log(made.p[7]))
    assert [a.shape for a in made.a] == [(784, 1), (128, 1), (10, 1)]
    assert np.array_equal(made.a[0].reshape(28, 28), made.image)
    assert made.dX.shape == (28, 28)


def test_a_little_ink_down_the_slope_makes_it_more_of_the_target():
    image = like_mnist(paint(write(7, rng=rng())))
    before = read(image, 3)
    after = read(image - 0.01 * np.sign(before.dX), 3)
    assert after.loss < before.loss


@pytest.mark.parametrize("target", [-1, 10, 2.5, "3"])
def test_a_target_is_a_digit(target):
    with pytest.raises((ValueError, TypeError), match="target"):
        read(np.zeros((28, 28)), target)


@pytest.mark.parametrize("digit", [-1, 10])
def test_only_digits_are_written(digit):
    with pytest.raises(ValueError, match="digit"):
        write(digit, rng=rng())


def test_an_image_has_28_rows():
    with pytest.raises(ValueError, match=r"image: expected shape \(28, 28\), got \(784,\)"):
        read(np.zeros(784), 3)


def test_training_and_the_command(tmp_path, monkeypatch, capsys):
    random = rng()
    few = experiment.Split(
        random.uniform(size=(784, 30)).astype(np.float32),
        np.eye(10, dtype=np.float32)[:, np.arange(30) % 10],
        random.uniform(size=(784, 20)).astype(np.float32),
        np.eye(10, dtype=np.float32)[:, np.arange(20) % 10],
    )
    monkeypatch.setattr(handwriting, "mnist", lambda folder, dtype: few)
    kept = {name: tmp_path / name for name in (experiment.PARAMETERS, experiment.RESULT)}
    monkeypatch.setattr(experiment, "kept", kept.__getitem__)
    monkeypatch.setattr("sys.argv", ["drawing", str(tmp_path)])
    reader.cache_clear()
    try:
        experiment.main()
        assert experiment.reader_result()["test_images"] == 20
        assert reader().dtype == np.float64
    finally:
        reader.cache_clear()
    assert re.match(r"test accuracy \d+\.\d+%, kept with 16 bits", capsys.readouterr().out)


# The field


def numbers(field):
    found = np.frombuffer(field.reading, dtype="<f4")
    return np.split(found, np.cumsum([784, 128, 10, 10]))


def test_strokes_come_in_and_numbers_go_out():
    field = DigitField()
    field.set_state({"strokes": LINE})  # as a script sends them
    image, a1, a2, p, dX = numbers(field)
    made = read(like_mnist(paint(LINE)), 3)
    for sent, meant in ((image, made.image), (a1, made.a[1]), (a2, made.a[2]), (p, made.p)):
        np.testing.assert_allclose(sent, meant.ravel(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(dX, made.dX.ravel(), rtol=1e-5, atol=1e-6)
    assert p.argmax() == 1 and field.verdict.startswith("Reads 1, ")


def test_another_target_changes_the_derivative_only():
    field = DigitField(LINE)
    before = numbers(field)
    field.set_state({"target": 8})
    after = numbers(field)
    assert all(np.array_equal(one, other) for one, other in zip(before[:4], after[:4]))
    assert not np.array_equal(before[4], after[4])
    assert field.advice.startswith("The loss against 8 is ")


@pytest.mark.parametrize("state", [{"strokes": [[[1]]]}, {"target": 11}])
def test_what_no_script_sends_is_refused_and_named(state):
    with pytest.raises(ValueError, match=next(iter(state))):
        DigitField(**state)


def test_the_words_agree_with_the_numbers():
    for digit, target in ((2, 3), (8, 8), (4, 0)):
        made = read(like_mnist(paint(write(digit, rng=rng()))), target)
        first, share, second, _ = re.fullmatch(
            r"Reads (\d), (.*); next (\d), (.*)\.", verdict(made)
        ).groups()
        assert int(first) == made.p.argmax() and int(second) == np.argsort(made.p)[-2]
        assert share == percent(made.p.max())
        said = advice(made, target)
        if made.loss < 0.001:
            assert "already" in said
            continue
        (r1, c1), (r2, c2) = (
            (int(r), int(c)) for r, c in re.findall(r"row (\d+), column (\d+)", said)
        )
        assert made.dX[r1, c1] == made.dX.min() and made.dX[r2, c2] == made.dX.max()


def test_shares_never_claim_certainty():
    assert [percent(p) for p in (1, 0.996, 0.97, 0.004)] == [
        "over 99\u00a0%",
        "over 99\u00a0%",
        "97\u00a0%",
        "under 1\u00a0%",
    ]


def test_an_empty_field_says_so():
    assert DigitField().verdict.startswith("Nothing is drawn yet.")
    assert repr(DigitField(LINE)).startswith("DigitField(Reads 1")


def test_where_nothing_runs_an_example_stands():
    still = draw_digit(page=True)
    shown = still._repr_html_()
    assert verdict(still.reading) in shown and 'data-live="backprop.drawing.draw_digit"' in shown
    assert shown.count("<img") == shown.count("alt=") == 3
    assert isinstance(draw_digit(page=False), DigitField)
