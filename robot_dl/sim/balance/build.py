"""How one cart and pole differ from the next: masses, length, friction, motor and sensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Rng = np.random.Generator


@dataclass(frozen=True)
class Build:
    """One cart-pole, as it was made and as it stands when somebody lets go of it.

    Attributes:
        cart_kg: Mass of the cart.
        pole_kg: Mass of the pole, evenly along its length.
        length_m: Length of the pole.
        slider_damping: Of the rail, N s/m.
        slider_friction: Of the rail, dry, N.
        hinge_damping: Of the pole's joint, Nm s/rad.
        gain: What the motor gives of what it is told to give.
        bias_rad: What the encoder of the pole reads when the pole is upright.
        start: Positions (m, rad) and velocities (m/s, rad/s) of slider and pole [4] at the start.
    """

    cart_kg: float
    pole_kg: float
    length_m: float
    slider_damping: float
    slider_friction: float
    hinge_damping: float
    gain: float
    bias_rad: float
    start: tuple[float, float, float, float]

    @classmethod
    def draw(cls, rng: Rng) -> Build:
        """Draw one within what a workshop makes of the same plan."""
        return cls(
            cart_kg=float(rng.uniform(0.7, 1.4)),
            pole_kg=float(rng.uniform(0.06, 0.2)),
            length_m=float(rng.uniform(0.7, 1.3)),
            slider_damping=float(rng.uniform(0.1, 1.0)),
            slider_friction=float(rng.uniform(0.0, 0.5)),
            hinge_damping=float(rng.uniform(0.0, 0.003)),
            gain=float(rng.uniform(0.85, 1.15)),
            bias_rad=float(rng.uniform(-0.005, 0.005)),
            start=(
                float(rng.uniform(-0.5, 0.5)),
                float(rng.uniform(-0.08, 0.08)),
                float(rng.uniform(-0.2, 0.2)),
                float(rng.uniform(-0.2, 0.2)),
            ),
        )

    def into(self, model: Any) -> None:
        """Change a compiled `cart_pole.xml` into this one; its constants are then out of date."""
        cart, pole = model.body('cart').id, model.body('pole').id
        model.body_mass[[cart, pole]] = self.cart_kg, self.pole_kg
        model.body_ipos[pole] = 0, 0, self.length_m / 2
        # A thin rod about its middle: m l^2 / 12; about its own axis hardly anything.
        across = self.pole_kg * self.length_m**2 / 12
        model.body_inertia[pole] = across, across, across / 100
        model.dof_damping[:] = self.slider_damping, self.hinge_damping
        model.dof_frictionloss[:] = self.slider_friction, 0.0
        model.actuator_gear[0, 0] = self.gain
        rod = model.geom('pole').id
        model.geom_size[rod, 1], model.geom_pos[rod, 2] = self.length_m / 2, self.length_m / 2
