// The monotonic clock that all processes of one kernel share.

/**
 * Nanoseconds of CLOCK_MONOTONIC as a number: exact for 104 days after boot, then to the nearest 2 ns. Columns that hold
 * it are REAL: of an INTEGER column larger than 2^53 the driver throws.
 */
export const monotonicNs = (): number => Number(process.hrtime.bigint())
