"""The languages that code in posts is highlighted in, each by a name that Pygments knows it by.

The deployed package has the lexers of these and no others; code in any other language is plain, there and here.
"""

LANGUAGES = frozenset(
    name
    for names in (
        "bash bat console fish make powershell",
        "ada asm c cpp d fortran go llvm nasm nim objective-c rust swift zig",
        "clojure groovy java kotlin scala",
        "csharp fsharp vbnet",
        "crystal dart gdscript julia lua perl php prolog pycon pytb python r ruby tcl",
        "common-lisp elisp elixir elm erlang haskell ocaml racket scheme",
        "coffeescript css graphql html http javascript jsx less sass scss tsx typescript vue",
        "django html+django html+php html+ruby",
        "bibtex diff gherkin ini json latex markdown properties rst toml xml yaml",
        "apache cmake docker jsonnet nginx nix promql protobuf puppet terraform thrift",
        "mysql plpgsql postgresql psql sql sqlite3",
        "solidity systemverilog verilog vhdl wast",
        "text",
    )
    for name in names.split()
)
