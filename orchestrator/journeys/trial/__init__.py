"""TRIAL: authors test their journeys in virtual time, with the real engine and a clock that moves when told."""
