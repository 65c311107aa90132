"""Characters as people type them, for Hypothesis."""

from hypothesis import strategies as st

# What XML 1.0 cannot say although it is no control character.
NOT_XML = "\ufffe\uffff"
# Whatever the API takes in a line: no control character, no half of a pair, and nothing that XML cannot say.
inner = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=NOT_XML)
# Characters that readers see.
visible = st.characters(exclude_categories=["C", "Z", "M"], exclude_characters="\u115f\u1160\u2800\u3164\uffa0")
