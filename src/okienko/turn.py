"""One turn: from what a customer wrote to what is said and who answers next.

`decide` is the product in one function, and its order is the product's promise:

    somebody answers elsewhere → a person holds it → asks for a person, or for people only → has attached something
    → asks whether this is a program → is in a scenario, or picked one → a category was picked → a scenario, or an
    answer from the help centre → which category? → a person

Whoever asks about an incident hears of it first, and then what they would have heard without it. Where everybody reads
the answer, all of this is at most a proposal to a person.

It is pure: a `Situation` and the `House` go in, a `Plan` comes out. `work.py` reads the one and writes the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from okienko.answers.answer import Answer, Clarify, Refuse
from okienko.consent.texts import write_notice
from okienko.heard import asks_whether_program, mentions_person, wants_person, wishes_people_only
from okienko.incidents.incident import Ongoing
from okienko.masking.mask import published
from okienko.playing import PERSON, LookUp, Played, Stage, begin, begun, farewell, go_on, repeat, resume
from okienko.routing.model import Guess, Outcome
from okienko.values import (
    ARTICLE,
    OWN_WORDS,
    SCENARIO,
    Asked,
    Because,
    Citation,
    Holder,
    Kind,
    Language,
    MaskedText,
    Plan,
    Report,
    Say,
    Situation,
)
from okienko.web.i18n import Words, words

Found = Answer | Clarify | Refuse

# After so many turns in a row without an answer a person takes over unasked.
MOST_MISSES: Final = 2
# A turn that breaks so often is given to a person, with its neighbours unaffected.
MOST_FAILURES: Final = 5

# An answer that changes the subject is given unasked from such a confidence on; below, both articles are offered.
SURE: Final = 0.8

_NOTHING: Final = MaskedText("")
CONTACT: Final = "contact"  # quick reply: the form for a way to be reached
CODE: Final = "code"  # quick reply: the form for a code to an address on record
SKIP: Final = "skip"  # quick reply: on to a person without one
NUMBERED: Final = frozenset({"messenger", "instagram", "whatsapp", "email"})  # channels that may show choices by number
_NUMBER: Final = re.compile(r"([1-9][0-9]?)[.)]?")

# Before a person gets it for one of these reasons, some topics want to know who writes. Where the customer's wish or
# something broken is the reason, nobody is asked.
_ASKED_FIRST: Final[frozenset[Because]] = frozenset({"asked_for_person", "no_answer", "attachment", "scenario"})
# Turns in which no program reads what was written, or in which there is nothing to read.
_UNREAD: Final[frozenset[Because]] = frozenset({"people_only", "bot_allowed", "restricted", "unreadable", "broken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntRouter:
    """The brand's router, once it has learnt one."""

    version: int
    route: Callable[[MaskedText], Guess]


