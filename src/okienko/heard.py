"""What customers' words ask for besides an answer: a person, people only, the truth about what answers here. Pure.

Patterns, no model: whoever asks whether this is a program gets the truth, whatever else stands in the message. They
read folded text (`okienko.folding`). Asking for a person is heard in Polish and English; asking whether this is one
also in German, Spanish and French. tests/heard/ has the wordings, and what is said in nearly the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from okienko.folding import fold
from okienko.values import MaskedText

_SIGNS: Final = str.maketrans("’„”“–", '\'"""-')  # patterns of ASCII alone are put together in half the time


def _any(*patterns: str) -> re.Pattern[str]:
    """Any of these. A blank stands for what may be between two words."""
    return re.compile("|".join(rf"(?:{pattern.replace(' ', _BETWEEN)})" for pattern in patterns))


_BETWEEN: Final = r"[\s,;:\"-]+"
_FEW: Final = r"(?:[\w']+[\s,;:\"-]+){0,3}?"  # up to three words between
_END: Final = r"(?=\W*$|\s*[?.!,;)]| (?:czy|albo|lub|a nie|or|and not|not|oder|ou|o|y|answer|odpowiad)\b)"

# Is this a person? ----------------------------------------------------------------------------------------------------

# Words that are hardly anything else, and words that are also things which one buys: those count at a clause's end.
_BOT: Final = (
    r"(?:bot(?:em|a|ami|y|s|ow)?|(?:chat|czat)bot\w*|sztuczn\w+ inteligencj\w*|a\.?i|(?:chat\W?)?gpt|llm|ki|ia"
    r"|artificial intelligence|language model|kunstliche\w* intelligenz|sprachmodell|inteligencia artificial"
    r"|intelligence artificielle|wirtualn\w+ asystent\w*|virtual (?:assistant|agent)|asistente virtual"
    r"|assistant virtuel|automatyczn\w+ (?:odpowiedz\w*|asystent\w*|system)|automated (?:response|system|repl\w+"
    r"|answer)s?"
    r"|automatische\w* antwort\w*|respuestas? automaticas?|reponses? automatiques?)\b"
)
_THING: Final = (
    rf"(?:robot(?:em|a|ami|y|s|er)?|automat(?:em|u|a)?|maszyn(?:a|y|e)|program(?:em|u|m|a|me)?|skrypt(?:em|u)?"
    rf"|komputer(?:em|a)?|algorytm(?:em|u)?|machine|computer|software|algorithm|script|maschine|maquina|ordenador"
    rf"|ordinateur|logiciel|automate){_END}|program\w* komputerow\w+"
)
_MACHINE: Final = rf"(?:{_BOT}|{_THING})"
_HUMAN: Final = (
    r"(?:czlowiek\w*|ludz(?:mi|ie)|istot\w* ludzk\w*|(?:zyw|prawdziw)\w+ (?:osob\w*|istot\w*|konsultant\w*|ludz\w*)"
    r"|humans?|human beings?|(?:real|living|actual) (?:person|people|human|agent)s?|mensch(?:en)?"
    r"|echte\w* person(?:en)?"
    r"|human[oa]s?|seres? humanos?|personas? (?:real(?:es)?|de verdad|de carne)|humain\w*|etres? humains?"
    r"|vraie?s? personnes?)\b"
)
_SOMEBODY: Final = rf"(?:{_HUMAN}|(?:osoba|osobe|person|persona|personas|personne|ktos zywy)\b{_END})"
# Of whoever answers, and of nothing else: "czy to prawdziwa skóra" asks about leather.
_ALIVE: Final = (
    rf"(?:(?:prawdziw|zyw|realn)(?:a|y|ym|i)|real|alive|living|echt\w*|lebendig|real|reel(?:le)?|vivante?){_END}"
    r"|z krwi i kosci|flesh and blood|aus fleisch|de carne y hueso|de verdad\b|en chair et en os"
)
_ANY: Final = rf"(?:{_MACHINE}|{_SOMEBODY}|{_ALIVE})"
_ONE: Final = rf"(?:{_MACHINE}|{_SOMEBODY})"
_OR: Final = r"(?:to )?(?:czy|albo|lub|or|oder|ou|o)(?: (?:to|just|some kind of|eine?|une?|un|una|a|an|lepiej))*"

