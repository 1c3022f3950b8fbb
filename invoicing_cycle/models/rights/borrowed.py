import ast

from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

#: Commands that change or delete what they name, or make something new.
CHANGING = frozenset({Command.CREATE, Command.UPDATE, Command.DELETE})


class ResUsers(models.Model):
    """Odoo writes one's own preferences as the superuser."""

    _inherit = "res.users"

    def write(self, vals):
        # EXTENDS base
        if self == self.env.user and not self.env.su and not self.has_access("write"):
            self._check_own_commands(vals)
        return super().write(vals)

    def _check_own_commands(self, vals):
        """Commands in one's own preferences may create and change what they name, but
        reach no further from there.

        :raises AccessError: where a command holds further commands
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or not field.comodel_name:
                continue
            for nested in _get_nested(value):
                relation = self.env[field.comodel_name]._fields
                if any(_is_to_many(relation.get(key)) for key in nested):
                    raise AccessError(
                        self.env._(
                            "%(field)s: change the records behind it on their own, "
                            "not from your preferences.",
                            field=field.string,
                        )
                    )


class MailAlias(models.Model):
    """Odoo creates what comes in by mail as itself, with defaults of the address."""

    _inherit = "mail.alias"

    @api.constrains("alias_defaults", "alias_model_id")
    def _check_default_commands(self):
        """Defaults link what is there; changing and creating is for people.

        :raises ValidationError: where they do more, and no administrator wrote them
        """
        if self.env.user._is_system():
            return
        # sudo: the model's name
        for alias in self.sudo():
            if name := alias._get_changing_default():
                raise ValidationError(
                    self.env._(
                        "Defaults of %(alias)s may link records, not create, change or "
                        "delete them: %(field)s.",
                        alias=alias.display_name,
                        field=name,
                    )
                )

    def _get_changing_default(self):
        """The name of a field whose default does more than to link, or None."""
        known = self.env[self.alias_model_id.model]._fields
        try:
            defaults = dict(ast.literal_eval(self.alias_defaults or "{}"))
        except (SyntaxError, TypeError, ValueError):
            # Odoo says so itself.
            return None
        for name, value in defaults.items():
            if _is_to_many(known.get(name)) and any(
                command[0] in CHANGING for command in _get_commands(value)
            ):
                return name
        return None


def _is_to_many(field):
    return field is not None and field.type in ("one2many", "many2many")


def _get_commands(value):
    """The commands in a value of an x2many field, which may hold anything."""
    if isinstance(value, (list, tuple)):
        for command in value:
            if isinstance(command, (list, tuple)) and command:
                yield command


def _get_nested(value):
    """The values in commands of an x2many field."""
    for command in _get_commands(value):
        if len(command) > 2 and isinstance(command[2], dict):
            yield command[2]
