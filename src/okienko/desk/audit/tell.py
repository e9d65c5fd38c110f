"""What the audit log says, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from okienko.audit.chain import Action, ActorKind, Problem, Wrong
from okienko.web.i18n import Words, mark

_WRONG: Final[Mapping[Wrong, str]] = {
    "missing": mark("%(entries)s: missing"),
    "changed": mark("%(entries)s: changed after it was written"),
    "unlinked": mark("%(entries)s: does not follow from the entry before it"),
    "content": mark("%(entries)s: what it says was changed"),
    "erased": mark("%(entries)s: what it said is gone, and no entry says that it was erased"),
    "otherwise": mark("%(entries)s: not what was signed on %(when)s; somewhere among these the log was rewritten"),
    "cut": mark("%(entries)s: cut off from the end; what was signed on %(when)s still names them"),
    "unsigned": mark("%(entries)s: not signed, from %(when)s on; the worker does not run or has no key"),
}

ACTIONS: Final[Mapping[Action, str]] = {
    "conversation-read": mark("read a conversation"),
    "people-searched": mark("searched"),
    "value-revealed": mark("looked at a hidden value"),
    "file-opened": mark("opened an attachment"),
    "log-read": mark("read this log"),
    "pack-made": mark("made an audit pack"),
    "pack-read": mark("opened an audit pack"),
    "text-sampled": mark("looked for data that were not hidden"),
    "reading-slowed": mark("was stopped from reading more conversations within an hour"),
    "conversation-taken": mark("took a conversation over"),
    "conversation-handed-back": mark("handed a conversation back to the bot"),
    "conversation-queued": mark("put a conversation into the queue"),
    "conversation-closed": mark("closed a conversation"),
    "conversation-reopened": mark("opened a conversation again"),
    "identity-checked": mark("found out who a customer is"),
    "identity-doubted": mark("took back who a customer is"),
    "reply-written": mark("wrote a reply"),
    "note-written": mark("wrote a note"),
    "conversation-filed": mark("put a conversation into another category"),
    "message-sent-again": mark("sent a message again"),
    "article-published": mark("published an article"),
    "article-withdrawn": mark("withdrew an article"),
    "article-restored": mark("published a withdrawn article again"),
    "articles-imported": mark("imported articles"),
    "scenario-saved": mark("saved a scenario"),
    "scenario-published": mark("published a scenario"),
    "scenario-withdrawn": mark("withdrew a scenario"),
    "radar-dismissed": mark("dismissed a group of the radar"),
    "evening-recorded": mark("recorded an evening for rehearsals"),
    "scenario-review-changed": mark("changed who publishes scenarios"),
    "incident-saved": mark("saved the draft of an incident"),
    "incident-declared": mark("declared an incident"),
    "incident-updated": mark("changed what is said about an incident"),
    "incident-ended": mark("ended an incident"),
    "incident-discarded": mark("threw away the draft of an incident"),
    "articles-policy-changed": mark("changed how articles are used"),
    "case-assigned": mark("gave a case to somebody"),
    "case-closed": mark("closed a case"),
    "case-reopened": mark("opened a case again"),
    "lookup-saved": mark("changed what scenarios can look up"),
    "lookup-removed": mark("removed a source that scenarios looked things up in"),
    "source-added": mark("added a source of articles"),
    "source-removed": mark("removed a source of articles"),
    "source-refused": mark("kept an article against its source"),
    "signed-in": mark("signed in"),
    "sign-in-failed": mark("failed to sign in"),
    "password-set": mark("set a password"),
    "colleague-added": mark("added a colleague"),
    "role-changed": mark("changed a role"),
    "link-made": mark("made a link to sign in"),
    "account-closed": mark("disabled an account"),
    "account-opened": mark("enabled an account"),
    "second-step-changed": mark("changed a second step of signing in"),
    "brand-added": mark("added a brand"),
    "words-changed": mark("changed what is hidden"),
    "saved-reply-changed": mark("changed a saved reply"),
    "saved-reply-deleted": mark("deleted a saved reply"),
    "token-made": mark("made an API token"),
    "token-revoked": mark("revoked an API token"),
    "model-switched": mark("switched the language model"),
    "keys-rotated": mark("changed the operator's key"),
    "channel-connected": mark("began to connect a channel"),
    "channel-changed": mark("changed what a channel is connected with"),
    "channel-paused": mark("paused a channel"),
    "channel-resumed": mark("had a channel go on"),
    "channel-closed": mark("closed a channel"),
    "channel-opened": mark("opened a channel again"),
    "policy-changed": mark("changed the privacy policy"),
    "processor-changed": mark("changed a processor"),
    "text-published": mark("published a notice or a consent text"),
    "synonyms-changed": mark("changed synonyms"),
    "examples-changed": mark("changed examples for routing"),
    "topic-level-changed": mark("changed what a category asks for before a person takes over"),
    "accounts-imported": mark("took over addresses of accounts"),
    "person-found": mark("looked for a person"),
    "data-exported": mark("exported a person's data"),
    "data-corrected": mark("corrected a person's data"),
    "data-erased": mark("erased a person's data"),
    "processing-restricted": mark("restricted the use of a person's data"),
    "processing-resumed": mark("lifted a restriction"),
    "objection-taken": mark("took an objection"),
    "request-opened": mark("opened a request"),
    "request-changed": mark("changed a request"),
    "request-closed": mark("closed a request"),
    "consent-given": mark("gave consent"),
    "consent-refused": mark("refused consent"),
    "consent-withdrawn": mark("withdrew consent"),
    "hold-set": mark("asked for a legal hold"),
    "hold-approved": mark("approved a legal hold"),
    "hold-reviewed": mark("looked at a legal hold again"),
    "hold-released": mark("released a legal hold"),
    "retention-run": mark("deleted what was due"),
    "ledger-replayed": mark("repeated erasures after a restore"),
    "payload-erased": mark("erased what an entry says"),
}

ACTORS: Final[Mapping[ActorKind, str]] = {
    "staff": mark("staff"),
    "customer": mark("customer"),
    "operator": mark("operator (terminal)"),
    "worker": mark("okienko itself"),
}
OBJECTS: Final[Mapping[str, str]] = {
    "account": mark("account"),
    "article": mark("article"),
    "attachment": mark("attachment"),
    "brand": mark("brand"),
    "saved-reply": mark("saved reply"),
    "connection": mark("connection of a channel"),
    "conversation": mark("conversation"),
    "database": mark("database"),
    "entry": mark("entry"),
    "incident": mark("incident"),
    "radar-group": mark("group of the radar"),
    "hold": mark("legal hold"),
    "key": mark("key"),
    "log": mark("log"),
    "pack": mark("audit pack"),
    "person": mark("person"),
    "processor": mark("processor"),
    "request": mark("request"),
    "routing": mark("routing"),
    "sample": mark("sample"),
    "source": mark("source"),
    "synonyms": mark("synonyms"),
    "text": mark("text"),
    "token": mark("API token"),
    "value": mark("hidden value"),
}
ROLES: Final[Mapping[str, str]] = {
    "agent": mark("agent"),
    "lead": mark("lead"),
    "admin": mark("administrator"),
    "privacy": mark("privacy officer"),
    "auditor": mark("security auditor"),
}


def tell_problem(problem: Problem, speak: Words, *, when: str = "") -> str:
    """What is wrong, and from which entry to which; `when`: the moment that belongs to it."""
    entries = str(problem.first) if problem.first == problem.last else f"{problem.first}–{problem.last}"
    return speak.gettext(_WRONG[problem.what], entries=entries, when=when)


def write_moment(at: datetime | None) -> str:
    """As a terminal prints it."""
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M UTC")