_PROGRAM: Final = (
    rf"\b(?:{_SOMEBODY}|{_ALIVE}) {_OR} {_MACHINE}",
    rf"\b{_MACHINE} {_OR} (?:{_SOMEBODY}|{_ALIVE})",
    rf"\b{_MACHINE} (?:czy nie|or not)\b",
    rf"^\W*(?:a |to |ty |tu )*{_BOT}\s*\?+\W*$",
    # To whoever answers.
    rf"\b(?:jestes(?:cie)?|udajesz|udawaj) {_FEW}{_ANY}",
    rf"\b(?:powiedz|odpowiedz|napisz|powtorz) {_FEW}jestem {_FEW}{_ANY}",
    rf"\b(?:say|repeat|answer|write) {_FEW}i(?: am|'m) {_FEW}{_HUMAN}",
    rf"\b(?:ty|pan|pani|panstwo|wy) (?:jest |to |jestescie )?(?:nie |chyba |pewnie |naprawde |jakas |jakis )*{_ANY}",
    rf"\b(?:are|r|were) (?:you|u|ya) {_FEW}{_ANY}",
    rf"\b(?:you are|you're|youre|you were|be|as) {_FEW}(?:{_BOT}|a (?:robot|machine)\b|{_HUMAN})",
    rf"\b(?:say|that|confirm|prove) (?:that )?you(?:'re| are) {_FEW}{_ANY}",
    rf"\b(?:bist|seid|sind|warst|warst) (?:du|ihr|sie) {_FEW}{_ANY}",
    rf"\b(?:du|sie|ich) (?:bist|sind|bin) {_FEW}{_ANY}",
    rf"\b(?:du|sie) {_FEW}{_SOMEBODY} (?:bist|sind)\b|\bwarst du {_FEW}{_ANY}|\bwarst du {_FEW}mensch",
    rf"\b(?:eres|es usted|sois|finge que eres) {_FEW}{_ANY}",
    rf"\b(?:es-tu|etes-vous|es tu|etes vous|tu es|t'es|vous etes|n'etes|n'es|etais) {_FEW}{_ANY}",
    # About what answers.
    rf"\bczy (?:to|ta rozmowa|ten czat|ten chat|tutaj|tu|tam|konsultant\w*) (?:\w+ ){{0,2}}(?:{_ONE}|(?:zyw"
    rf"|prawdziw)\w+ (?:osoba|czlowiek))",
    rf"\b(?:to|a ty to|ty) (?:jest )?(?:tylko )?{_ONE}\W*(?:prawda|co|tak|nie)?\W*\?",
    rf"\b(?:is|was) (?:this|that|it|there|he|she) {_FEW}(?:{_BOT}|{_SOMEBODY}|(?:a|the|some) {_THING})",
    rf"\bis [a-z]+ (?:a|an) (?:bot|{_HUMAN}|robot)\b",
    rf"\b(?:this|it) (?:is|must be|feels like|sounds like) {_FEW}{_BOT}",
    rf"\b(?:ist|war|sind) (?:das|dies|hier|da|es) {_FEW}{_ONE}",
    r"\bist (?:hier|da) jemand (?:echte|reale)\w*",
    rf"\b(?:esto es|es (?:esto|este|esta|una?)|son) {_FEW}{_ONE}",
    rf"\b(?:est-ce|c'est|serait-ce|ce sont) {_FEW}{_ONE}",
    # With whom one talks.
    rf"\b(?:rozmawiam|gadam|czatuje|pisze|koresponduje|mam do czynienia) {_FEW}(?:z|ze) {_FEW}{_ANY}",
    rf"\b(?:am i|i am|i'm|if i am) {_FEW}(?:talking|speaking|chatting|texting|writing|dealing|connected) {_FEW}(?:to"
    rf"|with) {_FEW}{_ANY}",
    rf"\bdo i have {_FEW}(?:{_MACHINE}|{_HUMAN}|a person\b)|\bare there {_FEW}{_HUMAN}",
    rf"\b(?:spreche|rede|schreibe|chatte|unterhalte|kommuniziere|verbunden) {_FEW}{_FEW}{_ONE}",
    rf"\bich {_FEW}(?:mit|zu) {_FEW}{_ONE} (?:spreche|rede|schreibe|chatte|zu tun|verbunden)",
    rf"\b(?:hablo|hablando|chateando|escribiendo|trato|tratando|converso) (?:con|a) {_FEW}{_ONE}",
    rf"\b(?:parle|parler|discute|discuter|chatte|echange|ai-je affaire) (?:a|avec) {_FEW}{_ONE}",
    # Who writes the words.
    rf"\b(?:odpowiada|odpisuje|obsluguje|czyta|siedzi|slucha) {_FEW}{_ONE}",
    rf"\bczy {_ONE} {_FEW}(?:odpowiada|odpisuje|czyta|siedzi)\b",
    rf"\b(?:drugiej|tamtej) stronie {_FEW}{_ONE}",
    rf"\b{_ONE} {_FEW}(?:drugiej|tamtej) stronie\b",
    rf"\b(?:does|do|is) (?:a|an|any) {_ONE} {_FEW}(?:answer|read|reply|write)\w*",
    rf"\b{_ONE} {_FEW}(?:on|at) the other (?:end|side)\b",
    rf"\b(?:run|written|generated|answered|made) by {_FEW}{_BOT}|\b{_BOT}(?: |-)generated",
    rf"\b(?:antwortet|schreibt|sitzt|liest) {_FEW}{_FEW}{_ONE}",
    rf"\bvon (?:einer |einem )?{_ONE} (?:geschrieben|erzeugt|beantwortet)",
    rf"\b(?:responde|contesta|contestando|respondiendo|atiende|escribe) {_FEW}{_ONE}",
    rf"\bhay {_FEW}{_ONE} (?:al otro lado|ahi|detras|aqui)",
    rf"\bhay {_FEW}(?:un humano|una persona)\b {_FEW}(?:lado|ahi|detras)",
    rf"\b{_ONE} (?:qui )?me repond\b|\by a-t-il {_FEW}(?:{_ONE}|quelqu'un de reel)",
    # Who are you?
    r"\b(?:z kim|z czym) (?:ja |wlasciwie |w ogole |tak naprawde )*(?:rozmawiam|pisze|gadam|mam przyjemnosc)\b",
    r"\b(?:kim|czym) (?:ty )?jestes\b|\bkto mi (?:odpowiada|odpisuje)\b|\bczy (?:ty )?zyjesz\b",
    r"^\W*(?:who|what) (?:are you|is this)\W*$|\bwho am i (?:talking|speaking|chatting|writing)\b",
    r"\b(?:is )?(?:anyone|anybody|somebody) real there\b|\bdo you have (?:feelings|a body|a heart|a soul)\b",
    r"^\W*(?:wer|was) bist du\W*$|\bmit wem (?:spreche|rede|schreibe|chatte)\b",
    r"^\W*(?:quien|que) (?:eres|es usted)\W*$|\bcon quien (?:estoy )?habl(?:o|ando)\b",
    r"^\W*qui (?:es-tu|etes-vous)\W*$|\ba qui (?:je parle|ai-je affaire)\b|\bqui me repond\b",
)


