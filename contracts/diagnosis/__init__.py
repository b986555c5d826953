"""Diagnosis: models of common mistakes, compared with every exchange of a run.

Model-based diagnosis (Reiter 1987; de Kleer and Williams 1987): a hypothesis predicts what a service with one mistake
does with each request, or makes no prediction. It is reported as likely if it predicts the failing cases of a finding
and contradicts no other case. A diagnosis never creates, hides or changes a finding.
"""

from contracts.diagnosis.hypothesis_fit import Diagnosis, contradicted, predicts_failure
from contracts.diagnosis.hypothesis_selection import diagnose
from contracts.diagnosis.observation import Observation, observed

__all__ = ["Diagnosis", "Observation", "contradicted", "diagnose", "observed", "predicts_failure"]
