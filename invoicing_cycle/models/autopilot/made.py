from odoo import api, fields, models

STEP = "autopilot_step"


class AccountMove(models.Model):
    """What the autopilot did with an invoice, each act logged with what allowed it."""

    _inherit = "account.move"

    autopilot_step = fields.Selection(
        [
            ("drafted", "Drafted"),
            ("confirmed", "Confirmed"),
            ("sending", "Confirmed, to be sent"),
            ("sent", "Sent"),
        ],
        string="By the Autopilot",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What was done by itself. It is forgotten when a person takes that back.",
        groups="base.group_user",
    )

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {STEP}

    def _follow_reset(self, vals):
        """What a person has had in hand is a person's from then on."""
        result = super()._follow_reset(vals)
        taken = self.browse()
        if "sent_on" in vals and not vals["sent_on"]:
            self.filtered(lambda move: move.autopilot_step == "sent")._leave_lost()
        if vals.get("state", "posted") != "posted" or not vals.get("sent_on", True):
            taken = self.filtered(STEP)
        elif "sent_on" in vals:
            taken = self.filtered(lambda move: move.autopilot_step == "sending")
        if taken:
            taken._record({STEP: False})
        return result

    def _leave_lost(self):
        """These do not count as sent any more: a mail that failed later, for one. It
        may be tried again by the mail system, so it is not by the autopilot."""
        for move in self:
            # sudo: the periods of what was sent
            move.sudo().billing_period_ids._leave_to_person(
                "send",
                self.env._(
                    "%(invoice)s was sent, and does not count as sent any more: its "
                    "log says why.",
                    invoice=move.display_name,
                ),
            )

    def _get_autopilot(self):
        """What may be done by itself with this invoice: one of ``LEVELS``."""
        # sudo: which projects it bills
        return self.sudo().billing_period_ids.project_id._get_lowest_autopilot()

    def _record_step(self, step, act):
        """
        :param str step: how far these are
        :param str act: what was done, as a sentence
        """
        self._record({STEP: step})
        self._message_log_batch(
            bodies={move.id: f"{act} {move._format_rule()}" for move in self}
        )

    def _format_rule(self):
        """The rule that allowed an act, as a sentence."""
        # sudo: as above
        projects = self.sudo().billing_period_ids.project_id
        labels = dict(
            projects._fields["billing_autopilot"]._description_selection(self.env)
        )
        own = projects.filtered("billing_autopilot")
        return self.env._(
            "Rule: “%(level)s” of %(where)s, and no warning in the preview.",
            level=labels[projects._get_lowest_autopilot()],
            where=", ".join(
                [
                    *own.mapped("name"),
                    *(projects - own).billing_company_id.mapped("name"),
                ]
            ),
        )
