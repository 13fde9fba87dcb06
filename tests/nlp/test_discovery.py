import sys
from collections.abc import Sequence
from dataclasses import replace
from subprocess import run

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.communities import LEAST_COSINE, NONE, communities, neighbour_graph
from nlp.content_words import STOP_WORDS
from nlp.discovery import Candidate, Discovery, discover, keep_ids, missed
from nlp.stability import best_jaccard

Vectors = NDArray[np.float32]

THEMES = {
    "squeaks": [
        "the left wheel squeaks on every corner",
        "a loud squeaking wheel since the first ride",
        "my wheel squeaks when it rains",
        "the squeaking wheel wakes the baby",
    ],
    "straw": [
        "paper straws go soggy in a minute",
        "soggy paper straws ruin the milkshake",
        "please bring back something firmer than paper straws",
        "the paper straws taste of cardboard",
    ],
    "dog": [
        "they kept a water bowl for our dog",
        "my dog got a biscuit at the counter",
        "a dog bowl stood ready by the door",
        "our dog was welcome at the counter",
    ],
}
OTHERS = [
    "the ceiling was painted in an odd green",
    "an uncle of mine once sold trombones",
    "somebody left a red umbrella behind",
    "the brochure spells our village wrongly",
    "a magpie stole one shiny button",
]


class Planted:
    """Clauses of known groups: each group is a direction of the space, strays point anywhere."""

    def __init__(self, sizes: dict[str, int], strays: int = 0, seed: int = 0) -> None:
        chance = np.random.default_rng(seed)
        homes = {name: unit(np.random.default_rng(at).normal(size=384)) for at, name in enumerate(THEMES)}
        self.texts: list[str] = []
        self.truth: list[str] = []
        rows: list[Vectors] = []
        for name, size in sizes.items():
            for n in range(size):
                self.texts.append(THEMES[name][n % len(THEMES[name])])
                self.truth.append(name)
                rows.append(unit(homes[name] + 0.6 * unit(chance.normal(size=384))))
        for n in range(strays):
            self.texts.append(OTHERS[n % len(OTHERS)])
            self.truth.append("")
            rows.append(unit(chance.normal(size=384)))
        self.vectors = np.array(rows, np.float32).reshape(-1, 384)

    def __len__(self) -> int:
        return len(self.texts)

    def found(self, *, days: Sequence[int] | None = None, **knobs: int) -> Discovery:
        n = len(self)
        return discover(self.texts, self.vectors, range(n), days or [-1] * n, **knobs)

    def groups_of(self, discovery: Discovery) -> list[set[str]]:
        return [{self.truth[row] for row in one.members} for one in discovery.candidates]


def unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    return vector / np.linalg.norm(vector)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted({"squeaks": 40, "straw": 30, "dog": 24}, strays=60)


@pytest.fixture(scope="module")
def discovery(planted: Planted) -> Discovery:
    return planted.found()


def test_planted_groups_are_found(planted: Planted, discovery: Discovery) -> None:
    """Each group that was put in comes out whole and alone, the largest first."""
    assert planted.groups_of(discovery) == [{"squeaks"}, {"straw"}, {"dog"}]
    assert [one.items for one in discovery.candidates] == [40, 30, 24]


def test_strays_belong_nowhere(planted: Planted, discovery: Discovery) -> None:
    """What is like nothing else is counted as an outlier, and everything is accounted for."""
    assert discovery.looked_at == len(planted)
    assert discovery.outliers == 60
    assert sum(len(one.members) for one in discovery.candidates) == 94


def test_noise_alone_gives_no_candidate() -> None:
    """Without any group there is no theme, only outliers."""
    found = Planted({}, strays=120).found()
    assert found.candidates == ()
    assert found.outliers == found.looked_at == 120


def test_planted_groups_are_stable(discovery: Discovery) -> None:
    """Clear groups are found again in nearly every redrawn sample, and hold together."""
    for one in discovery.candidates:
        assert one.stability >= 0.9
        assert 0.75 <= one.cohesion <= 1


def test_one_large_group_is_not_cut_up() -> None:
    """A theme that makes up most of the clauses stays one theme."""
    planted = Planted({"squeaks": 150, "dog": 20})
    assert planted.groups_of(planted.found()) == [{"squeaks"}, {"dog"}]


def test_two_runs_are_equal(planted: Planted, discovery: Discovery) -> None:
    """Equal input and seed give equal candidates, down to ids and centroids."""
    again = planted.found()
    assert again == discovery
    for one, other in zip(again.candidates, discovery.candidates, strict=True):
        assert np.array_equal(one.centroid, other.centroid)


def test_another_seed_finds_the_same_groups(planted: Planted, discovery: Discovery) -> None:
    """What is found does not hang on the seed."""
    other = planted.found(seed=11)
    assert [one.members for one in other.candidates] == [one.members for one in discovery.candidates]


def test_groups_in_few_items_are_dropped_and_counted() -> None:
    """Many clauses of one talkative item are no theme."""
    planted = Planted({"squeaks": 30, "straw": 30})
    items = [n if name == "squeaks" else n % 4 + 100 for n, name in enumerate(planted.truth)]
    found = discover(planted.texts, planted.vectors, items, [-1] * 60)
    assert planted.groups_of(found) == [{"squeaks"}]
    assert (found.too_small, found.outliers) == (1, 30)


