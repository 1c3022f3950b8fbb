from . import billing_annex_report
from . import billing_cycle_report
from . import project_billing_proof_report
