//! How much is gone through, counted in tests only: growth is shown in steps, which no other program disturbs.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// So many bytes are gone through.
#[inline]
pub(crate) fn take(bytes: usize) {
    #[cfg(test)]
    TAKEN.with(|taken| taken.set(taken.get() + bytes));
    #[cfg(not(test))]
    let _ = bytes;
}

/// The steps that some work takes.
#[cfg(test)]
fn of(work: impl FnOnce()) -> usize {
    let before = TAKEN.with(Cell::get);
    work();
    TAKEN.with(Cell::get) - before
}

#[cfg(test)]
mod tests;
