from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.call_arguments import ensure_one

#: What a refresh asks about where a person changed it; other changes stay.
ASKED_FIELDS = ("quantity", "price_unit", "discount")


class AccountMove(models.Model):
    """Makes the generated lines of a draft anew, without losing what a person did.

    Nothing is billed twice or lost: the rows of the draft and its periods are locked,
    its entries are given back and linked again by the statement of the generator, which
    proves what it linked, and all of it happens or nothing.

    Refreshing is for those who see the draft and may generate all of its periods.
    """

    _inherit = "account.move"

    def action_refresh_draft(self):
        """Refresh this draft; ask first where a person changed what is made anew.

        :return: the dialog that asks, or False
        """
        ensure_one(self)
        draft = self._check_refreshable()
        plan = draft._get_refresh_plan()
        draft._check_refresh_plan(plan)
        if not draft._get_refresh_questions(plan):
            draft._refresh_draft()
            return False
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refresh"),
            "res_model": "account.move.refresh",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    # ------------------------------------------------------------------ checks

    def _check_refreshable(self):
        """
        :return: this draft as superuser, without what the client sent in the context
        :raises UserError: where it is no draft of a billing schedule
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the links to the periods; what the user may with those is asked without
        self.sudo().billing_period_ids.with_env(self.env).check_access("write")
        env = self.env["project.billing.period"]._without_caller_context().env
        # sudo: as the generator, see project.billing.period._create_invoices
        draft = self.with_env(env).sudo()
        draft._check_draft()
        return draft

    def _check_draft(self):
        if not self._is_draft_of_schedule() or not self._get_generated_lines():
            raise UserError(
                self.env._(
                    "%(document)s cannot be refreshed: only drafts that were created "
                    "from billing periods can. What is confirmed is corrected by a "
                    "credit note.",
                    document=self.display_name,
                )
            )
        if credits := self._get_credits_of_lines():
            raise UserError(
                self.env._(
                    "%(document)s cannot be refreshed: it would bill what %(credits)s "
                    "gives back. What arrived since is billed with the next period. "
                    "Otherwise reset the credit note to draft and delete it first.",
                    document=self.display_name,
                    credits=", ".join(credits.mapped("display_name")),
                )
            )

    def _check_refresh_plan(self, plan):
        Period = self.env["project.billing.period"]
        if not plan.items:
            raise UserError(
                self.env._(
                    "Nothing of %(document)s is left to bill. Delete the draft "
                    "instead.",
                    document=self.display_name,
                )
            )
        if Period._is_negative(plan.items) != (self.move_type == "out_refund"):
            raise UserError(
                self.env._(
                    "%(document)s would change from an invoice to a credit note, or "
                    "back. Delete the draft and create it again from its periods.",
                    document=self.display_name,
                )
            )

    def _lock_for_refresh(self):
        periods = self._get_generated_lines().billing_period_id
        for records in (periods, self):
            if records.try_lock_for_update(allow_referencing=True) != records:
                raise UserError(
                    self.env._(
                        "%(document)s or one of its periods is being worked on by "
                        "somebody else right now. Try again.",
                        document=self.display_name,
                    )
                )
        # Read again what was decided before the lock.
        self.env.invalidate_all()
        self._check_draft()

    # --------------------------------------------------------------- questions

    def _get_refresh_questions(self, plan):
        """What a person changed, of what would be made anew.

        :return: list of dict: line, field, shown, kept, new; without a new value where
            the line is removed
        """
        questions = []
        for vals, line in plan.rows:
            changed = line and line._get_changes_by_hand()
            for name in ASKED_FIELDS:
                if changed and name in changed:
                    kept = line._get_refreshed_values(vals)
                    new = line._get_refreshed_values(vals, {name})
                    questions.append(
                        {
                            "line": line,
                            "field": name,
                            "shown": line[name],
                            "kept": kept[name],
                            "new": new[name],
                        }
                    )
        questions += [
            {"line": line, "field": name, "shown": line[name], "kept": None}
            for line in plan.surplus
            for name in ASKED_FIELDS
            if name in line._get_changes_by_hand()
        ]
        return questions

    # ----------------------------------------------------------------- refresh

    def _refresh_draft(self, take=frozenset()):
        """Make the generated lines anew.

        :param take: set of (id of a line, field name) that a person changed and where
            the new value is taken nevertheless
        """
        self.ensure_one()
        with self.env.cr.savepoint():
            self._lock_for_refresh()
            plan = self._get_refresh_plan()
            self._check_refresh_plan(plan)
            lines = self._get_generated_lines()
            # Unless a person chose another.
            follows = self.delivery_date == self._get_made_delivery_date()
            # Through the ORM: they find another period.
            plan.leaving._set_invoice_line(lines.browse())
            self._place_arrived(plan.arrived)
            counts = self._write_refreshed_lines(plan, take)
            self._link_refreshed_lines(plan, lines)
            surplus = len(plan.surplus)
            plan.surplus.unlink()
            if follows and (day := self._get_made_delivery_date()):
                self.delivery_date = day
            self._get_generated_lines()._get_billing_periods()._reassign_entries()
            self._forget_outdated()
            self._log_refresh(plan, *counts, surplus)

    def _write_refreshed_lines(self, plan, take):
        """One write on the draft for all of its lines.

        :return: number of lines changed and made
        """
        order = self._get_refreshed_order(plan)
        sequences = {key: sequence for sequence, key in enumerate(order, start=1)}
        commands, changed, made = [], 0, 0
        for number, (vals, line) in enumerate(plan.rows, start=1):
            if not line:
                values = self._fit_to_head(vals)
                commands.append(
                    Command.create({**values, "sequence": sequences[-number]})
                )
                made += vals["billing_kind"] != "section"
                continue
            taken = {name for line_id, name in take if line_id == line.id}
            values = line._get_differing_values(line._get_refreshed_values(vals, taken))
            changed += not values.keys().isdisjoint({*ASKED_FIELDS, "name", "tax_ids"})
            if values:
                commands.append(Command.update(line.id, values))
        commands += [
            Command.update(line.id, {"sequence": sequences[line.id]})
            for line in self.invoice_line_ids - plan.surplus
            if line.sequence != sequences[line.id]
        ]
        values = self._get_refreshed_header()
        if commands:
            values["invoice_line_ids"] = commands
        if values:
            with self.env["account.move.line"]._recording():
                self.with_context(tracking_disable=True).write(values)
        if "fiscal_position_id" in values:
            self._get_generated_lines()._compute_account_id()
        return changed, made

    def _get_refreshed_header(self):
        """The fiscal position follows that of the order, unless a person chose one."""
        lines = self._get_generated_lines().filtered("sale_line_ids")
        order = lines.sale_line_ids.order_id[:1]
        known = {
            line.made_with["source"]["fiscal_position_id"] or False for line in lines
        }
        if order.fiscal_position_id.id in known:
            return {}
        Period = self.env["project.billing.period"]
        new = Period._prepare_order_invoice(order)["fiscal_position_id"]
        return {"fiscal_position_id": new}

    def _get_refreshed_order(self, plan):
        """Lines that are there keep their order; each new one follows the one that is
        made before it, a new section also the lines that a person put there.

        :return: list of ids of lines, new ones by the negative of their place in the
            plan, counted from 1
        """
        lines = self.invoice_line_ids - plan.surplus
        order = lines.sorted(lambda line: (line.sequence, line.id)).ids
        generated = set(lines.filtered("made_with").ids)
        position = next((at for at, id_ in enumerate(order) if id_ in generated), 0)
        for number, (vals, line) in enumerate(plan.rows, start=1):
            if line:
                position = order.index(line.id) + 1
                continue
            if vals["billing_kind"] == "section":
                while position < len(order) and order[position] not in generated:
                    position += 1
            order.insert(position, -number)
            generated.add(-number)
            position += 1
        return order

    def _link_refreshed_lines(self, plan, lines):
        """Link the entries as the generator does.

        :param lines: those that billed them so far
        """
        # Before the generator proves what it links.
        self._hold_above_caps(plan)
        Period = self._get_generated_lines().billing_period_id
        rows, _surplus = self._match_lines(
            [{"made_with": {"key": Period._get_line_key(item)}} for item in plan.items]
        )
        Period._link_pairs(
            [
                (item, line)
                for item, (_vals, line) in zip(plan.items, rows, strict=True)
            ],
            taken_from=lines,
        )

    def _log_refresh(self, plan, changed, made, removed):
        """One note: what came and went, and what stays for later."""
        _ = self.env._
        texts = []
        if plan.taken_in:
            hours = sum(time.hours for time in plan.taken_in)
            texts.append(_("%(hours).2f h taken in.", hours=hours))
        if plan.arrived:
            names = [item.record.display_name for item in plan.arrived]
            texts.append(_("Taken in: %(names)s.", names=", ".join(names)))
        if plan.leaving:
            texts.append(
                _(
                    "%(count)s time entries wait in other periods now.",
                    count=len(plan.leaving),
                )
            )
        if changed or made or removed:
            texts.append(
                _(
                    "Lines: %(changed)s changed, %(made)s new, %(removed)s removed.",
                    changed=changed,
                    made=made,
                    removed=removed,
                )
            )
        if plan.waiting:
            hours = sum(time.hours for time in plan.waiting)
            texts.append(
                _("%(hours).2f h are not ready and stay for later.", hours=hours)
            )
        if len(texts) > bool(plan.waiting):
            self._message_log(body=" ".join([_("Refreshed."), *texts]))
