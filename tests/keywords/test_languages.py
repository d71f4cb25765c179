"""The language files: their examples hold, and adding a language is adding a file."""

from pathlib import Path

import pytest

from keywords.classify import classify, compliance_words, read
from keywords.language_file import (
    LANGUAGES,
    LanguageFile,
    LanguageFileError,
    read_language,
    read_languages,
)
from keywords.reading import Meaning
from keywords.vocabulary import merge

EXAMPLES = [
    (file.language, label, text)
    for file in read_languages()
    for label, texts in file.examples.items()
    for text in texts
]

DANISH = """
language: da
name: Dansk
dressing: [tak, venligst]
yes: [ja]
"no": [nej]
alone: {opt_out: [afmeld, framelding]}
sets: {beskeder: [beskeder, sms]}
anywhere: {opt_out: ["stop med at sende [mig] <beskeder>"]}
taken_back: {before: [lad være med at]}
"""


@pytest.mark.parametrize(("language", "label", "text"), EXAMPLES)
def test_an_example_of_a_language_file_holds(language: str, label: str, text: str) -> None:
    reading = classify(text)
    if label in ("yes", "no"):
        assert (reading.meaning, reading.answer) == (Meaning.NONE, label)
    else:
        assert (reading.meaning, reading.answer) == (label, None)


@pytest.mark.parametrize("file", read_languages(), ids=lambda file: file.language)
def test_a_language_file_has_examples_of_every_class_and_of_yes_and_no(file: LanguageFile) -> None:
    assert set(file.examples) == {*Meaning, "yes", "no"}


def test_adding_a_file_adds_a_language(tmp_path: Path) -> None:
    (tmp_path / "da.yaml").write_text(DANISH, encoding="utf-8")
    known = merge([*read_languages(), *read_languages(tmp_path)])
    assert read("Afmeld, tak!", known).meaning is Meaning.OPT_OUT
    assert read("stop med at sende mig beskeder", known).language == "da"
    assert read("lad være med at stop med at sende sms", known).meaning is Meaning.NONE
    assert read("ja tak", known).answer == "yes"


def test_a_broken_language_file_names_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text("language: yy\nalone: {optout: [stop]}\ndressing: please\nextra: 1\n")
    with pytest.raises(LanguageFileError) as caught:
        read_language(path)
    faults = str(caught.value)
    for part in ("'extra'", "name is missing", "'xx'", "dressing must be", "'optout'"):
        assert part in faults
    assert all(line.startswith("xx.yaml: ") for line in faults.splitlines())


def test_a_language_file_that_is_no_yaml_says_so(tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text("language: [xx")
    with pytest.raises(LanguageFileError, match=r"xx\.yaml: no valid YAML"):
        read_language(path)


def test_a_phrase_with_an_unknown_set_is_refused_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text("language: xx\nname: X\nanywhere: {delete: [drop <nothing>]}\n")
    with pytest.raises(LanguageFileError, match=r"xx\.yaml: anywhere: delete: .*<nothing>"):
        merge([read_language(path)])


def test_a_word_with_two_classes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text("language: xx\nname: X\nalone: {opt_in: [stop]}\n")
    with pytest.raises(LanguageFileError, match=r"'stop' alone has two classes"):
        merge([read_language(LANGUAGES / "en.yaml"), read_language(path)])


def test_compliance_words_tell_the_language() -> None:
    words = compliance_words()
    assert set(words) == {"de", "en", "es", "fr", "pt"}
    assert {"stop", "help", "delete", "unsubscribe"} <= words["en"]
    assert {"baja", "ayuda", "parar", "borrar"} <= words["es"]
    assert {"arret", "aidez", "desabonner", "effacer"} <= words["fr"]
    assert not {"my", "to", "please"} & words["en"]


def test_words_that_stand_in_many_languages_tell_none() -> None:
    telling = frozenset().union(*compliance_words().values())
    assert not telling & {"y", "n", "no", "si", "non", "yes", "stp", "sub", "end", "fin", "un"}
    assert not telling & {"para", "alto", "pare", "data", "contact", "plus", "bien", "tout"}
