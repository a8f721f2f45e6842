//! Systems of equations: known answers at the inputs where a plausible solver goes wrong, its
//! accuracy on ill-conditioned ones, and agreement of all variants on systems that nobody chose.

mod common;

use amdahl::{Exchange, Exchanged, Matrix, Rng, Tolerance};
use amdahl_kernels::linalg::solve::{self, SolveError, System, Unknowns, accuracy};
use common::{all_agree, numbers, results};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn of(rows: usize, cols: usize, data: &[f64]) -> Matrix {
    Matrix::from_vec(rows, cols, data.to_vec())
}

/// Holds the solution of every variant to `want`, within some roundings.
#[track_caller]
fn expect_solution(n: usize, a: &[f64], b: &[f64], want: &[f64]) {
    let system = System { a: of(n, n, a), b: b.to_vec() };
    for (who, result) in results(&solve::kernel(), &system.to_exchanged()) {
        let got = numbers(&result, "");
        let near = |(got, want): (&f64, &f64)| (got - want).abs() <= 1e-14 * want.abs();
        let all = got.len() == want.len() && got.iter().zip(want).all(near);
        assert!(all, "{who}: got {got:?}, want {want:?}");
    }
}

/// Holds every variant to an error that says `word`.
#[track_caller]
fn expect_no_solution(system: &System, word: &str) {
    for (who, result) in results(&solve::kernel(), &system.to_exchanged()) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?} of {system:?}") };
        assert!(message.contains(word), "{who}: {message}");
    }
}

#[test]
fn rows_are_exchanged_where_a_pivot_is_zero_or_tiny() {
    expect_solution(2, &[0.0, 1.0, 2.0, 0.0], &[3.0, 8.0], &[4.0, 3.0]);
    // Without pivoting the first unknown comes out as 0.
    expect_solution(2, &[1e-20, 1.0, 1.0, 1.0], &[1.0, 2.0], &[1.0, 1.0]);
    let cycle = [0.0, 0.0, 4.0, 2.0, 0.0, 0.0, 0.0, 8.0, 0.0];
    expect_solution(3, &cycle, &[4.0, 2.0, 8.0], &[1.0, 1.0, 1.0]);
}

#[test]
fn pivots_whose_reciprocals_overflow_are_divided_by() {
    let (tiny, small) = (5e-324, 1e-310);
    expect_solution(2, &[tiny, 0.0, 0.0, 1.0], &[tiny, 2.0], &[1.0, 2.0]);
    expect_solution(2, &[small, small, small, -small], &[small, small], &[1.0, 0.0]);
    expect_solution(1, &[small], &[3.0 * small], &[3.0]);
}

#[test]
fn no_equations_have_the_empty_solution() {
    expect_solution(0, &[], &[], &[]);
    expect_solution(1, &[4.0], &[2.0], &[0.5]);
}

#[test]
fn a_matrix_whose_elimination_meets_an_exact_zero_is_singular() {
    let singular = |n: usize, a: &[f64]| System { a: of(n, n, a), b: vec![1.0; n] };
    expect_no_solution(&singular(1, &[0.0]), "singular");
    expect_no_solution(&singular(1, &[-0.0]), "singular");
    expect_no_solution(&singular(2, &[1.0, 2.0, 2.0, 4.0]), "singular");
    expect_no_solution(&singular(3, &[1.0; 9]), "singular");
    expect_no_solution(&singular(40, &[0.0; 1_600]), "singular");
}

#[test]
fn a_matrix_that_is_not_square_has_no_solution() {
    for (rows, cols) in [(3, 4), (4, 3), (0, 2), (2, 0)] {
        let system = System { a: Matrix::zeros(rows, cols), b: vec![1.0; rows] };
        expect_no_solution(&system, "not square");
    }
}

#[test]
fn nan_and_infinities_in_a_system_are_refused() {
    for odd in [NAN, INF, -INF] {
        let mut system = System::random(Unknowns { n: 19, condition: 1e2 }, &mut Rng::new(3));
        system.b[18] = odd;
        expect_no_solution(&system, "finite");
        system.b[18] = 0.0;
        system.a[(7, 0)] = odd;
        expect_no_solution(&system, "finite");
    }
}

