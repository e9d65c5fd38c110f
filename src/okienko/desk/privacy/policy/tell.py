"""Rules of a policy in words that an officer reads: what each is called, what it asks, who says so. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from okienko.policy.book import STRICTEST, Book
from okienko.policy.periods import Period
from okienko.policy.rules import Ban, Clock, Confidence, Gate, Limit, Notice, Retention, Rule
from okienko.web.i18n import Words, mark

SECTIONS: Final[Mapping[str, str]] = {
    "ban": mark("What never happens"),
    "gate": mark("What has to have happened first"),
    "clock": mark("When something is due"),
    "retention": mark("How long data are kept"),
    "limit": mark("Numbers"),
    "notice": mark("What people are told"),
}
PLACES: Final[Mapping[str, str]] = {
    "ca": mark("Canada"),
    "ca-qc": mark("Québec"),
    "eu": mark("European Union and European Economic Area"),
    "pl": mark("Poland"),
    "uk": mark("United Kingdom"),
    "us": mark("United States"),
    "us-ca": mark("California"),
    "default": mark("Everybody"),
    STRICTEST: mark("Nobody knows where: all places together"),
}
BASES: Final[Mapping[str, str]] = {
    "declared": mark("said by themselves"),
    "account": mark("from their account"),
    "brand": mark("the brand's place"),
    "strictest": mark("nothing is known"),
}
NAMES: Final[Mapping[str, str]] = {
    "ban.bot_authority": mark("The bot changes no account, identity, credential or money"),
    "ban.emotion_recognition": mark("Nobody's feelings are recognised"),
    "ban.hiding_ai_notice": mark("The notice that a bot answers cannot be hidden"),
    "ban.improvement": mark("What people wrote does not make the bot better"),
    "ban.removing_human_route": mark("The way to a person cannot be removed"),
    "ban.selling_data": mark("Data are not sold"),
    "ban.training": mark("No model is trained on what people wrote"),
    "ban.typing_preview": mark("Nobody sees what is typed and not sent"),
    "clock.appeal_window": mark("How long an appeal can be made"),
    "clock.breach_attorney_general": mark("Telling the attorney general of a breach"),
    "clock.breach_authority": mark("Telling the authority of a breach"),
    "clock.breach_person": mark("Telling people of a breach"),
    "clock.complaint_ack": mark("Acknowledging a complaint"),
    "clock.dsar_ack": mark("Acknowledging a request about data"),
    "clock.dsar_answer": mark("Answering a request about data"),
    "clock.erasure_done": mark("Erasing after identity was proved"),
    "clock.notice_decision": mark("Deciding on a notice of illegal content"),
    "clock.ods_decision": mark("An out-of-court body's decision"),
    "clock.opt_out": mark("Honouring an opt-out"),
    "clock.p2b_termination": mark("Telling a business user before an account is closed"),
    "clock.processor_objection": mark("Telling of a new processor in time to object"),
    "clock.reklamacja": mark("Answering a consumer's complaint (reklamacja)"),
    "clock.reklamacja_financial": mark("Answering a consumer's complaint in financial matters"),
    "clock.source_notice": mark("Telling people of data that came from elsewhere"),
    "clock.transparency_report": mark("Publishing the transparency report"),
    "clock.unsubscribe": mark("Honouring an unsubscription"),
    "gate.ai_disclosure": mark("Saying that a bot answers"),
    "gate.ai_truth": mark("The truth to whoever asks whether it is a person"),
    "gate.assessment_before_transfer": mark("An assessment before data leave the province"),
    "gate.confidential_by_default": mark("The most private settings to begin with"),
    "gate.consent_before_first_keystroke": mark("Consent before anything typed leaves the browser"),
    "gate.dpia": mark("An impact assessment"),
    "gate.gpc_honoured": mark("The browser's privacy signal (GPC) is honoured"),
    "gate.human_gate_for_decisions": mark("A person decides what has legal effect"),
    "gate.human_on_request": mark("A person answers whoever asks for one"),
    "gate.machine_readable_mark": mark("A mark that machines read on generated text"),
    "gate.marketing_consent": mark("Consent to marketing, for each channel"),
    "gate.no_storage_before_activation": mark("Nothing is stored before the chat is opened"),
    "gate.polish_language": mark("Polish for consumers in Poland"),
    "gate.processor_contract": mark("A contract with each processor"),
    "gate.reviewer_is_not_decider": mark("Another person decides on an appeal"),
    "gate.statement_of_reasons": mark("Reasons for a restriction"),
    "gate.verified_identity": mark("Identity is proved before a request is fulfilled"),
    "limit.consent_age": mark("The age from which a child consents alone"),
    "limit.redisclose_every_messages": mark("Saying again that a bot answers, every so many messages"),
    "notice.breach": mark("When a breach is a high risk to people"),
    "notice.collection": mark("When data are collected"),
    "notice.complaint": mark("When a complaint has arrived"),
    "notice.consent": mark("When consent was given"),
    "notice.dsar": mark("When a request about data has arrived"),
    "notice.reklamacja": mark("When a consumer's complaint has arrived"),
    "retention.account_number": mark("Bank account and card numbers"),
    "retention.article_comment": mark("Comments on articles"),
    "retention.attachment": mark("Attachments"),
    "retention.backup": mark("Backups"),
    "retention.breach_record": mark("Records of breaches"),
    "retention.contact": mark("Ways to reach people"),
    "retention.date_of_birth": mark("Dates of birth"),
    "retention.dedupe_key": mark("Marks of deliveries, against repeats"),
    "retention.dsar_record": mark("Requests about data"),
    "retention.id_document": mark("Documents of identity"),
    "retention.order_auth": mark("What an order was proved with"),
    "retention.rating": mark("Ratings"),
    "retention.sensitive_message": mark("Words about health and the like"),
    "retention.staff_invitation": mark("Invitations of staff"),
    "retention.staff_session": mark("Sessions of staff"),
    "retention.transcript": mark("Conversations"),
    "retention.unparsed": mark("Deliveries that were not understood"),
    "retention.unsent_file": mark("Uploads without a message"),
}
"""Every rule of the policy files in words; a test compares."""
CLASSES: Final[Mapping[str, str]] = {
    "transcript": mark("Conversations"),
    "sensitive_message": mark("Words about health and the like"),
    "value": mark("Sealed values"),
    "attachment": mark("Attachments"),
    "model_call": mark("Records of a model's calls"),
    "gap": mark("Questions without an answer"),
    "article_comment": mark("Comments on articles"),
    "unparsed": mark("Deliveries that were not understood"),
    "example": mark("Examples for routing"),
    "dsar_record": mark("Requests about data"),
    "erasure": mark("The ledger of erasures"),
    "report": mark("Reports of deletion"),
    "asker": mark("Addresses that were left with a request"),
    "person": mark("People without a conversation, with their key"),
}
"""Classes of the night's run; one that is not here is shown by its own name."""
_SINCE: Final[Mapping[str, str]] = {
    "received": mark("from its arrival"),
    "informed": mark("from the moment they were told"),
    "aware": mark("from the moment it was known"),
    "persons_told": mark("from the moment people were told"),
    "identity_verified": mark("from the moment identity was proved"),
    "complaint_complete": mark("from the complete complaint"),
    "imported": mark("from the import"),
    "period_ended": mark("from the end of the period"),
    "arrived": mark("from its arrival"),
    "begun": mark("from the sign-in"),
    "breach_determined": mark("from the finding"),
    "case_closed": mark("from the end of the case"),
    "conversation_closed": mark("from the end of the conversation"),
    "account_closed": mark("from the end of the account"),
    "decided": mark("from the decision"),
    "made": mark("from the day it was made"),
    "request_closed": mark("from the answer"),
    "sent": mark("from its sending"),
    "uploaded": mark("from the upload"),
    "written": mark("from the day it was written"),
    # The night's own classes say it in words of theirs.
    "the end of the conversation": mark("from the end of the conversation"),
    "the message": mark("from the message"),
    "the message; an upload without one": mark("from the message, or from an upload without one"),
    "the call": mark("from the call"),
    "the question": mark("from the question"),
    "the comment": mark("from the comment"),
    "the delivery": mark("from its arrival"),
    "the day it was written": mark("from the day it was written"),
    "the answer": mark("from the answer"),
    "the erasure": mark("from the erasure"),
    "the run": mark("from the run"),
    "the first message": mark("from the first message"),
    "the end of the request; the letter": mark("from the end of the request, or from the letter"),
}
_CALENDARS: Final[Mapping[str, str]] = {
    "eu-1182-71": mark("a last day that is no working day moves on"),
    "civil": "",
    "working-days": mark("working days are counted"),
    "elapsed": mark("hours are counted through nights and weekends"),
}
CONFIDENCES: Final[Mapping[Confidence, str]] = {
    "high": mark("high"),
    "medium": mark("medium"),
    "low": mark("low"),
}


