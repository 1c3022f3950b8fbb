import {registry} from "@web/core/registry";

/** Steps that our tours share. Rows are found by a text that only they have. */

// Machines that run several tests at a time are slow
const STEP_TIMEOUT = 30000;
const SECTION = ".o_billing_cycle_section";

export function addTour(name, getSteps) {
    registry.category("web_tour.tours").add(`invoicing_cycle_${name}`, {
        steps: () => getSteps().map((step) => ({timeout: STEP_TIMEOUT, ...step})),
    });
}

export function row(text) {
    return `.o_list_view .o_data_row:contains("${text}")`;
}

/** Opens a section of the Invoicing screen by its tile in the header. */
export function openSection(key) {
    return [
        {
            content: `Open the section ${key}`,
            trigger: `${SECTION}[data-section="${key}"] button${SECTION}_button`,
            run: "click",
        },
        {
            content: `The section ${key} is shown`,
            trigger: `${SECTION}[data-section="${key}"].active`,
        },
    ];
}

/** The number on a section's tile. */
export function checkCount(key, count) {
    return {
        content: `The section ${key} counts ${count}`,
        trigger: `${SECTION}[data-section="${key}"] ${SECTION}_count:text("${count}")`,
    };
}

export function selectRow(text) {
    return [
        {
            content: `Tick the row ${text}`,
            trigger: `${row(text)} .o_list_record_selector input:not(:checked)`,
            run: "click",
        },
        {trigger: `${row(text)} .o_list_record_selector input:checked`},
    ];
}

/** A button of the list that works on the ticked rows. */
export function clickListButton(label) {
    return {
        content: `Click ${label} above the list`,
        trigger: `.o_control_panel .o_selection_container button:contains("${label}")`,
        run: "click",
    };
}

export function clickDialogButton(label) {
    return [
        {
            content: `Click ${label} in the dialog`,
            trigger: `.modal footer button:visible:contains("${label}")`,
            run: "click",
        },
    ];
}

export function unselectRow(text) {
    return [
        {
            content: `Untick the row ${text}`,
            trigger: `${row(text)} .o_list_record_selector input:checked`,
            run: "click",
        },
        {trigger: `${row(text)} .o_list_record_selector input:not(:checked)`},
    ];
}

export const dialogIsClosed = {
    content: "The dialog is closed",
    trigger: "body:not(:has(.modal))",
};

export function checkNoRow(text) {
    return {
        content: `There is no row ${text}`,
        trigger: `.o_action_manager:not(:has(.o_data_row:contains("${text}")))`,
    };
}

/** Chooses an option of a selection field that is in edit mode. */
export function chooseOption(field, label) {
    return [
        {
            content: `Open the options of ${field}`,
            trigger: `${field} .o_select_menu_toggler`,
            run: "click",
        },
        {
            content: `Choose ${label}`,
            trigger: `.o_select_menu_item:contains("${label}")`,
            run: "click",
        },
        {trigger: `${field} .o_select_menu_toggler:value("${label}")`},
    ];
}

/** Marks the ticked invoices as sent: as usual, or through a channel. */
export function markAsSent(channel = "") {
    return [
        clickListButton("Mark as sent"),
        ...(channel
            ? chooseOption(".modal .o_field_widget[name=channel]", channel)
            : []),
        ...clickDialogButton("Mark as sent"),
        dialogIsClosed,
    ];
}

/** Chooses a record that a many2one field in edit mode finds by its name. */
export function chooseRecord(field, name) {
    return [
        {
            content: `Look for ${name} in ${field}`,
            trigger: `${field} input`,
            run: `edit ${name}`,
        },
        {
            content: `Choose ${name}`,
            trigger: `.o-autocomplete--dropdown-item:contains("${name}")`,
            run: "click",
        },
        {trigger: `${field} input:value("${name}")`},
    ];
}

/** Types a date into a date field in edit mode: a button until it has the focus. */
export function enterDate(field, date) {
    return [
        {
            content: `Focus ${field}`,
            trigger: `${field} [data-field]`,
            run: "click",
        },
        {
            content: `Type the date into ${field}`,
            trigger: `${field} input[data-field]`,
            run: `edit ${date.toFormat("MM/dd/yyyy")} && press Enter`,
        },
    ];
}

export const startOfMonth = luxon.DateTime.now().startOf("month");
export const startOfLastMonth = startOfMonth.minus({months: 1});
export const endOfLastMonth = startOfMonth.minus({days: 1});
