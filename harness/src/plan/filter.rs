//! Filters over case names, as criterion and libtest understand them.

use regex::Regex;

/// A filter that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the filter `{filter}` is not a regular expression: {source}")]
pub(crate) struct FilterError {
    filter: String,
    source: regex::Error,
}

/// Which case names are kept.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    /// Every name.
    All,
    /// No name (libtest's `--ignored`: nothing is ignored here).
    Nothing,
    /// This name.
    Exact(String),
    /// Names in which the expression matches.
    Pattern(Regex),
}

impl Filter {
    /// A filter by regular expression.
    pub(crate) fn pattern(text: &str) -> Result<Self, FilterError> {
        let regex = Regex::new(text);
        regex.map(Self::Pattern).map_err(|source| FilterError { filter: text.to_owned(), source })
    }

    /// Whether a name is kept.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Exact(exact) => exact == name,
            Self::Pattern(regex) => regex.is_match(name),
        }
    }
}

/// The names most like `text`, best first, at most three, none that has nothing in common with it.
pub(crate) fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    /// Below this Jaro-Winkler similarity (0 to 1) names look unrelated to a reader.
    const ALIKE: f64 = 0.75;
    const SHOWN: usize = 3;
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by_key(|(_, name)| *name);
    scored.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_kernel_finds_its_name() {
        let names = ["covariance", "softmax", "pairwise_distance"];
        assert_eq!(nearest("covarience", names), ["covariance"]);
        assert!(nearest("zzz", names).is_empty());
    }

    #[test]
    fn an_exact_filter_keeps_one_name_only() {
        let filter = Filter::Exact("a/b/1".to_owned());
        assert!(filter.keeps("a/b/1"));
        assert!(!filter.keeps("a/b/10"));
    }

    #[test]
    fn a_broken_expression_is_an_error_that_shows_it() {
        let error = Filter::pattern("(").unwrap_err().to_string();
        assert!(error.contains("`(`"), "{error}");
    }
}
