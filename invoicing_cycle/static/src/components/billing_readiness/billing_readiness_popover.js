import {Component, onMounted, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {imageUrl} from "@web/core/utils/urls";
import {formatLockedUntil} from "../billing_locked_until/locked_until";
import {formatHours, formatOpenDays} from "./readiness";

/**
 * The breakdown behind the indicator: a description of it, so that a screen reader reads
 * it out with the button, and the way to remind those who owe something.
 */
export class BillingReadinessPopover extends Component {
    static template = "invoicing_cycle.BillingReadinessPopover";
    static props = {
        id: String,
        summary: Object,
        formatAmount: Function,
        onRemind: {type: Function, optional: true},
        autofocus: {type: Boolean, optional: true},
        onEnter: {type: Function, optional: true},
        onLeave: {type: Function, optional: true},
        close: {type: Function, optional: true},
    };

    setup() {
        this.formatHours = formatHours;
        this.formatOpenDays = formatOpenDays;
        this.formatLockedUntil = formatLockedUntil;
        this.remindButton = useRef("remind");
        this.state = useState({reminding: false});
        onMounted(() => {
            if (this.props.autofocus) {
                this.remindButton.el?.focus();
            }
        });
    }

    get summary() {
        return this.props.summary;
    }

    async remind() {
        this.state.reminding = true;
        try {
            await this.props.onRemind();
        } finally {
            this.state.reminding = false;
        }
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
