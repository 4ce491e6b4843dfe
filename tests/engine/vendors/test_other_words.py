"""Other words in written files: each reader ends in a program or in a refusal."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.convert import convert, parse
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.formats import format_of

TEXT = """
safety_limits:
  {max_voltage: 4.3, min_voltage: 2.5, max_charge_current: 3, max_discharge_current: 3}
steps:
- Loop:
    repeat: 3
    steps:
    - Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
    - Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.05]}
    - Rest: {duration: 60}
    - Discharge: {mode: Current, value: 1, ends: [Voltage < 3]}
- Rest: {duration: 60}
"""
FILES = {
    target: convert(TEXT, target, nominal_capacity_ah=2.0).files.primary.content
    for target in capabilities.TARGETS
}
TOKEN = re.compile(rb"[-+.\w]+")
PLACES = {target: [found.span() for found in TOKEN.finditer(FILES[target])] for target in FILES}
WORDS = ["", "0", "-1", "-", ".", "4.-100", "1.2.3", "1,5", "1e999", "nan", "9" * 400, "\u00b2"]
WORDS += ["\u0663", "\0", "\n", "[", "]", "=", "<", "/>", "&#0;", "VAR1", "0.5C", "::", "1/0", "|"]
WORDS += ["C / N", "Loop", "Rest", "CV", "Next Step", "1_0", "0x10", "1e-400"]


@pytest.mark.parametrize("target", FILES)
@settings(max_examples=200, deadline=None)
@given(places=st.lists(st.tuples(st.floats(0, 1), st.sampled_from(WORDS)), min_size=1, max_size=3))
def test_other_words_are_read_or_refused(target, places):
    data = FILES[target]
    spans = PLACES[target]
    for share, word in sorted(places, reverse=True):
        start, stop = spans[round(share * (len(spans) - 1))]
        data = data[:start] + word.encode() + data[stop:]
    try:
        format_of(target).read(data, {})
        parse(data)
    except Unreadable:
        return