@cache
def _program(nth: int) -> re.Pattern[str]:
    """One of them, put together when it is first needed: all of them take longer than all the rest of this file."""
    return _any(_PROGRAM[nth])


@lru_cache(maxsize=8)  # two of the three want to know
def _is_about_program(folded: str) -> bool:
    return any(_program(nth).search(folded) for nth in range(len(_PROGRAM)))


def prepare() -> Iterator[None]:
    """Puts the patterns together, one at each step, so that no message has to wait for all of them."""
    for nth in range(len(_PROGRAM)):
        _program(nth)
        yield


# A short question with such a word in it is that question, unless it is about something to watch, read or buy.
_SHORT: Final = 12  # words
_ASKS: Final = re.compile(
    r"\?|^\W*(?:\w+\W+){0,2}(?:czy|jest|kto|are|is|am|do|does|was|ist|sind|bist|sprech\w*|werde\w*|bin|es|hay|esta"
    r"|est)\b"
    r"|\b(?:you|u) (?:sound|seem|look|act|write)|\bbrzmisz|\bist das\b"
)
_NAMED: Final = re.compile(
    rf"\b(?:{_BOT}|robot(?:em|er)?\b|maszyna\b|{_HUMAN}|menschlich\w*|ktos zywy|alguien real|sentient)".replace(
        " ", _BETWEEN
    )
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:film|serial|seri[ae]|movie|series|odcin|obejrz|oglad|watch|tytul|title|ksiazk|book|gr[aey]\b|game|kupi"
    r"|buy|cen[aey]\b"
    r"|price|gwarancj|warranty|kuchenn|sprzataj|odkurz|vacuum|koszt|dzial|works?\b|hir|resource)"
)
_ABOUT_IT: Final = _any(
    r"\bare you automated\b|\bist das (?:hier )?automatisch\b|\bczy konsultant\w* jest prawdziw\w+",
    r"\b(?:ty )?(?:robot|automat|maszyna|program) jestes\b|\bjak (?:automat|robot|bot|maszyna)\W+jestes nim\b",
    r"\bto (?:chyba |pewnie )?(?:nie )?jest (?:czlowiek|robot|bot)\W*$|\bis someone real\b"
    r"|^\W*what exactly are you\W*$",
    r"\bdo (?:humans|people) work here\b|\besto es automatico\b|\bpersonne reelle\b"
    r"|\bsuis-je en contact avec un (?:robot|bot|humain)\b",
)


