/** Characters a line may have: the terminal's, or in a file as many as most screens show. */
export const terminalWidth = (): number => process.stdout.columns ?? 120
