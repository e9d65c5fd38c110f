"""Routers that learn from small invented examples, and how they are kept."""

from __future__ import annotations

import io

import numpy as np
import pytest

from okienko.routing import train as training
from okienko.routing.features import learn_vocabulary
from okienko.routing.model import NotAModel, Outcome, Router, from_bytes
from okienko.routing.outside import read_outside
from okienko.routing.train import Example, TooFewExamples, train
from tests.meaning.conftest import Concepts

SAID = {
    "paczka": "{} gdzie jest moja paczka|{} kiedy przyjdzie przesyłka|{} kurier nie przyjechał|{} paczka nie dotarła",
    "zwrot": "{} chcę zwrócić buty|{} jak odesłać towar|{} zwrot za małych spodni|{} nie pasuje oddaję",
    "faktura": "{} proszę o fakturę|{} potrzebuję faktury na firmę|{} błędny NIP na fakturze|{} rachunek dla księgowej",
    "konto": "{} nie mogę się zalogować|{} zapomniałem hasła do konta|{} usuńcie moje konto|{} logowanie nie działa",
}
GREETINGS = ("Dzień dobry,", "Hej,", "Witam,", "", "Przepraszam,", "Halo,")
EXAMPLES = [
    Example(text=said.format(greeting), intent=intent)
    for intent, lines in SAID.items()
    for said in lines.split("|")
    for greeting in GREETINGS
]


@pytest.fixture(scope="module")
def router() -> Router:
    return train(EXAMPLES, read_outside())


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("gdzie moja paczka", "paczka"),
        ("KIEDY PRZYJDZIE PRZESYLKA???", "paczka"),
        ("kurjer jeszcze nie przyjechal", "paczka"),
        ("chciałabym zwrócić te buty", "zwrot"),
        ("poproszę fakturę", "faktura"),
        ("nie moge sie zalogowac", "konto"),
    ],
)
def test_new_messages_are_routed(router: Router, text: str, intent: str) -> None:
    (guess,) = router.route([text])
    assert guess.intents[0] == intent
    assert len(set(guess.intents)) == 3


def test_strangers_are_less_likely_than_examples(router: Router) -> None:
    own = router.route([example.text for example in EXAMPLES])
    foreign = router.route(["ile to siedem razy osiem", "xyzzy", "", "who painted the mona lisa", "🙂"])
    assert max(guess.inside for guess in foreign) < np.median([guess.inside for guess in own])
    assert {guess.outcome for guess in foreign} == {Outcome.PERSON}
    assert all(0 <= share <= 1 for guess in own + foreign for share in (guess.inside, guess.right))


def test_every_outcome_follows_from_the_two_probabilities(router: Router) -> None:
    for guess in router.route([example.text for example in EXAMPLES] + read_outside()):
        if guess.inside < router.ask_from:
            assert guess.outcome is Outcome.PERSON
        else:
            assert (guess.outcome is Outcome.TAKE) == (guess.right >= router.take_from)


def test_many_messages_are_routed_like_each_alone(router: Router) -> None:
    texts = [example.text for example in EXAMPLES]
    for text, together in zip(texts, router.route(texts), strict=True):
        (alone,) = router.route([text])
        assert alone.intents == together.intents
        assert alone.right == pytest.approx(together.right, abs=1e-4)


def test_nothing_to_route(router: Router) -> None:
    assert router.route([]) == []


def test_the_same_examples_make_the_same_router(router: Router) -> None:
    assert train(EXAMPLES, read_outside()).to_bytes() == router.to_bytes()
    assert train(list(reversed(EXAMPLES)), read_outside()).route(["paczka"])[0].intents[0] == "paczka"


def test_a_router_is_kept_as_bytes(router: Router) -> None:
    kept = from_bytes(router.to_bytes())
    texts = [example.text for example in EXAMPLES] + read_outside()
    assert kept.route(texts) == router.route(texts)


def write_arrays(**arrays: object) -> bytes:
    written = io.BytesIO()
    np.savez(written, **arrays)  # pyright: ignore[reportArgumentType]
    return written.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"nonsense",
        write_arrays(names=np.zeros(3)),
        write_arrays(names=np.array([{"a": 1}], dtype=object)),  # a pickle
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotAModel, match="train it again"):
        from_bytes(data)


