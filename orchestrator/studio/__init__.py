"""What marketers see."""
