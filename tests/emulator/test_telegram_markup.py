import pytest

TOKEN_CHAT = {"chat_id": 42}


def sent(site, text, mode):
    return site.telegram({"chat_id": 42, "text": text, "parse_mode": mode})


def entities(*found):
    return [dict(zip(("type", "offset", "length"), one[:3], strict=True)) | dict(one[3:]) for one in found]


@pytest.mark.parametrize(
    ("text", "plain", "found"),
    [
        ("<b>hi</b>", "hi", [("bold", 0, 2)]),
        ("<STRONG>hi</strong> <i>you</i>", "hi you", [("bold", 0, 2), ("italic", 3, 3)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        (
            "<u>a</u><s>b</s><tg-spoiler>c</tg-spoiler>",
            "abc",
            [("underline", 0, 1), ("strikethrough", 1, 1), ("spoiler", 2, 1)],
        ),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ('<a href="https://e.org/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1, ("url", "https://e.org/?a=1&b=2"))]),
        ("<a href='https://e.org'>x</a>", "x", [("text_link", 0, 1, ("url", "https://e.org"))]),
        ('<tg-emoji emoji-id="5368">👍</tg-emoji>', "👍", [("custom_emoji", 0, 2, ("custom_emoji_id", "5368"))]),
        ("<code>x</code>", "x", [("code", 0, 1)]),
        ('<code class="language-c">x</code>', "x", [("code", 0, 1)]),
        ("<pre>x</pre>", "x", [("pre", 0, 1)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1, ("language", "python"))]),
        ("<blockquote>x</blockquote>", "x", [("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("&lt;&amp;&gt;&quot;&#33;&#x1F600; &nbsp;", '<&>"!😀 &nbsp;', []),
        ("😀 <b>я</b>", "😀 я", [("bold", 3, 1)]),
        ("a<b></b>", "a", []),
        ("<b>hi</>", "hi", [("bold", 0, 2)]),
    ],
)
def test_html_becomes_text_and_entities(site, text, plain, found):
    result = sent(site, text, "HTML").json["result"]
    assert (result["text"], result.get("entities", [])) == (plain, entities(*found))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a <x>b</x>", 'Unsupported start tag "x" at byte offset 2'),
        ("я <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b ", "Unclosed end tag at byte offset 4"),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_with_the_place_of_the_fault(site, text, fault):
    assert sent(site, text, "HTML").json["description"] == f"Bad Request: can't parse entities: {fault}"


@pytest.mark.parametrize(
    ("text", "plain", "found"),
    [
        ("*hi* _you_", "hi you", [("bold", 0, 2), ("italic", 3, 3)]),
        ("`x`", "x", [("code", 0, 1)]),
        ("```python\nx\n```", "x\n", [("pre", 0, 2, ("language", "python"))]),
        ("```\r\nx```", "x", [("pre", 0, 1)]),
        ("[x](https://e.org)", "x", [("text_link", 0, 1, ("url", "https://e.org"))]),
        ("[e.org]", "e.org", [("text_link", 0, 5, ("url", "e.org"))]),
        (r"\*hi\* \! 1.", r"*hi* \! 1.", []),
        ("😀*я*", "😀я", [("bold", 2, 1)]),
    ],
)
def test_markdown_becomes_text_and_entities(site, text, plain, found):
    result = sent(site, text, "Markdown").json["result"]
    assert (result["text"], result.get("entities", [])) == (plain, entities(*found))


@pytest.mark.parametrize(("text", "offset"), [("a *b", 2), ("snake_case", 5), ("я `b", 3), ("```x", 0), ("[x", 0)])
def test_bad_markdown_is_refused_with_the_place_of_the_fault(site, text, offset):
    fault = f"Can't find end of the entity starting at byte offset {offset}"
    assert sent(site, text, "Markdown").json["description"] == f"Bad Request: can't parse entities: {fault}"


@pytest.mark.parametrize(
    ("text", "plain", "found"),
    [
        ("*a _b_*", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
        ("__a__ ~b~ ||c||", "a b c", [("underline", 0, 1), ("strikethrough", 2, 1), ("spoiler", 4, 1)]),
        ("`a*b`", "a*b", [("code", 0, 3)]),
        ("```c\nx = 1;\n```", "x = 1;\n", [("pre", 0, 7, ("language", "c"))]),
        (r"[x](https://e.org/\))", "x", [("text_link", 0, 1, ("url", "https://e.org/)"))]),
        ("![👍](tg://emoji?id=5368)", "👍", [("custom_emoji", 0, 2, ("custom_emoji_id", "5368"))]),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 4)]),
        (r"1\. \*a\*", "1. *a*", []),
        ("😀*я*", "😀я", [("bold", 2, 1)]),
    ],
)
def test_markdown_v2_becomes_text_and_entities(site, text, plain, found):
    result = sent(site, text, "MarkdownV2").json["result"]
    assert (result["text"], result.get("entities", [])) == (plain, entities(*found))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Hi.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("a | b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("a *b", "Can't find end of Bold entity at byte offset 2"),
        ("я _b", "Can't find end of Italic entity at byte offset 3"),
        ("*a _b*_", "Can't find end of Italic entity at byte offset 6"),
        ("```x", "Can't find end of Pre entity at byte offset 0"),
        ("[x](y", "Can't find end of a URL at byte offset 4"),
        ("![x](https://e.org)", "Custom emoji entity must contain a tg://emoji URL"),
    ],
)
def test_bad_markdown_v2_is_refused_with_the_place_of_the_fault(site, text, fault):
    assert sent(site, text, "MarkdownV2").json["description"] == f"Bad Request: can't parse entities: {fault}"


def test_a_text_that_is_only_markup_is_empty(site):
    assert sent(site, "<b></b>", "HTML").json["description"] == "Bad Request: message text is empty"


def test_the_length_counts_after_the_markup_is_taken_out(site):
    assert sent(site, f"<b>{'x' * 4096}</b>", "HTML").status == 200
    assert sent(site, f"<b>{'x' * 4097}</b>", "HTML").json["description"] == "Bad Request: message is too long"


def test_markup_is_looked_at_before_the_chat(site):
    reply = site.telegram({"chat_id": "?", "text": "<x>", "parse_mode": "HTML"})
    assert "can't parse entities" in reply.json["description"]


def test_entities_may_be_given_without_markup(site):
    given = [{"type": "bold", "offset": 0, "length": 2}]
    reply = site.telegram({"chat_id": 42, "text": "hi", "entities": given})
    assert reply.json["result"]["entities"] == given


def test_entities_that_are_no_list_are_refused(site):
    reply = site.telegram({"chat_id": 42, "text": "hi", "entities": "oops"})
    assert reply.json["description"] == "Bad Request: can't parse message entities JSON object"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://e.org/a?b=1.", ("url", 4, 19)),
        ("я /start now", ("bot_command", 2, 6)),
        ("😀 @durov", ("mention", 3, 6)),
        ("#тег", ("hashtag", 0, 4)),
        ("to a@e.org", ("email", 3, 7)),
        ("1/2 a/b", None),
    ],
)
def test_addresses_mentions_tags_and_commands_are_marked_by_themselves(site, text, found):
    result = site.telegram({"chat_id": 42, "text": text}).json["result"]
    assert result.get("entities", []) == (entities(found) if found else [])