_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?\n]*")


def _is_short_question(folded: str) -> bool:
    return any(
        len(sentence.split()) <= _SHORT
        and _NAMED.search(sentence) is not None
        and _ASKS.search(sentence) is not None
        and _ELSEWHERE.search(sentence) is None
        and _WISH.search(sentence) is None
        for sentence in _SENTENCE.findall(folded)
    )


_PROGRAM_WORD: Final = (
    r"\bbot|[tz]bot|\brobot|automa|maszyn|machine|maschine|maquina|program|sk?rypt|script|[ck]omputer|algor|software|ordenador"
    r"|ordinat|logiciel|gpt|llm|\ba\.?i\b|\bki\b|\bia\b|sztuczn|artificial|artificiel|kunstlich|sprachm|virt|wirtualn"
    r"|czlowiek|ludz|\bzyw|prawdziw|\breal|\breel|human|people|person|\bosob[ae]\b|mensch|\becht|lebend|humain|vrai|vivant"
    r"|krwi|flesh|carne|chair|sentient|suis-je|zyjesz|anyone|anybody|somebody"
)
_PROGRAM_PHRASE: Final = (
    r"de verdad|do you have|z kim|z czym|[kc]z?ym jestes|kim (?:ty )?jestes|kto mi"
    r"|wh(?:o|at) (?:a|is|exa)|w(?:er|as) bist|mit wem|qui?(?:en|e) e|con quien"
    r"|qui (?:es|et|je|ai|me)"
)
_IN_PROGRAM_PHRASE: Final = r"verdad|have|kim|czym|jestes|kto$|wh(?:o|at)$|bist|wem|qui?(?:en|e)?$"  # one of each
_PROGRAM_HINT: Final = re.compile(f"{_PROGRAM_WORD}|{_PROGRAM_PHRASE}")


def asks_whether_program(text: MaskedText) -> bool:
    """Whether somebody asks if they talk to a program, or tells it what to say about that."""
    folded, hints = _listen(text.text)
    if "program" not in hints or _PROGRAM_HINT.search(folded) is None:  # most messages: no need to look closer
        return False
    return _is_about_program(folded) or _ABOUT_IT.search(folded) is not None or _is_short_question(folded)


# A person, please -----------------------------------------------------------------------------------------------------

