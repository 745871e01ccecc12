"""The catalogues of interface text in assets/i18n, read as Qt Linguist writes them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

import assets
from gui.tr import CONTEXT, tr

PREFIX = "chainrule_"
OWN = "en"
"""The language of the code; its catalogue lists what there is to translate."""


class Catalogue(QTranslator):
    """source -> translation, for our one context."""

    def __init__(self, texts: dict[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.texts = texts

    def isEmpty(self) -> bool:
        return not self.texts

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        return self.texts.get(source) if context == CONTEXT else None


def path_of(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return assets.path("i18n", f"{PREFIX}{language}.ts")


def texts_in(path: Path) -> dict[str, str]:
    """What stands in a catalogue; what is not translated yet is itself."""
    import xml.etree.ElementTree as ET  # the first paint needs none of it

    messages = ET.parse(path).getroot().iter("message")
    pairs = ((m.findtext("source") or "", m.findtext("translation") or "") for m in messages)
    return {source: translation or source for source, translation in pairs}


def available() -> list[str]:
    """The languages there are catalogues for."""
    return sorted(p.stem.removeprefix(PREFIX) for p in assets.path("i18n").glob(f"{PREFIX}*.ts"))


def named() -> list[tuple[str, str]]:
    """(language, its own name for itself), for the settings."""
    known = [(code, QLocale(code).nativeLanguageName().capitalize()) for code in available()]
    return [("system", tr("As the system")), *known]


def speak(language: str) -> None:
    """Show the interface in a language, or the system's; in English where there is no catalogue."""
    application = QCoreApplication.instance()
    assert application is not None
    wanted = QLocale().name().split("_")[0] if language == "system" else language
    if wanted == OWN or wanted not in available():
        return
    catalogue = Catalogue(texts_in(path_of(wanted)), application)
    application.installTranslator(catalogue)
    of_qt = QTranslator(application)  # “Cancel” and the like
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if of_qt.load(QLocale(wanted), "qtbase", "_", folder):
        application.installTranslator(of_qt)
