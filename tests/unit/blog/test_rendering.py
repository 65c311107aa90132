"""Every text becomes HTML within bounds that the system enforces, whatever it makes of Pygments and the parser."""

import logging
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.blog import stored_html
from chalicelib.blog.model import Post
from chalicelib.blog.rendering import LIMITS, HtmlTooLong, Limits, Renderer, RendererUnavailable, as_typed
from tests.support.api import Api
from tests.unit.blog.test_markdown import is_harmless

# A tenth of what a text may take, so that the tests end soon.
SOON = Limits(cpu_seconds=LIMITS.cpu_seconds / 10)
ENDED = f"its process ended with {-signal.SIGPROF}"
# Code on which a lexer's regular expressions go on for hours.
ENDLESS_CODE = {
    "scala": '"' + "\\" * 48,
    "make": "(" * 12_000,
}
# Texts that Markdown's parser makes much of, for its limits of nesting, links, emphasis and tables.
MUCH_MARKDOWN = {
    "images": "![" * 25_000,
    "a link named again and again": f"[a]: /{'x' * 25_000}\n\n" + "[a]" * 8_000,
    "rows of a table": "|".join("a" * 200) + "\n" + "|".join("-" * 200) + "\n" + "a\n" * 20_000,
}
HARD_MARKDOWN = {
    "quotes": ">" * 50_000,
    "lists": "- " * 25_000,
    "items": "-\n" * 10_000,
    "emphasis": "*a **b " * 7_000,
    "nested emphasis": "*a " * 8_000 + "a* " * 8_000,
    "links": "[" * 16_000 + "](a)" * 8_000,
    "code": "".join("`" * length + " " for length in range(310)),
    "angles": "<" * 30_000,
    "references": "[a]:" * 12_000,
}


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    made = Renderer(LIMITS)
    yield made
    made.close()


@pytest.fixture
def impatient() -> Iterator[Renderer]:
    made = Renderer(SOON)
    yield made
    made.close()


