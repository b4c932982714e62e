"""The live call, from ring to hang-up."""
