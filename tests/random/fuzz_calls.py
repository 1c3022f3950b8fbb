"""Calls with bad values, as a client may make them: no ORM, and repeatable by a seed.

A call is built for a target, and the same call with the same values for another one:
Odoo's own field of the same kind, which tells what Odoo itself answers.
"""

from typing import Any, NamedTuple

NAN, INFINITY = float("nan"), float("inf")

#: What no field and no argument expects, or only some do.
NASTY = (
    None,
    True,
    False,
    "",
    " ",
    "abc",
    "0",
    "\x00",
    "ä" * 3000,
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "2026-01-15",
    "today =1d -1m",
    -1,
    0,
    1,
    1.5,
    2**31,
    2**63,
    -(2**31) - 1,
    NAN,
    INFINITY,
    -INFINITY,
    1e-9,
    1e308,
    [],
    [1],
    ["a", None],
    [[6, 0, [1]]],
    {},
    {"a": 1},
    2**30,
    [2**30],
    [None],
    [[]],
)
#: What comes further than most, by the type of a field.
NUMBERS = (NAN, INFINITY, -INFINITY, 1e-9, 1e308, -1e308, "NaN", "inf", 2**31, 0.5)
LIKELY = {
    "float": NUMBERS,
    "monetary": NUMBERS,
    "integer": (2**31, 2**63, -(2**31) - 1, NAN, INFINITY, 1e308, "1e9", -1),
    "date": ("9999-12-31", "0001-01-01", "2026-02-30", "abc", 20260101, True),
    "datetime": ("9999-12-31 23:59:59", "0001-01-01", "2026-02-30", "abc", 5, True),
    "selection": (True, 1, "abc", [1], {}, ["a", None], 1.5, NAN),
    "boolean": ("abc", [1], None, 2, {}, [True]),
    "char": (1, True, ["a"], {}, "\x00", NAN, "ä" * 3000),
    "text": (1, True, ["a"], {}, "\x00", NAN, "ä" * 3000),
    "many2one": (2**30, 2**63, "abc", [1], {}, 0, -1, NAN, True),
}
#: Shapes that commands of x2many fields must not have.
COMMANDS = (
    [[0, 0]],
    [[0, 0, {"nope": 1}]],
    [[1, 2**30, {}]],
    [[2, "a"]],
    [[4, None]],
    [[6, 0, None]],
    [[7, 0, 0]],
    [["a"]],
    [5],
    [[4, 1]],
    [[5]],
    [[6, 0, []]],
)
#: By their names, arguments that are good: some calls have to come far.
GOOD = {
    "reason": ("Agreed", "x"),
    "decision": ("bill", "hold", "write_off"),
    "hours": (0.5, 1.0, None),
    "channel": ("mail", "post", "portal", "einvoice", "other"),
    "section": ("missing", "to_invoice", "to_send", "sent"),
    "cycle_date": (False, "2026-03-10", "2026-02-01"),
    "domain": ([], [["state", "=", "ready"]]),
    "is_modify": (False, True),
    # Of what other systems call.
    "states": (None, ["ready"], ["pending"]),
    "statuses": (None, ["draft"], ["ready", "sent"]),
    "kind": ("pdf", "xml", "annex"),
    "type": ("invoice", "credit_note"),
    "lines": ([{"name": "Licence", "price_unit": 50}],),
    "limit": (None, 1, 500),
    "after": (None, 0),
    "sent_on": (None, "2026-03-09", "2026-03-09T10:00:00+02:00"),
    "changed_since": (None, "2026-03-09T10:00:00Z"),
    "locked_until": ("2026-02-28",),
    "reference": (None, "L 1"),
    "outdated": (None, True),
    **dict.fromkeys(("due_until", "date_from", "date_to", "invoice_date"), (None,)),
}
ARGUMENT_TYPES = {"hours": "float", "cycle_date": "date", "section": "selection"}
OPERATORS = (
    "=",
    "!=",
    "in",
    "not in",
    "<",
    ">",
    "<=",
    ">=",
    "like",
    "not ilike",
    "ilike",
    "=like",
    "=ilike",
    "=?",
    "child_of",
    "parent_of",
    "any",
    "not any",
    "nope",
    None,
)
BAD_IDS = ("abc", [None], ["abc"], [2**63], [-1], [0], [[1]], {"a": 1}, [1.5], False)
MISSING_ID = 2**30