_GAP: Final = (
    r"(?:(?!\bczy\b|\bdla\b|\bfor\b|\bwiedz|\bupewn|\bpewnosc|\bknow\b|\bsure\b|\bwhether\b|\bif\b)[^.?!\n]){0,40}?\b"
)
_A_PERSON: Final = (
    r"(?:czlowiek\w*|konsultant\w*|doradc\w*|pracownik\w*|kierownik\w*|operator\w*|zyw\w+|kogos|kims|ktos|osoba"
    r"|prawdziw\w+ osob\w*|osob[ae] (?:z obslugi|kompetentn\w+)|(?:z )?obslug\w* klienta|dzial\w* obslugi)\b"
)
_A_HUMAN: Final = (
    r"(?:humans?(?! resources)|human being|persons?|people|agents?|representatives?|someone|somebody|operator|manager"
    r"|customer (?:service|support)|(?:your )?support(?: team| staff)?|live chat)\b"
)
_WISH: Final = _any(
    # wanted outright
    rf"\b(?:chce|chcialbym|chcialabym|prosze|poprosze|prosic|daj|dajcie|dawaj|wole|wolal\w+|potrzebuje"
    rf"|zawolaj\w*) {_GAP}"
    r"(?:czlowiek\w*|konsultant\w*|doradc\w*|pracownik\w*|kierownik\w*|zyw\w+|prawdziw\w+ osob\w*"
    r"|kogos (?:z obslugi|kompetentn\w+))\b(?! (?:z marmuru|i nic))",
    rf"\b(?:polacz\w*|przelacz\w*|polaczyc|przelaczyc|przekaz\w*|przekazanie|oddaj\w*) {_GAP}(?:{_A_PERSON}|obslug\w*)",
    r"\b(?:rozmow\w+|rozmawiac|porozmawiac|pogadac|kontakt\w*|skontaktowac|telefon) (?:\w+ ){0,2}(?:z|ze|od) "
    rf"(?:\w+ )?{_A_PERSON}",
    r"\bz kims (?:po)?gadac\b|\b(?:do|o) konsultanta\b|\b(?:poprosze|prosze|daj\w*) (?:o )?kogos (?:zyw\w+|z \w+)",
    r"^\W*(?:z )?(?:zyw\w+ |prawdziw\w+ )?(?:konsultant|czlowiek|pracownik|operator)(?:a|iem|em)?\W*(?:prosze"
    r"|poprosze|chce)?\W*$",
    r"\bpotrzebn[yaei] (?:mi |nam )?(?:jest |bedzie )?(?:konsultant|czlowiek|doradca|pracownik|ktos zywy|kierownik)\b",
    r"\b(?:zadzwoncie|oddzwoncie|prosze (?:o )?(?:zadzwonic|oddzwonic|telefon))\b|\bskontaktujcie mnie\b"
    r"|\bmusze z kims\b",
    r"\bnie (?:bede|chce|mam ochoty) (?:dalej |juz |wiecej )?(?:gadac|rozmawiac|pisac) z (?:\w+ )?(?:bot|robot"
    r"|automat|maszyn)\w*",
    r"\b(?:czlowieka|konsultanta|kogos zywego|kierownika) (?:po)?prosze\b|\bz czlowiekiem prosze\b",
    rf"\bniech {_GAP}(?:odezwie|zadzwoni|pomoze|odpowie|odpisze)\w*\b|\bzamiast bota\b",
    r"\b(?:czy )?ktos (?:moze |moglby )?do mnie (?:za)?dzwoni\w*|\bktos do mnie zadzwoni",
    r"\b(?:moze|mogl\w+) (?:mi )?(?:pomoc|odpisac|odpowiedziec|zadzwonic)(?: \w+)? (?:czlowiek|konsultant)\w*",
    r"\bczy jest (?:tu |tam )?(?:jakis |dostepny )+(?:konsultant|czlowiek|pracownik)\b",
    r"\bpomoc(?:y)? (?:od )?(?:czlowieka|konsultanta|pracownika)\b",
    r"\bmozliwosc rozmowy z \w+|\b(?:zglosic|pokaz\w*|napisac|powiedziec) (?:\w+ ){0,2}(?:czlowiekowi|konsultantowi)\b"
    r"|\bz konsultantem chce\b",
    r"\b(?:nie chce|skoncz|dosc|koniec)(?: \w+){0,2} (?:z )?(?:tym )?bot(?:a|em)\b",
    rf"\b(?:talk|speak|chat|connect|transfer|put|pass|hand|escalate|reach|contact(?! person))\b {_FEW}(?:to|with"
    rf"|through to|over to|a|an|the)?"
    rf"(?: |){_FEW}{_A_HUMAN}",
    rf"\b(?:want|need|get|give|prefer|demand|like|have|let|ask) (?:me |a |an |the |real |live |to \w+ \w+ |us "
    rf"|another )*{_A_HUMAN}"
    r"(?! (?:to my|to the|who|used|from my))",
    r"\b(?:can|could|may) (?:a |an |some )?(?:someone|somebody|person|human|agent) (?:\w+ )?(?:call|help|contact"
    r"|answer|look)\b",
    r"\bis there (?:a |any |some)?(?:human|person|agent|someone|somebody|one) (?:here )?(?:\w+ )?i can (?:talk|speak"
    r"|chat)",
    r"^\W*(?:a |an )?(?:live |real |actual |human )?(?:human|agent|person|representative|operator"
    r"|customer service(?: representative)?)"
    r"(?: support)?\W*(?:please)?\W*$",
    rf"\b(?:human|person|agent|representative|operator) please\b|\bplease {_FEW}(?:a human|a person)\b",
    rf"\b(?:no bots?|human support|live agent)\b|\b(?:don't|do not|dont) want {_FEW}{_FEW}bots?\b"
    rf"|\bhelp from a (?:human|person)\b",
    r"\b(?:anyone|someone|somebody|ktos|kogos)(?: z kim)? (?:i can|moge|mozna) (?:talk|speak|chat|porozmawiac|pogadac)"
    r"|\bjest ktos z kim\b|^\W*transfer me\W*$|\b(?:human|agent) assistance\b|\bcallback\b|\byour (?:manager"
    r"|supervisor)\b",
    r"\bkonsultant (?:na )?(?:juz|natychmiast|teraz)\b|\bkonsultant\w* (?:moze"
    r"|mogl\w+) (?:sie )?(?:ze mna )?skontaktowac"
    r"|\bdawac (?:\w+ ){0,3}(?:konsultant|czlowiek)\w*|\bneed (?:a|an) (?:actual|real) (?:human|person)",
    r"\b(?:human|person|agent|someone) (?:here )?contact me\b|\bis (?:a |any )?(?:human|agent|person"
    r"|someone) available\b",
    r"\b(?:could|can|let) (?:a |an |some )?(?:human|person|agent) take over\b|\bgimme (?:a |an )?(?:human|person"
    r"|agent)\b",
    r"\b(?:pls|plz|please) (?:a |an )?(?:human|person|agent)\b|\b(?:human|person|agent) (?:pls|plz|help)\b"
    r"|\bcustomer (?:support|service) please\b|\btake over (?:a|by) human\b",
)
_PERSON_WORD: Final = (
    r"czlow|konsult|doradc|pracown|kierown|operat|\bzyw|\bk(?:im|to|ogo)s\b|\bosob|obslug|dzwon|\bbot|robot|prawdziw"
    r"|skontakt|human|person|agent|represent|some(?:one|body)|any(?:one|body)|manager|superv|customer|support"
    r"|transfer|callback|live$"
)
_MENTIONED: Final = re.compile(
    r"\b(?:czlowiek\w*|konsultant\w*|doradc\w*|kierownik\w*|infolini\w*|humans?|agents?|representatives?|manager"
    r"|callback)\b"
)


