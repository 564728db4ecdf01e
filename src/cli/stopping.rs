//! Ctrl-C for commands that must clean up behind them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// True once SIGINT or SIGTERM has come; the work itself looks at it and ends in order.
pub(super) fn stopping() -> std::io::Result<impl Fn() -> bool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tell = stopped.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(crate::serve::signal());
        tell.store(true, Ordering::Relaxed);
    })?;
    Ok(move || stopped.load(Ordering::Relaxed))
}
