"""What is measured: our masking, and Presidio's pattern recognisers beside it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from okienko.values import OperatorError

Found = tuple[int, int, str, bool]  # start, end, kind in our words, whether it is masked (kept kinds are not)
Engine = Callable[[str, str], Sequence[Found]]  # text, language

NAMES: Final = ("okienko", "presidio")

# Where Presidio is asked for telephone numbers; its own list has no Poland.
_REGIONS: Final = ("PL", "UA", "DE", "GB", "US")


class NotInstalled(Exception):
    """An engine that is to be compared is not installed; says how to install it."""


_BRITISH: Final = (
    "UkDrivingLicenceRecognizer",
    "UkNinoRecognizer",
    "UkPassportRecognizer",
    "UkPostcodeRecognizer",
    "UkVehicleRegistrationRecognizer",
)


class EngineFailed(OperatorError):
    """The process of an engine ended with an error; carries its last line."""


def open_engine(name: str) -> Engine:
    """An engine by name, ready for its first text. Raises `NotInstalled`."""
    return {"okienko": _open_okienko, "presidio": _open_presidio}[name]()


def _open_okienko() -> Engine:
    from okienko.keys import Keys  # noqa: PLC0415 - what an engine needs is imported when it is opened: that is timed
    from okienko.masking.kinds import Fate  # noqa: PLC0415
    from okienko.masking.mask import find, render  # noqa: PLC0415
    from okienko.values import RawText  # noqa: PLC0415

    passing = Keys(operator=bytes(32), index=bytes(32))

    def mask(text: str, language: str) -> Sequence[Found]:
        raw = RawText(text)
        findings = find(raw)
        render(raw, findings, {}, passing, "pl" if language == "pl" else "en")
        return [(span.start, span.end, span.label, span.fate is not Fate.KEEP) for span in findings.spans]

    return mask


def _open_presidio() -> Engine:
    """Presidio with its own recognisers for Polish and English and no language model; nothing is downloaded."""
    from okienko.evaluation.messages import LABELS  # noqa: PLC0415

    try:
        presidio: Any = importlib.import_module("presidio_analyzer")
        engine: Any = importlib.import_module("presidio_analyzer.nlp_engine")
        recognizers: Any = importlib.import_module("presidio_analyzer.predefined_recognizers")
        tldextract: Any = importlib.import_module("tldextract.tldextract")
    except ModuleNotFoundError:
        raise NotInstalled("Presidio is not installed: pip install 'okienko[benchmark]'") from None
    # Its e-mail recogniser would fetch the list of public suffixes; the package brings one.
    tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class NoModel(engine.NlpEngine):  # a language engine that knows nothing
        def load(self) -> None:
            pass

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            return _artifacts(self, language)

        def process_batch(self, texts: Sequence[str], language: str, **_: Any) -> Any:
            return ((text, _artifacts(self, language)) for text in texts)

        def is_stopword(self, word: str, language: str) -> bool:
            return False

        def is_punct(self, word: str, language: str) -> bool:
            return False

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return ["pl", "en"]

    def _artifacts(model: Any, language: str) -> Any:
        return engine.NlpArtifacts(
            entities=[], tokens=[], tokens_indices=[], lemmas=[], nlp_engine=model, language=language
        )

    model = NoModel()
    registry = presidio.RecognizerRegistry(supported_languages=["pl", "en"])
    registry.load_predefined_recognizers(languages=["pl", "en"], nlp_engine=model)
    for name in ("SpacyRecognizer", "PhoneRecognizer"):
        registry.remove_recognizer(name)
    for name in _BRITISH:  # there, but not in its usual set
        registry.add_recognizer(getattr(recognizers, name)())
    for language in ("pl", "en"):
        registry.add_recognizer(recognizers.PhoneRecognizer(supported_language=language, supported_regions=_REGIONS))
    analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=model, supported_languages=["pl", "en"])

    def mask(text: str, language: str) -> Sequence[Found]:
        results: Any = analyzer.analyze(text=text, language="pl" if language == "pl" else "en")
        return [
            (int(result.start), int(result.end), LABELS.get(str(result.entity_type), str(result.entity_type)), True)
            for result in results
        ]

    return mask
