"""Every spelling of an address comes to one form, and what is none is refused in plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.addresses import CHANNELS, FORMS, canonical, known_by_number

ANY_TEXT = st.text() | st.text("0123456789+-() @=_a\x00\u0660\uff11\u202e\ud800😀") | st.from_regex(r"[0-9]{1,6000}")
CHANNEL = st.sampled_from(CHANNELS)


def refusal(channel: str, written: str | int) -> str:
    try:
        canonical(channel, written)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("channel", "written", "form"),
    [
        ("telegram", 42, "42"),
        ("telegram", -1001234567890, "-1001234567890"),
        ("telegram", " 0042 ", "42"),
        ("telegram", 2**52 - 1, "4503599627370495"),
        ("telegram", "@Some_User1", "@some_user1"),
        ("viber", "01234567890A=", "01234567890A="),
        ("viber", "jc9HsWTZ2Yf2NkRZ8KcNug==", "jc9HsWTZ2Yf2NkRZ8KcNug=="),
        ("whatsapp", "+1 (650) 555-1234", "16505551234"),
        ("whatsapp", 16505551234, "16505551234"),
        ("gateway", "+7 (920) 123-45-67", "79201234567"),
        ("gateway", 79201234567, "79201234567"),
        ("email", " Ann.Smith+Shop@Example.COM ", "ann.smith+shop@example.com"),
        ("email", "ann@пример.рф", "ann@xn--e1afmkfd.xn--p1ai"),
        ("email", "ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("email", f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_an_address_comes_to_its_canonical_form(channel: str, written: str | int, form: str) -> None:
    assert canonical(channel, written) == form


@pytest.mark.parametrize(
    ("channel", "written"),
    [
        ("telegram", 0),
        ("telegram", "-0"),
        ("telegram", 2**52),
        ("telegram", -(10**4000)),
        ("telegram", "+79201234567"),
        ("telegram", "@abc"),
        ("telegram", "@1abcd"),
        ("telegram", "@" + "a" * 33),
        ("telegram", "some_user"),
        ("telegram", "4\u0662"),
        ("telegram", "42\n7"),
        ("telegram", ""),
        ("viber", "short=="),
        ("viber", "a" * 65),
        ("viber", "abcdefgh==="),
        ("viber", "abcd efgh"),
        ("viber", "a\x00bcdefgh"),
        ("whatsapp", "123456"),
        ("whatsapp", "1" * 16),
        ("whatsapp", "0049301234567"),
        ("whatsapp", "1650555+1234"),
        ("whatsapp", 10**4000),
        ("whatsapp", -16505551234),
        ("gateway", "7920123456"),
        ("gateway", "()"),
        ("email", ""),
        ("email", 7),
        ("email", "ann"),
        ("email", "@example.com"),
        ("email", "ann@"),
        ("email", "ann@localhost"),
        ("email", "ann@127.0.0.1"),
        ("email", "ann@[127.0.0.1]"),
        ("email", "ann smith@example.com"),
        ("email", "ann@exam ple.com"),
        ("email", "ann@example..com"),
        ("email", "ann@-example.com"),
        ("email", ".ann@example.com"),
        ("email", "ann..smith@example.com"),
        ("email", '"ann smith"@example.com'),
        ("email", "анна@example.com"),
        ("email", "ann@example.com\r\nRCPT TO:<eve@example.com>"),
        ("email", "ann@example.com,eve@example.com"),
        ("email", "Ann <ann@example.com>"),
        ("email", f"{'a' * 65}@example.com"),
        ("email", f"a@{'b' * 60}.{'b' * 60}.{'b' * 60}.{'b' * 60}.example.com"),
    ],
)
def test_what_is_no_address_is_refused(channel: str, written: str | int) -> None:
    with pytest.raises(ValueError):
        canonical(channel, written)


@pytest.mark.parametrize("phone", ["79201234567", "+79201234567", "+7 920 123-45-67", 79201234567])
def test_viber_says_that_it_wants_the_subscriber_id_when_given_a_phone(phone: str | int) -> None:
    with pytest.raises(ValueError, match="viber wants the subscriber id"):
        canonical("viber", phone)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("written", [True, False, None, 4.2, b"42", ["42"]])
def test_only_text_and_whole_numbers_are_addresses(channel: str, written: object) -> None:
    with pytest.raises(ValueError, match="wants a text or a whole number"):
        canonical(channel, written)  # type: ignore[arg-type]


def test_an_unknown_channel_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(ValueError, match="telegram, viber, whatsapp, gateway"):
        canonical("pigeon", "42")


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_example_of_a_form_is_canonical(channel: str) -> None:
    assert canonical(channel, FORMS[channel].example) == FORMS[channel].example


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_number_too_long_to_be_written_down_is_refused_in_our_words(channel: str) -> None:
    assert "digits for integer string" not in refusal(channel, 10**5000)


@given(channel=CHANNEL, written=ANY_TEXT)
def test_nothing_but_value_error_comes_out_for_any_text(channel: str, written: str) -> None:
    try:
        form = canonical(channel, written)
    except ValueError:
        return
    assert form.isascii()


@given(channel=CHANNEL, written=ANY_TEXT)
def test_a_refusal_is_one_line_of_plain_words_without_the_input(channel: str, written: str) -> None:
    words = refusal(channel, written)
    assert words.isprintable() or not words
    assert len(words) < 120


@given(
    channel=CHANNEL,
    written=ANY_TEXT
    | st.integers()
    | st.from_regex(r"@[A-Za-z][A-Za-z0-9_]{3,31}", fullmatch=True)
    | st.from_regex(r"\+?7[0-9() -]{10,20}", fullmatch=True),
)
def test_the_canonical_form_is_its_own_canonical_form(channel: str, written: str | int) -> None:
    try:
        form = canonical(channel, written)
    except ValueError:
        return
    assert canonical(channel, form) == form


@given(number=st.integers(-(2**52) + 1, 2**52 - 1).filter(bool))
def test_every_chat_id_of_52_bits_is_taken_as_number_and_as_text(number: int) -> None:
    assert canonical("telegram", number) == canonical("telegram", str(number)) == str(number)


@pytest.mark.parametrize("channel", ["viber", "whatsapp"])
@pytest.mark.parametrize(("written", "form"), [(42, "42"), (" 0042 ", "42"), (10**15 - 1, "9" * 15)])
def test_a_person_known_by_number_has_that_address(channel: str, written: str | int, form: str) -> None:
    assert known_by_number(channel, written) == form


@given(channel=CHANNEL, written=ANY_TEXT)
def test_every_address_of_a_channel_may_be_given_for_a_person_known_by_number(channel: str, written: str) -> None:
    if not refusal(channel, written):
        assert known_by_number(channel, written) == canonical(channel, written)


@pytest.mark.parametrize("channel", ["viber", "whatsapp"])
@pytest.mark.parametrize("written", [0, -1, 10**15, 10**400, "+7", "", "1.0", "\u0664\u0662"])
def test_what_is_neither_a_number_nor_an_address_is_refused(channel: str, written: str | int) -> None:
    with pytest.raises(ValueError):
        known_by_number(channel, written)
