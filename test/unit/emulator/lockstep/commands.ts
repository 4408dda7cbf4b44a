/** The commands of `oracle/oracle.c`. */
const STATE = 1;
const WRITE = 2;
const FEED = 3;
const STEP = 4;
const RUN = 5;
const READ = 6;
const KEEP = 7;

/** Numbers as `oracle/oracle.c` reads them: 32 bits each, little-endian, as all computers that run these tests are. */
function bytesOf(...numbers: (number | Int32Array)[]): Uint8Array {
  const all = numbers.flatMap(each => (typeof each === 'number' ? [each] : [...each]));
  return new Uint8Array(Int32Array.from(all).buffer);
}

export const setState = (state: Int32Array): Uint8Array => bytesOf(STATE, state);

export function writeMemory(address: number, bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(12 + ((bytes.length + 3) & ~3));
  padded.set(bytesOf(WRITE, address, bytes.length));
  padded.set(bytes, 12);
  return padded;
}

/** Values for the next reads of devices. */
export const feed = (values: readonly number[]): Uint8Array =>
  bytesOf(FEED, values.length, Int32Array.from(values));

/** An IT block counts as one instruction. */
export const step = (instructions: number): Uint8Array => bytesOf(STEP, instructions);

/** Each instruction counts, also a skipped one. */
export const run = (instructions: number): Uint8Array => bytesOf(RUN, instructions);

export const readMemory = (address: number, bytes: number): Uint8Array => bytesOf(READ, address, bytes);

/** Keeps the IT bits of code that an exception interrupts. */
export const keepConditions = (): Uint8Array => bytesOf(KEEP);

/** As a state's IT bits: those that were kept last. */
export const KEPT = -1;
