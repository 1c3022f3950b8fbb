from odoo.fields import Command
from odoo.tests import tagged

from ..common.guard import GuardCommon

FORGED = {"_force_unlink": True, "tracking_disable": True}


def _write(name, field, get_value):
    """A path that changes another record, of the world or a result of a function."""

    def path(case, world, env):
        record = getattr(world, name).with_env(env)
        record.write({field: get_value(case, world)})

    path.__name__ = f"{name}.{field}"
    return path


def _delete(name):
    """A path that deletes another record, with the context of an uninstallation."""

    def path(case, world, env):
        getattr(world, name).with_env(env).with_context(**FORGED).unlink()

    path.__name__ = f"delete {name}"
    return path


def _move_task(case, world, env):
    world.task.with_env(env).write(
        {"project_id": case.other_project.id, "parent_id": False}
    )


def _move_parent(case, world, env):
    world.parent.with_env(env).project_id = case.other_project


def _adopt_task(case, world, env):
    world.task.with_env(env).write(
        {"parent_id": case.other_task.id, "project_id": case.other_project.id}
    )


def _archive_project(case, world, env):
    world.project.with_env(env).action_archive()


def _make_template(case, world, env):
    world.project.with_env(env)._toggle_template_mode(True)


def _archive_employee(case, world, env):
    world.employee.with_env(env).action_archive()


def _merge_customers(case, world, env):
    other = case.env["res.partner"].create({"name": "Twin"})
    # As Odoo's own wizard for administrators does, which writes by SQL.
    wizard = env["base.partner.merge.automatic.wizard"].create({})
    wizard._merge((world.partner | other).ids, other, extra_checks=False)


def _delete_user(case, world, env):
    """Nobody's user any more, and gone."""
    world.employee.with_env(env).user_id = case.successor
    world.author.with_env(env).with_context(**FORGED).unlink()


def _delete_customer(case, world, env):
    partner = case.env["res.partner"].create({"name": "Passing"})
    case.env.cr.execute(
        "UPDATE account_analytic_line SET partner_id = %s WHERE id = %s",
        [partner.id, world.entry.id],
    )
    case.env.invalidate_all()
    partner.with_env(env).with_context(**FORGED).unlink()


def _sell_project_otherwise(case, world, env):
    item = case._add_item(world)
    # The task's own item goes before the project's, and the entry has a task.
    world.project.with_env(env).sale_line_id = item
    world.task.with_env(env).sale_line_id = item


def _rate_person(case, world, env):
    env["project.sale.line.employee.map"].create(
        {
            "project_id": world.project.id,
            "employee_id": world.employee.id,
            "sale_line_id": case._add_item(world).id,
        }
    )


def _change_rate(case, world, env):
    _rate_person(case, world, case.env)
    rate = world.project.sale_line_employee_ids.with_env(env)
    rate.sale_line_id = case._add_item(world)


def _tie_to_journal_item(case, world, env):
    """The database deletes entries with their journal item."""
    bill = case.env["account.move"].create(
        {
            "move_type": "in_invoice",
            "partner_id": case.partner.id,
            "invoice_line_ids": [Command.create({"name": "X", "price_unit": 1.0})],
        }
    )
    item = bill.invoice_line_ids
    world.entry.with_env(env).write(
        {"move_line_id": item.id, "general_account_id": item.account_id.id}
    )
    bill.unlink()


#: What takes time along in Odoo: closed time stays, whoever does it.
MOVING_PATHS = (
    _move_task,
    _move_parent,
    _adopt_task,
)
_SWITCH_USER = _write("employee", "user_id", lambda case, world: case.successor.id)

#: The sales order item of locked time follows, that of billed time does not.
RATE_PATHS = (
    _write("task", "sale_line_id", lambda case, world: case._add_item(world).id),
)
RATE_TABLE_PATHS = (_sell_project_otherwise, _rate_person, _change_rate)

#: What leaves every entry as it is.
HARMLESS_PATHS = (
    _archive_project,
    _write("task", "active", lambda case, world: False),
    _write("employee", "hourly_cost", lambda case, world: 99.0),
    _write(
        "project", "account_id", lambda case, world: case.other_project.account_id.id
    ),
)

