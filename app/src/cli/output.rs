//! The one place where the command line writes.

use std::io::{self, Write as _};

/// Writes to standard output; a closed pipe ends the output quietly.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a message to standard error; there is nowhere to report that this failed.
pub(super) fn message(text: &str) {
    let _written = writeln!(io::stderr().lock(), "{text}");
}
