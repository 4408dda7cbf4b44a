import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { encodeFields, type Values } from '@passfob/protocol/layout';
import { ANSWER_LIMITS } from 'passfob/client/answers';
import { readResponse } from 'passfob/client/messages';
import { isFobError } from 'passfob/errors';
import { expect, it } from 'vitest';

/** Fields of a layout: name, letter of its kind, number behind the letter. */
const fieldsOf = (layout: string) =>
  layout.split(' ').map(field => {
    const [name = '', kind = ''] = field.split(':');
    return { name, letter: kind.charAt(0), size: Number(kind.slice(1)) };
  });

type Counting = keyof typeof ANSWER_LIMITS;
const LIMITS = ANSWER_LIMITS as Readonly<
  Record<Counting, Readonly<Record<string, readonly [number, number, number?]>>>
>;

/** An answer of a good fob, but for these numbers, as the host reads it. */
function answer(name: Counting, numbers: Readonly<Record<string, number>>): unknown {
  const [code, , , , layout] = COMMANDS[name];
  const values: Values = {};
  for (const { name: field, letter, size } of fieldsOf(layout)) {
    const least = LIMITS[name][field]?.[0] ?? 0;
    // An account that is not damaged has a kind, an algorithm and digits.
    if (letter === 'u')
      values[field] = numbers[field] ?? (name === 'list' ? Number(field !== 'health') : least);
    else values[field] = new Uint8Array(letter === 'b' ? size : 0);
  }
  const out = new Writer(400).byte(code).byte(0);
  encodeFields(layout, values, out);
  return readResponse(new Reader(out.done(), 0), name)?.response;
}

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isFobError(error, 'wrong-version')) return `${error.message} ${error.next}`;
    throw error;
  }
  return '';
}

const ROWS = (Object.keys(LIMITS) as Counting[]).flatMap(name =>
  fieldsOf(COMMANDS[name][4])
    .filter(({ letter }) => letter === 'u')
    .map(({ name: field, size }) => ({ name, field, end: Math.min(2 ** size, Number.MAX_SAFE_INTEGER) - 1 })),
);

it.each(ROWS)(
  '$name $field is taken within its limits and refused by name outside',
  ({ name, field, end }) => {
    const [least = 0, most = 0, besides = most] = LIMITS[name][field] ?? [];
    const isTaken = (value: number) => refusalOf(() => answer(name, { [field]: value })) === '';
    // An account without a kind, an algorithm or digits is a damaged one.
    const damaged = name === 'list' && least === 0 && field !== 'health' ? { health: 1 } : {};
    expect(refusalOf(() => answer(name, { ...damaged, [field]: least }))).toBe('');
    for (const value of [most, besides]) if (value <= end) expect(isTaken(value)).toBe(true);
    const outside = [least - 1, most + 1, besides - 1, besides + 1, end].filter(
      value => value >= 0 && value <= end && (value < least || value > most) && value !== besides,
    );
    for (const value of outside) {
      const said = refusalOf(() => answer(name, { [field]: value }));
      expect(said).toContain(name === 'hello' ? 'different versions' : `an impossible "${field}": ${value}.`);
      expect(said).toContain('Update passfob and the fob');
    }
  },
);

it.each(['kind', 'algorithm', 'digits'])('a good account has a %s, a damaged one need not', field => {
  expect(refusalOf(() => answer('list', { [field]: 0 }))).toContain(`an impossible "${field}": 0.`);
  expect(refusalOf(() => answer('list', { [field]: 0, health: 1 }))).toBe('');
});

it('every number of every answer has limits', () => {
  const all = Object.entries(COMMANDS).flatMap(([name, [, , , , layout]]) =>
    fieldsOf(layout).flatMap(field => (field.letter === 'u' ? [`${name} ${field.name}`] : [])),
  );
  expect(ROWS.map(({ name, field }) => `${name} ${field}`).sort()).toEqual(all.sort());
});
