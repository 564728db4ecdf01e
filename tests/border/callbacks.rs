//! Callbacks made by hand: signed as the provider signs, or not.

use crate::server::{Answer, Server};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The signature of these bytes under the provider's secret.
pub fn signature(server: &Server, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(server.provider.secret_key.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// Posts a callback with this signature.
pub async fn post(server: &Server, body: &[u8], signature: Option<&str>) -> Answer {
    let anonymous = server.anonymous();
    let path = "/api/payments/mobile-money/callback/TMONEY";
    let mut request = anonymous.request(reqwest::Method::POST, path).body(body.to_vec());
    request = request.header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("x-signature", signature);
    }
    anonymous.send(request).await
}

/// Posts a callback as the provider would.
pub async fn post_signed(server: &Server, body: &[u8]) -> Answer {
    post(server, body, Some(&signature(server, body))).await
}
