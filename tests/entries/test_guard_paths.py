from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.guard import (
    FORGED,
    LATER_LOCKED_DAY,
    LOCKED_DAY,
    GuardCommon,
)


def _entry(world, env):
    return world.entry.with_env(env)


def _write(name, get_value):
    def path(case, world, env):
        _entry(world, env).write({name: get_value(case, world)})

    path.__name__ = f"write {name}"
    return path


#: One real change of each field that touches the bill.
FIELD_PATHS = (
    _write("partner_id", lambda case, world: case.other_partner.id),
    _write("date", lambda case, world: "2026-03-06"),
    _write("name", lambda case, world: "Other"),
    _write("employee_id", lambda case, world: case.lead.id),
    _write("unit_amount", lambda case, world: 3.0),
    _write("so_line", lambda case, world: case.other_order.order_line.id),
    _write("is_so_line_edited", lambda case, world: True),
    _write("task_id", lambda case, world: False),
    _write("project_id", lambda case, world: case.other_project.id),
    _write("task_id", lambda case, world: case.other_task.id),
    _write(
        "product_uom_id", lambda case, world: case.env.ref("uom.product_uom_day").id
    ),
    _write("user_id", lambda case, world: case.successor.id),
)


#: Time is of its project's company, or of its person's: approval goes by it.
COMPANY_PATH = _write("company_id", lambda case, world: case.other_company.id)


def _save_form(case, world, env):
    _entry(world, env).web_save({"unit_amount": 3.0}, {"unit_amount": {}})


def _save_list(case, world, env):
    _entry(world, env).web_save_multi([{"unit_amount": 3.0}], {"unit_amount": {}})


def _import_change(case, world, env):
    result = env["account.analytic.line"].load(
        [".id", "unit_amount"], [[str(world.entry.id), "3"]]
    )
    case._raise_import(result)


def _forge_write(case, world, env):
    entry = _entry(world, env).with_context(**FORGED)
    entry.write({"unit_amount": 3.0})


def _forge_companies(case, world, env):
    entry = _entry(world, env).with_context(allowed_company_ids=case.company.ids)
    entry.write({"unit_amount": 3.0})


def _split(case, world, env):
    """The distribution of an entry over analytic accounts splits its hours."""
    account = world.project.account_id
    other = case.other_project.account_id
    entry = _entry(world, env)
    entry.write({"analytic_distribution": {str(account.id): 50, str(other.id): 50}})


def _many(case, world, env):
    """Drag and drop in a grouped list writes many at once."""
    own = case._log_time(case.other_project, "2026-03-06", employee=world.employee)
    (own | world.entry).with_env(env).write({"project_id": case.other_project.id})


WRITE_PATHS = (
    _save_form,
    _save_list,
    _import_change,
    _forge_write,
    _forge_companies,
    _split,
    _many,
)


def _commands(name, field, *commands):
    """A path through an x2many field of another record."""

    def path(case, world, env):
        values = [get_command(case, world) for get_command in commands]
        getattr(world, name).with_env(env).write({field: values})

    path.__name__ = f"{name}.{field} {commands[0].__name__}"
    return path


def _update(case, world):
    return Command.update(world.entry.id, {"unit_amount": 3.0})


def _delete(case, world):
    return Command.delete(world.entry.id)


def _unlink(case, world):
    return Command.unlink(world.entry.id)


def _clear(case, world):
    return Command.clear()


def _link(case, world):
    return Command.link(world.entry.id)


def _update_in_task(case, world):
    return Command.update(world.task.id, {"timesheet_ids": [_update(case, world)]})


#: As the superuser, who has the right to the other record; the guard asks the user.
RELATION_PATHS = (
    _commands("project", "timesheet_ids", _update),
    _commands("project", "timesheet_ids", _unlink),
    _commands("project", "timesheet_ids", _clear),
    _commands("project", "timesheet_ids", _delete),
    _commands("task", "timesheet_ids", _update),
    _commands("task", "timesheet_ids", _unlink),
    _commands("task", "timesheet_ids", _delete),
    _commands("parent", "timesheet_ids", _link),
    _commands("parent", "child_ids", _update_in_task),
    _commands("order_line", "timesheet_ids", _update),
    _commands("order_line", "timesheet_ids", _unlink),
)


def _delete_entry(case, world, env):
    _entry(world, env).unlink()


def _forge_delete(case, world, env):
    _entry(world, env).with_context(**FORGED).unlink()


DELETE_PATHS = (_delete_entry, _forge_delete)


# ------------------------------------------------------------ adding locked time


def _new_values(world, **values):
    return {
        "name": "New",
        "project_id": world.project.id,
        "employee_id": world.employee.id,
        "date": LOCKED_DAY,
        "unit_amount": 1.0,
        **values,
    }


def _create(case, world, env):
    env["account.analytic.line"].create(_new_values(world))


def _create_on_task(case, world, env):
    values = _new_values(world, task_id=world.task.id)
    del values["project_id"]
    env["account.analytic.line"].create(values)


def _create_in_form(case, world, env):
    env["account.analytic.line"].web_save(_new_values(world), {"unit_amount": {}})


def _create_quickly(case, world, env):
    values = {f"default_{name}": value for name, value in _new_values(world).items()}
    env["account.analytic.line"].with_context(**values).create(
        {"name": "Quick", "project_id": world.project.id}
    )