@dataclass(frozen=True, slots=True, kw_only=True)
class AiNotice:
    """What is said before the bot's first word, as it was published."""

    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A brand at this moment, as far as a turn depends on it."""

    name: str
    hours: Mapping[Language, str]  # in words
    open: bool
    people: int  # agents at the desk now
    categories: Mapping[Language, Mapping[str, str]]  # language → slug → name
    look_up: LookUp
    router: LearntRouter | None = None
    notices: Mapping[Language, AiNotice] = field(default_factory=dict[Language, AiNotice])  # none: the first version
    verifying: frozenset[str] = frozenset()  # categories that ask who writes before a person gets the conversation
    can_mail: bool = False  # codes can be sent
    stage: Stage | None = None  # the brand's scenarios; None: it has none
    incidents: tuple[Ongoing, ...] = ()  # that run now


def decide(situation: Situation, house: House) -> Plan:
    """What this turn says and who answers next.

    Pure, and quick enough to be called for many conversations in one go; may raise whatever a broken look-up raises.
    """
    if situation.elsewhere and not situation.public:
        return _leave_alone(situation)
    situation = pick_by_number(situation)
    incident = _find_incident(situation, house)
    if situation.public:
        return _propose(situation, house, incident)
    plan = _decide(situation, house, interrupted=incident is not None)
    if incident is not None:
        plan = _with_incident(plan, incident)
    return _with_notice(_with_code(plan, house), house)


def _leave_alone(situation: Situation) -> Plan:
    """Somebody answers elsewhere: nothing is said here, and what the customer wishes is noted."""
    holder = Holder.BOT if situation.closed else situation.holder
    plan = _plan(situation, holder=holder, misses=situation.misses, reason="elsewhere")
    return replace(plan, people_only=_wish(situation))


def pick_by_number(situation: Situation) -> Situation:
    """A bare number stands for what was offered under it, on channels that show by number what they have no button for.

    Inside a scenario numbers are its own: it may have asked how many.
    """
    named = [choice for choice in situation.offered if choice not in {CONTACT, CODE}]
    if situation.channel not in NUMBERED or situation.run is not None:
        return situation
    return replace(situation, asked=tuple(_pick(asked, named) for asked in situation.asked))


def _pick(asked: Asked, named: Sequence[str]) -> Asked:
    found = _NUMBER.fullmatch(asked.text.text.strip())
    if asked.kind is not Kind.TEXT or asked.choice is not None or found is None or int(found[1]) > len(named):
        return asked
    choice = named[int(found[1]) - 1]
    return replace(asked, kind=Kind.PERSON) if choice == PERSON else replace(asked, kind=Kind.CHOICE, choice=choice)


def _propose(situation: Situation, house: House, incident: Ongoing | None) -> Plan:
    """Where everybody reads what is answered, a person answers. What an article says is proposed to them as a note; a
    menu, a question back, the AI notice and a scenario make no sense there.
    """
    plan = _decide(situation, replace(house, stage=None), interrupted=False)
    if plan.reason == "person_has_it":
        return plan
    proposed = tuple(replace(say, proposed=True) for say in plan.says if say.kind is Kind.ANSWER)
    report = None if incident is None else Report(incident=incident.id, told=None)
    return replace(plan, says=proposed, holder=Holder.QUEUE, misses=0, reason="public", report=report)


def _find_incident(situation: Situation, house: House) -> Ongoing | None:
    """The incident that is asked about, if one is: that which the words are most about."""
    if situation.restricted:
        return None
    said = [asked.text for asked in situation.asked if asked.kind in {Kind.TEXT, Kind.ATTACHMENT}]
    picked = _picked(situation, house)
    best, most = None, 1.0
    for incident in house.incidents:
        if incident.incident.concerns(language=situation.language, channel=situation.channel, picked=picked):
            likeness = max(map(incident.likeness, said), default=0.0)
            if likeness >= most:
                best, most = incident, likeness
    return best


def _with_incident(plan: Plan, incident: Ongoing) -> Plan:
    """What is known of an incident, before whatever else is said; once in full, and in short to who asks again.

    The first time it is the answer where there is no sure one: nobody is asked to put it in other words.
    """
    situation = plan.situation
    if plan.reason in _UNREAD:
        return plan
    known = situation.told.get(incident.id)
    notice = incident.notice.get(situation.language)
    if not plan.says or notice is None or situation.people_only:  # people have it, and see what it is about
        return replace(plan, report=Report(incident=incident.id, told=known))
    again = known == incident.version
    say = Say(kind=Kind.TEXT, text=published(incident.again[situation.language] if again else notice))
    report = Report(incident=incident.id, told=incident.version)
    if again or plan.reason not in {"no_answer", "clarified"}:
        return replace(plan, says=(say, *plan.says), report=report)
    alone = (replace(say, choices=(PERSON,)),)
    if situation.sensitive:
        alone = _with_care(situation, alone, Holder.BOT)
    misses = situation.misses
    return replace(plan, says=alone, holder=Holder.BOT, misses=misses, reason="incident", report=report)


def _decide(situation: Situation, house: House, *, interrupted: bool) -> Plan:
    speak = words(situation.language)
    wish = _wish(situation)
    if situation.holder is not Holder.BOT and not situation.closed:
        if situation.people_only and wish is False and situation.holder is Holder.QUEUE:
            return _allow_bot(situation)
        # A person has it, or has been asked to: the bot is silent, whatever is written.
        return replace(_plan(situation, holder=situation.holder, reason="person_has_it"), people_only=wish)
    if situation.code_awaited and wish is None:
        return _after_code(situation, house)
    told = _without_answering(situation, house, wish)
    if told is not None:
        return told
    played = _play(situation, house, interrupted=interrupted)
    if played is not None:
        return played
    question = what_is_asked(situation)
    picked = _picked(situation, house)
    article = _picked_article(situation)
    if question is None:
        return _ask_about(situation, house, picked)
    found, routed = _look_up(house, question, situation.language, article or picked)
    match found:
        case Answer(citations=(Citation(article=named), *_)) if named.startswith(SCENARIO):
            started = _begin(situation, house, named.removeprefix(SCENARIO))
            return started or _miss(situation, house, question, picked, routed)
        case Answer() as answer:
            return _quote(situation, house, question, answer, picked=picked, routed=routed)
        case Clarify(articles=(_, *_)) as clarify:
            again = _find_again(situation, house)
            return _offer(situation, clarify.articles, again, picked=picked, routed=routed)
        case Clarify() as clarify:
            text = speak.gettext("What is it about? Choose a category.")
            say = Say(kind=Kind.CLARIFY, text=published(text), choices=routed.choices if routed else clarify.categories)
            return _plan(situation, says=(say,), misses=situation.misses, routed=routed, reason="clarified")
        case Refuse(reason="greeting" | "thanks" as reason):
            return _be_polite(situation, house, reason)
        case Refuse():
            return _miss(situation, house, question, picked, routed)


def _without_answering(situation: Situation, house: House, wish: bool | None) -> Plan | None:
    """What comes before any answer: wishes for people, what a program does not read, and the truth about it."""
    speak = words(situation.language)
    if wish is True:
        text = speak.gettext(
            "From now on only people answer you. If the bot is to answer again, write: the bot may answer."
        )
        return replace(_hand_over(situation, house, "people_only", text), people_only=True)
    if situation.people_only and wish is False:
        return _allow_bot(situation)
    if any(_asks_for_person(asked) for asked in situation.asked):
        return _hand_over(situation, house, "asked_for_person")
    if any(asked.kind is Kind.UNREADABLE for asked in situation.asked):
        text = speak.gettext("Your message could not be read. Please send it again.")
        return _hand_over(situation, house, "unreadable", text)
    if situation.people_only:
        return _hand_over(situation, house, "people_only")
    if situation.restricted:
        text = speak.gettext("You asked for your data not to be used, so no program reads this: a person will.")
        return _hand_over(situation, house, "restricted", text)
    if any(asked.kind is Kind.ATTACHMENT for asked in situation.asked):
        text = speak.gettext("The bot does not open attachments, so a person will look at this.")
        return _hand_over(situation, house, "attachment", text)
    if _asks_whether_program(situation):
        say = Say(kind=Kind.TEXT, text=published(_truth(speak, offering=True)), choices=(PERSON,))
        again = None if house.stage is None else repeat(situation, house.stage)
        says, run = (say,), None
        if again is not None:
            says, run = (say, *again.says), again.run
        return replace(_plan(situation, says=says, misses=situation.misses, reason="truth"), run=run)
    return None


def _play(situation: Situation, house: House, *, interrupted: bool) -> Plan | None:
    """What comes next in a scenario that runs or was picked; None where none does, or where the words leave it."""
    if house.stage is None:
        return None
    picked = begun(situation)
    if picked is not None:
        return _begin(situation, house, picked)
    played = go_on(situation, house.stage, house.look_up, interrupted=interrupted)
    return None if played is None else _as_played(situation, house, played)


def _begin(situation: Situation, house: House, scenario: str) -> Plan | None:
    played = None if house.stage is None else begin(situation, house.stage, scenario, house.look_up)
    return None if played is None else _as_played(situation, house, played)


def _as_played(situation: Situation, house: House, played: Played) -> Plan:
    if played.wanted is not None:
        return replace(_plan(situation, category=played.category, reason="scenario"), wants=played.wanted)
    return replace(_settle(situation, house, played), cases=played.cases)


def _settle(situation: Situation, house: House, played: Played) -> Plan:
    """What is said, and who answers next."""
    if played.locked:
        return _ask_who(situation, house, played)
    if played.hand_off is None:
        plan = _plan(situation, says=played.says, category=played.category, reason="scenario")
        return replace(plan, run=played.run)
    wanted = played.hand_off.authentication
    known = wanted != "order" or situation.knows_order or situation.verified
    before = "" if known else _unchecked(words(situation.language))
    plan = _hand_over(situation, house, "scenario", before, category=played.category)
    return replace(
        plan,
        says=(*played.says, *plan.says),
        verify=wanted == "code",
        team=played.hand_off.team,
        priority=played.hand_off.priority,
    )


def _ask_who(situation: Situation, house: House, played: Played) -> Plan:
    """A source tells only whom it is about: asks for a code, once, and looks again when it was entered."""
    speak = words(situation.language)
    if situation.code_asked or not _can_ask_for_code(situation, house):
        plan = _hand_over(situation, house, "scenario", _unchecked(speak), category=played.category)
        return replace(plan, says=(*played.says, *plan.says))
    text = speak.gettext(
        "Before this is looked up, we check who you are: that protects your account. We send a code to the e-mail "
        "address that is on record here. You can skip it; then a person helps with general questions."
    )
    say = Say(kind=Kind.TEXT, text=published(text), choices=(CODE, SKIP))
    plan = _plan(situation, says=(*played.says, say), category=played.category, reason="code_asked")
    return replace(plan, run=played.run)


def _unchecked(speak: Words) -> str:
    return speak.gettext("It was not checked who you are: a person may ask.")


def _can_ask_for_code(situation: Situation, house: House) -> bool:
    return house.can_mail and situation.channel == "webchat"  # the window that has a form for it


def give_up(situation: Situation, house: House) -> Plan:
    """The plan for a turn that cannot be decided or written: a person gets it, and sees why."""
    if situation.public or situation.elsewhere:
        return _plan(situation, holder=Holder.QUEUE, reason="broken")
    return _with_notice(_hand_over(situation, house, "broken"), house)


def _wish(situation: Situation) -> bool | None:
    """What is said last about programs that answer; None: nothing."""
    said = [wishes_people_only(asked.text) for asked in situation.asked if _is_words(asked)]
    return next((wish for wish in reversed(said) if wish is not None), None)


def _allow_bot(situation: Situation) -> Plan:
    text = words(situation.language).gettext("The bot may answer again. What is it about?")
    say = Say(kind=Kind.TEXT, text=published(text))
    return replace(_plan(situation, says=(say,), reason="bot_allowed"), people_only=False)


def _asks_whether_program(situation: Situation) -> bool:
    return any(
        asked.kind in {Kind.TEXT, Kind.ATTACHMENT} and asks_whether_program(asked.text) for asked in situation.asked
    )


def _truth(speak: Words, *, offering: bool = False) -> str:
    """The same to every wording: it begins with neither yes nor no, so that it denies nothing."""
    text = speak.gettext("This is a program (a bot), not a person.")
    return text + " " + speak.gettext("Would you like to talk to a person?") if offering else text


def _asks_for_person(asked: Asked) -> bool:
    return asked.kind is Kind.PERSON or (_is_words(asked) and wants_person(asked.text))


def _is_words(asked: Asked) -> bool:
    return asked.kind is Kind.TEXT


def what_is_asked(situation: Situation) -> MaskedText | None:
    """What is asked: the words of this turn, or, when something was picked after "what is it about?", those before.

    An article that is picked later still, in an older message, is asked for by its title.
    """
    said = [asked.text.text for asked in situation.asked if _is_words(asked)]
    if said:
        return MaskedText("\n".join(said))
    titles = (asked.text for asked in situation.asked if _is_article(asked))
    return situation.open_question or next(titles, None)


def _picked(situation: Situation, house: House) -> str | None:
    """The category that the customer has picked: in this turn, or before. That of an answer is no pick."""
    known = house.categories.get(situation.language, {})
    picked = [asked.choice for asked in situation.asked if asked.choice in known]
    if picked:
        return picked[-1]
    return situation.category if situation.picked else None


def _picked_article(situation: Situation) -> str | None:
    """The article that the customer has picked in this turn as the one that is meant; further words ask anew."""
    if any(_is_words(asked) for asked in situation.asked):
        return None
    return next((asked.choice for asked in reversed(situation.asked) if _is_article(asked)), None)


def _is_article(asked: Asked) -> bool:
    return asked.choice is not None and asked.choice.startswith(ARTICLE)


def _look_up(
    house: House, question: MaskedText, language: Language, picked: str | None
) -> tuple[Found, _Routed | None]:
    """Where the customer has picked first; when that has nothing, everywhere: people pick in a hurry.

    The router is asked only where a category helps. Before a customer is asked for one, that of which it is sure is
    tried.
    """
    found = house.look_up(question, language, picked)
    if picked is not None:
        nothing = isinstance(found, Refuse) and found.reason == "nothing"
        return house.look_up(question, language, None) if nothing else found, None
    routed = _route(house, question, language) if _needs_category(found) else None
    if routed is not None and routed.category is not None and isinstance(found, Clarify):
        within = house.look_up(question, language, routed.category)
        return within if isinstance(within, Answer) else found, routed
    return found, routed


def _needs_category(found: Found) -> bool:
    """Whether a category would help: to choose among articles that tie, or for whoever takes what nobody answers."""
    match found:
        case Answer():
            return False
        case Clarify():
            return not found.articles
        case Refuse():
            return found.reason not in {"greeting", "thanks"}


def _find_again(situation: Situation, house: House) -> Citation | None:
    """The article that was quoted last, by its title: what is asked next is mostly about the same."""
    if situation.quoted is None:
        return None
    match house.look_up(_NOTHING, situation.language, ARTICLE + situation.quoted):  # no matter which part of it
        case Answer(citations=(citation, *_)) if citation.article == situation.quoted:
            return citation.by_title()
        case _:  # it is published no more
            return None


def _quote(
    situation: Situation,
    house: House,
    question: MaskedText,
    answer: Answer,
    *,
    picked: str | None,
    routed: _Routed | None,
) -> Plan:
    """What an article says; or, when that would change the subject and is not sure, both articles to choose from."""
    if answer.confidence < SURE and situation.quoted not in {citation.article for citation in answer.citations}:
        again = _find_again(situation, house)
        if again is not None:
            about = tuple(citation.by_title() for citation in answer.citations)
            return _offer(situation, about, again, picked=picked, routed=routed)
    say = Say(
        kind=Kind.ANSWER,
        text=published(answer.text),
        citations=answer.citations,
        confidence=answer.confidence,
    )
    category = answer.category
    return _plan(situation, says=(say,), picked=picked, category=category, routed=routed, reason="answered")


def _offer(
    situation: Situation,
    found: Sequence[Citation],
    again: Citation | None,
    *,
    picked: str | None,
    routed: _Routed | None,
) -> Plan:
    """Articles to choose from, that which was quoted last among them; first the scenarios that it may be about."""
    known = again is None or again.article in {citation.article for citation in found}
    offered = tuple(found) if again is None or known else (*found, again)
    scenarios = [citation for citation in offered if citation.article.startswith(SCENARIO)]
    articles = tuple(citation for citation in offered if not citation.article.startswith(SCENARIO))
    speak = words(situation.language)
    if len(offered) == 1:
        text = speak.gettext("Is it about this? If not, put it in other words or talk to a person.")
    else:
        text = speak.gettext("Is it about one of these? If not, put it in other words or talk to a person.")
    say = Say(
        kind=Kind.CLARIFY,
        text=published(text),
        choices=(
            *(citation.article for citation in scenarios),
            *(ARTICLE + citation.article for citation in articles),
            PERSON,
        ),
        labels=tuple(citation.title for citation in scenarios),
        citations=articles,
    )
    return _plan(situation, says=(say,), misses=situation.misses, picked=picked, routed=routed, reason="clarified")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Routed:
    """What the router makes of a question: the category that it takes unasked, if any, and those to choose from."""

    version: int
    category: str | None
    choices: tuple[str, ...]


def _route(house: House, question: MaskedText, language: Language) -> _Routed | None:
    """None when there is no router, or when the question seems to belong to none of the categories."""
    if house.router is None:
        return None
    guess = house.router.route(question)
    known = house.categories.get(language, {})
    choices = tuple(category for category in guess.intents if category in known)
    if guess.outcome is Outcome.PERSON or not choices:
        return None
    sure = guess.outcome is Outcome.TAKE and guess.intents[0] in known
    return _Routed(version=house.router.version, category=choices[0] if sure else None, choices=choices)


def _ask_about(situation: Situation, house: House, picked: str | None) -> Plan:
    """A category was picked before anything was asked."""
    speak = words(situation.language)
    name = house.categories.get(situation.language, {}).get(picked or "")
    if name is None:
        text = speak.gettext("Please write what happened.")
    else:
        text = speak.gettext("%(category)s. Please write what happened.", category=name)
    fitting = house.stage.list_buttons(picked, situation.language) if house.stage and picked else ()
    say = Say(
        kind=Kind.TEXT,
        text=published(text),
        choices=tuple(SCENARIO + scenario for scenario, _ in fitting),
        labels=tuple(name for _, name in fitting),
    )
    return _plan(situation, says=(say,), misses=situation.misses, picked=picked, reason="category_picked")


def _be_polite(situation: Situation, house: House, reason: Literal["greeting", "thanks"]) -> Plan:
    if not any(_is_words(asked) for asked in situation.asked):  # a category was picked after a greeting
        return _ask_about(situation, house, _picked(situation, house))
    speak = words(situation.language)
    if reason == "thanks":
        return _plan(situation, says=(farewell(situation),), reason="thanked")
    text = speak.gettext("Hello. How can we help? Choose a category or write what happened.")
    say = Say(kind=Kind.CLARIFY, text=published(text), choices=_some_categories(situation, house))
    return _plan(situation, says=(say,), misses=situation.misses, reason="greeted")


def _miss(situation: Situation, house: House, question: MaskedText, picked: str | None, routed: _Routed | None) -> Plan:
    misses = situation.misses + 1
    speak = words(situation.language)
    if any(_is_words(asked) and mentions_person(asked.text) for asked in situation.asked):
        return _hand_over(situation, house, "asked_for_person", misses=misses, routed=routed)
    if misses >= MOST_MISSES:
        text = speak.gettext("There is no answer to this in the help articles, so a person will take it.")
        return _hand_over(situation, house, "no_answer", text, misses=misses, routed=routed)
    again = _find_again(situation, house)
    if again is not None:
        return _offer(replace(situation, misses=misses), (), again, picked=picked, routed=routed)
    text = speak.gettext(
        "There is no answer to this in the help articles. You can put it in other words or talk to a person."
    )
    say = Say(kind=Kind.TEXT, text=published(text), choices=(PERSON,))
    return _plan(situation, says=(say,), misses=misses, picked=picked, routed=routed, reason="no_answer")


def _hand_over(
    situation: Situation,
    house: House,
    reason: Because,
    before: str = "",
    *,
    misses: int = 0,
    routed: _Routed | None = None,
    category: str | None = None,
) -> Plan:
    """To a person; says honestly whether one is there now, and what said so if that was asked."""
    speak = words(situation.language)
    if _asks_whether_program(situation):
        before = f"{_truth(speak)} {before}"
    if situation.channel == "voice":  # the call goes on: to a person, or to where a message is left
        text = "" if before else speak.gettext("A person will take this.")
        choices: tuple[str, ...] = ()
    elif house.open and house.people > 0:
        text = speak.gettext(
            "Case %(reference)s is waiting for a person. The answer will appear here; you may close this window.",
            reference=situation.reference,
        )
        choices = ()
    elif situation.reachable:
        text = speak.gettext(
            "Nobody is at the desk now (opening hours: %(hours)s). Case %(reference)s is saved and will be answered: "
            "here, and where you can be reached.",
            hours=house.hours.get(situation.language, ""),
            reference=situation.reference,
        )
        choices = ()
    else:
        text = speak.gettext(
            "Nobody is at the desk now (opening hours: %(hours)s). Case %(reference)s is saved and will be answered. "
            "Leave an e-mail address or a phone number so that the answer can reach you.",
            hours=house.hours.get(situation.language, ""),
            reference=situation.reference,
        )
        choices = (CONTACT,)
    say = Say(kind=Kind.HANDOFF, text=published(f"{before} {text}".strip()), choices=choices)
    picked = _picked(situation, house)  # also in this very turn: whoever takes it sees what it is about
    return _plan(
        situation,
        says=(say,),
        holder=Holder.QUEUE,
        misses=misses,
        picked=picked,
        category=category,
        routed=routed,
        reason=reason,
    )


def _with_code(plan: Plan, house: House) -> Plan:
    """Where the topic wants to know who writes before a person gets the conversation: asks for a code, once.

    It can be skipped, and whatever comes next brings the person. Where a code cannot be asked for, that is said.
    """
    situation = plan.situation
    topic = plan.category in house.verifying or plan.verify
    wanted = plan.holder is Holder.QUEUE and plan.reason in _ASKED_FIRST and topic
    if not wanted or situation.verified or situation.code_asked or situation.people_only:
        return plan
    speak = words(situation.language)
    *before, last = plan.says
    if not _can_ask_for_code(situation, house):
        text = _unchecked(speak)
        return replace(plan, says=(*before, replace(last, text=published(f"{text} {last.text.text}"))))
    text = speak.gettext(
        "Before a person takes this, we check who you are: that protects your account. We send a code to the e-mail "
        "address that is on record here. You can skip it; then the person helps with general questions."
    )
    if _asks_whether_program(situation):
        text = f"{_truth(speak)} {text}"
    say = Say(kind=Kind.TEXT, text=published(text), choices=(CODE, SKIP))
    return replace(plan, says=(*before, say), holder=Holder.BOT, reason="code_asked")


def _after_code(situation: Situation, house: House) -> Plan:
    """The person who was promised: with what has been found out, or without. Or what waited for the code goes on."""
    speak = words(situation.language)
    if situation.verified:
        played = None if house.stage is None else resume(situation, house.stage, house.look_up)
        if played is not None:
            return _as_played(situation, house, played)
        return _hand_over(situation, house, "code_entered", speak.gettext("Thank you, the code was right."))
    text = speak.gettext("It was not checked who you are, so a person helps with general questions first.")
    return _hand_over(situation, house, "code_skipped", text)


def _some_categories(situation: Situation, house: House) -> tuple[str, ...]:
    return tuple(house.categories.get(situation.language, {}))[:6]


def _plan(
    situation: Situation,
    *,
    says: tuple[Say, ...] = (),
    holder: Holder = Holder.BOT,
    misses: int = 0,
    picked: str | None = None,
    category: str | None = None,
    routed: _Routed | None = None,
    reason: Because,
) -> Plan:
    if says and situation.sensitive:
        says = _with_care(situation, says, holder)
    taken = routed.category if routed else None
    return Plan(
        situation=situation,
        says=says,
        holder=holder,
        category=picked or category or taken or situation.category,
        picked=picked is not None or situation.picked,
        language=situation.language,
        misses=misses,
        reason=reason,
        routed=routed.version if routed and taken and not picked and category in {None, taken} else None,
    )


def _with_care(situation: Situation, says: tuple[Say, ...], holder: Holder) -> tuple[Say, ...]:
    """To words about health and the like: a person is offered beside whatever is said.

    To write no more than is needed is asked once. It comes first: the next turn looks for its open
    question in the last message.
    """
    stays = holder is Holder.BOT
    if stays and PERSON not in says[-1].choices:
        says = (*says[:-1], replace(says[-1], choices=(*says[-1].choices, PERSON)))
    if situation.sensitive_before:
        return says
    speak = words(situation.language)
    text = speak.gettext(
        "This seems to be about health or something just as private. Please write only as much as the matter needs."
    )
    if stays:
        text += " " + speak.gettext("You can also talk to a person.")
    return (Say(kind=Kind.TEXT, text=published(text)), *says)


def _with_notice(plan: Plan, house: House) -> Plan:
    """The AI notice comes before the bot's first word, and the plan says which version it is."""
    if not plan.says or plan.situation.noticed:
        return plan
    notice = house.notices.get(plan.language) or AiNotice(version=1, text=write_notice(words(plan.language)))
    say = Say(kind=Kind.NOTICE, text=published(notice.text))
    return replace(plan, says=(say, *plan.says), notice=notice.version)


def as_letter(plan: Plan) -> Plan:
    """What is said by e-mail is said in one letter: several at once would read like a machine gone wild."""
    if plan.situation.channel != "email" or len(plan.says) < 2 or any(say.proposed for say in plan.says):
        return plan
    last = plan.says[-1]
    answers = any(say.kind is Kind.ANSWER for say in plan.says)
    say = replace(
        last,
        kind=Kind.ANSWER if answers and last.kind is not Kind.CLARIFY else last.kind,
        text=published("\n\n".join(say.text.text for say in plan.says)),
        citations=tuple(dict.fromkeys(citation for say in plan.says for citation in say.citations)),
        confidence=next((say.confidence for say in plan.says if say.confidence is not None), None),
        generator=next((say.generator for say in plan.says if say.generator != OWN_WORDS), OWN_WORDS),
    )
    return replace(plan, says=(say,))
