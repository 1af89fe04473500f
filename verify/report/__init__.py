"""The report room: evidence as a terminal table, as JUnit XML and as one self-contained page."""
