"""Generated protocols: the whole language at random, right or nearly so, as mapping or text."""

import copy

import yaml

KINDS = ["Charge", "Discharge", "Rest"]
MODES = ["C-rate", "Current", "Voltage", "Power", "Resistance"]
PROFILE_MODES = ["C-rate", "Current", "Voltage", "Power"]
UNITS = {"Voltage": "V", "Current": "A", "C-rate": "C", "Power": "W", "Capacity": "A.h"} | {
    "Energy": "W.h",
    "Time": "s",
    "SOC": None,
    "Temperature": "degC",
    "dV/dt": "V/s",
}
MODEL = ["X-averaged cell temperature [K]", "Negative particle surface [x]"]
MODEL += ['variable["Cell mass"]']
SIGNS = ["<", ">", "<=", ">="]
NAMES = ["A", "B", "cc", "Cool down", "1 C", "End of it"]
VARIABLES = ["VAR_N", "VAR_S", "x", "_y"]
WHOLE_TEXTS = ["1", " 1 ", "1.0", "1e0", 'input["x"]', "input[ 'x y [V]' ]", "(1)", "2 - 1"]
JUNK = [None, True, False, "", " ", "on", "1:30", "010", "1/2", "2 V", 'input["x"] * 2']
JUNK += ["input['']", 0, -1, 0.5, 2, 2.5, 50, 500, -300, 1e9, 1e-320, [], {}, ["x"], {"x": 1}]
JUNK += [4200, -4200, 298.15, "Test time > 3", "Cell mass", "Voltage < 2 or Time > 1"]
JUNK += ["Discharge capacity [A.h] > 1", {"Voltage < 2": None, "goto": "End"}]
JUNK += ["Rest", "Charge", "Time > 1", "voltage", "Voltage", "SOC", "soc_percentage", "<", "=="]
JUNK += [{"steps": []}, "Voltage [V] < 1", [{"Rest": {"duration": 1}}], {"Rest": {"duration": 1}}]
JUNK += ["input['a\nb']", "\uff11", "SOC [] < 1", {"goto": "Next"}, "End", "a.b", "f(1)", "1 / 0"]
JUNK += ["sine", "1 < 2 < 3", "Voltage ^ 2", "a and b", "((1)", "-" * 70 + "1", "1e999", "C/20"]
JUNK += [{"value": 1}, {"value": 1, "goto": "A"}, {"VAR_N > 1": {"goto": "End"}}, "1 < Voltage"]
JUNK += [[{"name": "VAR_N", "eval": 1}], {"Time [s]": [0, 1], "C-rate": [1, 1]}, [0, 1], [1, 0]]
KEYS = ["Rest", "Charge", "x", "", " ", "duration", "value", "mode", "ends", "steps", "repeat"]
KEYS += ["direction", "operator", "variable", "expression", "goto", "global", "time", "rest", "EIS"]
KEYS += ["name", "eval", "note", "Control", "Drive", "Waveform", "set_variable", "hold_voltage"]
KEYS += ["direction[VAR_N]", "direction[0]", "direction[", "direction [Charge]", "Voltage > 1"]
KEYS += ["max_voltage", "safety_limits", "period", "frequency", "Time [s]", "Power [W]", "profile"]
PIECES = [*"()+-*/<>=!.,[]'\" ", "**", "input[", "ifelse(", "Voltage", "VAR_N", "1", "e", "\n", "^"]
TEXT_PIECES = [*"{}[]:,&*#|>-?!%@`'\"\n\t \\", "- ", ": ", "\n  ", "<<: ", "&a ", "*a", "!!str "]
TEXT_PIECES += ["---\n", "...", "\u00e9", "\u2028", "1e999", "~", "true", "Rest", "steps:", "\0"]


