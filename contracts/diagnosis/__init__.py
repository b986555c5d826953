"""What a faulty service does instead: small models of mistakes, compared with everything that a run has seen.

Model-based diagnosis (Reiter 1987; de Kleer and Williams 1987): a hypothesis predicts what a service that makes one
mistake does with each request, or says nothing about it. It is shown where it predicts every failing case of a finding
and contradicts no other case. It makes, hides and changes no finding: it is called likely, and no more.
"""

from contracts.diagnosis.hypotheses import Diagnosis, contradicted, diagnose, foretells
from contracts.diagnosis.observations import Observation, observed

__all__ = ["Diagnosis", "Observation", "contradicted", "diagnose", "foretells", "observed"]
