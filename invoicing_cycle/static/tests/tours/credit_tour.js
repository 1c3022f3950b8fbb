import {
    addTour,
    clickDialogButton,
    dialogIsClosed,
    openSection,
    row,
} from "./tour_helpers";

const total = (name, value) =>
    `.modal .oe_subtotal_footer [name=${name}]:contains("${value}")`;

addTour("credit_entries", () => [
    ...openSection("sent"),
    {
        content: "Open the invoice that the customer complains about",
        trigger: `${row("Disputed project")} td[name=partner_id]`,
        run: "click",
    },
    {
        content: "Credit it",
        trigger: ".o_form_view .o_statusbar_buttons button[name=action_reverse]",
        run: "click",
    },
    {
        content: "All of it would be credited",
        trigger: `.modal .o_radio_input[data-value=invoice]:checked`,
    },
    {
        content: "Only some of its time",
        trigger: ".modal .o_radio_input[data-value=entries]",
        run: "click",
    },
    {
        content: "Both entries are shown, and whose they are",
        trigger: `.modal .o_data_row:contains("Design"):contains("Consultant")`,
    },
    {
        content: "Nothing is chosen",
        trigger: total("chosen_amount", "0.00"),
    },
    {
        content: "Choose the workshop",
        trigger: `.modal .o_data_row:contains("Workshop") td[name=is_chosen]`,
        run: "click",
    },
    {
        content: "The dialog tells what that makes",
        trigger: total("chosen_amount", "200.00"),
    },
    {trigger: total("chosen_hours", "02:00")},
    ...clickDialogButton("Reverse and Create Invoice"),
    dialogIsClosed,
    {
        content: "The new draft bills the workshop alone",
        trigger: ".o_form_view [name=tax_totals]:contains('200.00')",
    },
    {
        trigger:
            ".o_statusbar_status [data-value=draft].o_arrow_button_current:contains('Draft')",
    },
]);

addTour("credit_entries_on_a_phone", () => [
    {
        trigger: ".o_form_view .o_statusbar_buttons .dropdown-toggle",
        run: "click",
    },
    {
        trigger: ".o-dropdown--menu button[name=action_reverse]",
        run: "click",
    },
    {
        trigger: ".modal .o_radio_input[data-value=entries]",
        run: "click",
    },
    {
        content: "Entries are cards, which fit the screen",
        trigger: `.modal .o_kanban_record:contains("Design"):contains("Consultant")`,
    },
    {
        trigger: `.modal .o_kanban_record:contains("Workshop") [name=is_chosen] input`,
        run: "click",
    },
    {
        trigger: total("chosen_amount", "200.00"),
    },
    ...clickDialogButton("Reverse"),
    dialogIsClosed,
    {
        trigger: ".o_form_view [name=tax_totals]:contains('200.00')",
    },
]);
