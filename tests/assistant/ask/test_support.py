"""One answer with a planner and a writer behind the same server: what they share, and what is kept from before."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.ask.answer import Answer
from assistant.ask.asker import Asker, Snapshot
from assistant.ask.llm.cache import Cache, key
from assistant.ask.llm.language_model import ModelError
from assistant.ask.parse import Parser
from assistant.ask.support import Support, model_for, support_for
from assistant.ask.talks import Talks
from assistant.ask.vocabulary import ThemeWords, Vocabulary
from assistant.settings import Settings
from tests.assistant.ask.made import made
from tests.assistant.ask.model_server import Behaviour, ModelServer, Reply, Request, draft, serving, slots
from tests.assistant.ask.test_analyses import returners
from tests.assistant.ask.test_write import Remembered, claims
from tests.assistant.conftest import NAMES, World

TODAY = date(2026, 9, 30)
QUESTION = "Why are flummoxed customers leaving after returns?"
VOCABULARY = Vocabulary(
    themes={
        name: ThemeWords(name=text, parent=NAMES.parents.get(name)) for name, text in NAMES.themes.items()
    }
)
PLAN = slots(
    ("intent", "drivers", ""),
    ("scope.themes", "returns_refunds", "returns"),
    ("outcome.churn", "left|leaving|at_risk", "leaving"),
    ("scope.exclude.themes", "delivery", "flummoxed"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(tmp_path_factory.mktemp("returns"), returners(driver=True)) as world:
        yield world


def helpful(request: Request) -> Reply:
    """Plans and words well, and says that it took ten tokens."""
    return replace(PLAN if request.plans else draft(claims(request.material)), tokens=10)


Ask = Callable[..., tuple[list[Answer], list[str], ModelServer]]


@pytest.fixture
def ask(world: World) -> Ask:
    """Ask some questions of one asker; the answers, the stages that were told, and what the server saw."""

    def run(
        behaviour: Behaviour, *questions: str, **settings: Any
    ) -> tuple[list[Answer], list[str], ModelServer]:
        told: list[str] = []
        snapshot = Snapshot(view=world.view, parser=Parser(VOCABULARY), quality={}, vocabulary=VOCABULARY)
        with serving(behaviour) as server:
            support = support_for(Settings(llm="openai:scripted", llm_base_url=server.url, **settings))
            asker = Asker(lambda: snapshot, Talks(Remembered()), support)
            answers = [
                asker.ask(
                    one, today=TODAY, on_stage=lambda name, data: told.append(str(data.get("what", name)))
                )
                for one in questions or (QUESTION,)
            ]
        return answers, told, server

    return run


def test_planner_and_writer_make_one_answer(ask: Ask) -> None:
    """The plan is the model's, the words are verified, the reader is told, and suggestions cost no request."""
    (answer,), _, server = ask(helpful)
    assert answer.mode == "written"
    assert answer.suggestions
    assert any("a language model read it" in caveat for caveat in answer.caveats)
    assert [chip.slot for chip in answer.understood if chip.source == "meaning"] == ["scope.exclude.themes"]
    assert [request.plans for request in server.requests] == [True, False]


def test_they_draw_on_one_budget(ask: Ask) -> None:
    """What the planner has written is no longer there for the writer."""
    _, _, server = ask(helpful, llm_max_tokens=50)
    assert [request.most_tokens for request in server.requests] == [50, 40]


def test_a_planner_that_fails_does_not_keep_the_writer_from_its_work(ask: Ask) -> None:
    """The plan of the rules is worded."""
    (answer,), told, _ = ask(lambda request: Reply(text="no") if request.plans else helpful(request))
    assert answer.mode == "written"
    assert any("no help" in what for what in told)


def test_a_model_that_is_away_is_said(ask: Ask) -> None:
    """The answer stays composed, and a stage says why."""
    (answer,), told, _ = ask(lambda request: Reply(status=503))
    assert answer.mode == "composed"
    assert any(what.startswith("The language model was no help: ") and "503" in what for what in told)


def test_what_was_said_before_is_not_asked_again(ask: Ask) -> None:
    """The same question on the same data gives the same answer without a request."""
    answers, _, server = ask(helpful, QUESTION, QUESTION, QUESTION)
    assert len(server.requests) == 2
    assert len({answer.answer for answer in answers}) == 1
    assert {answer.mode for answer in answers} == {"written"}


def test_a_draft_that_did_not_hold_is_not_kept(ask: Ask) -> None:
    """A model that lied once is asked again."""

    def behaviour(request: Request) -> Reply:
        if request.plans or request.at > 2:
            return helpful(request)
        return draft(claims(request.material, line="{F2.label} cause it."))

    answers, _, _ = ask(behaviour, QUESTION, QUESTION)
    assert [answer.mode for answer in answers] == ["composed", "written"]


def test_only_checked_claims_are_kept(ask: Ask, world: World) -> None:
    """What is kept holds slots and no text of a customer, even where a model has copied some."""
    text = world.store.get_many(list(world.view.terms.all))[0].item.text
    support: list[Support] = []

    def copying(request: Request) -> Reply:
        made = claims(request.material)
        made.append({"kind": "text", "text": f"They write: {text}", "facts": ["F1"], "citations": []})
        return draft(made)

    snapshot = Snapshot(view=world.view, parser=Parser(VOCABULARY), quality={}, vocabulary=VOCABULARY)
    with serving(copying) as server:
        found = support_for(Settings(llm="openai:scripted", llm_base_url=server.url))
        assert found
        support.append(found)
        answer = Asker(lambda: snapshot, Talks(Remembered()), found).ask(
            "Why are customers leaving after returns?"
        )
    kept = str(found.writer._cache._kept)
    assert answer.mode == "written"
    assert "F2.share" in kept
    assert text not in kept


def test_the_cache_is_bounded() -> None:
    """What was not asked for longest goes first."""
    cache: Cache[int] = Cache(most=2)
    for number in (1, 2):
        cache.put(key("model", number), number)
    assert cache.get(key("model", 1)) == 1
    cache.put(key("model", 3), 3)
    assert [cache.get(key("model", number)) for number in (1, 2, 3)] == [1, None, 3]


def test_keys_tell_their_parts_apart() -> None:
    """Model, prompt, version and input cannot run into one another."""
    assert len({key("a", "b", 1), key("ab", "", 1), key("a", "b", 2), key("a", "b1", "")}) == 4


@pytest.mark.parametrize(
    ("reply", "failure"),
    [(Reply(text='{"ready": true}'), None), (Reply(status=401), "401"), (Reply(text="yes"), "not of the form")],
    ids=["well", "wrong key", "another form"],
)  # fmt: skip
def test_a_model_can_be_checked(reply: Reply, failure: str | None) -> None:
    """One small request says whether it can be reached and keeps to a form."""
    with serving(lambda request: reply) as server:
        model = model_for(Settings(llm="openai:scripted", llm_base_url=server.url))
        assert model
        if failure is None:
            model.check()
            return
        with pytest.raises(ModelError, match=failure):
            model.check()
