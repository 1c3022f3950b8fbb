import {addTour, checkCount, clickListButton, selectRow} from "./tour_helpers";

const stateIs = (label) => ({
    content: `The run is ${label}`,
    trigger: `.o_form_view .o_statusbar_status button[aria-checked="true"]:contains("${label}")`,
});

const clickFormButton = (label) => ({
    content: `Click ${label}`,
    trigger: `.o_form_view .o_form_statusbar button:contains("${label}")`,
    run: "click",
});

const documentIs = (project, label) => ({
    content: `${project} is ${label}`,
    trigger: `.o_form_view .o_data_row:contains("${project}"):contains("${label}")`,
});

addTour("start_run", () => [
    checkCount("to_invoice", 2),
    ...selectRow("Ready one"),
    ...selectRow("Ready two"),
    clickListButton("Create invoices"),
    stateIs("Queued"),
    documentIs("Ready one", "Queued"),
    {
        content: "Leave it to itself",
        trigger: `.o_breadcrumb .o_back_button:contains("Invoicing")`,
        run: "click",
    },
    {
        content: "The screen tells how far it is, and leads there",
        trigger: `.o_billing_cycle_run button:contains("Create invoices: 0 of 2")`,
        run: "click",
    },
    clickFormButton("Cancel"),
    stateIs("Cancelled"),
    documentIs("Ready two", "Cancelled"),
    clickFormButton("Go on"),
    stateIs("Queued"),
]);

addTour("look_at_run", () => [
    {
        content: "The run is over",
        trigger: `.o_data_row:contains("Done") td[name="kind"]:contains("Create invoices")`,
        run: "click",
    },
    documentIs("Ready one", "Done"),
    clickFormButton("Show invoices"),
    {
        content: "What it made",
        trigger: `.o_list_view .o_data_row:contains("Ready one")`,
    },
    {trigger: `.o_list_view .o_data_row:contains("Ready two")`},
]);
