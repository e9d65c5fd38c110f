"""okienko's masking as one recogniser of Microsoft Presidio, for those who use that: `pip install 'okienko[presidio]'`.

Nothing else in okienko imports this file. Kinds keep okienko's names, many of which are Presidio's own. No language
model is needed: the languages of an engine are only names here, since every text is read for Polish and English alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from presidio_analyzer import (  # pyright: ignore[reportMissingModuleSource]
    AnalyzerEngine,
    EntityRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine  # pyright: ignore[reportMissingModuleSource]

from okienko.masking.kinds import ENTITIES, Fate
from okienko.masking.mask import find
from okienko.values import RawText

LANGUAGES: Final = ("pl", "en")
MASKED: Final = tuple(label for label, entity in ENTITIES.items() if entity.fate is not Fate.KEEP)


class OkienkoRecognizer(EntityRecognizer):
    """All of okienko's detectors. One for each language of an engine, as Presidio has it.

    `supported_entities`: labels of `okienko.masking.kinds`. Order numbers and words about health are among them only
    when they are named, since whatever is reported will be replaced. Raises `ValueError` for a label that is not known.
    """

    def __init__(
        self,
        supported_language: str = "pl",
        supported_entities: Sequence[str] = MASKED,
        *,
        allowed: Sequence[str] = (),
        denied: Sequence[tuple[str, str]] = (),
    ) -> None:
        unknown = sorted({*supported_entities, *(label for label, _ in denied)} - set(ENTITIES))
        if unknown:
            raise ValueError(f"{unknown[0]} is not a kind of okienko; known are {', '.join(ENTITIES)}")
        self._allowed, self._denied = allowed, denied
        super().__init__([*supported_entities], name="okienko", supported_language=supported_language)

    def load(self) -> None:
        """Nothing to load: word lists come with the import."""

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """What is found of these kinds, in the text's own offsets, certain (1.0) each: there are no degrees.

        Raises `MaskingFailed` whatever goes wrong, and never returns half of the findings.
        """
        made_by = {RecognizerResult.RECOGNIZER_NAME_KEY: self.name, RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id}
        found = find(RawText(text), allowed=self._allowed, denied=self._denied)
        wanted = set(entities) & set(self.supported_entities)
        return [
            RecognizerResult(span.label, span.start, span.end, 1.0, recognition_metadata={**made_by})
            for span in found.spans
            if span.label in wanted
        ]


def open_analyzer() -> AnalyzerEngine:
    """Presidio with this recogniser alone, in Polish and English, without a language model; nothing is downloaded."""
    languages = [*LANGUAGES]
    return AnalyzerEngine(
        registry=RecognizerRegistry([OkienkoRecognizer(one) for one in languages], supported_languages=languages),
        nlp_engine=NoOpNlpEngine([{"lang_code": one, "model_name": ""} for one in languages]),
        supported_languages=languages,
    )