def _create_forged(case, world, env):
    env["account.analytic.line"].with_context(**FORGED).create(_new_values(world))


def _create_in_calendar(case, world, env):
    env["account.analytic.line"].with_context(timesheet_calendar=True).create(
        [_new_values(world)]
    )


def _create_by_import(case, world, env):
    result = env["account.analytic.line"].load(
        ["name", "project_id/.id", "employee_id/.id", "date", "unit_amount"],
        [["New", str(world.project.id), str(world.employee.id), str(LOCKED_DAY), "1"]],
    )
    case._raise_import(result)


def _create_through_project(case, world, env):
    world.project.with_env(env(su=True)).write(
        {"timesheet_ids": [Command.create(_new_values(world))]}
    )


def _copy_to_locked_day(case, world, env):
    _entry(world, env).copy({"date": LOCKED_DAY})


def _move_to_locked_day(case, world, env):
    free = case._log_time(case.other_project, "2026-03-06", employee=world.employee)
    free.with_env(env).write({"date": LATER_LOCKED_DAY})


def _take_item_into_time(case, world, env):
    """An analytic item that is no time becomes some."""
    item = case.env["account.analytic.line"].create(
        {
            "name": "Cost",
            "account_id": world.project.account_id.id,
            "date": LOCKED_DAY,
            "employee_id": world.employee.id,
            "user_id": world.author.id,
        }
    )
    item.with_env(env(su=True)).write({"task_id": world.task.id})


CREATE_PATHS = (
    _create_in_form,
    _create,
    _create_on_task,
    _create_quickly,
    _create_forged,
    _create_in_calendar,
    _create_by_import,
    _create_through_project,
    _copy_to_locked_day,
    _move_to_locked_day,
    _take_item_into_time,
)


#: What Odoo lets through while time is open: the author, who approves, and those above.
DIRECT = {
    "open": "CRCCRC",
    "locked": "RRRCRC",
    "approved": "RRRCRC",
    "draft": "RRRCRC",
    "posted": "RRRRRR",
}


@tagged("post_install", "-at_install")
class TestGuardPaths(GuardCommon):
    """Every way to change, add or delete time, in each state, by each role.

    The letters stand for the roles in their order: author, colleague, manager,
    administrator, accountant, OdooBot; see ``GuardCommon``.
    """

    def _raise_import(self, result):
        """An import tells what was refused, and has taken it back."""
        if not result["ids"]:
            raise UserError(result["messages"][0]["message"])

    def test_fields(self):
        expected = {
            "open": "CCC",
            "locked": "RRC",
            "approved": "RRC",
            "draft": "RRC",
            "posted": "RRR",
        }
        roles = ("author", "manager", "administrator")
        for path in FIELD_PATHS:
            self.assertWalk(path, expected, roles=roles)

    def test_company(self):
        for sudo in (False, True):
            self.assertWalk(COMPANY_PATH, dict.fromkeys(DIRECT, "RRRRRR"), sudo=sudo)

    def test_ways_to_write(self):
        for path in WRITE_PATHS:
            self.assertWalk(path, DIRECT)

    def test_delete(self):
        for path in DELETE_PATHS:
            self.assertWalk(path, DIRECT)

    def test_sudo(self):
        """Timers and the like write as the superuser: the guard asks the user."""
        expected = {
            "open": "CCC",
            "locked": "RRC",
            "approved": "RRC",
            "draft": "RRC",
            "posted": "RRR",
        }
        roles = ("author", "accountant", "administrator")
        for path in (*FIELD_PATHS[:3], *DELETE_PATHS):
            self.assertWalk(path, expected, sudo=True, roles=roles)

    def test_relations(self):
        expected = {
            "open": "CC",
            "locked": "RC",
            "approved": "RC",
            "draft": "RC",
            "posted": "RR",
        }
        roles = ("manager", "administrator")
        for path in RELATION_PATHS:
            self.assertWalk(path, expected, sudo=True, roles=roles)

    def test_add_locked_time(self):
        for path in CREATE_PATHS:
            # The rest of the world does not matter to it.
            self.assertWalk(path, {"open": "RRRCRC", "posted": "RRRCRC"})

    def test_costs(self):
        """Costs are not the bill, whatever closes the entry."""

        def costs(case, world, env):
            _entry(world, env).write({"amount": -123.0})
            case.assertEqual(world.entry.amount, -123.0)

        for state in self.worlds:
            self.assertWalk(costs, {state: "KRKKRK"})

    def test_revenue(self):
        """Odoo does not bill time that earns: that is no matter of costs."""

        def revenue(case, world, env):
            _entry(world, env).write({"amount": 5.0})

        self.assertWalk(revenue, DIRECT)

    def test_refusals(self):
        """They name the day, what closes it, and who can open it."""
        path = FIELD_PATHS[-1]
        for state, texts in {
            "locked": ("01/13/2026", "01/31/2026", "Timesheet Admin"),
            "draft": ("02/10/2026", "Draft Invoice", "Timesheet Admin"),
            "posted": ("02/10/2026", "INV/2026", "credit note"),
        }.items():
            letter, message = self._walk(path, self.worlds[state], "author")
            self.assertEqual(letter, "R")
            for text in (f"Author {state}", *texts):
                self.assertIn(text, message)
