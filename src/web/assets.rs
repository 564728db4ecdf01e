//! `/static/{version}/{name}`: style and script, from inside the program.
//!
//! The version is a hash over all of them, so a module may import its neighbour by name, and a browser keeps what it
//! has until anything changes.

use crate::http::problem::Problem;
use actix_web::{HttpResponse, http::header, web};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "web/static"]
struct Assets;

/// Part of every asset's address.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for name in Assets::iter() {
        hash.update(name.as_bytes());
        hash.update(Assets::get(&name).map_or([0; 32], |file| file.metadata.sha256_hash()));
    }
    hex::encode(&hash.finalize()[..8])
});

/// One of them. An old page may still ask for the version that it knew: it gets what there is, and doesn't keep it.
pub async fn serve(path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (version, name) = path.into_inner();
    let file = Assets::get(&name).ok_or_else(|| Problem::not_found(""))?;
    let keep = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, keep)).content_type(kind(&name));
    Ok(answer.body(file.data.into_owned()))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