def mentions_person(text: MaskedText) -> bool:
    """Whether a short message has a word for a person who helps. Where search has no answer to it, it is a wish."""
    folded = fold(text.text)
    return len(folded.split()) <= _SHORT and _MENTIONED.search(folded) is not None


def wants_person(text: MaskedText) -> bool:
    """Whether somebody asks for a person in words, in Polish (with or without diacritics) or English."""
    folded, hints = _listen(text.text)
    return "person" in hints and _WISH.search(folded) is not None


# People only ----------------------------------------------------------------------------------------------------------

_PEOPLE_ONLY: Final = _any(
    r"\b(?:tylko|wylacznie|jedynie) (?:\w+ )?(?:ludzie|ludzmi|z ludzmi|z czlowiekiem|czlowiek|przez ludzi)\b",
    r"\bbez (?:zadn\w+ )?(?:bota|botow|ai|sztucznej inteligencji|automatow|programu)\b",
    r"\b(?:zadnych|zadnego|nigdy wiecej|koniec z) (?:bot\w*|ai|automat\w*)\b",
    r"\bnie chce (?:zeby|aby|by) (?:mi )?(?:odpowiadal|odpisywal|pisal) (?:mi )?(?:bot|ai|program|automat|komputer)\w*",
    r"\bno (?:more )?(?:ai|bots?|robots?)\b(?!\W*\?)|\b(?:people|humans?) only\b|\bonly (?:people|humans|a human"
    r"|real people)\b",
    r"\bwithout (?:ai|a bot|bots|any ai)\b|\b(?:don't|do not|dont|never) (?:want )?(?:use |using )?(?:a |any )?(?:ai"
    r"|bots?) (?:to answer|answering|on|with|for) me\b",
    r"\b(?:don't|do not|dont) use (?:any )?ai\b|\bnever (?:use )?(?:a )?bots?\b",
)
_BOT_AGAIN: Final = _any(
    r"\bbot (?:moze|znow moze|moze znow|moze znowu|niech) (?:\w+ )?(?:odpowiadac|odpisywac|odpowiada|pomoc|pomagac)\b",
    r"\b(?:niech|moze) (?:mi )?(?:znow |znowu )?(?:odpowiada|odpisuje|odpowiadac|odpowie|pomoze) (?:mi )?(?:znow "
    r"|znowu )?bot\b",
    r"\b(?:wlacz|przywroc) bota\b|\bwracam do bota\b|\bznow(?:u)? (?:chce )?z botem\b",
    r"\b(?:the )?bot may (?:answer|help)\b|\blet the bot (?:answer|help)\b|\b(?:turn|switch) the bot (?:back )?on\b"
    r"|\bbring (?:back )?the bot\b",
)
_QUESTION: Final = re.compile(r"\?|^\W*(?:czy|jak|is|are|can|do(?! not)|does|how)\b")
_PEOPLE_WORD: Final = r"bot|\bai\b|inteligenc|automat|programu|ludz|czlowiek|people|human"


