import { readSerial, readSerialStart, startsSerial } from '../../client/fob-serial.ts';
import type { FobChoice } from '../../commands/find.ts';
import { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import { type FobNames, namesIn } from '../../inventory/names.ts';
import { CANDIDATES_MAX } from '../../limits.ts';
import { addressText, readAddress } from '../../transports/discover.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a person's word for a fob or its port: a serial such as PF-7Q4M-K2XZ or its beginning, the holder of the fob
 * in the inventory, or an address. Several fobs may fit: the one that is plugged in is meant.
 * @throws FobError `bad-input`
 */
export function readDevice(text: string, environment: Environment): FobChoice {
  try {
    return { port: addressText(readAddress(text)) };
  } catch {
    // Not an address, so it names a fob.
  }
  const fob = chosenFob(text, environment);
  if (fob !== undefined) return fob;
  throw new FobError('bad-input', {
    sentence:
      'The device is neither the serial of a fob nor an address, and no fob of the inventory has such a holder.',
    next: 'Write it as PF-7Q4M-K2XZ or its beginning, as passfob inventory list shows it, or as /dev/ttyACM0, COM3, hid:/dev/hidraw0 or tcp:HOST:PORT.',
  });
}

/** Reads a person's word for a fob, as `readDevice` does, without addresses. @throws FobError `bad-input` */
export function readFob(text: string, environment: Environment): FobChoice {
  return chosenFob(text, environment) ?? { serial: readSerial(text) };
}

/**
 * Returns the serial of a fob in the inventory, by the serial, a beginning that no other serial has, or its holder.
 * @throws FobError `bad-input`; `usage` with the candidates if several fit
 */
export function knownSerial(text: string, environment: Environment): string {
  const whole = wholeSerial(text);
  if (whole !== undefined) return whole;
  const fobs = namesIn(inventoryDirectory(environment));
  const start = readSerialStart(text);
  const started = start === undefined ? [] : fobs.filter(({ serial }) => startsSerial(start, serial));
  const meant = [...new Set([...started, ...heldBy(text, fobs)])];
  if (meant.length > 1) throw severalFit(meant);
  return meant[0]?.serial ?? readSerial(text);
}

function chosenFob(text: string, environment: Environment): FobChoice | undefined {
  const serial = wholeSerial(text);
  if (serial !== undefined) return { serial };
  const held = heldBy(text, namesIn(inventoryDirectory(environment))).map(fob => fob.serial);
  if (held.length === 1) return { serial: held[0] };
  if (held.length > 1) return { starts: held.map(one => one.replaceAll('-', '')) };
  const start = readSerialStart(text);
  if (start !== undefined) return { starts: [start] };
  // Eight letters without PF are a serial where nobody has that name.
  try {
    return { serial: readSerial(text) };
  } catch {
    return undefined;
  }
}

/** Reads a serial with its `PF`; undefined for other texts, which may be names. */
function wholeSerial(text: string): string | undefined {
  if (!/^\s*pf/i.test(text)) return undefined;
  try {
    return readSerial(text);
  } catch {
    return undefined;
  }
}

function heldBy(text: string, fobs: readonly FobNames[]): FobNames[] {
  const name = text.trim().toLowerCase();
  return fobs.filter(({ holder }) => holder?.toLowerCase() === name);
}

function severalFit(fobs: readonly FobNames[]): FobError {
  const candidates = fobs.map(({ serial, holder }) => (holder === null ? serial : `${serial} (${holder})`));
  const rest = candidates.length - CANDIDATES_MAX;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return new FobError('usage', {
    sentence: `Several fobs fit: ${candidates.slice(0, CANDIDATES_MAX).join(', ')}${more}.`,
    next: 'Name one by its serial, or by as much of it as no other has.',
  });
}
