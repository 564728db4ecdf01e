//! What a segment is made of: frames, each with its length before it and a check after it.
//!
//! An event is written as the canonical bytes that its leaf is made of (`store/chain.rs`), and its chain;
//! a command as its key, its request and its positions; and after the last event and command of a
//! transaction stands a mark. Only what lies before a mark counts: a commit is there whole or not at all.

use crate::store::{CommandKey, Recorded, chain::Hash, embedded::Carried};
use chrono::DateTime;
use domain::StreamId;
use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind, Read};
use uuid::Uuid;

/// More than the longest event (see `Commit::check`) with all that is around it.
const LONGEST: usize = 8 * 1024 * 1024;
/// As much of a SHA-256 as stands after a frame. It tells a torn write; the chain tells all else.
const CHECK: usize = 8;

const EVENT: u8 = 1;
const COMMAND: u8 = 2;
const MARK: u8 = 3;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// An event.
    Event(Recorded),
    /// A command whose events came before.
    Command(Carried),
    /// The end of a transaction.
    Mark {
        /// Its last position.
        position: u64,
        /// The chain after it.
        chain: Hash,
    },
}

/// What lies at a place of a segment.
#[derive(Debug)]
pub enum Lying {
    /// A frame and its length on disk.
    Whole(Frame, u64),
    /// The end.
    Nothing,
    /// Something that is no whole frame: a write that was cut off, or damage.
    Torn,
}

/// Appends a frame to `out`.
pub fn write(frame: &Frame, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend([0; 4]);
    match frame {
        Frame::Event(event) => {
            out.push(EVENT);
            canonical(event, out);
            out.extend(event.chain);
        }
        Frame::Command(carried) => {
            out.push(COMMAND);
            out.extend(carried.command.key);
            out.extend(carried.command.request);
            out.extend(carried.first.to_be_bytes());
            out.extend(carried.last.to_be_bytes());
        }
        Frame::Mark { position, chain } => {
            out.push(MARK);
            out.extend(position.to_be_bytes());
            out.extend(chain);
        }
    }
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    let check = Sha256::digest(&out[start + 4..]);
    out.extend(&check[..CHECK]);
}

/// Reads the next frame. An error is the disk's, never the content's.
pub fn read(from: &mut impl Read) -> io::Result<Lying> {
    let mut length = [0; 4];
    match fill(from, &mut length)? {
        0 => return Ok(Lying::Nothing),
        4 => {}
        _ => return Ok(Lying::Torn),
    }
    let length = u32::from_be_bytes(length) as usize;
    if length == 0 || length > LONGEST {
        return Ok(Lying::Torn);
    }
    let mut content = vec![0; length + CHECK];
    if fill(from, &mut content)? < content.len() {
        return Ok(Lying::Torn);
    }
    let (content, check) = content.split_at(length);
    if Sha256::digest(content)[..CHECK] != *check {
        return Ok(Lying::Torn);
    }
    Ok(parse(content).map_or(Lying::Torn, |frame| Lying::Whole(frame, (4 + length + CHECK) as u64)))
}

/// As much as there is; less than asked only at the end.
fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The bytes under an event's leaf, but for the zero byte before them.
fn canonical(event: &Recorded, out: &mut Vec<u8>) {
    let varying = |out: &mut Vec<u8>, field: &[u8]| {
        out.extend((field.len() as u32).to_be_bytes());
        out.extend(field);
    };
    out.extend(event.position.to_be_bytes());
    varying(out, event.stream.as_str().as_bytes());
    out.extend(event.revision.to_be_bytes());
    out.extend(event.id.as_bytes());
    varying(out, event.name.as_bytes());
    out.extend(event.recorded_at.timestamp_micros().to_be_bytes());
    varying(out, &event.meta);
    varying(out, &event.body);
}

fn parse(content: &[u8]) -> Option<Frame> {
    let (kind, rest) = content.split_first()?;
    let mut fields = Fields(rest);
    let frame = match *kind {
        EVENT => Frame::Event(event(&mut fields)?),
        COMMAND => {
            let command = CommandKey { key: fields.fixed()?, request: fields.fixed()? };
            Frame::Command(Carried { command, first: fields.number()?, last: fields.number()? })
        }
        MARK => Frame::Mark { position: fields.number()?, chain: fields.fixed()? },
        _ => return None,
    };
    fields.0.is_empty().then_some(frame)
}

fn event(fields: &mut Fields<'_>) -> Option<Recorded> {
    Some(Recorded {
        position: fields.number()?,
        stream: StreamId::named(fields.text()?),
        revision: fields.number()?,
        id: Uuid::from_bytes(fields.fixed()?),
        name: fields.text()?,
        recorded_at: DateTime::from_timestamp_micros(i64::from_be_bytes(fields.fixed()?))?,
        meta: fields.varying()?.to_vec(),
        body: fields.varying()?.to_vec(),
        chain: fields.fixed()?,
    })
}

/// What is left of a frame.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    fn number(&mut self) -> Option<u64> {
        self.fixed().map(u64::from_be_bytes)
    }

    fn varying(&mut self) -> Option<&'a [u8]> {
        let length = u32::from_be_bytes(self.fixed()?) as usize;
        let (field, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.varying()?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::chain;

    fn event() -> Recorded {
        Recorded {
            position: 7,
            stream: StreamId::named("till-1"),
            revision: 2,
            id: Uuid::from_u128(5),
            name: "till-opened.v1".to_owned(),
            recorded_at: DateTime::from_timestamp_micros(1_700_000_000_000_001).expect("in range"),
            meta: b"{}".to_vec(),
            body: b"{\"a\":1}".to_vec(),
            chain: [9; 32],
        }
    }

    fn frames() -> Vec<Frame> {
        let command = CommandKey { key: [1; 32], request: [2; 32] };
        let carried = Carried { command, first: 6, last: 7 };
        let mark = Frame::Mark { position: 7, chain: [9; 32] };
        vec![Frame::Event(event()), Frame::Command(carried), mark]
    }

    #[test]
    fn the_bytes_of_an_event_are_those_under_its_leaf() {
        let mut bytes = vec![0];
        canonical(&event(), &mut bytes);
        assert_eq!(chain::Hash::from(Sha256::digest(&bytes)), chain::leaf(&event()));
    }

    #[test]
    fn frames_come_back_as_they_were_written() {
        let mut bytes = vec![];
        frames().iter().for_each(|frame| write(frame, &mut bytes));
        let (mut from, mut read_back, mut length) = (bytes.as_slice(), vec![], 0);
        while let Lying::Whole(frame, took) = read(&mut from).expect("memory can be read") {
            read_back.push(frame);
            length += took;
        }
        assert_eq!((read_back, length), (frames(), bytes.len() as u64));
    }

    #[test]
    fn a_frame_cut_anywhere_or_with_any_changed_byte_is_torn() {
        for frame in frames() {
            let mut bytes = vec![];
            write(&frame, &mut bytes);
            for at in 1..bytes.len() {
                let cut = read(&mut &bytes[..at]).expect("memory can be read");
                assert!(matches!(cut, Lying::Torn), "cut at {at}: {cut:?}");
            }
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                let read = read(&mut changed.as_slice()).expect("memory can be read");
                assert!(matches!(read, Lying::Torn), "changed at {at}: {read:?}");
            }
        }
    }
}