def test_a_router_of_another_format_is_refused(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    data = router.to_bytes()
    monkeypatch.setattr("okienko.routing.model.FORMAT", 0)
    with pytest.raises(NotAModel, match="another version"):
        from_bytes(data)


def test_one_intent_cannot_be_learnt() -> None:
    with pytest.raises(TooFewExamples, match="two intents"):
        train([example for example in EXAMPLES if example.intent == "konto"])


@pytest.mark.parametrize("each", [1, 2, 3])
@pytest.mark.parametrize("intents", [2, 3, 4])
def test_few_examples_are_enough_to_begin(intents: int, each: int) -> None:
    chosen = [
        Example(text=said.format(""), intent=intent)
        for intent, lines in list(SAID.items())[:intents]
        for said in lines.split("|")[:each]
    ]
    for outside in ([], read_outside()):
        router = train(chosen, outside)
        assert [guess.intents[0] for guess in router.route([one.text for one in chosen])] == [
            one.intent for one in chosen
        ]


def test_descent_reaches_the_optimum() -> None:
    """The primal and the dual value of the squared hinge meet, as only they do at the optimum."""
    texts = [example.text for example in EXAMPLES]
    vocabulary = learn_vocabulary(texts, fewest=1)
    rows = vocabulary.read(texts)
    intents = sorted(SAID)
    labels = np.array([intents.index(example.intent) for example in EXAMPLES], np.int32)
    padded = [training.pad(rows.row(number), vocabulary.size) for number in range(len(texts))]
    weights = np.zeros((vocabulary.size + 1, len(intents)), np.float32)
    duals = training.separate(weights, padded, labels, np.random.default_rng(0), 200)
    dense = np.zeros((len(texts), vocabulary.size + 1))
    for number, (features, values) in enumerate(padded):
        dense[number, features] = values
    signs = np.where(labels[:, None] == np.arange(len(intents)), 1, -1)
    margins = np.maximum(0, 1 - signs * (dense @ weights))
    primal = 0.5 * (weights**2).sum() + training.COST * (margins**2).sum()
    dual = duals.sum() - 0.5 * (weights**2).sum() - (duals**2).sum() / (4 * training.COST)
    assert np.allclose(weights, dense.T @ (duals * signs), atol=1e-3)
    assert primal == pytest.approx(dual, rel=0.01)


def test_a_mistyped_word_is_read_as_the_one_that_is_meant(router: Router) -> None:
    vocabulary = router.scorer.vocabulary
    one, other = vocabulary.read(["przesylka nie dotarla"]), vocabulary.read(["pzresylka nie dotrala"])
    assert np.array_equal(one.features, other.features)
    assert np.array_equal(one.known, other.known)


def test_a_router_reads_what_messages_mean_where_there_is_an_encoder() -> None:
    """`kasa` stands in no example; to the encoder it is what `pieniądze` are."""
    words = {
        "zwrot": "oddajcie pieniądze {}|chcę pieniądze z powrotem {}|gdzie są pieniądze {}",
        "paczka": "gdzie paczka {}|paczka nie dotarła {}|przesyłka zginęła {}",
        "konto": "nie mogę się zalogować {}|zapomniałem hasła {}|konto nie działa {}",
    }
    examples = [
        Example(text=said.format(nth), intent=intent)
        for intent, lines in words.items()
        for said in lines.split("|")
        for nth in ("proszę", "halo", "pilne", "hej", "dziękuję")
    ]
    encoder = Concepts()
    router = train(examples, read_outside(), encoder=encoder)
    (guess,) = router.route(["kasy brak"], encoder)
    assert guess.intents[0] == "zwrot"
    again = from_bytes(router.to_bytes())
    assert again.route(["kasy brak"], encoder) == [guess]
    assert not again.reads_with(None)
    assert not again.reads_with(Concepts(name="another"))
    with pytest.raises(ValueError, match="concepts"):
        again.route(["kasy brak"])
