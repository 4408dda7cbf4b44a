/**
 * Tells whether a value of a JavaScript caller is bytes, also those of another realm, such as a browser's worker.
 */
export function areBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** @throws TypeError that says what to give instead @param what begins the message: `the file "a"` */
export function checkBytes(value: unknown, what: string): void {
  if (areBytes(value)) return;
  const next = typeof value === 'string' ? ': Buffer.from(text) makes them of a text' : '';
  throw new TypeError(`${what} must be bytes, a Uint8Array${next}`);
}
