"""The teacher's page shows one problem."""

UNLABELLED = {r"\mathbf{W}^2 = \begin{pmatrix} 3 & 1": "what the problem gives"}