def tell_rule(rule: Rule, speak: Words) -> str:
    """What a rule asks for: *at most 1 month from its arrival; extended once by 2 months, with reasons*."""

    match rule:
        case Clock():
            parts = [_bound(rule.direction, rule.period, speak) + " " + tell_since(rule.start, speak)]
            if _CALENDARS[rule.calendar]:
                parts.append(speak.gettext(_CALENDARS[rule.calendar]))
            if rule.extension is not None:
                parts.append(
                    speak.gettext(
                        "extended once by %(period)s, with reasons", period=tell_period(rule.extension.by, speak)
                    )
                )
            if rule.pause:
                parts.append(speak.gettext("stands still while the person is asked"))
            if rule.warn is not None:
                parts.append(speak.gettext("a reminder after %(period)s", period=tell_period(rule.warn, speak)))
            return "; ".join(parts)
        case Gate() | Ban():
            return speak.gettext("holds") if rule.value else speak.gettext("does not hold here")
        case Limit():
            number = speak.number(rule.value)
            return (
                speak.gettext("at least %(what)s", what=number)
                if rule.direction == "at_least"
                else speak.gettext("at most %(what)s", what=number)
            )
        case Retention():
            said = _bound(rule.direction, rule.period, speak) + " " + tell_since(rule.trigger, speak)
            if rule.cap is None:
                return said
            cap = tell_period(rule.cap[1], speak) + " " + tell_since(rule.cap[0], speak)
            return said + "; " + speak.gettext("a brand may choose longer, up to %(cap)s", cap=cap)
        case Notice():
            return speak.gettext("a text is shown")