#[test]
fn decompositions_have_a_small_residual_whatever_the_condition_number_and_the_inverse_has_not() {
    for condition in [1e2, 1e12] {
        let system = System::random(Unknowns { n: 150, condition }, &mut Rng::new(11));
        for (who, result) in results(&solve::kernel(), &system.to_exchanged()) {
            let x = numbers(&result, "");
            let got = accuracy(&system, &x);
            // 8 roundings, and one for each digit that a condition number takes away.
            let stable = 8.0 * f64::EPSILON;
            if who.contains("inverse") && condition > 1e10 {
                assert!(got.backward_error > 1e5 * stable, "{who}: {got:?}");
            } else {
                assert!(got.backward_error < stable, "{who}: {got:?}");
                assert!(got.residual < 64.0 * stable, "{who}: {got:?}");
            }
        }
    }
}

#[test]
fn the_accuracy_of_a_known_solution_is_the_one_of_the_definition() {
    let system = System { a: of(2, 2, &[2.0, 0.0, 0.0, 4.0]), b: vec![2.0, 4.0] };
    let exact = accuracy(&system, &[1.0, 1.0]);
    assert_eq!((exact.residual, exact.backward_error), (0.0, 0.0));
    // r = (0, -2), |A| = 4, |x| = 1.5, |b| = 4.
    let off = accuracy(&system, &[1.0, 1.5]);
    assert_eq!((off.residual, off.backward_error), (0.5, 0.2));
    assert!(accuracy(&system, &[NAN, 1.0]).backward_error.is_nan());
}

#[test]
fn a_random_system_has_the_condition_number_asked_for() {
    for condition in [1.0, 1e2, 1e6] {
        let system = System::random(Unknowns { n: 30, condition }, &mut Rng::new(2));
        let a = nalgebra::DMatrix::from_row_slice(30, 30, system.a.as_slice());
        let values = a.singular_values();
        let got = values.max() / values.min();
        assert!((got / condition - 1.0).abs() < 1e-8, "{got:e}, want {condition:e}");
    }
}

#[test]
fn a_right_hand_side_that_does_not_fit_is_refused() {
    let input = System { a: of(2, 2, &[1.0; 4]), b: vec![1.0; 3] }.to_exchanged();
    let error = solve::kernel().evaluate("naive", input, 1).unwrap_err();
    assert!(error.to_string().contains("as many values as `a` has rows"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn solutions_agree_on_well_conditioned_systems(seed in any::<u64>(), n in 0..60_usize) {
        let system = System::random(Unknowns { n, condition: 10.0 }, &mut Rng::new(seed));
        let kernel = solve::kernel();
        let tolerance = Tolerance::relative(1e-13);
        all_agree::<Result<Vec<f64>, SolveError>>(&kernel, &system.to_exchanged(), &tolerance);
    }

    #[test]
    fn small_integers_give_a_solution_that_solves_or_an_error(
        n in 1..7_usize,
        values in prop::collection::vec(-2..3_i8, 42),
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let system = System { a: of(n, n, &values[..n * n]), b: values[n * n..n * n + n].to_vec() };
        for (who, result) in results(&solve::kernel(), &system.to_exchanged()) {
            if let Ok(x) = Result::<Vec<f64>, SolveError>::from_exchanged(result).expect("a solution") {
                let accuracy = accuracy(&system, &x);
                // The inverse promises less where the matrix is nearly singular.
                let solves = accuracy.backward_error < 1e-14 || who.contains("inverse");
                prop_assert!(solves, "{who}: {accuracy:?} of {system:?}");
            }
        }
    }

    #[test]
    fn a_row_or_column_of_zeros_is_singular_everywhere(
        seed in any::<u64>(),
        n in 1..40_usize,
        at in any::<prop::sample::Index>(),
        is_row in any::<bool>(),
    ) {
        let at = at.index(n);
        let mut system = System::random(Unknowns { n, condition: 10.0 }, &mut Rng::new(seed));
        for i in 0..n {
            system.a[if is_row { (at, i) } else { (i, at) }] = 0.0;
        }
        expect_no_solution(&system, "singular");
    }
}
