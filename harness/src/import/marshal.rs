//! The part of Python's marshal format that profiles use, versions 2 to 5.
//!
//! There is no specification but `Python/marshal.c`. Code objects, sets and complex numbers are
//! refused. Depth is limited; sizes are believed only as far as there are bytes, and objects that are
//! referred to are shared, not copied.

use std::rc::Rc;

/// How deep values may be nested: a profile needs five.
const DEEPEST: usize = 16;

/// The bit that marks an object which a later one refers to (version 3 on).
const FLAG: u8 = 0x80;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Tuple(Rc<[Value]>),
    Dict(Rc<[(Value, Value)]>),
}

/// The one value in these bytes.
///
/// # Errors
/// A sentence on what is wrong, with the byte it is at.
pub(super) fn decode(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { bytes, at: 0, referred: Vec::new(), interned: Vec::new() };
    let value = reader.value(0)?;
    match value {
        Some(value) if reader.at == bytes.len() => Ok(value),
        Some(_) => Err(format!("{} bytes follow its end", bytes.len() - reader.at)),
        None => Err("an end without a beginning".to_owned()),
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    /// What flagged objects were; none while one is being read.
    referred: Vec<Option<Value>>,
    /// Version 2's own table of strings.
    interned: Vec<Value>,
}

impl<'b> Reader<'b> {
    /// The next value; none at the mark that ends a dictionary.
    fn value(&mut self, depth: usize) -> Result<Option<Value>, String> {
        if depth > DEEPEST {
            return Err(format!("values are nested more than {DEEPEST} deep at byte {}", self.at));
        }
        let code = self.byte()?;
        let kind = code & !FLAG;
        match kind {
            b'0' => return Ok(None),
            b'N' => return Ok(Some(Value::None)),
            b'F' | b'T' => return Ok(Some(Value::Int(i64::from(kind == b'T')))),
            b'r' => return self.referred_value().map(Some),
            b'R' => return self.interned_value().map(Some),
            _ => {}
        }
        // The index is taken before the content is read, as Python does.
        let index = (code & FLAG != 0).then(|| {
            self.referred.push(None);
            self.referred.len() - 1
        });
        let value = self.object(kind, depth)?;
        if let Some(index) = index {
            self.referred[index] = Some(value.clone());
        }
        Ok(Some(value))
    }

    fn object(&mut self, kind: u8, depth: usize) -> Result<Value, String> {
        Ok(match kind {
            b'i' => Value::Int(i64::from(self.int32()?)),
            b'I' => Value::Int(i64::from_le_bytes(self.array()?)),
            b'l' => self.long()?,
            b'g' => Value::Float(f64::from_le_bytes(self.array()?)),
            b'f' => self.float_in_words()?,
            b'z' | b'Z' => {
                let length = usize::from(self.byte()?);
                self.text(length)?
            }
            b's' | b'u' | b'a' | b'A' => {
                let length = self.length()?;
                self.text(length)?
            }
            b't' => {
                let length = self.length()?;
                let text = self.text(length)?;
                self.interned.push(text.clone());
                text
            }
            b')' => {
                let length = usize::from(self.byte()?);
                self.tuple(length, depth)?
            }
            b'(' | b'[' => {
                let length = self.length()?;
                self.tuple(length, depth)?
            }
            b'{' => self.dict(depth)?,
            b'c' => {
                return Err("a code object, as Python's `profile` module writes for a whole \
                            script; profile with cProfile instead"
                    .to_owned());
            }
            other => {
                return Err(format!(
                    "a value of type {:?} at byte {}, which no profile has",
                    char::from(other),
                    self.at - 1
                ));
            }
        })
    }

    fn tuple(&mut self, length: usize, depth: usize) -> Result<Value, String> {
        // Every value takes a byte at least, so nothing is reserved on a length's word alone.
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(self.value(depth + 1)?.ok_or("a tuple ends too early")?);
        }
        Ok(Value::Tuple(values.into()))
    }

    fn dict(&mut self, depth: usize) -> Result<Value, String> {
        let mut entries = Vec::new();
        while let Some(key) = self.value(depth + 1)? {
            let value = self.value(depth + 1)?.ok_or("a key of a dictionary without its value")?;
            entries.push((key, value));
        }
        Ok(Value::Dict(entries.into()))
    }

    fn referred_value(&mut self) -> Result<Value, String> {
        let index = self.length()?;
        let value = self.referred.get(index).cloned().flatten();
        value.ok_or_else(|| format!("a reference to object {index}, which is not there"))
    }

    fn interned_value(&mut self) -> Result<Value, String> {
        let index = self.length()?;
        let value = self.interned.get(index).cloned();
        value.ok_or_else(|| format!("a reference to string {index}, which is not there"))
    }

    /// A long integer: digits of 15 bits, the least first; its sign is that of their number.
    fn long(&mut self) -> Result<Value, String> {
        /// Digits of 15 bits that an `i64` holds with room for the last one.
        const MOST_DIGITS: u32 = 5;
        let digits = self.int32()?;
        if digits.unsigned_abs() > MOST_DIGITS {
            return Err(format!("an integer of {} digits of 15 bits", digits.unsigned_abs()));
        }
        let mut value = 0_i128;
        for place in 0..digits.unsigned_abs() {
            value |= i128::from(u16::from_le_bytes(self.array()?)) << (15 * place);
        }
        let value = if digits < 0 { -value } else { value };
        i64::try_from(value).map(Value::Int).map_err(|_| "an integer beyond 64 bits".to_owned())
    }

    /// A number as text, as version 1 wrote it.
    fn float_in_words(&mut self) -> Result<Value, String> {
        let length = usize::from(self.byte()?);
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        text.trim().parse().map(Value::Float).map_err(|_| format!("{text:?} for a number"))
    }

    /// Python's names may hold what UTF-8 does not; they are for reading.
    fn text(&mut self, length: usize) -> Result<Value, String> {
        Ok(Value::Text(String::from_utf8_lossy(self.take(length)?).into()))
    }

    fn length(&mut self) -> Result<usize, String> {
        let length = self.int32()?;
        usize::try_from(length).map_err(|_| format!("a length of {length}"))
    }

    fn int32(&mut self) -> Result<i32, String> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], String> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest
            .get(..length)
            .ok_or_else(|| format!("it ends at byte {}, within a value", self.bytes.len()))?;
        self.at += length;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    // Bytes as `marshal.dumps(value, version)` of Python 3.11 gives them.
    #[test]
    fn values_are_read_as_python_writes_them() {
        let tuple = |values: &[Value]| Value::Tuple(values.into());
        for (bytes, value) in [
            (&b"i\xfe\xff\xff\xff"[..], Value::Int(-2)),
            (b"l\x03\x00\x00\x00\x00\x00\x00\x00\x00\x04", Value::Int(1 << 40)),
            (b"l\xfd\xff\xff\xff\x00\x00\x00\x00\x00\x04", Value::Int(-(1 << 40))),
            (b"g\x00\x00\x00\x00\x00\x00\xf8?", Value::Float(1.5)),
            (b"f\x031.5", Value::Float(1.5)),
            (b"\xda\x02ab", text("ab")),
            (b"u\x03\x00\x00\x00\xe2\x82\xac", text("\u{20ac}")),
            (b"\xa9\x02N\xe9\x01\x00\x00\x00", tuple(&[Value::None, Value::Int(1)])),
        ] {
            let read = decode(bytes);
            // The second to last byte of `\xda` says "interned" by its type alone.
            assert_eq!(read, Ok(value), "{bytes:?}");
        }
    }

    #[test]
    fn objects_referred_to_are_found_by_the_order_they_began_in() {
        // marshal.dumps((("a",), ("a",))) shares the inner tuple: outer is object 0, inner 1, "a" 2.
        let bytes = b"\xa9\x02\xa9\x01\xda\x01ar\x01\x00\x00\x00";
        let inner = Value::Tuple([text("a")].into());
        assert_eq!(decode(bytes), Ok(Value::Tuple([inner.clone(), inner].into())));
    }

    #[test]
    fn version_2_refers_to_interned_strings() {
        let bytes = b"(\x02\x00\x00\x00t\x01\x00\x00\x00aR\x00\x00\x00\x00";
        assert_eq!(decode(bytes), Ok(Value::Tuple([text("a"), text("a")].into())));
    }

    #[test]
    fn what_is_wrong_is_said_and_never_panics() {
        let deep = b"\xa9\x01".repeat(100);
        for (bytes, words) in [
            (&b"(\xff\xff\xff\x7f"[..], "ends"),
            (b"s\xff\xff\xff\x7f", "ends"),
            (b"s\xff\xff\xff\xff", "length of -1"),
            (b"r\x05\x00\x00\x00", "object 5"),
            (b"\xa9\x01r\x00\x00\x00\x00", "object 0"),
            (b"c", "cProfile instead"),
            (b"<", "no profile has"),
            (b"{N", "ends"),
            (b"{N0", "without its value"),
            (b"NN", "follow"),
            (b"0", "end without"),
            (b"", "ends"),
            (&deep, "deep"),
        ] {
            let error = decode(bytes).unwrap_err();
            assert!(error.contains(words), "{bytes:?}: {error}");
        }
    }
}
