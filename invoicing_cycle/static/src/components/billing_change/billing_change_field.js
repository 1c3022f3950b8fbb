import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatFloat} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** By how much something went up or down, with its sign: "+33 %", "−5 %", "0 %". */
export class BillingChangeField extends Component {
    static template = "invoicing_cycle.BillingChangeField";
    static props = {...standardFieldProps};

    get text() {
        const percent = Math.round(100 * this.props.record.data[this.props.name]);
        const number = formatFloat(Math.abs(percent), {digits: [16, 0]});
        const sign = percent > 0 ? "+" : percent < 0 ? "−" : "";
        return _t("%s %%", sign + number);
    }
}

export const billingChangeField = {
    component: BillingChangeField,
    displayName: _t("Change"),
    supportedTypes: ["float"],
    listViewWidth: 76,
    isEmpty: () => false,
};

registry.category("fields").add("billing_change", billingChangeField);
