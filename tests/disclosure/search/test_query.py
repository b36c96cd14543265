import csv

import pytest

from disclosure.search.database import SYNONYMS as SYNONYMS_FILE
from disclosure.search.query import MAX_CHARACTERS, MAX_LINE, MAX_PHRASES, parse
from disclosure.search.tokens import line

SYNONYMS = {line("低保"): line("最低生活保障"), line("医保"): line("基本医疗保险")}


def phrases(text: str) -> list[list[str]]:
    return [["".join(phrase.split()) for phrase in term.phrases] for term in parse(text, SYNONYMS).terms]


def test_parse_splits_terms_at_blanks() -> None:
    assert phrases("财政 预算\u3000公开 预算") == [["财政"], ["预算"], ["公开"]]


@pytest.mark.parametrize("text", ['"行政 处罚" 听证', "“行政 处罚” 听证"])
def test_parse_keeps_a_quoted_phrase_whole(text: str) -> None:
    assert phrases(text) == [["行政处罚"], ["听证"]]


def test_parse_adds_the_official_term() -> None:
    assert phrases("低保 农村低保标准") == [["低保", "最低生活保障"], ["农村低保标准", "农村最低生活保障标准"]]


def test_parse_adds_no_synonym_to_a_quoted_word() -> None:
    assert phrases("“低保”") == [["低保"]]


def test_parse_of_two_synonyms_in_one_term_gives_every_combination() -> None:
    assert phrases("低保医保")[0] == ["低保医保", "最低生活保障医保", "低保基本医疗保险", "最低生活保障基本医疗保险"]


def test_parse_bounds_the_phrases_of_a_term() -> None:
    many = {line(chr(0x4E00 + n)): line("词" + chr(0x5000 + n)) for n in range(12)}
    text = "".join(chr(0x4E00 + n) for n in range(12))

    [term] = parse(text, many).terms

    assert len(term.phrases) == MAX_PHRASES
    assert term.phrases[0] == line(text)


def test_parse_of_every_seeded_synonym_in_one_word_stays_small() -> None:
    with SYNONYMS_FILE.open(encoding="utf-8", newline="") as file:
        seeded = {line(row["word"]): line(row["term"]) for row in csv.DictReader(file)}

    terms = parse("".join("".join(seeded).split())[:MAX_CHARACTERS], seeded).terms

    assert [len(term.phrases) for term in terms] == [MAX_PHRASES]
    assert len(terms[0].words) == 3


def test_parse_lets_synonyms_not_grow_one_another_without_end() -> None:
    words = "甲乙丙丁"
    nested = {line(word): line((words[n + 1 : n + 2] or "戊") * 80) for n, word in enumerate(words)}

    [term] = parse(words + "甲" * 90, nested).terms

    assert max(map(len, term.phrases)) <= MAX_LINE


def test_parse_names_the_words_whose_official_terms_it_added() -> None:
    assert [term.words for term in parse("农村低保 “医保” 低保", SYNONYMS).terms] == [
        (line("低保"),),
        (),
        (line("低保"),),
    ]


@pytest.mark.parametrize("text", ["国发〔2019〕5号", "国发 [2019] 5 号", "国发2019第5号", "国发（2019）5号"])
def test_parse_reads_a_document_number_as_one_term(text: str) -> None:
    asked = parse(text)

    assert [term.phrases for term in asked.terms] == [(line("国发〔2019〕5号"),)]
    assert asked.key == "国发2019-5号"


@pytest.mark.parametrize("text", ["", "  ", "，。！", '""', "“”", "*", "-", "( ) : ^"])
def test_parse_of_nothing_to_look_for_has_no_plain_terms(text: str) -> None:
    assert all(not term.phrases[0].strip().isalnum() for term in parse(text).terms)


def test_parse_reads_no_further_than_the_limit() -> None:
    assert parse("税" * MAX_CHARACTERS + "费").line == line("税" * MAX_CHARACTERS)
