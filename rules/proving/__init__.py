"""What follows from conditions and what cannot be: proved for every text, or not claimed."""
