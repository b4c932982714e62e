"""The shop's world: customers, orders, parcels, refunds, returns."""
