"""Demo people and their todos, so that the first screen has something to show."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

POSTS = Path(__file__).with_name("demo_posts")


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A person who can sign in at once."""

    email: str
    password: str
    name: str
    groups: tuple[str, ...] = ()
    todos: tuple["DemoTodo", ...] = field(default=(), repr=False)

    def public(self) -> dict[str, Any]:
        """What urls.json and the terminal say."""
        return {"email": self.email, "password": self.password, "groups": list(self.groups)}


@dataclass(frozen=True, slots=True)
class DemoTodo:
    """A todo, due in so many days from the day it is made."""

    title: str
    notes: str = ""
    due_in_days: int | None = None
    tags: tuple[str, ...] = ()
    completed: bool = False


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post to publish; `cover` names a drawing."""

    slug: str
    title: str
    summary: str
    tags: list[str]
    cover: str
    published_at: str
    body: str

    @classmethod
    def read(cls, path: Path) -> "DemoPost":
        """Read a Markdown file whose first lines say what it is about."""
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        return cls(
            slug=path.stem,
            title=fields["title"],
            summary=fields["summary"],
            tags=fields["tags"].split(", "),
            cover=fields["cover"],
            published_at=f"{fields['published']}T07:00:00.000Z",
            body=body,
        )


_INES = (
    DemoTodo(
        "Call the plumber before ten", "The pressure drops below 1 bar overnight. Ask about the vessel.", 0, ("home",)
    ),
    DemoTodo("Send the deposit for the cabin", "", -2, ("money",)),
    DemoTodo("Water the tomatoes", "", 0, ("garden",)),
    DemoTodo("Book the van for the 28th"),
    DemoTodo("Choose a paint for the hallway", "Something between sage and grey. Bring the swatches.", 4, ("home",)),
    DemoTodo("Read the draft Tove sent", "", 6, ("blog",)),
    DemoTodo("Return the library books", completed=True),
    DemoTodo("Bread, oats, lemons", completed=True),
)

DEMO_USERS = (
    DemoUser("ines@example.com", "Paper-and-1nk", "Ines Marlow", ("authors",), _INES),
    DemoUser(
        "tove@example.com", "Paper-and-1nk", "Tove Lind", (), (DemoTodo("Finish the draft for Ines", "", 3, ("blog",)),)
    ),
)
