//! Each event is hashed with the hash of the one before, so that nothing can be changed unseen.
//!
//! The bytes under the hash are fixed here and independent of how an engine stores the event: a leaf
//! as RFC 6962 wants it, so that the same leaves make the running chain and the Merkle tree.

use super::Recorded;
use sha2::{Digest, Sha256};

/// SHA-256.
pub type Hash = [u8; 32];

/// What the first event is chained to.
pub const GENESIS: Hash = [0; 32];

/// The RFC 6962 leaf of an event: SHA-256 over a zero byte and the event's canonical bytes.
///
/// In order: position, stream, revision, id, name, `recorded_at` in microseconds, meta, body. Numbers
/// are big-endian and eight bytes long; what varies in length comes after its length in four bytes.
pub fn leaf(event: &Recorded) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(event.position.to_be_bytes());
    varying(&mut hash, event.stream.as_str().as_bytes());
    hash.update(event.revision.to_be_bytes());
    hash.update(event.id.as_bytes());
    varying(&mut hash, event.name.as_bytes());
    hash.update(event.recorded_at.timestamp_micros().to_be_bytes());
    varying(&mut hash, &event.meta);
    varying(&mut hash, &event.body);
    hash.finalize().into()
}

/// The chain after a leaf: SHA-256 over the chain before it and the leaf.
pub fn link(previous: &Hash, leaf: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(leaf);
    hash.finalize().into()
}

/// No field comes near four gigabytes: a commit is refused long before (see [`super::Commit::check`]).
fn varying(hash: &mut Sha256, field: &[u8]) {
    hash.update((field.len() as u32).to_be_bytes());
    hash.update(field);
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::StreamId;
    use uuid::Uuid;

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
            chain: GENESIS,
        }
    }

    #[test]
    fn the_canonical_bytes_are_these_for_ever() {
        let mut bytes = vec![0u8];
        bytes.extend(7u64.to_be_bytes());
        bytes.extend(b"\x00\x00\x00\x06till-1");
        bytes.extend(2u64.to_be_bytes());
        bytes.extend(5u128.to_be_bytes());
        bytes.extend(b"\x00\x00\x00\x0etill-opened.v1");
        bytes.extend(1_700_000_000_000_001i64.to_be_bytes());
        bytes.extend(b"\x00\x00\x00\x02{}");
        bytes.extend(b"\x00\x00\x00\x07{\"a\":1}");
        assert_eq!(leaf(&event()), Hash::from(Sha256::digest(&bytes)));
    }

    #[test]
    fn a_byte_moved_from_one_field_to_the_next_changes_the_leaf() {
        let mut moved = event();
        moved.meta = b"{}{".to_vec();
        moved.body = b"\"a\":1}".to_vec();
        assert_ne!(leaf(&moved), leaf(&event()));
    }

    #[test]
    fn the_same_leaf_after_another_past_gives_another_chain() {
        let leaf = leaf(&event());
        assert_ne!(link(&GENESIS, &leaf), link(&leaf, &leaf));
    }
}
