"""A courier's bill, step by step. Pure; the rule is the parcel trade's usual one:

charged weight = the larger of actual and volumetric weight (length x width x height in cm / the
divisor,
in kg; 6000 on land here, 5000 for freight); price = first weight + each further weight begun +
surcharge.
"""

from dataclasses import dataclass

from aftersales.deeds import Shipment


@dataclass(frozen=True, slots=True)
class Bill:
    """What carrying costs, and on what it rests. Weights in grams, money in minor units."""

    actual_grams: int
    volumetric_grams: int
    charged_grams: int
    by_volume: bool
    """The size decides, not the scales."""
    first_minor: int
    further_steps: int
    further_minor: int
    """For all further steps."""
    surcharge_minor: int

    @property
    def total_minor(self) -> int:
        """All parts together."""
        return self.first_minor + self.further_minor + self.surcharge_minor


def right_bill(shipment: Shipment) -> Bill:
    """The bill by the tariff, on the weight that the warehouse took."""
    tariff = shipment.tariff
    volume = shipment.length_cm * shipment.width_cm * shipment.height_cm
    volumetric = -(-volume * 1000 // tariff.divisor)
    charged = max(shipment.weighed_grams, volumetric)
    steps = max(0, -(-(charged - tariff.first_grams) // tariff.further_grams))
    return Bill(
        actual_grams=shipment.weighed_grams,
        volumetric_grams=volumetric,
        charged_grams=charged,
        by_volume=volumetric > shipment.weighed_grams,
        first_minor=tariff.first_minor,
        further_steps=steps,
        further_minor=steps * tariff.further_minor,
        surcharge_minor=tariff.surcharge_minor,
    )


def overcharged_minor(shipment: Shipment, tolerance_minor: int) -> int:
    """What was billed too much; 0 within the tolerance or when too little was billed."""
    difference = shipment.billed_minor - right_bill(shipment).total_minor
    return difference if difference >= tolerance_minor and difference > 0 else 0
