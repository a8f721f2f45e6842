//! Blocks from `tracing` spans: a layer that opens one where a span is entered.
//!
//! Only the span's name and its thread matter. Which spans become blocks is the layer's own
//! business; it hides no span from other layers.

use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::stack::{self, Key};
use super::stage_name::name_of_stage;
use crate::allocator::counters::Quiet;
use crate::span::STAGE_TARGET;

/// A layer that makes a block of each `tracing` span, or of those of some targets.
///
/// A block lasts from a span's entry to its exit, on that thread. A span that is entered again, as a
/// future is with each poll, is one more call. A program that installs no such layer pays for a span
/// what `tracing` costs unheard. What a registry allocates for a new span is charged to the block
/// around it.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let heard = tracing_subscriber::registry().with(amdahl::BlockLayer::of_target("my_crate"));
/// tracing::subscriber::with_default(heard, || {
///     let _load = tracing::info_span!(target: "my_crate::load", "load").entered();
/// });
/// assert_eq!(amdahl::take_blocks().blocks[0].name, "load");
/// ```
#[derive(Debug, Clone, Default)]
pub struct BlockLayer {
    /// None for all.
    targets: Option<Vec<&'static str>>,
}

impl BlockLayer {
    /// Makes a block of every span. `Layer::with_filter` narrows it down by any filter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a block of every span whose target is `target` or a path below it, such as
    /// `my_crate::load` of `my_crate`.
    pub fn of_target(target: &'static str) -> Self {
        Self { targets: Some(vec![target]) }
    }

    /// And of every span of a further target.
    pub fn and_target(mut self, target: &'static str) -> Self {
        self.targets.get_or_insert_default().push(target);
        self
    }

    fn hears(&self, target: &str) -> bool {
        let is_below = |own: &str| {
            target.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        self.targets.as_ref().is_none_or(|targets| targets.iter().any(|own| is_below(own)))
    }
}

/// The name of an `amdahl::stage`, which its span has as a field.
struct StageName(&'static str);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for BlockLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().target() != STAGE_TARGET || !self.hears(STAGE_TARGET) {
            return;
        }
        let name = {
            // A name is kept for good; what the span itself holds is freed as it was allocated.
            let _quiet = Quiet::now();
            name_of_stage(attributes)
        };
        if let (Some(span), Some(name)) = (context.span(id), name) {
            span.extensions_mut().insert(StageName(name));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let metadata = span.metadata();
        if self.hears(metadata.target()) {
            let stage = span.extensions().get::<StageName>().map(|stage| stage.0);
            stack::open_span(id.into_u64(), stage.unwrap_or(metadata.name()));
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        stack::close_quietly(Key::Span(id.into_u64()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_heard_with_what_is_below_it() {
        let layer = BlockLayer::of_target("my_crate").and_target("other::part");
        assert!(layer.hears("my_crate"));
        assert!(layer.hears("my_crate::load"));
        assert!(layer.hears("other::part::x"));
        assert!(!layer.hears("my_crate_too"));
        assert!(!layer.hears("other"));
        assert!(BlockLayer::new().hears("anything"));
    }
}