#: Odoo's entry points that every model has; more often those that take most.
STANDARD = (
    *("create", "write", "web_save", "onchange", "search") * 4,
    *("formatted_read_group", "load", "search_count") * 2,
    "search_read",
    "web_search_read",
    "web_read_group",
    "read_group",
    "name_search",
    "name_create",
    "default_get",
    "get_views",
    "fields_get",
    "unlink",
    "copy",
    "read",
    "web_read",
    "export_data",
)


class Target(NamedTuple):
    """What a call is about."""

    model: str
    field: str
    type: str
    #: ids that exist, the user's own first
    ids: tuple
    #: values that a record of the model can be made from
    base: dict[str, Any]
    #: of dialogs: what they were opened on
    context: dict[str, Any]
    #: of calls of other systems: ids that exist, by the names of arguments
    named: dict[str, tuple]


def nasty(rng, field_type=None):
    """A bad value, now and then one in the shape of a command."""
    if field_type in ("one2many", "many2many") and rng.random() < 0.5:
        return rng.choice(COMMANDS)
    if field_type in LIKELY and rng.random() < 0.6:
        return rng.choice(LIKELY[field_type])
    return rng.choice(NASTY)


def choose_ids(rng, ids):
    """None, one, several, and what is no id."""
    dice = rng.random()
    if dice < 0.05:
        return rng.choice(BAD_IDS)
    if dice < 0.15 or not ids:
        return []
    if dice < 0.2:
        return [MISSING_ID, *ids[:1]]
    if dice < 0.65:
        return [rng.choice(ids)]
    return rng.sample(ids, min(len(ids), rng.randint(2, 6)))


def choose_context(rng, target):
    """Most are the client's own; the others are forged."""
    context = dict(target.context)
    if rng.random() < 0.6:
        return context
    forged = {
        "default": nasty(rng, target.type),
        "active_ids": rng.choice([*NASTY, list(target.ids[:3])]),
        "active_id": rng.choice(NASTY),
        "active_model": rng.choice([target.model, "account.move", "nope", 5, None]),
        "default_project_id": nasty(rng, "many2one"),
        "timesheet_unlock": nasty(rng),
        "withdraw_approval": nasty(rng),
        "active_test": rng.choice([True, False, "x"]),
        "allowed_company_ids": rng.choice([[], [1], [MISSING_ID]]),
        "lang": rng.choice(["xx_XX", "en_US", None, 5]),
        "tz": rng.choice(["Nowhere/Land", "Europe/Berlin", None, 5]),
        "billing_override": True,
        "su": True,
        "uid": 1,
    }
    for key in rng.sample(sorted(forged), rng.randint(1, 4)):
        name = f"default_{target.field}" if key == "default" else key
        context[name] = forged[key]
    return context


# ------------------------------------------------------------------------ arguments


def build_own(rng, target, parameters):
    """Arguments of a method of the add-on, by the names of its parameters."""
    arguments = []
    for name in parameters:
        if name in target.named and rng.random() < 0.8:
            ids = choose_ids(rng, target.named[name])
            one = isinstance(ids, list) and ids and not name.endswith("s")
            arguments.append(ids[0] if one else ids)
        elif name in GOOD and rng.random() < (0.8 if target.named else 0.4):
            arguments.append(rng.choice(GOOD[name]))
        else:
            arguments.append(nasty(rng, ARGUMENT_TYPES.get(name, "char")))
    return arguments


def build_domain(rng, target):
    field = target.field
    leaf = [
        rng.choice([field] * 8 + [f"{field}.id", f"{field}.nope", "nope"]),
        rng.choice(["=", "in"] * 5 + list(OPERATORS)),
        nasty(rng, target.type),
    ]
    return rng.choice(
        [[leaf]] * 12
        + [["!", leaf], ["|", leaf], [leaf[:2]], [[]], "abc", [leaf, leaf], None, 5]
    )


def build_values(rng, target):
    values = {target.field: nasty(rng, target.type)}
    if rng.random() < 0.05:
        values[rng.choice(["nope", "id", "create_uid", ""])] = nasty(rng)
    return values


