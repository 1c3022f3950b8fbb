from datetime import date
from typing import NamedTuple

from odoo import api, models


class Scope(NamedTuple):
    """What is proven: the time of some projects between two days, both included."""

    projects: models.BaseModel
    date_from: date | None
    date_to: date | None
    item_ids: tuple = ()  # of the sales order items that they are billed on


class Difference(NamedTuple):
    """Something that is not as it must be, and the record it is about."""

    kind: str
    message: str
    record: models.BaseModel
    project: models.BaseModel


class Proof(NamedTuple):
    """What :meth:`BillingProof._prove` found."""

    scope: Scope
    totals: list
    lines: list
    differences: list


class BillingProof(models.AbstractModel):
    """Proves that every billable entry is in exactly one place, and counted once.

    It reads the tables alone, by grouped queries of its own: what it compares with was
    kept by the ledger, so a fault of the ledger shows. Each concern is a file that adds
    to :meth:`_get_checks`: a query that finds records, and a sentence for each kind of
    difference. The number of queries is fixed.
    """

    _name = "billing.proof"
    _description = "Proof of the Billing Cycle"

    @api.model
    def _prove(self, projects, date_from=None, date_to=None):
        """Prove the billing of the time of some projects.

        :param projects: ``project.project``, whose choice is the caller's matter
        :param date_from: first day of the time, none for all
        :param date_to: last day of the time, none for all
        :return: :class:`Proof`, with superuser records
        """
        # Whatever is to be written counts.
        self.env.flush_all()
        self.env["project.billing.time"]._interpret_queries()
        # sudo: a proof covers all time of a project, whoever may read it
        self = self.sudo()
        # sudo: as above; whose billing is proven, the caller has decided
        scope = Scope(projects.sudo(), date_from or None, date_to or None)
        if not projects:
            return Proof(scope, [], [], [])
        lines = self._get_lines(scope)
        scope = scope._replace(item_ids=self._get_item_ids(scope, lines))
        proof = Proof(scope, self._get_totals(scope), lines, [])
        for check in self._get_checks(proof):
            proof.differences.extend(self._tell(scope, *check))
        # Sums follow from the rest, and are wrong with it.
        for get_checks in (self._get_checks_of_totals, self._get_checks_of_sums):
            wrong = {difference.project.id for difference in proof.differences}
            told = {difference.record for difference in proof.differences}
            right = scope.projects.filtered(lambda p, wrong=wrong: p.id not in wrong)
            if right:
                scope = scope._replace(projects=right)
                proof.differences.extend(
                    difference
                    for check in get_checks(scope)
                    for difference in self._tell(scope, *check)
                    if difference.record not in told
                )
        return proof

    @api.model
    def _get_checks(self, proof):
        """What must be, each concern adds its own.

        :param proof: :class:`Proof`, as yet without differences
        :return: arguments of :meth:`_tell`: model, sentences, and what is found
        """
        yield from ()
