/**
 * When a latency says more about the generator than about what it measured.
 */

const LATEST_MS = 2
const LATEST_SHARE = 0.05

/**
 * Whether a latency measure is void (generator-bound): starts were later, at p99, than both 2 ms and 5 % of the p99
 * that would be reported. Both in milliseconds; the order checks of the same run stand all the same.
 */
export function isGeneratorBound(latenessP99Ms: number, reportedP99Ms: number): boolean {
  return latenessP99Ms > LATEST_MS && latenessP99Ms > LATEST_SHARE * reportedP99Ms
}
