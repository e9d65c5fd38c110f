from collections.abc import Mapping, Sequence
from typing import ClassVar

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

class RecognizerResult:
    RECOGNIZER_NAME_KEY: ClassVar[str]
    RECOGNIZER_IDENTIFIER_KEY: ClassVar[str]
    entity_type: str
    start: int
    end: int
    score: float
    recognition_metadata: Mapping[str, object]

    def __init__(
        self,
        entity_type: str,
        start: int,
        end: int,
        score: float,
        *,
        recognition_metadata: Mapping[str, object] | None = None,
    ) -> None: ...

class EntityRecognizer:
    name: str
    supported_entities: list[str]
    supported_language: str

    def __init__(
        self, supported_entities: list[str], name: str | None = None, supported_language: str = "en"
    ) -> None: ...
    @property
    def id(self) -> str: ...
    def load(self) -> None: ...
    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]: ...

class RecognizerRegistry:
    def __init__(
        self, recognizers: Sequence[EntityRecognizer] | None = None, *, supported_languages: Sequence[str] | None = None
    ) -> None: ...

class AnalyzerEngine:
    def __init__(
        self,
        registry: RecognizerRegistry | None = None,
        nlp_engine: NlpEngine | None = None,
        *,
        supported_languages: Sequence[str] | None = None,
    ) -> None: ...
    def analyze(self, text: str, language: str, entities: Sequence[str] | None = None) -> list[RecognizerResult]: ...
