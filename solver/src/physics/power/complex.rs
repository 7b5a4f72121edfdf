//! Complex numbers, as far as networks need them.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// Nothing.
    pub const ZERO: Self = Self { re: 0.0, im: 0.0 };

    /// From its parts.
    pub const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// From its modulus and its angle in radians.
    pub fn polar(modulus: f64, angle: f64) -> Self {
        let (sine, cosine) = libm::sincos(angle);
        Self::new(modulus * cosine, modulus * sine)
    }

    /// The mirror image at the real axis.
    #[must_use]
    pub fn conj(self) -> Self {
        Self::new(self.re, -self.im)
    }

    /// Distance from zero.
    pub fn modulus(self) -> f64 {
        libm::hypot(self.re, self.im)
    }

    /// Angle in radians, above -π and up to π.
    pub fn angle(self) -> f64 {
        libm::atan2(self.im, self.re)
    }

    /// The inverse; not finite for zero.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self::new(1.0, 0.0) / self
    }

    /// Whether both parts are finite.
    pub fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    /// Whether both parts are zero.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl AddAssign for Complex {
    fn add_assign(&mut self, other: Self) {
        self.re += other.re;
        self.im += other.im;
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl SubAssign for Complex {
    fn sub_assign(&mut self, other: Self) {
        self.re -= other.re;
        self.im -= other.im;
    }
}

impl Neg for Complex {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(-self.re, -self.im)
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }
}

impl Mul<f64> for Complex {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self::new(self.re * factor, self.im * factor)
    }
}

impl Div for Complex {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let size = other.re * other.re + other.im * other.im;
        Self::new(
            (self.re * other.re + self.im * other.im) / size,
            (self.im * other.re - self.re * other.im) / size,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_times_its_divisor_is_the_dividend() {
        let (one, other) = (Complex::new(3.0, -4.0), Complex::new(-0.5, 2.0));
        let back = one / other * other;
        assert!((back - one).modulus() < 1e-15);
        assert!((other * other.inverse() - Complex::new(1.0, 0.0)).modulus() < 1e-15);
    }

    #[test]
    fn modulus_and_angle_make_the_number() {
        let number = Complex::new(-3.0, 4.0);
        assert!((Complex::polar(number.modulus(), number.angle()) - number).modulus() < 1e-14);
    }
}
