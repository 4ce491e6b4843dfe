"""Files of the cyclers in a laboratory: one module a format, written and read.

program           a protocol as cyclers see it: a flat list of lines with jumps
flatten           the tree of a protocol -> a program
restore           a program -> a protocol document

capability_table  what each format can say: the one table that code and documents read
capabilities      a program held against the table: refusals and notes
constants         lines that a target needs none for taken out, constants worked out
pairs             a current and the voltage held after it, as the one step that some formats have
ways              which lines lead to a line, and jumps into loops
currents          constant voltages whose current nothing bounds
recovery          safety limits that go on with a step, as ends of all steps
records           when rows are stored: of the whole test, or of a step
times             times as finely as a format can say them
figures           expressions of a protocol, as the numbers that a cycler is told
xml_text          XML files to elements that know their line; nothing in them is trusted
ini_text          sections of ``key=value``, with line numbers
files, errors     what is written, and how it is refused

<format>          a program -> files, and files -> a program
formats           which module writes a target, and which knows some bytes as its own
compare           what two programs say differently
convert           the door: write, read, detect by content, compare what was written

A wrong file on a cycler burns cells: what a format cannot say is refused, never bent.
"""
