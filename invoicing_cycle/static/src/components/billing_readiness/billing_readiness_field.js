import {
    Component,
    onWillRender,
    onWillUnmount,
    onWillUpdateProps,
    useRef,
    useState,
} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {usePopover} from "@web/core/popover/popover_hook";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {formatMonetary} from "@web/views/fields/formatters";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {BillingReadinessPopover} from "./billing_readiness_popover";
import {summarize} from "./readiness";

const OPEN_DELAY = 250;
// Long enough to move the pointer over the gap between indicator and breakdown
const CLOSE_DELAY = 200;
let nextId = 1;

/**
 * Indicator of the "Time entries and expenses" column. The breakdown opens on hover, on
 * keyboard focus and on click or tap; a click pins it, Enter goes to its button. Escape
 * closes it.
 */
export class BillingReadinessField extends Component {
    static template = "invoicing_cycle.BillingReadinessField";
    static props = {
        ...standardFieldProps,
        currencyField: {type: String, optional: true},
        fixedAmountField: {type: String, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.popoverId = `o_billing_readiness_${nextId++}`;
        this.button = useRef("button");
        this.state = useState({open: false});
        const onClose = () => {
            this.state.open = false;
            this.pinned = false;
            this.takeFocusBack();
        };
        this.popover = usePopover(BillingReadinessPopover, {
            closeOnEscape: true,
            onClose,
            popoverClass: "o_billing_readiness_overlay",
            position: "bottom-start",
            role: "dialog",
            // The focus stays on the indicator, until Enter asks for the button
            setActiveElement: false,
        });
        this.sheet = usePopover(BillingReadinessPopover, {
            onClose,
            useBottomSheet: true,
        });
        this.pinned = false;
        this.pointerDown = false;
        onWillRender(() => {
            this.summary = summarize(this.value);
        });
        onWillUpdateProps((nextProps) => {
            if (
                nextProps.record !== this.props.record ||
                nextProps.record.data[nextProps.name] !== this.value
            ) {
                this.close();
            }
        });
        onWillUnmount(() => this.clearTimer());
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get icon() {
        return {
            open: "fa-unlock-alt text-danger",
            pending: "fa-hourglass-half text-warning",
            ready: this.summary.approval
                ? "fa-check-circle text-success"
                : "fa-lock text-success",
        }[this.summary.status];
    }

    /** What the row is about where no time and no expense is. */
    get emptyText() {
        return this.props.record.data[this.props.fixedAmountField]
            ? _t("Fixed amount")
            : this.summary.text;
    }

    /** A period that is not due owes nothing yet: it is told, but does not alarm. */
    get isQuiet() {
        return this.props.record.data.state === "upcoming";
    }

    /** Somebody owes something for a period that is due. */
    get canRemind() {
        const {open, pending} = this.summary;
        return (
            this.props.record.data.state === "pending" &&
            Boolean(open.length || pending.length)
        );
    }

    /** What the breakdown shows, wherever it is shown. */
    get breakdownProps() {
        return {
            id: this.popoverId,
            summary: this.summary,
            formatAmount: this.formatAmount.bind(this),
            onRemind: this.canRemind ? this.remind.bind(this) : undefined,
        };
    }

    async remind() {
        const {resId, resModel} = this.props.record;
        const notification = await this.orm.call(resModel, "action_remind", [[resId]]);
        this.close();
        return this.action.doAction(notification);
    }

    get breakdown() {
        return document.getElementById(this.popoverId);
    }

    /** The focus was in the breakdown, which closes. */
    takeFocusBack() {
        if (this.breakdown?.contains(document.activeElement)) {
            this.focusQuietly();
        }
    }

    /** Like a click: without opening the breakdown again. */
    focusQuietly() {
        this.pointerDown = true;
        this.button.el?.focus();
        this.pointerDown = false;
    }

    formatAmount(amount) {
        const currency = this.props.record.data[this.props.currencyField];
        return formatMonetary(amount, {currencyId: currency?.id});
    }

    clearTimer() {
        browser.clearTimeout(this.timer);
    }

    defer(callback, delay) {
        this.clearTimer();
        this.timer = browser.setTimeout(callback, delay);
    }

    open({pinned, autofocus = false}) {
        this.clearTimer();
        this.pinned = pinned;
        if (this.state.open || !this.button.el) {
            return;
        }
        // A sheet for a thumb: it has no room for an arrow, but for the whole breakdown
        const opener = this.env.isSmall ? this.sheet : this.popover;
        opener.open(this.button.el, {
            ...this.breakdownProps,
            autofocus,
            onEnter: () => this.clearTimer(),
            onLeave: () => this.deferClose(),
        });
        this.state.open = true;
    }

    close() {
        this.clearTimer();
        this.popover.close();
        this.sheet.close();
    }

    deferClose() {
        if (!this.pinned && !this.env.isSmall) {
            this.defer(() => this.close(), CLOSE_DELAY);
        } else {
            this.clearTimer();
        }
    }

    onPointerEnter(ev) {
        if (ev.pointerType !== "touch" && !this.env.isSmall) {
            this.defer(() => this.open({pinned: false}), OPEN_DELAY);
        }
    }

    onPointerLeave() {
        this.deferClose();
    }

    onPointerDown() {
        // Tells a focus that comes with a click or tap from one that comes by keyboard
        this.pointerDown = true;
    }

    onFocus() {
        if (!this.pointerDown && !this.env.isSmall) {
            this.open({pinned: false});
        }
    }

    onBlur() {
        this.pointerDown = false;
        if (!this.pinned) {
            this.deferClose();
        }
    }

    onClick() {
        // Enter and Space click without a pointer
        const byKeyboard = !this.pointerDown;
        this.pointerDown = false;
        if (this.state.open && this.pinned) {
            this.close();
        } else {
            this.open({pinned: true, autofocus: byKeyboard});
            if (byKeyboard) {
                this.breakdown?.querySelector("button")?.focus();
            }
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && this.state.open) {
            ev.stopPropagation();
            this.close();
        } else if (ev.key === "Enter") {
            // A list would take it as its own and open the row
            ev.stopPropagation();
        }
    }
}

export const billingReadinessField = {
    component: BillingReadinessField,
    displayName: _t("Billing readiness"),
    supportedTypes: ["json"],
    supportedOptions: [
        {
            label: _t("Currency"),
            name: "currency_field",
            type: "field",
            availableTypes: ["many2one"],
        },
        {
            label: _t("Fixed amount"),
            name: "fixed_amount_field",
            type: "field",
            availableTypes: ["float", "monetary"],
        },
    ],
    listViewWidth: [192, 340],
    isEmpty: () => false,
    extractProps: ({options}) => ({
        currencyField: options.currency_field || "currency_id",
        fixedAmountField: options.fixed_amount_field || "fixed_amount",
    }),
};

registry.category("fields").add("billing_readiness", billingReadinessField);