def test_unstable_groups_are_dropped_and_counted(planted: Planted) -> None:
    """Below the least stability there is no candidate; the number that was dropped is told."""
    n = len(planted)
    found = discover(planted.texts, planted.vectors, range(n), [-1] * n, min_stability=1.1)
    assert found.candidates == ()
    assert found.unstable == 3


def test_quotes_come_from_different_items_in_different_words(planted: Planted) -> None:
    """Three quotes stand for three customers and never repeat one another."""
    items = [n // 2 for n in range(len(planted))]
    found = discover(planted.texts, planted.vectors, items, [-1] * len(planted))
    for one in found.candidates:
        assert len(one.quotes) == 3
        assert set(one.quotes) <= set(one.members)
        assert len({items[row] for row in one.quotes}) == 3
        assert len({planted.texts[row] for row in one.quotes}) == 3


def test_names_are_what_customers_say(discovery: Discovery) -> None:
    """The words that set a group apart are in its name, as they were written."""
    squeaks, straw, dog = (one.name for one in discovery.candidates)
    assert "wheel" in squeaks
    assert straw == "paper straws"
    assert "dog" in dog


def test_names_never_begin_or_end_with_small_words(discovery: Discovery) -> None:
    """A name is two to four words and reads on its own; so do phrases."""
    for one in discovery.candidates:
        assert 2 <= len(one.name.split()) <= 4
        for text in (one.name, *one.phrases):
            words = text.lower().split()
            assert words[0] not in STOP_WORDS
            assert words[-1] not in STOP_WORDS


def test_no_phrase_is_part_of_another(discovery: Discovery) -> None:
    """Five phrases at most, and each adds something; the sentence is made of them."""
    for one in discovery.candidates:
        assert 1 <= len(one.phrases) <= 5
        for phrase in one.phrases:
            assert not any(f" {phrase} " in f" {other} " for other in one.phrases if other != phrase)
        assert one.sentence.startswith(f"Customers speak of {one.phrases[0]}")
        assert one.sentence.endswith(".")


def test_names_differ() -> None:
    """Two candidates on nearly the same words are told apart by their names."""
    planted = Planted({"squeaks": 30, "straw": 30})
    planted.texts = [f"{text} of the tandem bike" for text in planted.texts]
    first, second = planted.found().candidates
    assert first.name != second.name


def test_links_and_handles_name_nothing() -> None:
    """Addresses and mentions are no words of customers."""
    planted = Planted({"squeaks": 30})
    planted.texts = [f"@shop {text} https://pic.example/x{n}" for n, text in enumerate(planted.texts)]
    (one,) = planted.found().candidates
    assert not {"https", "shop", "pic", "example"} & set(" ".join((one.name, *one.phrases)).split())


def test_growth_is_a_ratio_of_shares(planted: Planted) -> None:
    """A theme of the last weeks grows, one of before shrinks, and one as usual stays near 1."""
    days = [
        {"squeaks": 390, "straw": 100}.get(name, 390 if n % 2 else 100)
        for n, name in enumerate(planted.truth)
    ]
    squeaks, straw, dog = planted.found(days=days).candidates
    assert squeaks.growth is not None
    assert straw.growth is not None
    assert squeaks.growth > 10
    assert straw.growth < 0.1
    assert dog.growth == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("day", [-1, 390], ids=["no dates", "nothing before"])
def test_growth_is_unknown_without_two_periods(planted: Planted, day: int) -> None:
    """Without dates, or without anything earlier, nothing is said of growth."""
    found = planted.found(days=[day] * len(planted))
    assert [one.growth for one in found.candidates] == [None, None, None]


@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_tiny_inputs_give_nothing(n: int) -> None:
    """Too few clauses hold no theme; nothing fails."""
    found = Planted({"squeaks": n}).found()
    assert found == Discovery(candidates=(), looked_at=n, outliers=n)


def test_equal_and_empty_vectors_do_no_harm() -> None:
    """Copies of one clause are one group, and rows of zeros are strays."""
    vectors = np.zeros((30, 384), np.float32)
    vectors[:20, 0] = 1
    found = discover(["the same words again"] * 30, vectors, range(30), [-1] * 30)
    assert [one.items for one in found.candidates] == [20]
    assert len(found.candidates[0].quotes) == 1
    assert found.outliers == 10


def test_lengths_must_agree() -> None:
    """Texts, vectors, items and days belong together."""
    with pytest.raises(ValueError, match="2 texts, 3 vectors"):
        discover(["a", "b"], np.zeros((3, 384), np.float32), [1, 2], [1, 2])


def test_many_clauses_are_sampled_and_all_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the sample every clause still finds its group."""
    monkeypatch.setattr("nlp.discovery.SAMPLE", 150)
    planted = Planted({"squeaks": 200, "straw": 120, "dog": 80}, strays=100)
    found = planted.found()
    assert planted.groups_of(found) == [{"squeaks"}, {"straw"}, {"dog"}]
    assert [one.items for one in found.candidates] == [200, 120, 80]


def test_progress_rises_to_the_end(planted: Planted) -> None:
    """Whoever waits is told shares of the work, in order, up to all of it."""
    told: list[float] = []
    n = len(planted)
    discover(planted.texts, planted.vectors, range(n), [-1] * n, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_ids_persist_when_a_group_grows(discovery: Discovery) -> None:
    """A candidate that was seen before is known again, although it grew and others came."""
    later = Planted({"squeaks": 60, "straw": 45, "dog": 24}, strays=80, seed=5).found()
    kept = keep_ids(discovery.candidates, later.candidates)
    assert [one.id for one in kept] == [one.id for one in discovery.candidates]
    assert [replace(one, id="") for one in kept] == [replace(one, id="") for one in later.candidates]


def test_a_new_group_gets_a_new_id(discovery: Discovery) -> None:
    """What was not there before takes over no id, and what is gone gives none away."""
    old = [one for one in discovery.candidates if "dog" not in one.name]
    later = Planted({"straw": 30, "dog": 24}, seed=5).found()
    straw, dog = keep_ids(old, later.candidates)
    assert straw.id == old[1].id
    assert dog.id not in {one.id for one in old}


def test_common_members_keep_an_id_where_centroids_moved(discovery: Discovery) -> None:
    """Keys of the clauses say that a group is the same although its centre is elsewhere."""
    one = discovery.candidates[0]
    moved = replace(one, id="other", centroid=-one.centroid)
    keys = [f"clause {row}" for row in range(200)]
    assert keep_ids([one], [moved])[0].id == "other"
    assert keep_ids([one], [moved], old_keys=keys, new_keys=keys)[0].id == one.id


def test_an_id_is_given_once(discovery: Discovery) -> None:
    """When a group splits in two, the part that is most like it keeps the id."""
    one = discovery.candidates[0]
    parts: list[Candidate] = [
        replace(one, id="x", centroid=unit(one.centroid + 0.3 * discovery.candidates[1].centroid)),
        replace(one, id=one.id),
    ]
    kept = keep_ids([one], parts)
    assert [part.id for part in kept] == ["x", one.id]
    assert len({part.id for part in keep_ids([one], [parts[1], replace(parts[1], id=one.id)])}) == 2


def test_ids_hold_no_digits(discovery: Discovery) -> None:
    """An id is letters only, so that nobody reads a rank into it."""
    assert all(one.id.isalpha() and len(one.id) == 10 for one in discovery.candidates)
    assert keep_ids([], discovery.candidates) == discovery.candidates
    assert keep_ids(discovery.candidates, []) == ()


def test_missed_is_what_nothing_covers() -> None:
    """A clause is missed when no span covers it, no theme is like it, and it says something."""
    texts = [
        "the wheel squeaks on every corner",
        "the wheel squeaks on every corner",
        "the wheel squeaks on every corner",
        "it is what it is",
        "@shop https://pic.example/soggy-paper-straws look",
    ]
    likeness = np.full((5, 25), 0.1)
    likeness[1, 7] = 0.8
    mask = missed(texts, likeness, [False, False, True, False, False])
    assert mask.tolist() == [True, False, False, False, False]


def test_missed_of_nothing_is_empty() -> None:
    """No clauses, none missed; columns that do not fit are refused."""
    assert missed([], np.zeros((0, 25)), []).shape == (0,)
    with pytest.raises(ValueError, match="1 texts"):
        missed(["a"], np.zeros((2, 25)), [False])


def test_far_vectors_have_no_ties() -> None:
    """Ties join like vectors only, both ways, and none is tied to itself."""
    planted = Planted({"squeaks": 20, "dog": 20}, strays=20)
    graph = neighbour_graph(planted.vectors).toarray()
    assert (graph == graph.T).all()
    assert (np.diag(graph) == 0).all()
    assert graph[graph > 0].min() >= LEAST_COSINE - 1e-6
    assert not graph[40:].any()
    assert not graph[:20, 20:].any()


def test_communities_worked_by_hand() -> None:
    """Two triangles joined by one weak tie are two communities."""
    from scipy import sparse

    ties = np.zeros((6, 6))
    for one, other, weight in [(0, 1, 1), (1, 2, 1), (0, 2, 1), (3, 4, 1), (4, 5, 1), (3, 5, 1), (2, 3, 0.1)]:
        ties[one, other] = ties[other, one] = weight
    labels = communities(sparse.csr_array(ties), 1.0, np.random.default_rng(0))
    assert labels.tolist() in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])


def test_best_jaccard_worked_by_hand() -> None:
    """Shared members over all members, of the best match; strays count on neither side."""
    labels = np.array([0, 0, 0, 1, 1, NONE])
    other = np.array([1, 1, 0, NONE, NONE, 1])
    assert best_jaccard(labels, other, 2).tolist() == [0.5, 0.0]


def test_nothing_heavy_is_imported_with_the_module() -> None:
    """SciPy and the stemmer are loaded when they are needed."""
    code = "import sys, nlp.discovery; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"scipy", "sklearn", "snowballstemmer", "torch"} & set(loaded)
