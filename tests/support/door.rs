//! A door to a server that may move: what is said here is passed on to the port that it leads to now.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    thread::{Builder, JoinHandle},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

/// Open as long as it lives.
pub struct Door {
    port: u16,
    leads_to: Arc<AtomicU16>,
    close: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Leads to a port of this machine.
    pub fn to(port: u16) -> Self {
        let leads_to = Arc::new(AtomicU16::new(port));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (close, closed) = tokio::sync::oneshot::channel();
        let (own, to) = (listener.local_addr().unwrap().port(), leads_to.clone());
        let pass = move || {
            Runtime::new().unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = pass_on(&listener, &to) => {}
                    _ = closed => {}
                }
            });
        };
        let thread = Builder::new().name("door".into()).spawn(pass).unwrap();
        Self { port: own, leads_to, close: Some(close), thread: Some(thread) }
    }

    /// Where to knock.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whoever comes from now on is led elsewhere.
    pub fn lead_to(&self, port: u16) {
        self.leads_to.store(port, Ordering::SeqCst);
    }
}

async fn pass_on(listener: &TcpListener, to: &AtomicU16) {
    while let Ok((mut from, _)) = listener.accept().await {
        let port = to.load(Ordering::SeqCst);
        tokio::spawn(async move {
            if let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await {
                // Ends when either side does.
                _ = copy_bidirectional(&mut from, &mut to).await;
            }
        });
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.close.take());
        _ = self.thread.take().map(JoinHandle::join);
    }
}
