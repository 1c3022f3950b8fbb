from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.ledger_links import LedgerLinksCommon


def _get_values(item, **values):
    return {
        "product_id": item.product_id.id,
        "quantity": 5.0,
        "price_unit": 100.0,
        "sale_line_ids": [Command.link(item.id)],
        **values,
    }


def _make_document(case, env, lines, **values):
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": case.partner.id,
            "invoice_line_ids": [Command.create(line) for line in lines],
            **values,
        }
    )


def _invoice(case, world, env):
    _make_document(case, env, [_get_values(world.item)])


def _invoice_of_milestones(case, world, env):
    _make_document(case, env, [_get_values(world.milestone_item, quantity=0.1)])


def _negative_line(case, world, env):
    lines = [_get_values(world.item, quantity=-5.0), {"name": "Fee", "price_unit": 9e3}]
    _make_document(case, env, lines)


def _credit_note(case, world, env):
    _make_document(case, env, [_get_values(world.item)], move_type="out_refund")


def _credit_note_that_reverses(case, world, env):
    _make_document(
        case,
        env,
        [_get_values(world.item)],
        move_type="out_refund",
        reversed_entry_id=world.move.id,
    )


def _credit_note_with_link(case, world, env):
    _make_document(
        case,
        env,
        [_get_values(world.item, credited_line_id=world.line.id)],
        move_type="out_refund",
        reversed_entry_id=world.move.id,
    )


def _invoice_with_link(case, world, env):
    line = _get_values(world.item, recreated_line_id=world.line.id)
    _make_document(case, env, [line])


def _line_of_our_draft(case, world, env):
    case.other_move.with_env(env).write(
        {"invoice_line_ids": [Command.create(_get_values(world.item))]}
    )


def _line_of_our_draft_by_all_lines(case, world, env):
    case.other_move.with_env(env).write(
        {"line_ids": [Command.create(_get_values(world.item))]}
    )


def _line_alone(case, world, env):
    env["account.move.line"].create(
        _get_values(world.item, move_id=case.free_move.id, display_type="product")
    )


def _by_default(case, world, env):
    env["account.move.line"].with_context(
        default_sale_line_ids=[Command.link(world.item.id)]
    ).create({"move_id": case.free_move.id, "name": "Fee", "price_unit": 5.0})


def _with_keys(case, world, env):
    """What Odoo's reversal sets: any client can send it as well."""
    keys = {"include_business_fields": True, "move_reverse_cancel": True}
    _make_document(case, env(context=keys), [_get_values(world.item)])


def _from_the_item(case, world, env):
    line = {"move_id": case.free_move.id, "name": "Fee", "price_unit": 5.0}
    world.item.with_env(env).write({"invoice_lines": [Command.create(line)]})


def _save_form(case, world, env):
    env["account.move.line"].web_save(
        _get_values(world.item, move_id=case.free_move.id), {}
    )


def _import(case, world, env):
    columns = {
        "move_type": "out_invoice",
        "partner_id/.id": str(case.partner.id),
        "invoice_line_ids/product_id/.id": str(world.item.product_id.id),
        "invoice_line_ids/quantity": "5",
        "invoice_line_ids/sale_line_ids/.id": str(world.item.id),
    }
    result = env["account.move"].load(list(columns), [list(columns.values())])
    if not result["ids"]:
        raise UserError(result["messages"][0]["message"])


ROADS = (
    _invoice,
    _invoice_of_milestones,
    _negative_line,
    _credit_note,
    _credit_note_that_reverses,
    _credit_note_with_link,
    _invoice_with_link,
    _line_of_our_draft,
    _line_of_our_draft_by_all_lines,
    _line_alone,
    _by_default,
    _with_keys,
    _from_the_item,
    _save_form,
    _import,
)


@tagged("post_install", "-at_install")
class TestLinesMadeBeside(LedgerLinksCommon):
    """Nobody makes a line by hand that bills what a line of the ledger bills.

    The letters stand for the roles as in test_ledger_links.py.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.free_move = cls.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": cls.partner.id}
        )

    def test_made_by_hand(self):
        for road in ROADS:
            self.assertRoad(road, "RRRRR-")
            self.assertRoad(road, "RR", sudo=True, roles=("biller", "administrator"))

    def test_refusals_name_document_and_way_out(self):
        for state, world in self.worlds.items():
            letter, message = self._walk(_invoice, world, "biller")
            with self.subTest(state=state):
                self.assertEqual(letter, "R")
                self.assertIn(world.move.display_name, message)
                self.assertIn("without a sales order item", message)

    def test_copies_bill_nothing_of_the_order(self):
        """A copy may ask for the links with a key that only reversals need."""
        for keys in (
            {"include_business_fields": True},
            {"include_business_fields": True, "move_reverse_cancel": True},
        ):
            for world in self.worlds.values():
                move = world.move.with_user(self.user_accountant).with_context(**keys)
                copy = move.copy().sudo()
                with self.subTest(keys=keys, state=world.state):
                    self.assertFalse(copy.invoice_line_ids.sale_line_ids)
                    self.assertFalse(copy.invoice_line_ids.credited_line_id)
                    self.assertFalse(copy.invoice_line_ids.recreated_line_id)
                    self.assertEqual(copy.amount_untaxed, world.move.amount_untaxed)
                    self.assertEqual(world.item.qty_invoiced, 16.0)
        self.env.flush_all()
        self.assertProven(self.worlds["draft"].project)
        self.assertProven(self.worlds["posted"].project)

    def test_copy_of_what_the_ledger_does_not_follow(self):
        """Odoo's own meaning of the key stays for documents that are not ours."""
        order = self._create_order(self.product_fixed, quantity=1.0)
        invoice = order.with_user(self.user_accountant)._create_invoices()
        copy = invoice.with_context(include_business_fields=True).copy()
        self.assertEqual(copy.invoice_line_ids.sale_line_ids, order.order_line)

    def test_items_that_nothing_bills(self):
        """Sales order items that no period bills stay Odoo's matter."""
        item = self._create_order(self.product_fixed, quantity=1.0).order_line
        env = self.env(user=self.user_accountant.id, context={})
        _make_document(self, env, [_get_values(item)])
        self.assertEqual(item.qty_invoiced, 5.0)

    def test_credited_document(self):
        """What was credited stays on the order, with what was credited for it."""
        world = self.worlds["posted"]
        world.move.with_user(self.user_accountant)._reverse_moves(cancel=True)
        self.assertEqual(self._walk(_credit_note, world, "biller")[0], "R")
        self.assertEqual(world.item.qty_invoiced, 0.0)

    def test_deleted_line_lets_go(self):
        world = self.worlds["draft"]
        world.line.with_user(self.user_accountant).unlink()
        env = self.env(user=self.user_accountant.id, context={})
        _make_document(self, env, [_get_values(world.item)])
        self.assertEqual(world.item.qty_invoiced, 5.0)

    def test_reversal_in_one_step(self):
        """Reversing goes on to link both documents to the item."""
        world = self.worlds["posted"]
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.user_accountant)
            .with_context(active_model="account.move", active_ids=world.move.ids)
            .create({"journal_id": world.move.journal_id.id})
        )
        wizard.modify_moves()
        draft, credit = wizard.new_move_ids.sudo(), world.move.reversal_move_ids
        self.assertIn(world.item, draft.invoice_line_ids.sale_line_ids)
        self.assertIn(world.item, credit.invoice_line_ids.sale_line_ids)
        self.assertProven(world.project)
