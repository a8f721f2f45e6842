//! The program's own symbol table, to name code that has no unwind data and no lines.

use object::{Object, ObjectSegment, ObjectSymbol, SymbolKind};

/// Function symbols by address, as loaded.
pub(super) struct Symbols {
    /// Address and name, ascending.
    table: Vec<(usize, String)>,
    end: usize,
}

impl Symbols {
    /// The symbols of the running program; none where its file or its mapping cannot be read.
    pub(super) fn of_this_program() -> Self {
        Self::read().unwrap_or(Self { table: Vec::new(), end: 0 })
    }

    fn read() -> Option<Self> {
        let path = std::env::current_exe().ok()?;
        let bytes = std::fs::read(&path).ok()?;
        let file = object::File::parse(bytes.as_slice()).ok()?;
        let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
        let first = maps.lines().find(|line| line.ends_with(&*path.to_string_lossy()))?;
        let loaded = usize::from_str_radix(first.split('-').next()?, 16).ok()?;
        let linked = file.segments().map(|segment| segment.address()).min()?;
        let base = loaded.wrapping_sub(usize::try_from(linked).ok()?);
        let is_code =
            |kind| matches!(kind, SymbolKind::Text | SymbolKind::Unknown | SymbolKind::Label);
        let mut table: Vec<(usize, String)> = file
            .symbols()
            .filter(|symbol| symbol.is_definition() && is_code(symbol.kind()))
            .filter_map(|symbol| {
                let address = base.wrapping_add(usize::try_from(symbol.address()).ok()?);
                Some((address, symbol.name().ok()?.to_owned()))
            })
            .collect();
        table.sort();
        let end = file.segments().map(|segment| segment.address() + segment.size()).max()?;
        Some(Self { table, end: base.wrapping_add(usize::try_from(end).ok()?) })
    }

    /// The last symbol at or below this address, if the address is the program's.
    pub(super) fn nearest_below(&self, address: usize) -> Option<String> {
        let after = self.table.partition_point(|(start, _)| *start <= address);
        if address >= self.end {
            return None;
        }
        let (_, name) = self.table.get(after.checked_sub(1)?)?;
        let demangled = format!("{:#}", backtrace::SymbolName::new(name.as_bytes()));
        Some(super::frames::without_hash(&demangled).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_by_the_nearest_symbol_below_it() {
        let table = vec![(10, "first".to_owned()), (20, "second".to_owned())];
        let symbols = Symbols { table, end: 100 };
        assert_eq!(symbols.nearest_below(19).as_deref(), Some("first"));
        assert_eq!(symbols.nearest_below(20).as_deref(), Some("second"));
        assert_eq!(symbols.nearest_below(5), None);
        assert_eq!(symbols.nearest_below(100), None);
    }
}
