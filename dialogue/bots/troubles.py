"""A shop's failure in the words of a call's record; its sentence goes to the log."""

import logging

from aftersales.errors import AfterSalesError
from dialogue.turns import Trouble

logger = logging.getLogger(__name__)


def told(problem: AfterSalesError) -> Trouble:
    """The kind of failure without what may name a person or an order."""
    logger.warning("the shop failed: %s", problem)
    return Trouble(problem.gateway, problem.failure, problem.attempt)