def tell_since(event: str, speak: Words) -> str:
    """What a period begins with."""
    return speak.gettext(_SINCE.get(event, event))


def tell_period(period: Period, speak: Words) -> str:
    """*1 month*, *72 hours*, *6 years*."""
    match period.unit:
        case "H":
            return speak.ngettext("%(n)s hour", "%(n)s hours", period.count)
        case "D":
            return speak.ngettext("%(n)s day", "%(n)s days", period.count)
        case "M" if period.count > 12 and period.count % 12 == 0:
            return speak.ngettext("%(n)s year", "%(n)s years", period.count // 12)
        case "M":
            return speak.ngettext("%(n)s month", "%(n)s months", period.count)


def tell_law(law: str, speak: Words) -> str:
    """*GDPR 12(3)*: a short name, which the page explains, with the place in it; okienko's own choice in words."""
    name, _, place = law.partition(":")
    return speak.gettext("okienko's own choice") if name == "house" else f"{name.upper()} {place}"


def list_sources(book: Book, laws: Mapping[str, object]) -> list[tuple[str, str]]:
    """The short names of laws that a page uses, with what they stand for."""
    names = sorted({law.partition(":")[0] for law in laws} - {"house"})
    return [(name.upper(), book.sources.get(name, name)) for name in names]


def _bound(direction: str, period: Period, speak: Words) -> str:
    said = tell_period(period, speak)
    if direction == "at_least":
        return speak.gettext("at least %(what)s", what=said)
    return speak.gettext("at most %(what)s", what=said)
