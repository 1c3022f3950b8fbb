from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.ledger_links import LedgerLinksCommon

#: Lets the database delete what Odoo would refuse: a key that any client can send.
FORGED = {"_force_unlink": True, "skip_readonly_check": True}


def _write(record, field, get_value, name=None):
    """A road that writes a field of a record of the world."""

    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        getattr(world, record).with_env(env).write({field: get_value(case, world)})

    road.__name__ = f"{record}.{field}{' ' + name if name else ''}"
    return road


#: The fields of the line itself.
LINE_ROADS = (
    _write("line", "sale_line_ids", lambda case, world: [Command.clear()], "clear"),
    _write(
        "line",
        "sale_line_ids",
        lambda case, world: [Command.unlink(world.item.id)],
        "unlink",
    ),
    _write(
        "line",
        "sale_line_ids",
        lambda case, world: [Command.set(case.other_order.order_line.ids)],
        "set",
    ),
    _write(
        "line",
        "sale_line_ids",
        lambda case, world: [Command.link(case.other_order.order_line.id)],
        "link",
    ),
    _write("line", "sale_line_ids", lambda case, world: False, "false"),
    _write("line", "move_id", lambda case, world: case.other_move.id),
    _write("line", "display_type", lambda case, world: "line_note"),
    _write("line", "parent_state", lambda case, world: "cancel"),
    _write("line", "currency_id", lambda case, world: case.other_currency.id),
    _write("milestone_line", "sale_line_ids", lambda case, world: [Command.clear()]),
    _write("milestone_line", "move_id", lambda case, world: case.other_move.id),
)


def _through_document(field):
    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        world.move.with_env(env).write(
            {field: [Command.update(world.line.id, {"sale_line_ids": [(5,)]})]}
        )

    road.__name__ = f"move.{field} update"
    return road


def _take_line(field, command):
    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        case.other_move.with_env(env).write(
            {field: [command(world.line, case.other_move)]}
        )

    road.__name__ = f"other move.{field} {command.__name__}"
    return road


def _link(line, move):
    return Command.link(line.id)


def _set(line, move):
    return Command.set([*move.invoice_line_ids.ids, line.id])


def _save_form(case, world, env):
    world.line.with_env(env).web_save(
        {"sale_line_ids": [Command.clear()]}, {"sale_line_ids": {}}
    )


def _import(case, world, env):
    result = (
        env["account.move.line"]
        .with_context(**FORGED)
        .load(
            [".id", "sale_line_ids/.id"],
            [[str(world.line.id), str(case.other_order.order_line.id)]],
        )
    )
    if not result["ids"]:
        raise UserError(result["messages"][0]["message"])


DOCUMENT_ROADS = (
    _through_document("invoice_line_ids"),
    _through_document("line_ids"),
    _take_line("invoice_line_ids", _link),
    _take_line("invoice_line_ids", _set),
    _take_line("line_ids", _link),
    _save_form,
    _import,
    _write("move", "move_type", lambda case, world: "out_refund"),
    _write("move", "move_type", lambda case, world: "entry", "entry"),
    _write("move", "currency_id", lambda case, world: case.other_currency.id),
    _write("move", "payment_state", lambda case, world: "invoicing_legacy"),
)


def _new_document(case, world, env):
    """A new document takes the line along."""
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": case.partner.id,
            "invoice_line_ids": [Command.link(world.line.id)],
        }
    )


def _new_item(case, world, env):
    env["sale.order.line"].create(
        {
            "order_id": case.other_order.id,
            "product_id": case.product_hours.id,
            "invoice_lines": [Command.link(world.line.id)],
        }
    )


def _new_item_by_default(case, world, env):
    env["sale.order.line"].with_context(
        default_invoice_lines=[Command.link(world.line.id)]
    ).create({"order_id": case.other_order.id, "product_id": case.product_hours.id})


def _through_order(case, world, env):
    world.order.with_env(env).write(
        {
            "order_line": [
                Command.update(world.item.id, {"invoice_lines": [Command.clear()]})
            ]
        }
    )


def _through_partner(case, world, env):
    """The customer's orders, their items, their invoice lines."""
    world.order.partner_id.with_env(env).write(
        {
            "sale_order_ids": [
                Command.update(
                    world.order.id,
                    {
                        "order_line": [
                            Command.update(
                                world.item.id, {"invoice_lines": [Command.clear()]}
                            )
                        ]
                    },
                )
            ]
        }
    )


