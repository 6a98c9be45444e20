"""Forms for what stands in a journey: who enters, the goal, who leaves, and rules; what has no form stays text."""
