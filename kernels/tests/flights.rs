//! The flights pipeline on files that are missing, damaged or wrong, and on rows made for it.

mod common;

use std::fs;
use std::path::Path;

use amdahl::{Exchange, Exchanged};
use amdahl_kernels::pipeline::flights::error::FlightsError;
use amdahl_kernels::pipeline::flights::input::{self, Texts};
use amdahl_kernels::pipeline::flights::load::{self, Loaded};
use amdahl_kernels::pipeline::flights::table::{AIRLINES, FLIGHTS, PLANES};
use amdahl_kernels::pipeline::flights::transform::{self, MonthlyRanks};
use amdahl_kernels::pipeline::flights::{clean, kernel, visualize};

const HEADER: &str = "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,\
    arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour";

const PLANES_TEXT: &str = "tailnum,year,type,manufacturer,model,engines,seats,speed,engine\n\
    N1,2003,Fixed wing,AIRBUS,A320,2,150,NA,Turbo-fan\n\
    N2,NA,Fixed wing,BOEING,737,2,170,NA,Turbo-fan\n\
    N1,1900,Fixed wing,WRIGHT,FLYER,1,1,NA,Reciprocating\n";

const AIRLINES_TEXT: &str = "carrier,name\nAA,American\nBB,Beta Air\n";

/// A flight of 2013; `delays` are departure's, arrival's and the time in the air.
fn flight(month: &str, carrier: &str, number: usize, tailnum: &str, delays: [&str; 3]) -> String {
    let [departure, arrival, air] = delays;
    format!(
        "2013,{month},1,517,515,{departure},830,819,{arrival},{carrier},{number},{tailnum},\
         EWR,IAH,{air},1400,5,15,2013-01-01T10:00:00Z"
    )
}

fn texts(rows: &[String]) -> Texts {
    let flights = format!("{HEADER}\n{}\n", rows.join("\n"));
    Texts { flights, planes: PLANES_TEXT.to_owned(), airlines: AIRLINES_TEXT.to_owned() }
}

type Loader = fn(&Texts) -> Loaded;

const LOADERS: [(&str, Loader); 3] =
    [("rows", load::rows), ("columns", load::columns), ("rayon", load::with_rayon)];

/// The error every way of loading gives for this text.
fn load_error(texts: &Texts) -> String {
    let messages = LOADERS.map(|(name, load)| match load(texts) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("`{name}` loads it"),
    });
    assert_eq!(messages[0], messages[1]);
    assert_eq!(messages[0], messages[2]);
    messages[0].clone()
}

fn good_rows(count: usize) -> Vec<String> {
    (0..count).map(|i| flight("1", "AA", i, "N1", ["2", "11", "227"])).collect()
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = input::read(folder.path()).unwrap_err();
    assert!(matches!(error, FlightsError::Unreadable { .. }));
    let message = error.to_string();
    assert!(message.contains("flights.csv.zst") && message.contains("cannot read"), "{message}");
}

fn copy_of_the_data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for file in ["flights.csv.zst", "planes.csv", "airlines.csv"] {
        fs::copy(data.join(file), folder.path().join(file)).expect("a file to copy");
    }
    folder
}

