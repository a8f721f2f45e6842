//! Polars: events grouped and counted, then a left join in the users' order.

use amdahl::Timed;
use polars::prelude::*;

use super::{Counts, Visits};
use crate::support::with_polars::{integers, one_frame};

/// The query over a frame that is there already.
pub fn run(visits: &Visits) -> Timed<'_, Counts> {
    let ids = |ids: &Vec<i64>| one_frame(vec![Column::new("user_id".into(), ids)]);
    let (users, events) = (ids(&visits.users), ids(&visits.event_users));
    Timed::returning(move || {
        let counts = events.clone().group_by([col("user_id")]).agg([len().alias("events")]);
        users
            .clone()
            .join_builder()
            .with(counts)
            .on([col("user_id")])
            .how(JoinType::Left)
            .maintain_order(MaintainOrderJoin::Left)
            .finish()
            .with_columns([col("events").fill_null(lit(0))])
            .collect()
            .expect("both have ids")
    })
    .seen_as(|frame| Counts {
        user_id: integers(&frame, "user_id"),
        events: integers(&frame, "events"),
    })
}
