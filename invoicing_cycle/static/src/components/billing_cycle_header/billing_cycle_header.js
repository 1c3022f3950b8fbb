import {Component, useState} from "@odoo/owl";
import {DateTimePicker} from "@web/core/datetime/datetime_picker";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {useDropdownState} from "@web/core/dropdown/dropdown_hooks";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatInteger, formatMonetary} from "@web/views/fields/formatters";
import {formatHours} from "../billing_readiness/readiness";
import {BillingCycleNumbers} from "../billing_cycle_numbers/billing_cycle_numbers";
import {BillingCycleProgress} from "../billing_cycle_progress/billing_cycle_progress";
import {useBillingCycleActions} from "./billing_cycle_actions";

// Search filters that the badges of a section switch
const BADGE_FILTERS = {
    to_invoice: ["pending", "ready", "upcoming", "overdue"],
    to_send: ["draft", "confirmed"],
};

/**
 * The head of the Invoicing screen: which cycle, its four sections with what is in them,
 * and the freeform invoice. Shown above the unchanged list or kanban of a section.
 */
export class BillingCycleHeader extends Component {
    static template = "invoicing_cycle.BillingCycleHeader";
    static components = {
        BillingCycleNumbers,
        BillingCycleProgress,
        DateTimePicker,
        Dropdown,
    };
    static props = {
        cycle: Object,
        // Only here so that a new search renders the badges anew
        list: Object,
    };

    setup() {
        this.cycle = useState(this.props.cycle);
        this.actions = useBillingCycleActions();
        this.formatInteger = formatInteger;
        this.picker = useDropdownState();
    }

    /** Any day chooses its cycle; where these are months, a month does. */
    get pickerProps() {
        const first = deserializeDate(this.overview.date_from);
        const last = deserializeDate(this.overview.date_to);
        const hasMonths = first.day === 1 && last.hasSame(last.endOf("month"), "day");
        return {
            type: "date",
            value: first,
            minPrecision: hasMonths ? "months" : "days",
            onSelect: (value) => {
                this.picker.close();
                return this.openCycle(serializeDate(value));
            },
        };
    }

    get overview() {
        return this.cycle.overview;
    }

    get cycleDate() {
        return this.overview.is_current ? false : this.overview.date_from;
    }

    get buttonSize() {
        return this.env.isSmall ? "btn-sm" : "";
    }

    /** A phone has no room for another button and two words more. */
    get isTight() {
        return this.env.isSmall && (!this.overview.is_current || this.hasDebts);
    }

    /**
     * Where something is ready, above the rows that it is about. Ticked rows have a
     * button of their own.
     */
    get hasPreview() {
        if (this.props.list.selection?.length) {
            return false;
        }
        return this.sections.some(
            (section) =>
                section.key === "to_invoice" && section.isActive && section.ready
        );
    }

    /** Only what is due can wait for somebody. */
    get hasDebts() {
        return (
            this.overview.is_current &&
            this.overview.sections.some((section) => section.pending)
        );
    }

    /** What goes on beside the user. */
    get runs() {
        return (this.overview.runs || []).map((run) => ({
            ...run,
            percent: run.total
                ? Math.floor((100 * (run.done + run.failed)) / run.total)
                : 0,
            text: _t("%(label)s: %(done)s of %(total)s", {
                label: run.label,
                done: formatInteger(run.done + run.failed),
                total: formatInteger(run.total),
            }),
        }));
    }

    /**
     * What the autopilot left and did, exceptions first. What is none is left out.
     */
    get autopilot() {
        const {autopilot} = this.overview;
        if (!autopilot) {
            return null;
        }
        const tell = (kind, color, texts) => {
            const count = autopilot[kind] || 0;
            // A phone has no room for how it was done, which is said before
            const [one, many, short] = texts;
            const long = count === 1 ? one : many;
            const tellCount = (this.env.isSmall && short) || long;
            return {kind, color, count, text: tellCount(formatInteger(count))};
        };
        return {
            ...autopilot,
            parts: [
                tell("left", "warning", [
                    () => _t("1 needs you"),
                    (count) => _t("%s need you", count),
                ]),
                tell("sent", "success", [
                    () => _t("1 sent by itself"),
                    (count) => _t("%s sent by themselves", count),
                    (count) => _t("%s sent", count),
                ]),
                tell("confirmed", "info", [
                    () => _t("1 confirmed by itself"),
                    (count) => _t("%s confirmed by themselves", count),
                    (count) => _t("%s confirmed", count),
                ]),
                tell("drafted", "info", [
                    () => _t("1 drafted by itself"),
                    (count) => _t("%s drafted by themselves", count),
                    (count) => _t("%s drafted", count),
                ]),
            ].filter((part) => part.count),
        };
    }