class Messages(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the renderer logs."""
    logger, messages = logging.getLogger("chalicelib.blog.rendering"), Messages()
    logger.addHandler(messages)
    yield messages.texts
    logger.removeHandler(messages)


@pytest.mark.parametrize("language", ENDLESS_CODE)
def test_code_that_never_ends_is_plain(impatient: Renderer, logged: list[str], language: str) -> None:
    # When a text with such code is rendered
    html = impatient.render(f"*Before*\n\n```{language}\n{ENDLESS_CODE[language]}\n```\n")
    # Then the system ended the first attempt, and the text is there with its code as it was typed
    assert ENDED in logged[0]
    assert f'<p><em>Before</em></p>\n<pre><code class="language-{language}">' in html
    assert "<span" not in html
    # And the next text is rendered as ever
    assert '<span class="k">def</span>' in impatient.render("```python\ndef f(): ...\n```")


@pytest.mark.parametrize("name", MUCH_MARKDOWN)
def test_markdown_that_takes_too_much_is_shown_as_it_was_typed(
    impatient: Renderer, logged: list[str], name: str
) -> None:
    assert impatient.render(MUCH_MARKDOWN[name]) == as_typed(MUCH_MARKDOWN[name])
    assert len(logged) == 1


@pytest.mark.parametrize("name", HARD_MARKDOWN)
def test_markdown_that_is_hard_on_parsers_is_rendered_within_the_limits(
    renderer: Renderer, logged: list[str], name: str
) -> None:
    html = renderer.render(HARD_MARKDOWN[name])
    assert is_harmless(html)
    assert len(html.encode()) <= LIMITS.html_bytes
    assert logged == []


def test_memory_is_bounded_too(logged: list[str]) -> None:
    text = MUCH_MARKDOWN["a link named again and again"]
    renderer = Renderer(Limits(cpu_seconds=60, memory_bytes=64 * 1024 * 1024))
    assert renderer.render(text) == as_typed(text)
    assert "its process ended with 1" in logged[0]
    renderer.close()


def test_a_process_that_does_not_answer_is_given_up(logged: list[str]) -> None:
    # Given a process that has processor time without end, so that only the clock is left
    renderer = Renderer(Limits(cpu_seconds=600))
    renderer.render("Hello")
    # When the time of a text that never ends is over
    renderer.limits = Limits(wall_seconds=0)
    with pytest.raises(RendererUnavailable):
        renderer.render(f"```scala\n{ENDLESS_CODE['scala']}\n```")
    # Then the process is not waited for
    assert "it was not done in time" in logged[0]
    # And the next text has a process that answers
    renderer.limits = LIMITS
    assert renderer.render("Hello") == "<p>Hello</p>\n"
    renderer.close()


def test_a_process_that_cannot_start_is_no_fault_of_the_text() -> None:
    with pytest.raises(RendererUnavailable):
        Renderer(Limits(memory_bytes=1 << 20)).render("Hello")


_fences = st.sampled_from(["bash", "cpp", "html", "json", "make", "markdown", "perl", "python", "scala", "sql", "yaml"])
_fragments = st.lists(
    st.sampled_from(
        ["\\", '"', "'", "(", "[", "![", "](", "<", "<!--", "/*", "`", "$", "{", "*a ", "_b_", "| ", "\n", " "]
    ),
    min_size=1,
    max_size=4,
).map("".join)


@settings(max_examples=15)
@given(language=_fences, fragment=_fragments, times=st.integers(1, 1_500), closed=st.booleans())
def test_any_repeated_fragment_becomes_harmless_html(
    impatient: Renderer, language: str, fragment: str, times: int, *, closed: bool
) -> None:
    repeated = fragment * times
    for text in (repeated, f"```{language}\n{repeated}\n" + "```" * closed):
        try:
            html = impatient.render(text)
        except HtmlTooLong:
            continue
        assert is_harmless(html)


def test_what_is_typed_stays_text() -> None:
    assert as_typed("<b>One</b> & two\n\n\n\nThree\r\n\r\nFour") == (
        "<p>&lt;b&gt;One&lt;/b&gt; &amp; two</p>\n<p>Three</p>\n<p>Four</p>\n"
    )


def test_a_text_is_rendered_when_it_is_saved_and_not_when_it_is_read(author: Api) -> None:
    # Given a draft whose stored HTML can be told from what its text would become
    assert author.post("/posts", {"title": "Kept", "slug": "kept", "body": "text"}).json()["html"] == "<p>text</p>\n"
    stored = [Post.draft_html.set(stored_html.pack("<p>stored</p>"))]
    Post("kept").update(actions=stored, add_version_condition=False)
    # Then its author reads what is stored, after a change of another field too, and it is what is published
    assert author.get("/me/posts/kept").json()["html"] == "<p>stored</p>"
    assert author.patch("/posts/kept", {"title": "Still"}).json()["html"] == "<p>stored</p>"
    assert author.post("/posts/kept/publish").status == 200
    assert author.get("/posts/kept").json()["html"] == "<p>stored</p>"
    # Until the text is saved anew
    assert author.patch("/posts/kept", {"body": "*new*"}).json()["html"] == "<p><em>new</em></p>\n"


def test_a_draft_from_before_its_html_was_stored_is_rendered_when_it_is_read_and_published(author: Api) -> None:
    author.post("/posts", {"title": "Old", "slug": "old", "body": "*text*"})
    Post("old").update(actions=[Post.draft_html.remove()], add_version_condition=False)
    assert author.get("/me/posts/old").json()["html"] == "<p><em>text</em></p>\n"
    assert author.post("/posts/old/publish").json()["html"] == "<p><em>text</em></p>\n"
    assert author.get("/posts/old").json()["html"] == "<p><em>text</em></p>\n"
