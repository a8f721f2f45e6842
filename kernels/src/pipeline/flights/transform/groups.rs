//! What is gathered of a carrier's flights in a month.

/// The sums of one carrier and month.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The carrier's code.
    pub carrier: String,
    /// The airline's name.
    pub airline: String,
    /// How many flights.
    pub flights: usize,
    /// Minutes, summed.
    pub departure_delay: f64,
    /// Minutes, summed.
    pub arrival_delay: f64,
    /// Years of the planes.
    pub age: KnownSum,
    /// Seats of the planes.
    pub seats: KnownSum,
}

/// A sum of the values that are known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KnownSum {
    sum: f64,
    count: usize,
}

impl KnownSum {
    /// Adds a value; NaN is not known.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if !value.is_nan() {
            self.sum += value;
            self.count += 1;
        }
    }

    /// Adds what another has gathered.
    pub fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    /// The mean; NaN of nothing.
    pub fn mean(self) -> f64 {
        self.sum / self.count as f64
    }
}

impl Group {
    /// No flights yet.
    pub fn new(carrier: &str, airline: &str) -> Self {
        Self {
            carrier: carrier.to_owned(),
            airline: airline.to_owned(),
            flights: 0,
            departure_delay: 0.0,
            arrival_delay: 0.0,
            age: KnownSum::default(),
            seats: KnownSum::default(),
        }
    }

    /// Minutes.
    pub fn mean_arrival_delay(&self) -> f64 {
        self.arrival_delay / self.flights as f64
    }
}

/// Whether `a` ranks before `b`: a smaller mean arrival delay, then the name (two carriers may
/// share it: then the code); a missing mean last.
pub fn is_better(a: &Group, b: &Group) -> bool {
    let (delay_a, delay_b) = (a.mean_arrival_delay(), b.mean_arrival_delay());
    match (delay_a.is_nan(), delay_b.is_nan()) {
        (false, true) => true,
        (true, false) => false,
        (false, false) if delay_a != delay_b => delay_a < delay_b,
        _ => (&a.airline, &a.carrier) < (&b.airline, &b.carrier),
    }
}
