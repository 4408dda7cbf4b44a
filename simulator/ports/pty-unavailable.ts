/** This machine offers no pseudo-terminal; the message has the reason for each way. Use a TCP front instead. */
export class PtyUnavailable extends Error {
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(`no pseudo-terminal: ${reasons.join('; ')}`);
    this.name = 'PtyUnavailable';
    this.reasons = reasons;
  }
}
