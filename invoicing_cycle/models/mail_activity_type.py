from odoo import api, models

#: What people are reminded of: to submit, to approve, to mend what was sent back.
REMIND_LOCK = "invoicing_cycle.mail_activity_type_lock"
REMIND_APPROVE = "invoicing_cycle.mail_activity_type_approve"
REMIND_SENT_BACK = "invoicing_cycle.mail_activity_type_sent_back"


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    @api.model
    def _get_model_info_by_xmlid(self):
        # EXTENDS mail: reminders need their types
        info = super()._get_model_info_by_xmlid()
        for xmlid in (REMIND_LOCK, REMIND_APPROVE, REMIND_SENT_BACK):
            info[xmlid] = {"res_model": False, "unlink": False}
        return info
