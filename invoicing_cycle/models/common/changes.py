"""What values that are about to be written would change."""

from odoo.fields import Command
from odoo.models import BaseModel


def is_change(record, name, value):
    """Whether writing this value changes the field of a record."""
    field = record._fields[name]
    if field.type in ("one2many", "many2many"):
        before = set(record[name].ids)
        return get_linked_ids(before, value) != before
    if field.type == "many2one" and isinstance(value, BaseModel):
        value = value.id
    try:
        new = field.convert_to_cache(value, record)
    except (OverflowError, TypeError, ValueError):
        # It is none of this field: whoever writes it says so.
        return True
    return new != field.convert_to_cache(record[name], record)


def get_linked_ids(before, value):
    """What an x2many field links once this value is written.

    :param set before: ids that it links now
    :param value: commands, or what else the ORM takes for them
    :return: set of ids, with False for records that are created
    """
    if isinstance(value, BaseModel):
        return set(value.ids)
    if not isinstance(value, (list, tuple)):
        return set()
    if value and not isinstance(value[0], (list, tuple)):
        # A list of ids.
        return set(value)
    ids = set(before)
    for command in filter(None, value):
        code, id_, last = (*command, False, False)[:3]
        if code == Command.CREATE:
            ids.add(False)
        elif code in (Command.UPDATE, Command.LINK):
            ids.add(id_)
        elif code in (Command.DELETE, Command.UNLINK):
            ids.discard(id_)
        else:
            ids = set(last or ()) if code == Command.SET else set()
    return ids


def get_labels(records, names):
    """How the user knows these fields, in one text."""
    labels = records.fields_get(names, ["string"])
    return ", ".join(sorted(label["string"] for label in labels.values()))
