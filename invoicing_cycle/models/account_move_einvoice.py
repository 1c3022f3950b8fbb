from odoo import models

#: State field of an e-invoicing network: the values that say that the network took the
#: document over. The networks are add-ons that need not be there.
EINVOICE_STATES = {
    "peppol_move_state": {"processing", "done"},
    "nemhandel_move_state": {"processing", "done"},
}


class AccountMoveEinvoice(models.Model):
    """The sent record follows what an e-invoicing network says of the invoice."""

    _inherit = "account.move"

    def _follow_einvoice_states(self, vals):
        for name in EINVOICE_STATES.keys() & vals.keys():
            self._follow_einvoice_state(vals[name], EINVOICE_STATES[name])

    def _follow_einvoice_state(self, state, accepted):
        """Set or clear the sent record as the network's answer asks.

        :param str state: what the network says
        :param set accepted: its words for a document that it took over
        """
        if state in accepted:
            # The dialog of many invoices sends from a cron and keeps the person here.
            # sudo: the network's answer comes by a cron or anybody's poll; of the
            # settings only the sender is read
            groups = self.sudo().grouped(
                lambda move: (move.sending_data or {}).get("author_user_id")
            )
            for author, moves in groups.items():
                user = self.env["res.users"].browse(author or self.env.uid)
                moves._set_sent_record("einvoice", user)
        elif state == "error":
            self.filtered(
                lambda move: move.sent_channel == "einvoice"
            )._clear_sent_record(
                self.env._("The e-invoicing network refused the document.")
            )
