"""What the world `balance` is made of: a cart on a rail, a pole on the cart, and their sensors."""
