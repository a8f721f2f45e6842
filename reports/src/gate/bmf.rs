//! Bencher Metric Format, the JSON that bencher.dev takes: <https://bencher.dev/docs/reference/bencher-metric-format/>.

use serde_json::{Map, Value, json};

use super::{GateRun, Judgement};

/// An object of cases, each an object of measures: `latency` in nanoseconds with its interval, and the
/// deterministic metrics under their ids with hyphens. All values are the head's.
pub fn bencher_metric_format(run: &GateRun, judgement: &Judgement) -> String {
    let mut cases = Map::new();
    for (case, result) in run.cases.iter().zip(&judgement.cases) {
        let mut measures = Map::new();
        if let Some(change) = result.time.change {
            let ns = |change: f64| case.time.base_ns * (1.0 + change);
            let value = json!({
                "value": ns(change.estimate),
                "lower_value": ns(change.low),
                "upper_value": ns(change.high),
            });
            measures.insert("latency".to_owned(), value);
        }
        for (counts, result) in case.exact.iter().zip(&result.exact) {
            if let Some(head) = result.head {
                measures.insert(counts.metric.replace('_', "-"), json!({ "value": head }));
            }
        }
        if !measures.is_empty() {
            cases.insert(case.time.case.to_string(), Value::Object(measures));
        }
    }
    format!("{:#}\n", Value::Object(cases))
}
