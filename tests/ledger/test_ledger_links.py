from odoo.fields import Command
from odoo.tests import tagged

from ..common.ledger_links import LedgerLinksCommon
from .link_roads import (
    DOCUMENT_ROADS,
    ENTRY_ROADS,
    ITEM_ROADS,
    LINE_ROADS,
    MILESTONE_ROADS,
    RECORDED_ROADS,
    new_document,
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
        self._walk_all((*DOCUMENT_ROADS, new_document))

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
        roads = (*LINE_ROADS, *DOCUMENT_ROADS, new_document, *ITEM_ROADS[:-3])
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
