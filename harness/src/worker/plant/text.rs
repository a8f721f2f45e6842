//! The plants as text, and at nothing.

use amdahl_reports::gate::evaluation::{Plant, PlantKind};

/// The environment variable that names the plants: see [`encode`].
pub(crate) const PLANT_VARIABLE: &str = "AMDAHL_PLANT";

/// The plants as the variable has them: `kind=loop,percent=2,case=covariance/faer`, several with a
/// semicolon between them.
pub(crate) fn encode(plants: &[Plant]) -> String {
    let each = plants.iter().map(|plant| {
        let Plant { kernel, variant, kind, percent } = plant;
        format!("kind={},percent={percent},case={kernel}/{variant}", kind.word())
    });
    each.collect::<Vec<_>>().join(";")
}

/// The same plants at nothing, for the other side: finding out how much work a plant is runs the case for some
/// milliseconds, and a process that is older by that may be faster or slower.
pub(crate) fn at_nothing(plants: &[Plant]) -> Vec<Plant> {
    plants.iter().map(|plant| Plant { percent: 0.0, ..plant.clone() }).collect()
}

/// The plants in the variable's text.
///
/// # Errors
/// What is not understood.
pub(crate) fn decode(text: &str) -> Result<Vec<Plant>, String> {
    let each = text.split(';').filter(|part| !part.is_empty());
    each.map(|part| plant(part).ok_or_else(|| format!("`{part}` is no plant"))).collect()
}

fn plant(text: &str) -> Option<Plant> {
    let field = |name: &str| {
        let mut fields = text.split(',').filter_map(|field| field.split_once('='));
        fields.find(|(own, _)| *own == name).map(|(_, value)| value)
    };
    let (kernel, variant) = field("case")?.split_once('/')?;
    let percent: f64 = field("percent")?.parse().ok()?;
    (percent >= 0.0 && percent.is_finite()).then_some(())?;
    let kind = PlantKind::from_word(field("kind")?)?;
    Some(Plant { kernel: kernel.to_owned(), variant: variant.to_owned(), kind, percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: PlantKind, percent: f64) -> Plant {
        Plant { kernel: "sum".to_owned(), variant: "fold".to_owned(), kind, percent }
    }

    #[test]
    fn plants_go_through_the_variable() {
        let plants = [of(PlantKind::Mode, 0.5), of(PlantKind::Chain, 10.0)];
        let text = encode(&plants);
        assert!(text.starts_with("kind=mode,percent=0.5,case=sum/fold;kind=chain"), "{text}");
        assert_eq!(decode(&text).expect("its own text"), plants);
        assert_eq!(decode("").expect("no plant"), []);
        for wrong in ["kind=loop", "kind=leaf,percent=1,case=a/b", "kind=loop,percent=-1,case=a/b"]
        {
            assert!(decode(wrong).unwrap_err().contains(wrong));
        }
    }
}
