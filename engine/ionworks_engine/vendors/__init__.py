"""Files of the cyclers in a laboratory: one module a format, written and read.

capabilities  what each format can say: the one table that code and documents read
program       a protocol as cyclers see it: a flat list of lines with jumps
flatten       the tree of a protocol -> a program
restore       a program -> a protocol document
pairs         a current and the voltage held after it, as the one step that some formats have
<format>      a program -> files, and files -> a program
formats       which module writes a target, and which knows some bytes as its own
compare       what two programs say differently
convert       the door: write, read, detect by content, compare what was written

A wrong file on a cycler burns cells: what a format cannot say is refused, never bent.
"""
