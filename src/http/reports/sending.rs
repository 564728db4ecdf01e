//! A file that is whole goes out piece by piece, with its length and its hash.

use super::making::Made;
use actix_web::{HttpResponse, HttpResponseBuilder, body::SizedStream, web::Bytes};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use futures_util::stream;
use std::{
    fs::File,
    io::{self, Read},
};

const PIECE: usize = 64 * 1024;

/// The response with the file as its body.
pub fn send(mut response: HttpResponseBuilder, made: Made) -> HttpResponse {
    let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(made.sha256));
    // RFC 9530: whoever keeps the file can check it against the ledger's own word.
    response.insert_header(("Repr-Digest", digest));
    let pieces = stream::unfold(Some(made.file), |file| async { next(file?).await });
    response.body(SizedStream::new(made.length, Box::pin(pieces)))
}

async fn next(mut file: File) -> Option<(io::Result<Bytes>, Option<File>)> {
    let read = actix_web::web::block(move || {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece)?;
        piece.truncate(read);
        Ok::<_, io::Error>((piece, file))
    });
    match read.await.map_err(io::Error::other).flatten() {
        Ok((piece, _)) if piece.is_empty() => None,
        Ok((piece, file)) => Some((Ok(piece.into()), Some(file))),
        Err(error) => Some((Err(error), None)),
    }
}
