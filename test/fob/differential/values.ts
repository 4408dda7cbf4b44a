import { COMMANDS, type CommandName } from '@passfob/protocol/commands';
import type { Values } from '@passfob/protocol/layout';
import type { Randomness } from '../../unit/wire/kit/randomness.ts';

const DAY = 86_400;
/** 2^53 - 1 and its neighbours: where a double ends. */
const LARGE = [9007199254740991, 9007199254740990, 4294967295, 4294967296, 2147483648];

/** Returns a text of up to 32 bytes as a person would name an account, or one with bytes that no font has. */
function nameOf(dice: Randomness): Uint8Array {
  if (dice.once(6)) return dice.edgyBytes(dice.below(33));
  const text = dice.pick([
    'Example Ltd',
    'a',
    'user.name@example.org',
    'W'.repeat(32),
    '',
    'Bank 24',
    'x y  z',
  ]);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** What a request may refer to. */
export interface Known {
  /** Ids of the accounts enrolled so far. */
  readonly ids: readonly Uint8Array[];
  /** The time outside, in seconds since 1970. */
  readonly utc: number;
  readonly recoveryKey: Uint8Array | undefined;
}

type Usual = (dice: Randomness, known: Known) => number | Uint8Array | undefined;

const oneOf =
  (...values: number[]): Usual =>
  dice =>
    dice.pick(values);

/** Usual values by the field's name. The others are random bytes. */
const USUAL: Readonly<Record<string, Usual>> = {
  id: (dice, { ids }) =>
    ids.length > 0 && !dice.once(4) ? dice.pick(ids) : Uint8Array.of(128 + dice.below(128), ...dice.bytes(3)),
  kind: oneOf(1, 2),
  algorithm: oneOf(1, 2, 3),
  digits: oneOf(6, 7, 8),
  period: oneOf(0, 30, 30, 60, 15, 300),
  counter: oneOf(0, 1, 7, 1000, ...LARGE),
  issuer: nameOf,
  label: nameOf,
  service: nameOf,
  user: nameOf,
  secret: dice => dice.bytes(dice.pick([10, 16, 20, 32, 64, 128])),
  utc: (dice, { utc }) => utc + dice.pick([0, 0, 1, 3, -5, 40, -3600, DAY, 400 * DAY, 30 * 365 * DAY]),
  recoveryKey: (_dice, { recoveryKey }) => recoveryKey,
  pinDigits: oneOf(0, 0, 4, 4, 6, 16),
  attempts: oneOf(3, 5, 10, 20),
  wipe: oneOf(0, 1),
  lockSeconds: oneOf(0, 10, 60, 3600),
  asks: oneOf(0, 1, 2, 3, 4, 5, 6, 7),
  typing: oneOf(0, 1, 3),
  place: oneOf(0, 1, 2, 3),
  index: oneOf(0, 1, 2, 3),
  question: dice => new Uint8Array(Buffer.from(String(dice.next()).slice(0, 8).padStart(6, '1'))),
  length: oneOf(4, 5, 6, 7, 8, 9, 10, 11),
  inputs: oneOf(0, 0, 1, 8, 9, 16, 2, 4, 6),
  step: oneOf(0, 0, 1, 30),
  number: oneOf(255, 255, 7, 42, 99),
};

function unusual(dice: Randomness, kind: string, size: number): number | Uint8Array {
  if (kind === 'u')
    return dice.once(2)
      ? dice.below(2 ** Math.min(size, 31))
      : size === 64
        ? dice.pick(LARGE)
        : 2 ** size - 1;
  return dice.edgyBytes(kind === 'b' ? size : dice.below(size + 1));
}

/** Returns the fields of a request: usual values, so that it may succeed, and one in twelve unusual. */
export function valuesFor(dice: Randomness, name: CommandName, known: Known): Values {
  const values: Values = {};
  for (const part of COMMANDS[name][3].split(' ').filter(Boolean)) {
    const [field = '', kind = ''] = part.split(':');
    const size = Number(kind.slice(1));
    const chosen = dice.once(12) ? undefined : USUAL[field]?.(dice, known);
    values[field] =
      chosen ?? (/^(?:b32|b16)$/.test(kind) ? dice.bytes(size) : unusual(dice, kind.charAt(0), size));
  }
  // There the question is not its text but the kind of it.
  if (name === 'putOcra' && typeof values.question !== 'number') values.question = dice.below(3);
  return values;
}