def _other_item(case, world, env):
    item = case.other_order.order_line
    item.with_env(env).write({"invoice_lines": [Command.link(world.line.id)]})


def _foreign_line(case, world, env):
    """A line that bills nothing is put beside those that bill the item."""
    case.free_line.with_env(env).write({"sale_line_ids": [Command.link(world.item.id)]})


def _foreign_line_of_item(case, world, env):
    world.item.with_env(env).write({"invoice_lines": [Command.link(case.free_line.id)]})


def _delete(name):
    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        getattr(world, name).with_env(env).unlink()

    road.__name__ = f"delete {name}"
    return road


#: The other end of the same relation, and the item itself.
ITEM_ROADS = (
    _write("item", "invoice_lines", lambda case, world: [Command.clear()], "clear"),
    _write(
        "item",
        "invoice_lines",
        lambda case, world: [Command.unlink(world.line.id)],
        "unlink",
    ),
    _write(
        "item",
        "invoice_lines",
        lambda case, world: [Command.set(case.other_move.invoice_line_ids.ids)],
        "set",
    ),
    _write("item", "invoice_lines", lambda case, world: False, "false"),
    _write("item", "order_id", lambda case, world: case.other_order.id),
    _write("item", "product_id", lambda case, world: case.product_days.id),
    _write(
        "item",
        "product_uom_id",
        lambda case, world: case.env.ref("uom.product_uom_day").id,
    ),
    _write("item", "state", lambda case, world: "draft"),
    _write("item", "qty_invoiced", lambda case, world: 0.0),
    _write("item", "qty_delivered", lambda case, world: 99.0),
    _write("item", "qty_delivered_method", lambda case, world: "manual"),
    _write("item", "is_expense", lambda case, world: True),
    _write("item", "is_downpayment", lambda case, world: True),
    _write("milestone_item", "invoice_lines", lambda case, world: [Command.clear()]),
    _write("milestone_item", "order_id", lambda case, world: case.other_order.id),
    _write("order", "currency_id", lambda case, world: case.other_currency.id),
    _through_order,
    _through_partner,
    _other_item,
    _foreign_line,
    _foreign_line_of_item,
    _new_item,
    _new_item_by_default,
    _delete("item"),
    _delete("milestone_item"),
    _delete("order"),
)


