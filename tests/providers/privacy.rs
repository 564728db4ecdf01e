//! What logs may say of a call: the wallet, our reference, the outcome, the time (rules 40 and 44).

use crate::support::{API_KEY, SECRET_KEY, Scene};
use quittance::providers::{CallbackScheme, StatusKey};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing::level_filters::LevelFilter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic before").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_line_at_any_level_has_a_number_or_a_secret() {
    let lines = Lines::default();
    let writer = lines.clone();
    let logging = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process: the lines of all other tests are searched too, as far as they have come.
    tracing::subscriber::set_global_default(logging).expect("the first subscriber");
    let scene = Scene::new(CallbackScheme::XSignature).await;
    for digits in [0, 71, 87, 90] {
        scene.provider.initiate(&scene.ask(&format!("P{digits}"), digits)).await;
    }
    scene.provider.status(StatusKey { ours: "P0", theirs: None }).await;

    let text = String::from_utf8(lines.0.lock().expect("no panic before").clone()).expect("text");
    for (reference, outcome) in
        [("P0", "registered"), ("P71", "insufficient_funds"), ("P87", "server_error"), ("P90", "garbage")]
    {
        let told = |line: &str| {
            line.contains(&format!("reference=\"{reference}\""))
                && line.contains(&format!("outcome=\"{outcome}\""))
        };
        assert!(text.lines().any(told), "no line tells {reference} {outcome}:\n{text}");
    }
    for hidden in ["900000", API_KEY, SECRET_KEY] {
        assert!(!text.contains(hidden), "{hidden} stands in:\n{text}");
    }
}
