//! Charts: the same marks drawn by libraries and by hand.

pub mod feature_importance;
pub mod multi_panel;
