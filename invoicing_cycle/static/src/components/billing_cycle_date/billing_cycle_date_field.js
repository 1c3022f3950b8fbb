import {Component, useState} from "@odoo/owl";
import {deserializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * The month of the cycle that a document belongs to; what is left of a cycle before the
 * one that is shown says so in a word.
 */
export class BillingCycleDateField extends Component {
    static template = "invoicing_cycle.BillingCycleDateField";
    static props = {...standardFieldProps};

    setup() {
        this.cycle = this.env.billingCycle && useState(this.env.billingCycle);
    }

    get date() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.date ? this.date.toFormat("MMM yyyy") : "";
    }

    get isEarlier() {
        const overview = this.cycle?.overview;
        return Boolean(
            overview && this.date && this.date < deserializeDate(overview.date_from)
        );
    }
}

export const billingCycleDateField = {
    component: BillingCycleDateField,
    displayName: _t("Billing cycle"),
    supportedTypes: ["date"],
    listViewWidth: [95, 145],
};

registry.category("fields").add("billing_cycle_date", billingCycleDateField);
