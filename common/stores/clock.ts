// The monotonic clock that all processes of one kernel share.

/** Nanoseconds of CLOCK_MONOTONIC as a number: exact for 104 days after boot, then to the nearest 2 ns. */
export const monotonicNs = (): number => Number(process.hrtime.bigint())
