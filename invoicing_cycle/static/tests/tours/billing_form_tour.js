import {addTour, chooseOption, endOfLastMonth, startOfLastMonth} from "./tour_helpers";

const PERIODS = ".o_field_widget[name=billing_period_ids]";

/** Types into a cell of the row in edit mode; Enter would begin the next row. */
function typeInRow(name, text, leave = " && press Tab") {
    const cell = `${PERIODS} .o_selected_row [name=${name}]`;
    return [
        {
            content: `Focus ${name}`,
            trigger: `${cell} [data-field], ${cell} input`,
            run: "click",
        },
        {
            content: `Type ${name}`,
            trigger: `${cell} input`,
            run: `edit ${text}${leave}`,
        },
    ];
}

const DATE = "MM/dd/yyyy";

addTour("billing_form", () => [
    {
        content: "The project itself is read-only for its manager",
        trigger: ".o_form_view .o_form_readonly",
    },
    {
        content: "Open the page Invoicing",
        trigger: ".o_notebook .nav-link[name=invoicing_cycle]",
        run: "click",
    },
    {
        content: "Change what billing people may",
        trigger: "button[name=action_open_billing_form]",
        run: "click",
    },
    ...chooseOption(".o_field_widget[name=billing_frequency]", "Custom"),
    {
        content: "Enter a period by hand",
        trigger: `${PERIODS} .o_field_x2many_list_row_add a`,
        run: "click",
    },
    ...typeInRow("date_from", startOfLastMonth.toFormat(DATE)),
    ...typeInRow("date_to", endOfLastMonth.toFormat(DATE)),
    ...typeInRow("fixed_amount", "500", ""),
    {
        content: "Save",
        trigger: ".o_form_button_save",
        run: "click",
    },
    {
        content: "It is saved, and the period has a status",
        trigger: `.o_form_saved ${PERIODS} .o_data_row [name=state]:contains("Pending"),
            .o_form_saved ${PERIODS} .o_data_row [name=state]:contains("Ready")`,
    },
]);
