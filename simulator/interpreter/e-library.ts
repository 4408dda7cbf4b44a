import { bytesOfText, textOf } from '../base/bytes.ts';
import { DISPLAY_WIDTH } from '../base/limits.ts';
import type { Console } from './console.ts';
import type { BootDevice } from './device.ts';
import type { SerialPorts } from './ports.ts';
import { wholeNumber } from './realm/bytes.ts';
import { describe } from './realm/describe.ts';
import { type ImageObject, isRecord, type Named, type Value } from './realm/held.ts';
import { bytesOf, copyInto, isArray, isArrayBuffer, isTypedArray } from './realm/kinds.ts';
import type { Realm } from './realm/realm.ts';
import { crc32 } from './storage/crc32.ts';

const FLAGS = [
  'deepSleep',
  'unsafeFlash',
  'unsyncFiles',
  'pretokenise',
  'jitDebug',
  'onErrorSave',
  'onErrorFlash',
];

interface SystemParts {
  readonly realm: Realm;
  readonly repl: Console;
  readonly ports: SerialPorts;
  readonly device: BootDevice;
  /** Resets the microcontroller at once. */
  reboot(): void;
  enableWatchdog(seconds: number, automatic: boolean): void;
  kickWatchdog(): void;
}

/** For bytes of the context, which V8 reads more slowly from outside. */
const row = new Uint8Array(DISPLAY_WIDTH);

function bytesLibrary(realm: Realm): Parameters<Realm['library']>[0] {
  const joined = (args: readonly Value[]) => realm.flatten(args.length === 1 ? args[0] : realm.array(args));
  return {
    CRC32: data => {
      // Rows of a display: the same numbers without their conversion one by one.
      const length = copyInto(row, data);
      if (length !== undefined) return crc32(row, length);
      const bytes = elementsOf(realm, data);
      return bytes && crc32(bytes);
    },
    toString: (...args) => textOf(joined(args)),
    toFlatString: (...args) => textOf(joined(args)),
    toUint8Array: (...args) => realm.uint8Array(joined(args)),
    // Only strings and ArrayBuffers (jswrap_espruino.c).
    toArrayBuffer: value => {
      if (isArrayBuffer(value)) return value;
      return typeof value === 'string' ? realm.arrayBuffer(realm.flatten(value)) : undefined;
    },
    reverseByte: value => {
      let reversed = 0;
      for (let bit = 0; bit < 8; bit++) if ((wholeNumber(value) >> bit) & 1) reversed |= 0x80 >> bit;
      return reversed;
    },
    clip: (value, low, high) =>
      Math.min(Math.max(realm.number(value), realm.number(low)), realm.number(high)),
    sum: list => (isTypedArray(list) || isArray(list) ? sumOf(realm, list) : Number.NaN),
    toJS: value => (typeof value === 'string' ? JSON.stringify(value) : describe(realm, value)),
  };
}

/**
 * Returns one byte for each element, nested elements not flattened (jswrap_espruino.c). Undefined for a value without
 * elements.
 */
function elementsOf(realm: Realm, value: Value): Uint8Array | undefined {
  if (typeof value === 'string') return bytesOfText(value);
  if (isArrayBuffer(value)) return bytesOf(value);
  if (!isTypedArray(value) && !isArray(value)) return undefined;
  return Uint8Array.from(realm.elements(value), element => {
    const inside = isArray(element) ? realm.elements(element) : [];
    return wholeNumber(inside.length === 1 ? inside[0] : element);
  });
}

function sumOf(realm: Realm, list: ImageObject): number {
  return realm.elements(list).reduce<number>((sum, each) => sum + realm.number(each), 0);
}

function setConsole(parts: SystemParts, port: Value, options: Value): void {
  const forced = isRecord(options) && Boolean(parts.realm.get(options, 'force'));
  if (port === null || port === undefined) {
    parts.repl.moveTo(undefined, forced);
    return;
  }
  const name = parts.ports.nameOf(port);
  if (name === undefined) throw parts.realm.error('port is not a serial port');
  parts.repl.moveTo(name, forced);
}

function systemLibrary(parts: SystemParts): Parameters<Realm['library']>[0] {
  const { realm, repl, device } = parts;
  const { facts, randomness } = device;
  let flags: Named = Object.fromEntries(FLAGS.map(name => [name, 0]));
  return {
    hwRand: () => randomness.word(),
    srand: () => undefined,
    getErrorFlags: () => realm.array([]),
    setConsole: (port, options) => setConsole(parts, port, options),
    getConsole: () => repl.port ?? null,
    setPassword: password => repl.setPassword(password === undefined ? undefined : realm.text(password)),
    lockConsole: () => repl.lock(),
    reboot: () => parts.reboot(),
    enableWatchdog: (seconds, automatic) =>
      parts.enableWatchdog(realm.number(seconds), automatic === undefined || Boolean(automatic)),
    kickWatchdog: () => parts.kickWatchdog(),
    // Not a number on the Linux build. On other boards the supply voltage, with the last digits of a real reading.
    getAnalogVRef: () =>
      facts.hosted ? Number.NaN : device.supplyVolts() + (randomness.fraction() - 0.5) / 100,
    getTemperature: () => (facts.hosted ? Number.NaN : 20 + randomness.fraction() * 10),
    // Only the real interpreter counts variables.
    getSizeOf: () => 0,
    ...(facts.bangle && { getBattery: () => facts.bangle?.battery }),
    getFlags: () => realm.object(flags),
    setFlags: changes => {
      if (isRecord(changes)) flags = { ...flags, ...Object.fromEntries(realm.entries(changes)) };
    },
    defrag: () => undefined,
    setTimeZone: () => undefined,
    setDST: () => undefined,
    stopEventPropagation: () => undefined,
  };
}

/** Only where the build has USB HID (jswrap_espruino.c). */
function hidLibrary({ realm, device }: SystemParts): Parameters<Realm['library']>[0] {
  const { usb, facts } = device;
  if (facts.hidReportBytes === 0) return {};
  return {
    setUSBHID: options => {
      const descriptor = isRecord(options) ? realm.get(options, 'reportDescriptor') : undefined;
      if (options !== undefined && descriptor === undefined) {
        throw realm.typeError('Object.reportDescriptor should be an Array or String');
      }
      usb.offer(descriptor === undefined ? undefined : realm.flatten(descriptor));
    },
    sendUSBHID: report => usb.send(realm.flatten(report)),
  };
}

/** The global `E`. */
export function eLibrary(parts: SystemParts): ImageObject {
  return parts.realm.library({
    ...bytesLibrary(parts.realm),
    ...systemLibrary(parts),
    ...hidLibrary(parts),
  });
}
