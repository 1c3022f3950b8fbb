import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatDate} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {neverLocked} from "./locked_until";

/** The day up to which somebody has locked; a person without one says so. */
export class BillingLockedUntilField extends Component {
    static template = "invoicing_cycle.BillingLockedUntilField";
    static props = {...standardFieldProps};

    get date() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.date ? formatDate(this.date) : neverLocked();
    }
}

export const billingLockedUntilField = {
    component: BillingLockedUntilField,
    displayName: _t("Locked until"),
    supportedTypes: ["date"],
    listViewWidth: [104, 120],
    isEmpty: () => false,
};

registry.category("fields").add("billing_locked_until", billingLockedUntilField);
