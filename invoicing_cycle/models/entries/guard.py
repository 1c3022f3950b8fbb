from collections import defaultdict
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ..common.recorded import check_user_rights

#: What a closed entry keeps: whose, for whom, when, how much, for what, at which price.
CLOSED_FIELDS = frozenset(
    {
        "company_id",
        "date",
        "employee_id",
        "is_so_line_edited",
        "name",
        "partner_id",
        "product_uom_id",
        "project_id",
        "so_line",
        "task_id",
        "unit_amount",
        "user_id",
    }
)


#: Of an entry with a part that is billed, these are its own.
REST_FIELDS = frozenset({"amount", "is_so_line_edited", "so_line", "unit_amount"})


ADMINISTRATOR = "hr_timesheet.group_timesheet_manager"


class AccountAnalyticLine(models.Model):
    """The guard of closed time entries.

    An entry is closed when its date is locked for its person, or when it is billed.
    The guard asks what the user may (``env.user``), also under ``sudo()``, and no
    context key changes its mind:

    ================  ====================  ==========================
    closed by         OdooBot and           everybody else
                      Timesheets /
                      Administrator
    ================  ====================  ==========================
    lock              open                  closed (entries that were
                                            sent back: open for their
                                            author)
    draft invoice     open                  closed
    posted invoice    closed                closed
    ================  ====================  ==========================

    Costs stay editable, but for their sign: Odoo takes time that earns for revenue and
    bills it no more.

    An entry that is saved in the same instant as a lock is not refused: the lock is the
    person's, and a row lock on it would make everybody who saves time wait for whoever
    locks. It then reads locked like the rest, and waits for approval; what was approved
    or billed by then is a row that both transactions write, so that one of them starts
    again.

    What Odoo recomputes without a call of ``write`` is the matter of
    ``entries/frozen.py``.
    """

    _inherit = "account.analytic.line"

    # ---------------------------------------------------------------- closing

    def _get_closings(self, user=None):
        """What closes these entries.

        :param user: ``res.users``; leaves out what this user may change nevertheless
        :return: dict of the closed ones only, superuser entry to the billing invoice,
            or to the ``datetime.date`` of the lock
        """
        # sudo: whether time is closed does not depend on who may read it.
        lines = self.sudo().filtered("project_id")
        is_administrator = user and self._may_change_closed_time(user)
        # sudo: the companies of the user who is asked about
        companies = is_administrator and user.sudo().company_ids
        closings = {}
        for line in lines:
            administrator = is_administrator and (
                user.id == SUPERUSER_ID or line.company_id in companies
            )
            day = line.employee_id.timesheet_locked_until
            if not line._is_not_billed():
                move = line.invoice_line_id.move_id or line.timesheet_invoice_id
                if move.state != "draft" or not administrator:
                    closings[line] = move
            elif administrator or not (day and line.date and line.date <= day):
                continue
            elif not line.sent_back or (user and not line._is_author(user)):
                closings[line] = day
        return closings

    def _get_closings_of_parts(self, user=None):
        """What bills parts of these entries, which are where their entry is.

        :return: as of :meth:`_get_closings`
        """
        closings = {}
        for part in self._get_parts().filtered("invoice_line_id"):
            move = part.timesheet_invoice_id
            if not (
                user
                and move.state == "draft"
                and self._may_change_closed_time(user)
                and (user.id == SUPERUSER_ID or part.company_id in user.company_ids)
            ):
                closings[part.entry_id] = move
        return closings

    @api.model
    def _may_change_closed_time(self, user):
        """Whether a user may change locked time and time on draft invoices."""
        return user.id == SUPERUSER_ID or user.has_group(ADMINISTRATOR)

    def _is_author(self, user):
        """Whether an entry is the user's own time, by either of its two links."""
        self.ensure_one()
        return bool(user) and user in (self.user_id | self.employee_id.user_id)

    def _is_on_draft_invoice(self):
        self.ensure_one()
        move = self.invoice_line_id.move_id or self.timesheet_invoice_id
        return move.state == "draft"

    # ------------------------------------------------------------------- CRUD

    @contextmanager
    def _guarding(self, vals):
        """These entries are written within this block.

        :raises AccessError: where a closed one would change, or one would be moved to
            where it is closed
        """
        if CLOSED_FIELDS.isdisjoint(vals) and not self._is_sign_changed(vals):
            yield
            return
        closed = self._get_closings(self.env.user)
        self._check_values_unchanged(closed, vals)
        before = {line: line._get_closed_values() for line in closed}
        # What is left of it is open time: its item, and more hours.
        parted = self._get_closings_of_parts(self.env.user)
        self._check_values_unchanged(
            parted, {name: vals[name] for name in vals if name not in REST_FIELDS}
        )
        kept = {line: line._get_closed_values(but=REST_FIELDS) for line in parted}
        # sudo: where time was is compared with where it is, also by those who may write
        # it and not read its project
        places = {
            line: (line.project_id, line.employee_id, line.date)
            for line in self.sudo() - self._join(closed)
        }
        yield
        # Odoo completes values on the way, the company of a project for instance.
        changed = [line for line in before if line._get_closed_values() != before[line]]
        if changed:
            self._raise_closed({line: closed[line] for line in changed}, "write")
        changed = [
            line
            for line in kept
            if line._get_closed_values(but=REST_FIELDS) != kept[line]
        ]
        if changed:
            self._raise_closed({line: parted[line] for line in changed}, "write")
        self._join(
            line
            for line, place in places.items()
            if (line.project_id, line.employee_id, line.date) != place
        )._check_not_closed("write")

    # Also "at uninstall": that is a context key, which anybody can send.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_closed(self):
        self._check_not_closed("unlink")

    def _check_can_write(self, values):
        # EXTENDS sale_timesheet
        # Odoo refuses changes of billed time whatever the state of its invoice; on a
        # draft, this add-on leaves it to the Timesheets administrator.
        lines = self
        # Odoo asks the state of the invoices with the user's rights, who need not have
        # any to invoices: what is in the cache is not asked for.
        # sudo: the state decides what Odoo refuses, no more of the invoice is told
        self.sudo().timesheet_invoice_id.mapped("state")
        if self._may_change_closed_time(self.env.user):
            # sudo: whether the invoice is a draft, no more of it is told
            lines = self.filtered(lambda line: not line.sudo()._is_on_draft_invoice())
        return super(AccountAnalyticLine, lines)._check_can_write(values)

    def _is_readonly(self):
        # EXTENDS sale_timesheet
        if self._get_closings(self.env.user):
            return True
        # For an administrator, a draft invoice does not make the entry read-only.
        # sudo: as in _check_can_write
        return not self.sudo()._is_on_draft_invoice() and super()._is_readonly()

    # ----------------------------------------------------------------- checks

    @api.model
    def _join(self, lines):
        # sudo: as in _get_closings, whose entries these are
        return (
            self.env["account.analytic.line"].browse(line.id for line in lines).sudo()
        )

    def _get_closed_values(self, but=frozenset()):
        self.ensure_one()
        return tuple(self[name] for name in sorted(CLOSED_FIELDS - but))

    def _check_not_closed(self, operation):
        closed = self._get_closings(self.env.user)
        if closed:
            self._raise_closed(closed, operation)

    def _check_values_unchanged(self, closed, vals):
        """Refuse values that would change closed entries.

        :param dict closed: result of :meth:`_get_closings`
        :param dict vals: values that are to be written
        """
        names = (CLOSED_FIELDS | {"amount"}) & vals.keys()
        changed = {}
        for line, closing in closed.items():
            for name in names:
                if line._is_change(name, vals[name]):
                    changed[line] = closing
                    break
        if changed:
            self._raise_closed(changed, "write")

    def _is_change(self, name, value):
        self.ensure_one()
        if name == "company_id" and not value:
            # hr_timesheet ignores it.
            return False
        if name == "amount":
            return self._is_sign_changed({name: value})
        if name == "name":
            # hr_timesheet writes a slash for an empty description.
            value = value or "/"
        field = self._fields[name]
        new = field.convert_to_record(
            field.convert_to_cache(value, self, validate=False), self
        )
        return new != self[name]

    def _is_sign_changed(self, vals):
        """Whether values turn costs into revenue or back, which is no matter of costs.

        See ``_compute_timesheet_invoice_type`` of sale_timesheet.
        """
        # sudo: only the sign of the cost is compared, the amount itself is not told
        return "amount" in vals and any(
            line.unit_amount > 0 and (line.amount > 0) != ((vals["amount"] or 0) > 0)
            for line in self.sudo()
        )

    def _raise_closed(self, closed, operation):
        if operation != "create":
            # The text below names persons and invoices: not to those who may not
            # even see the entries. Odoo's own check comes after the guard.
            check_user_rights(self, operation)
        raise AccessError(self._format_closed(closed, operation))

    # ---------------------------------------------------------------- wording

    def _format_closed(self, closed, operation):
        """The refusal: who, which days, what closes them, and who can open them."""
        intro = {
            "create": self.env._("No time can be added here:"),
            "write": self.env._("This time is closed and stays as it is:"),
            "unlink": self.env._("This time is closed and cannot be deleted:"),
        }[operation]
        days = defaultdict(set)
        for line, closing in closed.items():
            days[line.employee_id.name or "", closing].add(line.date)
        rows, locked, drafts, posted = [], False, False, False
        for (person, closing), dates in sorted(
            days.items(), key=lambda item: (item[0][0], min(item[1]))
        ):
            names = {"person": person, "dates": self._format_dates(dates)}
            if isinstance(closing, models.BaseModel):
                names["invoice"] = closing.display_name
                if closing.state == "draft":
                    drafts = True
                    text = self.env._("%(person)s, %(dates)s: on %(invoice)s", **names)
                else:
                    posted = True
                    text = self.env._(
                        "%(person)s, %(dates)s: invoiced on %(invoice)s", **names
                    )
            else:
                locked = True
                text = self.env._(
                    "%(person)s, %(dates)s: the timesheet is locked until %(until)s",
                    until=format_date(self.env, closing),
                    **names,
                )
            rows.append(f"- {text}")
        if len(rows) > 10:
            rows = [
                *rows[:10],
                self.env._("- and %(count)s more", count=len(rows) - 10),
            ]
        ways = []
        if locked:
            ways.append(
                self.env._(
                    "A Timesheets administrator can unlock the timesheet: %(names)s.",
                    names=self._format_administrators(),
                )
            )
        if drafts:
            ways.append(
                self.env._(
                    "Remove the time from the draft invoice first, or ask a "
                    "Timesheets administrator: %(names)s.",
                    names=self._format_administrators(),
                )
            )
        if posted:
            ways.append(
                self.env._(
                    "Only a credit note over the invoice line gives the time back."
                )
            )
        return "\n".join([intro, *rows, *ways])

    def _format_dates(self, dates):
        dates = sorted(dates)
        shown = ", ".join(format_date(self.env, day) for day in dates[:3])
        if len(dates) > 3:
            return self.env._(
                "%(dates)s and %(count)s more days",
                dates=shown,
                count=len(dates) - 3,
            )
        return shown

    def _format_administrators(self):
        # Those that the reader may know: an administrator of another company is none.
        companies = self.env.user.company_ids
        administrators = self._get_timesheet_administrators().filtered(
            lambda user: user.company_ids & companies
        )
        names = administrators.sorted("name").mapped("name")
        if len(names) > 3:
            names = [*names[:3], "…"]
        return ", ".join(names) or self.env._("nobody yet")

    @api.model
    def _get_timesheet_administrators(self):
        """Active users who may change locked time (superuser records)."""
        # sudo: names of the people to turn to
        group = self.env.ref(ADMINISTRATOR).sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active and not user.share and user.id != SUPERUSER_ID
        )
