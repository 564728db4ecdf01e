//! Both ends of the wire to mobile money providers, against published vectors and each other.

mod breaker;
mod callbacks;
mod initiate;
mod privacy;
mod report;
mod scenarios;
mod signature;
mod status;
mod support;
