"""What the documents of ``paper.py`` say: names and addresses, in each language."""

LANGUAGES = {"en": "en_GB", "fi": "fi_FI", "de": "de_DE", "fr": "fr_FR"}

SELLER = {
    "name": "Kaarna Consulting Oy",
    "street": "Pohjoisesplanadi 25",
    "zip": "00100",
    "city": "Helsinki",
    "country": "fi",
    "vat": "FI23456780",
    "phone": "+358 9 4245 0100",
    "email": "billing@kaarna.example",
    "website": "https://www.kaarna.example",
}
CUSTOMERS = {
    "en": {
        "name": "Aurora Offshore Wind Oy",
        "street": "Itämerenkatu 5",
        "zip": "00180",
        "city": "Helsinki",
        "country": "fi",
        "vat": "FI20774740",
        "ref": "C-1042",
    },
    "fi": {
        "name": "Satamalogistiikka Oy",
        "street": "Rantakatu 3",
        "zip": "20100",
        "city": "Turku",
        "country": "fi",
        "vat": "FI12345671",
        "ref": "C-1007",
    },
    "de": {
        "name": "Nordwind Maschinenbau GmbH",
        "street": "Speicherstraße 14",
        "zip": "20457",
        "city": "Hamburg",
        "country": "de",
        "vat": "DE136695976",
        "ref": "C-1015",
    },
    "fr": {
        "name": "Atelier Lumière SAS",
        "street": "12 rue des Tanneurs",
        "zip": "69002",
        "city": "Lyon",
        "country": "fr",
        "vat": "FR40303265045",
        "ref": "C-1023",
        "peppol_eas": "9957",
        "peppol_endpoint": "FR40303265045",
    },
}
#: What this company has named in each language.
WORDS = {
    "vat": {
        "en": "VAT 25.5%",
        "fi": "ALV\N{NO-BREAK SPACE}25,5\N{NO-BREAK SPACE}%",
        "de": "MwSt.\N{NO-BREAK SPACE}25,5\N{NO-BREAK SPACE}%",
        "fr": "TVA\N{NO-BREAK SPACE}25,5\N{NO-BREAK SPACE}%",
    },
    "reverse": {
        "en": "Reverse charge",
        "fi": "ALV 0\N{NO-BREAK SPACE}%",
        "de": "USt. 0\N{NO-BREAK SPACE}%",
        "fr": "TVA 0\N{NO-BREAK SPACE}%",
    },
    "reverse_note": {
        "en": "Reverse charge: VAT to be accounted for by the recipient (article 196 "
        "of directive 2006/112/EC).",
        "fi": "Käännetty verovelvollisuus, direktiivin 2006/112/EY artikla 196.",
        "de": "Steuerschuldnerschaft des Leistungsempfängers (Artikel 196 der "
        "Richtlinie 2006/112/EG).",
        "fr": "Autoliquidation, article 196 de la directive 2006/112/CE.",
    },
    "vat_number": {
        "en": "VAT",
        "fi": "ALV-tunniste",
        "de": "USt-IdNr.",
        "fr": "N° TVA",
    },
    "terms": {
        "en": "Payment within 14 days",
        "fi": "Maksuehto 14 päivää netto",
        "de": "Zahlbar innerhalb von 14 Tagen",
        "fr": "Paiement à 14 jours",
    },
}
HOURS, FIXED, MILESTONES, TRAVEL = "hours", "fixed", "milestones", "travel"
#: Name of each product in each language, price, and how it is billed.
PRODUCTS = {
    HOURS: (
        {
            "en": "Consulting",
            "fi": "Konsultointi",
            "de": "Beratung",
            "fr": "Conseil",
        },
        135.0,
        "delivered_timesheet",
    ),
    FIXED: (
        {
            "en": "Fixed fee",
            "fi": "Kiinteä palkkio",
            "de": "Pauschale",
            "fr": "Forfait",
        },
        4200.0,
        "ordered_prepaid",
    ),
    MILESTONES: (
        {
            "en": "Project at a fixed price",
            "fi": "Kiinteähintainen projekti",
            "de": "Projekt zum Festpreis",
            "fr": "Projet au forfait",
        },
        18000.0,
        "delivered_milestones",
    ),
    TRAVEL: (
        {
            "en": "Travel expenses",
            "fi": "Matkakulut",
            "de": "Reisekosten",
            "fr": "Frais de déplacement",
        },
        0.0,
        "delivered_manual",
    ),
}