def wishes_people_only(text: MaskedText) -> bool | None:
    """True: no program is to answer them any more. False: one may again. None: nothing of the kind."""
    folded, hints = _listen(text.text)
    if "people" not in hints:
        return None
    if _BOT_AGAIN.search(folded):
        return False
    asks = _QUESTION.search(folded) is not None or _is_about_program(folded)
    return True if not asks and _PEOPLE_ONLY.search(folded) is not None else None


# What to listen for -----------------------------------------------------------------------------------------------

_HINTS: Final = {
    "program": re.compile(f"{_PROGRAM_WORD}|{_IN_PROGRAM_PHRASE}"),
    "person": re.compile(_PERSON_WORD),
    "people": re.compile(_PEOPLE_WORD),
}


@lru_cache(maxsize=8)  # the three that listen hear the same message one after the other
def _listen(text: str) -> tuple[str, frozenset[str]]:
    """The folded text, and for which of the three there may be something in it."""
    folded = fold(text).translate(_SIGNS)
    return folded, frozenset[str]().union(*map(_find_hints, folded.split()))


@lru_cache(maxsize=16_000)
def _find_hints(word: str) -> frozenset[str]:
    """Words come again and again, and nearly all say nothing: each is looked at once, and no pattern reads the text."""
    return frozenset(listener for listener, hint in _HINTS.items() if hint.search(word))
