//! Totals by name: what a name cost wherever it stands in the tree.

use super::{BlockFigures, BlockNode, Merge};

/// A name's total over all its places.
#[derive(Debug, Clone, PartialEq)]
pub struct NameTotal {
    /// The name.
    pub name: &'static str,
    /// At how many places of the tree it stands.
    pub places: usize,
    /// Its figures. A block inside one of its own name is within the outer one's figures and adds
    /// nothing but its calls: a union, no sum.
    pub figures: BlockFigures,
}

/// The totals by name, in the order of the tree.
pub fn totals_by_name(blocks: &[BlockNode]) -> Vec<NameTotal> {
    let mut totals = Vec::new();
    let mut around = Vec::new();
    gather(blocks, &mut around, &mut totals);
    totals
}

fn gather(blocks: &[BlockNode], around: &mut Vec<&'static str>, totals: &mut Vec<NameTotal>) {
    for block in blocks {
        let is_within_itself = around.contains(&block.name);
        match totals.iter_mut().find(|total| total.name == block.name) {
            None => {
                totals.push(NameTotal { name: block.name, places: 1, figures: block.figures });
            }
            Some(total) => {
                total.places += 1;
                if is_within_itself {
                    total.figures.calls += block.figures.calls;
                } else {
                    total.figures.merge(&block.figures, Merge::Calls);
                }
            }
        }
        around.push(block.name);
        gather(block.inner(), around, totals);
        around.pop();
    }
}
