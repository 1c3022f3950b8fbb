import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {imageUrl} from "@web/core/utils/urls";
import {formatHours, formatLockedUntil, formatOpenDays} from "./readiness";

/**
 * The breakdown behind the indicator. Nothing in it can be clicked: it is a description
 * of the indicator, so that a screen reader reads it out with the button.
 */
export class BillingReadinessPopover extends Component {
    static template = "invoicing_cycle.BillingReadinessPopover";
    static props = {
        id: String,
        summary: Object,
        formatAmount: Function,
        onEnter: {type: Function, optional: true},
        onLeave: {type: Function, optional: true},
        close: {type: Function, optional: true},
    };

    setup() {
        this.formatHours = formatHours;
        this.formatOpenDays = formatOpenDays;
        this.formatLockedUntil = formatLockedUntil;
    }

    get summary() {
        return this.props.summary;
    }

    avatarUrl(person) {
        return imageUrl("hr.employee.public", person.employee_id, "avatar_128");
    }

    waitsFor(person) {
        const names = (person.approvers || []).map((approver) => approver.name);
        return names.length
            ? _t("waits for %s", names.join(", "))
            : _t("nobody can approve it");
    }
}