class Documents:
    """Makes protocols from one source of chance."""

    def __init__(self, random):
        self.random = random

    def document(self):
        """Return a protocol that is right, or wrong in one or two places."""
        document = self.right()
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            self.spoil(document)
        return document

    def text(self):
        """Return a protocol as text, often damaged."""
        document = self.document()
        flow = self.random.choice([None, True, False])
        text = yaml.safe_dump(
            document, default_flow_style=flow, allow_unicode=True, sort_keys=False
        )
        for _ in range(self.random.choice([0, 0, 1, 2, 5])):
            text = self.damaged(text)
        return text

    def right(self):
        """Return a protocol whose parts are all of the right shape."""
        document = {"steps": self.block(0)}
        if self.maybe():
            document["global"] = self.start()
        if self.maybe(0.3):
            document["safety_limits"] = self.safety()
        if self.maybe(0.3):
            document["drive_cycles"] = {name: self.profile() for name in NAMES[:2]}
        document["steps"].append({"Park": [{"Rest": {"duration": 1}}]})
        if self.maybe(0.7):
            assigned = [{"name": name, "eval": self.value()} for name in VARIABLES]
            document["steps"].insert(0, {"Control": {"set_variable": assigned}})
        return document

    def pick(self, options):
        return self.random.choice(options)

    def maybe(self, chance=0.5):
        return self.random.random() < chance

    def value(self):
        if self.maybe(0.3):
            return self.expression(self.pick([0, 1, 2, 3]))
        return self.pick([1, 1.0, 1, *WHOLE_TEXTS])

    def constant(self):
        return self.pick([1, 1.0, *WHOLE_TEXTS, "0.5 * input['x'] + 0.5"])

    def expression(self, depth):
        """Return the text of an expression."""
        if depth == 0:
            leaves = [*VARIABLES, *UNITS, "Cycle", "Iteration", "Test time", *WHOLE_TEXTS]
            return self.pick([*leaves, 'variable["A [b]"]', "0.5", "2"])
        inner = [self.expression(depth - 1) for _ in range(3)]
        forms = [
            "{0} + {1}",
            "({0}) * ({1})",
            "-{0}",
            "ifelse({0} < 1, {1}, {2})",
            "sqrt(abs({0}))",
        ]
        forms += ["({0}) / (1 + abs({1}))", "min({0}, {1},{2})", "exp(-abs({0}))", "({0})**2"]
        forms += ["({0}) == ({1})", "max({0})", "log(1+abs({0}))", "({0})-({1}-{2})"]
        return self.pick(forms).format(*(f"({one})" for one in inner))

    def block(self, depth):
        return [self.item(depth) for _ in range(self.random.randint(1, 3))]

    def item(self, depth):
        name = self.pick([*KINDS, *NAMES, "a.b", "EIS", "Control", "direction[x]"])
        if depth < 2 and self.maybe(0.15):
            return {name: self.block(depth + 1)}
        if depth < 2 and self.maybe(0.15):
            repeated = {"steps": self.block(depth + 1)}
            return {name: repeated | ({"repeat": self.value()} if self.maybe() else {})}
        if self.maybe(0.4):
            return self.special()
        kind = self.pick([*KINDS, None])
        step = self.step(kind)
        if kind is None:
            sign = self.pick(["VAR_S", "Charge", "ifelse(SOC > 0.5, Discharge, Charge)", "1"])
            return self.pick([{f"direction[{sign}]": step}, {"direction": sign, **step}])
        return {"direction": kind, **step} if self.maybe(0.3) else {kind: step}

    def step(self, kind):
        step = {}
        if kind != "Rest":
            step = {"mode": self.pick(MODES), "value": self.value()}
            if step["mode"] != "Voltage" and self.maybe(0.2):
                step["hold_voltage"] = self.value()
        return step | self.ending(kind) | self.common()

    def ending(self, kind):
        ending = {"duration": self.value()} if self.maybe(0.6) else {}
        if not ending or self.maybe():
            ending["ends"] = [self.end(kind) for _ in range(self.random.randint(1, 2))]
        return ending

    def common(self):
        common = {}
        if self.maybe(0.2):
            common["name"] = self.pick(NAMES)
        if self.maybe(0.1):
            common["temperature"] = self.value()
        if self.maybe(0.1):
            common["resolution"] = self.resolution()
        if self.maybe(0.2):
            common["set_variable"] = [{"name": self.pick(VARIABLES), "eval": self.value()}]
        if self.maybe(0.1):
            common["note"] = self.pick(["", "text", "a: b"])
        return common

    def resolution(self):
        parts = {key: self.value() for key in ("time", "voltage", "current")}
        return self.pick([self.value(), parts, {}])

    def special(self):
        """Return a step of a rarer kind."""
        kind = self.pick(["drive", "wave", "eis", "ambient", "control"])
        if kind == "drive":
            own = {"profile": self.pick(NAMES[:2])}
            own |= {key: self.value() for key in ("scale", "repeat") if self.maybe(0.3)}
            ends = self.ending(None) if self.maybe() else {}
            return {self.pick(["DriveCycle", "Drive", "Drive cycle"]): own | ends | self.common()}
        if kind == "wave":
            shape = self.pick(["sine", "square", "triangle", "sawtooth"])
            own = {"shape": shape, "mode": self.pick(PROFILE_MODES), "amplitude": self.value()}
            own[self.pick(["frequency", "period"])] = self.value()
            own |= {"offset": self.value()} if self.maybe() else {}
            return {"Waveform": own | self.ending(None) | self.common()}
        if kind == "eis":
            own = {"start_frequency": self.value(), "end_frequency": self.value()}
            own |= {"mode": self.pick(["Current", "Voltage"])} if self.maybe() else {}
            own |= {key: self.value() for key in ("amplitude", "points_per_decade") if self.maybe()}
            return {"EIS": own | self.common()}
        if kind == "ambient":
            return {
                self.pick(["Ambient temperature", "AmbientTemperature"]): {"value": self.value()}
            }
        own = {"advance_cycle": self.maybe()} if self.maybe() else {}
        if not own or self.maybe():
            own["set_variable"] = [{"name": self.pick(VARIABLES), "eval": self.value()}]
        if self.maybe():
            own["ends"] = [self.branch() for _ in range(self.random.randint(1, 2))]
        return {"Control": own}

    def target(self):
        return self.pick([*["Next", "End", "Park"] * 6, *NAMES])

    def branch(self):
        condition = self.expression(self.pick([0, 1, 2]))
        if self.maybe():
            return {"expression": self.pick([condition, 1]), "goto": self.target()}
        return {condition: {"goto": self.target()}}

    def end(self, kind):
        quantity, unit = self.pick(list(UNITS.items()))
        name = f"{quantity} [{unit}]" if unit and self.maybe(0.4) else quantity
        sign = self.pick(SIGNS)
        unclear = quantity in ("Voltage", "SOC") and kind not in ("Charge", "Discharge")
        if self.maybe(0.15):
            name, unclear = self.pick([*MODEL, 'variable["a < b"]']), True
        goto = {"goto": self.target()} if self.maybe(0.2) else {}
        if self.maybe():
            value = self.pick([*WHOLE_TEXTS, f"({self.expression(2)})"])
            text = f"{name} {sign} {value}"
            if goto and self.maybe():
                return {text: goto}
            return {"expression": text, **goto} if goto or self.maybe(0.2) else text
        mapping = {"variable": name, "value": self.value(), **goto}
        return mapping | ({"operator": sign} if unclear or self.maybe() else {})

    def start(self):
        section = {}
        state = self.pick(["fraction", "percent", "volts", None])
        if state == "fraction":
            section["initial_soc"] = self.constant()
        elif state:
            word = "voltage" if state == "volts" else "soc_percentage"
            section |= {"initial_state_type": word, "initial_state_value": self.constant()}
        if self.maybe():
            section[self.pick(["temperature", "initial_temperature"])] = self.constant()
        if self.maybe():
            parts = {key: self.constant() for key in ("time", "voltage", "current")}
            section["resolution"] = self.pick([self.constant(), parts, {}])
        return section

    def safety(self):
        keys = ["max_voltage", "min_temperature", "max_charge_current", "max_discharge_current"]
        section = {}
        for key in keys:
            if self.maybe():
                value = self.constant()
                goto = {"goto": self.target()} if self.maybe() else {}
                section[key] = self.pick([value, {"value": value, **goto}])
        return section | ({"goto": self.target()} if self.maybe(0.3) else {})

    def profile(self):
        column = self.pick(["Current [A]", "Power [W]", "C-rate", "Voltage [V]"])
        return {"Time [s]": self.pick([[0, 1, 1, 2], [0, 0.5, 1, 1.5]]), column: [1, -0.5, 0, 2]}

    def spoil(self, document):
        """Change one thing somewhere in a document."""
        holder, key = self.pick(list(places(document)) or [(document, "steps")])
        document.setdefault("steps", [])
        action = self.pick(["replace", "replace", "damage", "drop", "rename", "add"])
        if action == "damage" and isinstance(holder[key], str):
            holder[key] = self.damaged(holder[key], PIECES)
        elif action in ("replace", "damage"):
            holder[key] = copy.deepcopy(self.pick(JUNK))
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(self.pick(JUNK)))
        elif action == "drop":
            del holder[key]
        elif action == "rename":
            holder[self.pick(KEYS)] = holder.pop(key)
        else:
            holder[self.pick(KEYS)] = copy.deepcopy(self.pick(JUNK))

    def damaged(self, text, pieces=TEXT_PIECES):
        """Cut something out of a text, or put something in."""
        at = self.random.randint(0, len(text))
        end = at + self.pick([0, 0, 1, 1, 2, 9])
        return text[:at] + self.pick(["", self.pick(pieces)]) + text[end:]


def places(node):
    """Yield every container of a document with each of its keys."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])
