"""The cross-validation of stories: no story is on both sides, and its figures are those of the scorer."""

from random import Random

import pytest

from tests.benchmarks.stories_draws import differences, draw_figures, intervals
from tests.benchmarks.stories_folds import bounds_of, fold_rows
from tests.benchmarks.stories_score import score_clusters
from tests.benchmarks.train_stories import bits_of, count_terms, nights_of
from warehouse.stories.terms import parse_terms

LABELS = [{"id": f"a{n}", "story": f"s{n // 3}"} for n in range(60)]


def a_run(seed: int) -> tuple[dict[str, str], dict[str, bool], dict[str, float]]:
    """Stories, alerts and novelty of a run that is wrong here and there."""
    random = Random(seed)
    story = {str(r["id"]): str(r["story"]) if random.random() < 0.8 else f"s{random.randrange(20)}" for r in LABELS}
    return (
        story, {i: random.random() < 0.4 for i in story}, {i: round(random.random(), 1) for i in story}
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_the_whole_set_has_the_scorers_figures(seed: int) -> None:
    run = a_run(seed)
    drawn = draw_figures(LABELS, *run, draws=20)
    scored = score_clusters(LABELS, *run)
    for figure, values in drawn.items():
        assert values[0] == pytest.approx(scored[figure]), figure


def test_a_run_is_no_better_than_itself_and_a_right_one_is() -> None:
    wrong = draw_figures(LABELS, *a_run(1))
    right = draw_figures(
        LABELS, {str(r["id"]): str(r["story"]) for r in LABELS},
        {str(r["id"]): place % 3 == 0 for place, r in enumerate(LABELS)},
        {str(r["id"]): float(place % 3 == 0) for place, r in enumerate(LABELS)},
    )  # fmt: skip
    assert all(change == (0.0, 0.0, 0.0) for change in differences(wrong, wrong).values())
    assert differences(right, wrong)["bcubed"][1] > 0
    assert right["c_min"][0] == 0.0
    for figure, (low, high) in intervals(wrong).items():
        assert low <= wrong[figure][0] <= high, figure


def test_no_story_is_on_both_sides_of_a_fold() -> None:
    rows = [
        {"id": f"a{n}", "story": f"s{n % 12 if n % 5 else n // 4}", "published": f"2031-05-{1 + n // 3:02}",
         "source": f"outlet {n % 4}", "title": f"Council {n % 12} votes", "text": f"The council {n % 12} voted. " * 4}
        for n in range(48)
    ]  # fmt: skip
    folds = fold_rows(rows, 4, by_topic=False)
    fold_of_day: dict[object, set[int]] = {}
    for row, fold in zip(rows, folds, strict=True):
        fold_of_day.setdefault(row["published"], set()).add(fold)
    assert set(folds) == {0, 1, 2, 3} and all(len(found) == 1 for found in fold_of_day.values())
    terms = [parse_terms(str(r["title"]), str(r["text"]), "en") for r in rows]
    nights = nights_of(rows, terms, folds, count_terms(terms), bounds_of(rows, folds))
    pairs = 0
    for fold in range(4):
        tested = {rows[place]["story"] for place, own in enumerate(folds) if own == fold}
        for night in nights:
            every = night.tonight + night.window
            for row, column, bound in zip(night.rows, night.columns, night.bound, strict=True):
                if not bound & bits_of({fold}):
                    pairs += 1
                    assert rows[every[row]]["story"] not in tested
                    assert rows[every[column]]["story"] not in tested
    assert pairs
