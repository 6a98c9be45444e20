"""What the studio's templates ask for."""