def build_order(rng, target):
    return rng.choice(
        [None, target.field, f"{target.field} desc", "nope", "id; drop", 5, ""]
    )


def build_group(rng, target):
    field = target.field
    return rng.choice([field] * 4 + [f"{field}:month", f"{field}:nope", f"{field}.id"])


def build_aggregates(rng, target):
    field = target.field
    functions = ("sum", "avg", "max", "array_agg", "count_distinct", "bool_or", "nope")
    return [
        "__count",
        rng.choice([f"{field}:{rng.choice(functions)}"] * 4 + [field, "nope:sum"]),
    ]


def build_limit(rng):
    return rng.choice([None, 1, 80, 0, -1, "a", 2**63, 1.5])


def build_standard(rng, target, method):
    """Arguments of one of Odoo's own entry points."""
    return globals()[f"build_{method}"](rng, target)


def build_create(rng, target):
    values = {**target.base, **build_values(rng, target)}
    return [rng.choice([[values]] * 8 + [values, [values, values], [], None, [5]])]


def is_misshaped(method, arguments):
    """Whether the values of records are none at all, not even bad ones."""
    if method not in ("create", "write", "web_save"):
        return False
    values = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
    return any(not isinstance(vals, dict) for vals in values)


def build_write(rng, target):
    return [rng.choice([build_values(rng, target)] * 9 + [None])]


def build_web_save(rng, target):
    return [build_values(rng, target), {target.field: {}}]


def build_unlink(rng, target):
    return []


def build_copy(rng, target):
    return [rng.choice([None, build_values(rng, target)])]


def build_read(rng, target):
    return [rng.choice([[target.field]] * 4 + [None, ["nope"], "abc", 5])]


def build_web_read(rng, target):
    return [rng.choice([{target.field: {}}] * 4 + [{"nope": {}}, None, []])]


def build_export_data(rng, target):
    field = target.field
    return [rng.choice([[field], [f"{field}/id"], [f"{field}/name", ".id"], ["nope"]])]


def build_onchange(rng, target):
    values = {**target.base, **build_values(rng, target)}
    names = rng.choice([[], [target.field], [target.field], ["nope"]])
    return [values, names, {name: {} for name in (*target.base, target.field)}]


def build_search(rng, target):
    return [
        build_domain(rng, target),
        build_limit(rng),
        build_limit(rng),
        build_order(rng, target),
    ]


def build_search_count(rng, target):
    return [build_domain(rng, target), build_limit(rng)]


def build_search_read(rng, target):
    domain = build_domain(rng, target)
    return [domain, [target.field], build_limit(rng), 5, build_order(rng, target)]


def build_web_search_read(rng, target):
    domain = build_domain(rng, target)
    return [domain, {target.field: {}}, 0, build_limit(rng), build_order(rng, target)]


def build_formatted_read_group(rng, target):
    return [
        rng.choice([[], build_domain(rng, target)]),
        rng.choice([[], [build_group(rng, target)]]),
        build_aggregates(rng, target),
    ]


build_web_read_group = build_formatted_read_group


def build_read_group(rng, target):
    domain = rng.choice([[], build_domain(rng, target)])
    fields = [f"{target.field}:{rng.choice(['sum', 'max', 'nope'])}"]
    return [domain, fields, [build_group(rng, target)]]


def build_name_search(rng, target):
    return [nasty(rng), build_domain(rng, target), rng.choice(OPERATORS), 5]


def build_name_create(rng, target):
    return [nasty(rng)]


def build_default_get(rng, target):
    return [rng.choice([[target.field, *target.base]] * 3 + [["nope"], None])]


def build_load(rng, target):
    field = target.field
    name = rng.choice([field, field, f"{field}/id", f"{field}/.id", "nope"])
    others = sorted(set(target.base) - {field})
    value = rng.choice(["", "abc", "1", "9999-12-31", "NaN", "inf", "1e308", "2.5"])
    return [[*others, name], [[str(target.base[key]) for key in others] + [value]]]


def build_get_views(rng, target):
    kind = rng.choice(["list", "form", "search", "kanban", "nope"])
    return [[[rng.choice([False, 1, "a", MISSING_ID]), kind]]]


def build_fields_get(rng, target):
    return [rng.choice([None, [target.field], ["nope"]]), rng.choice([None, ["type"]])]
