import type { VirtualBoard } from '@passfob/emulator/board/options';

const RAM_AT = 0x2000_0000;
/** The type of a variable, in its last two bytes (Espruino's jsvar.h). Zero: it is free. */
const TYPE_MASK = 0x3f;

/** Where an interpreter has its variables, and how it marks a flat string, which takes further ones. */
export interface VariablesLayout {
  /** Of the first variable, in bytes from the start of RAM. */
  readonly at: number;
  readonly bytes: number;
  readonly total: number;
  readonly flatType: number;
}

/** Asks an interpreter at its prompt; `evaluate` sends a line and returns what it prints. */
export function layoutOf(board: VirtualBoard, evaluate: (line: string) => string): VariablesLayout {
  const asked = evaluate(
    'f=E.toFlatString("0123456789012345678901234567890123456789");m=process.memory();' +
      'print("LAYOUT",E.getAddressOf(global,false),E.getAddressOf(f,false),m.blocksize,m.total)',
  );
  const found = /LAYOUT (\d+) (\d+) (\d+) (\d+)/.exec(asked)?.slice(1).map(Number);
  if (found === undefined) throw new Error(`the interpreter did not say where its variables are: ${asked}`);
  const [root = 0, flat = 0, bytes = 0, total = 0] = found;
  const ram = board.ram() ?? new Uint8Array();
  return { at: root - RAM_AT, bytes, total, flatType: typeOf(ram, flat - RAM_AT, bytes) };
}

function typeOf(ram: Uint8Array, at: number, bytes: number): number {
  return (ram[at + bytes - 2] ?? 0) & TYPE_MASK;
}

/** Counts the variables in use, as `process.memory().usage` does. */
export function variablesInUse(ram: Uint8Array, layout: VariablesLayout): number {
  const { at, bytes, total, flatType } = layout;
  const view = new DataView(ram.buffer, ram.byteOffset);
  let used = 0;
  for (let nth = 0; nth < total; nth++) {
    const place = at + nth * bytes;
    const type = typeOf(ram, place, bytes);
    if (type === 0) continue;
    const more = type === flatType ? Math.ceil(view.getUint32(place, true) / bytes) : 0;
    used += 1 + more;
    nth += more;
  }
  return Math.min(used, total);
}

/**
 * Returns the bytes of the stack that were ever written: it grows down from the end of RAM, and the longest part of RAM
 * that still is as it was at power-on lies below it.
 */
export function deepestStack(atPowerOn: Uint8Array, ram: Uint8Array): number {
  let [longest, stackAt, from] = [0, 0, 0];
  for (let at = 0; at <= ram.length; at++) {
    if (at < ram.length && ram[at] === atPowerOn[at]) continue;
    if (at - from > longest) [longest, stackAt] = [at - from, at];
    from = at + 1;
  }
  return ram.length - stackAt;
}
