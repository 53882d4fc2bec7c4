"""What arrived: kept, searched, waited for."""