_NEW_MANAGER = _write("project", "user_id", lambda case, world: case.successor.id)
EMPLOYEE_PATHS = (
    _archive_employee,
    _write("employee", "company_id", lambda case, world: case.other_company.id),
    _write("employee", "parent_id", lambda case, world: case.lead.id),
)

#: What the database would empty or delete: refused, whoever does it.
DELETE_PATHS = (
    _delete("project"),
    _delete("task"),
    _delete("parent"),
    _delete("employee"),
    _delete_user,
    _delete_customer,
)

DOERS = ("author", "administrator", "odoobot")
#: Who may change employees: a Timesheets / Administrator is an officer for them.
OFFICERS = ("administrator", "odoobot")


@tagged("post_install", "-at_install")
class TestGuardRecompute(GuardCommon):
    """Changes of other records that Odoo carries over to time entries.

    As the superuser: what a role may do with projects, tasks and orders is Odoo's
    matter; the guard asks the user all the same. What rights hang on (employees,
    rates) and what bills a project only those change who may, see
    ``test_security_superuser.py`` and ``test_security_billing_basis.py``.
    """

    def _add_item(self, world):
        order = self._create_order(price=70.0, partner_id=world.partner.id)
        return order.order_line

    def assertPaths(self, paths, expected, doers=DOERS):
        expected = {state: letter * len(doers) for state, letter in expected.items()}
        for path in paths:
            self.assertWalk(path, expected, sudo=True, roles=doers)

    def assertRefusedTo(self, paths, doers):
        self.assertPaths(paths, dict.fromkeys(self.worlds, "R"), doers)

    def test_moves(self):
        closed = dict.fromkeys(("locked", "approved", "draft", "posted"), "K")
        self.assertPaths(MOVING_PATHS, {"open": "C", **closed})
        self.assertPaths([_SWITCH_USER], {"open": "C", **closed}, OFFICERS)
        self.assertRefusedTo([_SWITCH_USER], ["author"])

    def test_rates(self):
        """Open time follows, what is locked or billed keeps the item of its day."""
        expected = dict(zip(self.worlds, "FKKKK", strict=True))
        self.assertPaths(RATE_PATHS, expected)
        self.assertPaths(RATE_TABLE_PATHS, expected, ["odoobot"])
        self.assertRefusedTo(RATE_TABLE_PATHS, ["author", "administrator"])

    def test_harmless(self):
        kept = dict.fromkeys(self.worlds, "K")
        self.assertPaths(HARMLESS_PATHS, kept)
        self.assertPaths(EMPLOYEE_PATHS, kept, OFFICERS)
        self.assertRefusedTo(EMPLOYEE_PATHS, ["author"])
        self.assertPaths([_NEW_MANAGER], kept, ["odoobot"])
        self.assertRefusedTo([_NEW_MANAGER], ["author", "administrator"])

    def test_deletions(self):
        closed = dict.fromkeys(("locked", "approved", "draft", "posted"), "R")
        self.assertPaths(DELETE_PATHS, closed)

    def test_template(self):
        """A project with a schedule becomes none, so no time is left out silently."""
        self.assertPaths([_make_template], dict.fromkeys(self.worlds, "R"))

    def test_customer_and_billing(self):
        """The customer stays, and with it the item; without billing there is none."""
        expected = dict(zip(self.worlds, "CKKKK", strict=True))
        path = _write("task", "partner_id", lambda case, w: case.other_partner.id)
        self.assertPaths([path], expected)
        expected = dict(zip(self.worlds, "CFFKK", strict=True))
        path = _write("project", "allow_billable", lambda case, w: False)
        self.assertPaths([path], expected, ["odoobot"])
        self.assertRefusedTo([path], ["author", "administrator"])

    def test_merged_customers(self):
        """The customer is the same one; only its record is another."""
        self.assertPaths([_merge_customers], dict.fromkeys(self.worlds, "P"))

    def test_journal_item(self):
        self.assertPaths([_tie_to_journal_item], dict.fromkeys(self.worlds, "R"))

    def test_approval_ends(self):
        """Another price is another decision."""
        world = self.worlds["approved"]
        before, item = world.task.sale_line_id, self._add_item(world)
        world.task.sale_line_id = item
        self.assertEqual(world.entry.approval_state, "approved")
        world.task.sale_line_id = before
        self._change_for_all(world.task, {"sale_line_id": item.id})
        self.assertEqual(world.entry.approval_state, "pending")
