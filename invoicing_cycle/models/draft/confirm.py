from odoo import models
from odoo.fields import Command


class AccountMove(models.Model):
    """Whoever confirms a draft that is out of date learns it before it has a number.

    In Odoo's own dialog, and only where Odoo asks by itself: behind the buttons of the
    form and of the lists. Code that posts is not asked; the invoice has a note then.
    """

    _inherit = "account.move"

    def _get_moves_requiring_confirmation(self):
        # EXTENDS account
        return super()._get_moves_requiring_confirmation() | self._filtered_outdated()

    def _get_reasons_of_outdated(self):
        """
        :return: dict, id of those that are out of date to the reasons, as a text
        """
        # sudo: whoever posts, code included
        return {
            draft.id: draft.outdated_reasons
            for draft in self.sudo()._filtered_outdated()
        }

    def _log_outdated(self, reasons):
        """A note on each of these that was confirmed all the same.

        :param dict reasons: as of :meth:`_get_reasons_of_outdated`, before
        """
        bodies = {
            move.id: self.env._(
                "Confirmed while it was out of date:\n%(reasons)s",
                reasons=reasons[move.id],
            )
            for move in self
            if move.id in reasons
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _filtered_outdated(self):
        """Those that are out of date now, whatever was known before."""
        self._forget_outdated()
        drafts = self.filtered(lambda move: move._is_draft_of_schedule())
        return drafts.filtered("draft_status")

    def _ask_to_confirm(self):
        """The dialog that Odoo opens before it confirms, for all of these.

        :return: window action
        """
        wizard = self.env["validate.account.move"].create(
            {
                "move_ids": [Command.set(self.ids)],
                # The button confirms at once, whatever the date and the journal.
                "force_post": True,
                "force_hash": True,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirm"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
