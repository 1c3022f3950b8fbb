import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {BillingReadinessField, billingReadinessField} from "./billing_readiness_field";
import {BillingReadinessPopover} from "./billing_readiness_popover";

/** The whole breakdown, in the form: there it has room and needs no hover. */
export class BillingReadinessDetails extends BillingReadinessField {
    static template = "invoicing_cycle.BillingReadinessDetails";
    static components = {BillingReadinessPopover};
}

registry.category("fields").add("form.billing_readiness", {
    ...billingReadinessField,
    component: BillingReadinessDetails,
    displayName: _t("Billing readiness"),
});