#[test]
fn a_truncated_or_garbled_archive_is_named_as_damaged() {
    let folder = copy_of_the_data();
    let path = folder.path().join("flights.csv.zst");
    let whole = fs::read(&path).expect("the archive");
    let garbled = b"no archive at all".as_slice();
    for damaged in [&whole[..whole.len() / 2], &whole[..3], &[], garbled] {
        fs::write(&path, damaged).expect("room for a file");
        let error = input::read(folder.path()).unwrap_err();
        assert!(matches!(error, FlightsError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("flights.csv.zst is damaged"), "{error}");
    }
}

#[test]
fn a_file_with_fewer_rows_than_asked_for_says_how_many() {
    let text = texts(&good_rows(3)).flights;
    let path = Path::new("flights.csv.zst");
    assert_eq!(input::cut(&text, 3, path).expect("three rows"), text);
    let error = input::cut(&text, 4, path).unwrap_err().to_string();
    assert_eq!(error, "flights.csv.zst has 3 rows, fewer than the 4 asked for");
}

#[test]
fn the_whole_file_loads_and_no_row_more() {
    assert!(input::first_rows(336_776).is_ok());
    let error = input::first_rows(336_777).unwrap_err().to_string();
    assert!(error.contains("336776 rows, fewer than the 336777"), "{error}");
}

#[test]
fn what_is_unpacked_first_is_the_beginning_of_what_is_unpacked_later() {
    let few = input::first_rows(3).expect("three rows");
    let many = input::first_rows(20_000).expect("rows of many chunks");
    assert_eq!((few.flights.lines().count(), many.flights.lines().count()), (4, 20_001));
    assert!(many.flights.starts_with(&few.flights) && few.flights.ends_with('\n'));
    assert_eq!(input::first_rows(3).expect("they are still there"), few);
}

#[test]
fn a_row_with_a_missing_or_an_extra_cell_is_found_by_line_and_column() {
    let mut rows = good_rows(5);
    rows[3] = rows[3].replacen(",EWR", "", 1);
    let error = load_error(&texts(&rows));
    assert_eq!(error, "flights.csv, line 5, column 19: 18 cells where the header has 19");
    rows[3] = format!("{},extra", good_rows(1)[0]);
    let error = load_error(&texts(&rows));
    assert_eq!(error, "flights.csv, line 5, column 20: 20 cells where the header has 19");
}

#[test]
fn a_cell_that_is_no_number_is_found_by_line_and_column() {
    for bad in ["eleven", "", "1O", "inf", "nan", "1e999", "--1", "-"] {
        let mut rows = good_rows(4);
        rows[2] = flight("1", "AA", 7, "N1", ["2", bad, "227"]);
        let want =
            format!("flights.csv, line 4, column 9 (`arr_delay`): `{bad}` is not a number, nor NA");
        assert_eq!(load_error(&texts(&rows)), want);
    }
}

#[test]
fn an_error_far_down_a_file_read_in_pieces_has_its_true_line() {
    let mut rows = good_rows(40_000);
    rows[35_000] = flight("x", "AA", 7, "N1", ["2", "11", "227"]);
    let error = load_error(&texts(&rows));
    assert!(error.starts_with("flights.csv, line 35002, column 2 (`month`)"), "{error}");
}

#[test]
fn a_header_with_other_names_is_refused() {
    let mut texts = texts(&good_rows(1));
    texts.airlines = "code,name\nAA,American\n".to_owned();
    let error = load_error(&texts);
    assert!(
        error.starts_with("airlines.csv, line 1: the header must be `carrier,name`"),
        "{error}"
    );
}

#[test]
fn quotes_carriage_returns_and_a_missing_last_newline_are_read_alike() {
    let mut quoted = texts(&good_rows(2));
    quoted.airlines = "carrier,name\r\nAA,\"American, the \"\"old\"\"\"\r\nBB,Beta Air".to_owned();
    quoted.planes = PLANES_TEXT.trim_end().to_owned();
    for (name, load) in LOADERS {
        let tables = load(&quoted).unwrap_or_else(|error| panic!("{name}: {error}"));
        let names = tables.airlines.words(&AIRLINES, "name");
        assert_eq!(names.get(0), Some("American, the \"old\""), "{name}");
        assert_eq!(names.get(1), Some("Beta Air"), "{name}");
        assert_eq!(tables.planes.rows(), 3, "{name}");
    }
}

#[test]
fn na_is_missing_in_numbers_and_in_words() {
    let row = flight("1", "AA", 1, "NA", ["NA", "-3.5", "NA"]);
    for (name, load) in LOADERS {
        let tables = load(&texts(std::slice::from_ref(&row))).expect("a good text");
        assert!(tables.flights.numbers(&FLIGHTS, "dep_delay")[0].is_nan(), "{name}");
        assert_eq!(tables.flights.numbers(&FLIGHTS, "arr_delay"), [-3.5], "{name}");
        assert_eq!(tables.flights.words(&FLIGHTS, "tailnum").get(0), None, "{name}");
        assert!(tables.planes.numbers(&PLANES, "year")[1].is_nan(), "{name}");
    }
}

#[test]
fn cleaning_drops_repeated_rows_fills_medians_and_drops_outliers() {
    let mut rows: Vec<String> = (0..30)
        .map(|i| flight("1", " Aa", i, "N1", ["2", if i % 2 == 0 { "10" } else { "12" }, "227"]))
        .collect();
    rows.push(rows[4].clone());
    rows.push(flight("1", "AA", 90, "N2", ["NA", "NA", "NA"]));
    rows.push(rows[31].clone());
    rows.push(flight("1", "AA", 91, "N2", ["2", "9999", "NA"]));
    let loaded = load::rows(&texts(&rows));
    for clean in [clean::rows, clean::columns, clean::with_rayon] {
        let cleaned = clean(&loaded).expect("tables that can be cleaned");
        let changes = clean::Changes { duplicates: 2, filled: 4, outliers: 1 };
        assert_eq!(cleaned.changes, changes);
        let flights = &cleaned.tables.flights;
        assert_eq!(flights.rows(), 31);
        // The median of 15 tens, 15 twelves and an outlier.
        assert_eq!(flights.numbers(&FLIGHTS, "arr_delay")[30], 12.0);
        assert_eq!(flights.words(&FLIGHTS, "carrier").names, ["aa"]);
        assert_eq!(flights.words(&FLIGHTS, "tailnum").names, ["n1", "n2"]);
        assert_eq!(cleaned.tables.airlines.words(&AIRLINES, "name").get(0), Some("American"));
    }
}

fn ranks_by_every_variant(rows: &[String]) -> Vec<MonthlyRanks> {
    let cleaned = clean::rows(&load::rows(&texts(rows)));
    let variants = [transform::rows, transform::columns, transform::with_rayon];
    variants.map(|transform| transform(&cleaned).expect("tables that can be ranked")).into()
}

#[test]
fn carriers_are_joined_grouped_and_ranked_with_ties_by_name() {
    let rows = [
        flight("2", "BB", 1, "N1", ["0", "7", "10"]),
        flight("2", "AA", 2, "N2", ["1", "7", "10"]),
        flight("2", "ZZ", 3, "N9", ["2", "-4", "10"]),
        flight("1", "AA", 4, "N1", ["3", "8", "10"]),
        flight("1", "AA", 5, "NA", ["4", "9", "10"]),
    ];
    for ranks in ranks_by_every_variant(&rows) {
        let airlines: Vec<&str> = ranks.airline.iter().flatten().map(String::as_str).collect();
        assert_eq!(airlines, ["American", "zz", "American", "Beta Air"]);
        assert_eq!(ranks.month, [1, 2, 2, 2]);
        assert_eq!(ranks.rank, [1, 1, 2, 3]);
        assert_eq!(ranks.flights, [2, 1, 1, 1]);
        assert_eq!(ranks.mean_arrival_delay, [8.5, -4.0, 7.0, 7.0]);
        assert_eq!(ranks.mean_departure_delay, [3.5, 2.0, 1.0, 0.0]);
        // The first of two planes named N1 counts; the unknown one counts for nothing.
        assert_eq!(ranks.mean_plane_age[0], 10.0);
        assert_eq!(ranks.mean_seats[0], 150.0);
        assert!(ranks.mean_plane_age[1].is_nan() && ranks.mean_seats[1].is_nan());
        assert!(ranks.mean_plane_age[2].is_nan() && ranks.mean_seats[2] == 170.0);
        let makers: Vec<Option<&str>> = ranks.manufacturer.iter().map(Option::as_deref).collect();
        assert_eq!(makers, [Some("airbus"), None, Some("boeing"), Some("airbus")]);
    }
}

#[test]
fn a_month_outside_the_calendar_is_an_error() {
    let cleaned = clean::rows(&load::rows(&texts(&[flight("13", "AA", 1, "N1", ["0", "0", "1"])])));
    for transform in [transform::rows, transform::columns, transform::with_rayon] {
        let error = transform(&cleaned).unwrap_err().to_string();
        assert_eq!(error, "a flight in month 13: months run from 1 to 12");
    }
}

#[test]
fn the_chart_names_its_axes_and_its_airlines_and_draws_a_line_for_each() {
    let rows: Vec<String> = (1..=12)
        .flat_map(|month| {
            ["AA", "BB"]
                .map(|carrier| flight(&month.to_string(), carrier, month, "N1", ["1", "2", "3"]))
        })
        .collect();
    let ranked = Ok(ranks_by_every_variant(&rows).remove(0));
    for visualize in [visualize::rows, visualize::columns, visualize::with_rayon] {
        let chart = visualize(&ranked).expect("a chart");
        assert_eq!(chart.marks.month.len(), 24);
        let words =
            ["Mean arrival delay", "(minutes)", "month of departure", "American", "Beta Air"];
        for word in words {
            assert!(chart.svg.contains(word), "{word} is missing");
        }
        assert_eq!(chart.svg.matches("<svg").count(), 1);
        assert_eq!(chart.svg.matches("</svg>").count(), 1);
    }
}

#[test]
fn an_error_in_a_stage_is_the_result_of_every_composition() {
    let texts = texts(&[flight("1", "AA", 1, "N1", ["x", "0", "1"])]);
    for (who, result) in common::results(&kernel(), &texts.to_exchanged()) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?}") };
        assert!(message.contains("line 2, column 6"), "{who}: {message}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let texts = input::first_rows(20_000).expect("the data").to_exchanged();
    let one = kernel().evaluate("rayon", texts.clone(), 1).expect("the input fits");
    let three = kernel().evaluate("rayon", texts, 3).expect("the input fits");
    assert_eq!(one, three);
}
