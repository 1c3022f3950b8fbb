// Odoo's own rules for its web client (its test_lint add-on) and a few more. Files below
// static/ are ES modules; Odoo's loader resolves the imports, so those are not checked.
const js = require("@eslint/js");
const globals = require("globals");

module.exports = [
    {ignores: [".dev/", "node_modules/", "**/static/lib/"]},
    js.configs.recommended,
    {
        files: ["**/*.cjs"],
        languageOptions: {sourceType: "commonjs", globals: globals.node},
    },
    {
        files: ["**/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: {...globals.browser, luxon: "readonly", odoo: "readonly"},
        },
        rules: {
            "no-duplicate-imports": "error",
            eqeqeq: "error",
            "no-debugger": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-restricted-globals": ["error", "event", "self"],
            "no-shadow": "error",
            "no-unused-vars": ["error", {args: "none", caughtErrors: "all"}],
            "no-var": "error",
            "prefer-const": "error",
            "no-restricted-syntax": [
                "error",
                "PrivateIdentifier",
                {
                    selector:
                        "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='props'][static='true']))",
                    message: "A component must declare static props",
                },
                {
                    selector:
                        "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='template'][static='true']))",
                    message: "A component must declare static template",
                },
                {
                    selector:
                        "CallExpression[callee.name='_t'] > :first-child[value=/(.*%s){2,}/]",
                    message: "Name the placeholders of a text to translate",
                },
            ],
        },
    },
];