#: What was billed, from wherever it can be reached.
ENTRY_ROADS = (
    _write(
        "item",
        "timesheet_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
    _write("item", "timesheet_ids", lambda case, world: [Command.clear()], "clear"),
    _write("item", "timesheet_ids", lambda case, world: [Command.set([])], "set"),
    _write(
        "milestone_item",
        "timesheet_ids",
        lambda case, world: [Command.link(world.entry.id)],
        "link",
    ),
    _write(
        "item",
        "analytic_line_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
    _write("entry", "so_line", lambda case, world: False),
)
#: Recorded on the entry: test_timesheet_recorded_fields.py.
RECORDED_ROADS = (
    _write("entry", "timesheet_invoice_id", lambda case, world: False),
    _write("entry", "invoice_line_id", lambda case, world: False),
    _write("entry", "billing_period_id", lambda case, world: False),
    _write(
        "move",
        "timesheet_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
    _write(
        "line",
        "timesheet_entry_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
)
MILESTONE_ROADS = (
    _write("milestone", "sale_line_id", lambda case, world: world.item.id),
    _write("milestone", "invoice_line_id", lambda case, world: False),
    _write("milestone", "project_id", lambda case, world: case.other_project.id),
    _write(
        "milestone_item",
        "reached_milestones_ids",
        lambda case, world: [Command.unlink(world.milestone.id)],
        "unlink",
    ),
)


@tagged("post_install", "-at_install")
class TestLedgerLinks(LedgerLinksCommon):
    """Every way to the links that the ledger rests on, by state and role.

    The letters stand for the roles in their order: biller, billing manager with sales,
    sales manager, project manager, timesheet administrator, OdooBot.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.free_line = (
            cls.env["account.move"]
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.partner.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Fee", "price_unit": 5.0})
                    ],
                }
            )
            .invoice_line_ids
        )

    def _walk_all(self, roads):
        for road in roads:
            self.assertRoad(road, "RRRRR-")
            self.assertRoad(road, "RR", sudo=True, roles=("biller", "administrator"))

    def test_line(self):
        self._walk_all(LINE_ROADS)

    def test_document(self):
        self._walk_all((*DOCUMENT_ROADS, _new_document))

    def test_item(self):
        self._walk_all(ITEM_ROADS)

    def test_entries(self):
        roles = ("biller", "chief", "seller", "lead")
        for road in ENTRY_ROADS:
            self.assertRoad(road, "RRRR", roles=roles)
            self.assertRoad(road, "RR", sudo=True, roles=("biller", "lead"))
        for road in RECORDED_ROADS:
            self.assertRoad(road, "RRRR", roles=roles)

    def test_milestones(self):
        for road in MILESTONE_ROADS:
            self.assertRoad(road, "RRRRR-")

    def test_refusals_name_document_and_way_out(self):
        roads = (*LINE_ROADS, *DOCUMENT_ROADS, _new_document, *ITEM_ROADS[:-3])
        for road in roads:
            for state, way_out in (("draft", "[Dd]elete"), ("posted", "[Cc]redit")):
                world = self.worlds[state]
                letter, message = self._walk(road, world, "biller", sudo=True)
                with self.subTest(road=road.__name__, state=state):
                    self.assertEqual(letter, "R")
                    self.assertIn(world.move.display_name, message)
                    self.assertRegex(message, f"{way_out}|without a sales order")

    def test_free(self):
        """What a person decides on a draft stays free."""
        world = self.worlds["draft"]
        account = self.env["account.account"].search(
            [("account_type", "=", "income"), ("id", "!=", world.line.account_id.id)],
            limit=1,
        )
        values = {
            "account_id": account.id,
            "analytic_distribution": {world.project.account_id.id: 50.0},
            "discount": 5.0,
            "name": "Other text",
            "price_unit": 120.0,
            "quantity": 15.0,
            "tax_ids": [Command.set(self.tax_included.ids)],
        }
        for name, value in values.items():
            line = world.line.with_user(self.user_accountant)
            line.write({name: value})
            world.move.with_user(self.user_accountant).write(
                {"invoice_line_ids": [Command.update(line.id, {name: value})]}
            )
        self.assertEqual(world.line.write_up_quantity, -1.0)
        self.assertEqual(world.line.account_id, account)

    def test_unchanged(self):
        """A client that sends back what it has read changes nothing."""
        for world in self.worlds.values():
            line = world.line.with_user(self.user_accountant)
            line.write(
                {
                    "sale_line_ids": [Command.set(world.item.ids)],
                    "move_id": world.move.id,
                    "display_type": "product",
                    "parent_state": world.move.state,
                    "currency_id": world.line.currency_id.id,
                }
            )
            line.write({"sale_line_ids": [Command.link(world.item.id)]})
            line.write({"sale_line_ids": []})
            world.move.with_user(self.user_accountant).write(
                {"move_type": "out_invoice", "payment_state": "not_paid"}
            )
            world.item.with_user(self.user_accountant).write(
                {
                    "order_id": world.order.id,
                    "invoice_lines": [Command.set(world.line.ids)],
                    "product_uom_id": world.item.product_uom_id.id,
                }
            )
        self.assertProven(world.project)

    def test_delete_line(self):
        """The way out that the refusal names."""
        world = self.worlds["draft"]
        item = world.item.with_user(self.user_accountant)
        item.write({"invoice_lines": [Command.delete(world.line.id)]})
        self.assertFalse(world.entry.invoice_line_id)
        item.write({"product_uom_id": self.env.ref("uom.product_uom_day").id})
        item.write({"product_uom_id": self.env.ref("uom.product_uom_hour").id})
        self.env.flush_all()
        self.assertProven(world.project)

    def test_credited_document(self):
        """What is credited in full lets the item go, but not its links."""
        world = self.worlds["posted"]
        world.move._reverse_moves()._post()
        item = world.item.with_user(self.user_accountant)
        item.write({"product_uom_id": self.env.ref("uom.product_uom_day").id})
        for road in (LINE_ROADS[0], ITEM_ROADS[0]):
            self.assertEqual(self._walk(road, world, "biller")[0], "R")

    def test_cancelled_document(self):
        """Its order may go its way."""
        world = self.worlds["draft"]
        world.move.with_user(self.user_accountant).button_cancel()
        world.item.with_user(self.user_accountant).write({"is_expense": True})
        self.assertTrue(world.item.is_expense)

    def test_odoobot(self):
        world = self.worlds["draft"]
        for road in (LINE_ROADS[0], DOCUMENT_ROADS[0], ITEM_ROADS[0]):
            self.assertEqual(self._walk(road, world, "odoobot")[0], "C")