    get activeSection() {
        return this.sections.find((section) => section.isActive);
    }

    get sections() {
        return this.overview.sections.map((section) => ({
            ...section,
            isActive: section.key === this.cycle.section,
            badges: this.getBadges(section),
            note: this.getNote(section),
            earlierNote: this.getEarlier(section),
        }));
    }

    getBadges(section) {
        const active = new Set(
            section.key === this.cycle.section
                ? this.getFilterItems().map((item) => item.name)
                : []
        );
        return this.describeBadges(section)
            .filter((badge) => badge.count || badge.isFixed || active.has(badge.name))
            .map((badge) => ({
                ...badge,
                isActive: active.has(badge.name),
                text: `${badge.label} ${formatInteger(badge.count)}`,
            }));
    }

    describeBadges(section) {
        switch (section.key) {
            case "to_invoice":
                return [
                    {
                        name: "pending",
                        label: _t("Pending"),
                        count: section.pending,
                        icon: "fa-hourglass-half",
                        color: "warning",
                        isFixed: true,
                    },
                    {
                        name: "ready",
                        label: _t("Ready"),
                        count: section.ready,
                        icon: "fa-check",
                        color: "success",
                        isFixed: true,
                    },
                    {
                        // Only in a cycle to come
                        name: "upcoming",
                        label: _t("Upcoming"),
                        count: section.count - section.pending - section.ready,
                        icon: "fa-clock-o",
                        color: "secondary",
                    },
                    {
                        name: "overdue",
                        label: _t("Overdue"),
                        count: section.overdue,
                        icon: "fa-exclamation-triangle",
                        color: "danger",
                    },
                ];
            case "to_send":
                return [
                    {
                        name: "draft",
                        label: _t("Draft"),
                        count: section.draft,
                        icon: "fa-pencil",
                        color: "info",
                    },
                    {
                        name: "confirmed",
                        label: _t("Confirmed"),
                        count: section.confirmed,
                        icon: "fa-check",
                        color: "success",
                    },
                ];
        }
        return [];
    }

    /**
     * @returns {string} the quiet second line of a section
     */
    getNote(section) {
        switch (section.key) {
            case "missing":
                return section.hours
                    ? _t("%s not invoiced", formatHours(section.hours))
                    : "";
            default:
                return (section.amounts || [])
                    .filter(({amount}) => amount)
                    .map(({currency_id, amount}) =>
                        formatMonetary(amount, {currencyId: currency_id})
                    )
                    .join(" + ");
        }
    }

    /**
     * @returns {string} how much of a section is left of the cycles before
     */
    getEarlier({key, earlier, overdue}) {
        // What is overdue says so already
        if (!earlier || earlier === overdue) {
            return "";
        }
        const count = formatInteger(earlier);
        return key === "sent"
            ? _t("%s of earlier cycles", count)
            : _t("%s left of earlier cycles", count);
    }

    /**
     * @returns {Object[]} the active search items that a badge stands for
     */
    getFilterItems() {
        const names = BADGE_FILTERS[this.cycle.section] || [];
        return this.env.searchModel.getSearchItems(
            (item) =>
                item.type === "filter" && item.isActive && names.includes(item.name)
        );
    }

    openSection(section) {
        return this.actions.openSection(section, this.cycleDate);
    }

    openCycle(cycleDate) {
        return this.actions.openCycle(cycleDate);
    }

    /**
     * Shows only the rows of a badge, or all rows again. The badges exclude each other;
     * all other facets of the search stay.
     */
    toggleBadge(section, name) {
        if (section !== this.cycle.section) {
            return this.actions.openSection(section, this.cycleDate, [name]);
        }
        const {searchModel} = this.env;
        const [target] = searchModel.getSearchItems(
            (item) => item.type === "filter" && item.name === name
        );
        if (!target) {
            return;
        }
        const others = this.getFilterItems()
            .map((item) => item.id)
            .filter((id) => id !== target.id);
        searchModel.query = searchModel.query.filter(
            ({searchItemId}) => !others.includes(searchItemId)
        );
        searchModel.toggleSearchItem(target.id);
    }

    openPreview() {
        return this.actions.openPreview(this.props.list.domain);
    }

    openRun(runId) {
        return this.actions.openRun(runId);
    }

    openAutopilot(kind) {
        return this.actions.openAutopilot(kind, this.cycleDate);
    }

    async switchAutopilot(stopped) {
        await this.actions.switchAutopilot(stopped);
        return this.props.list.model.load();
    }

    openFreeform() {
        return this.actions.openFreeform(() => this.props.list.model.load());
    }
}
