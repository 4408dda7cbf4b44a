import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { describe, expect, it } from 'vitest';
import { filled } from '../../../kit/filled.ts';
import { evaluate } from './expression.ts';
import { clearBits, type RecordedLines, type Registers, setBits, store, storeHalf } from './fixture.ts';

type Argument = number | string;

/**
 * Peripherals, and what a script may say of them. A statement of a script is one of
 *
 *     CR1 = CEN | URS        a store; `|=` and `&= ~CEN` are a load and a store, `BSRR.high = 8` is one of a half-word
 *     10.5 us                time passes
 *     SR is UIF              a load; `has` and `lacks` look at some bits only, `above` and `below` compare
 *     read DR                a load for its effect
 *
 * or has a name of `shows` in the place of a register, or begins with a name of `acts`.
 */
export interface Stage {
  /** Registers by the manual's names. */
  readonly registers: Readonly<Record<string, readonly [Registers, offset: number]>>;
  /** Bits and other numbers. */
  readonly names?: Readonly<Record<string, number>>;
  pass?(us: number): void;
  readonly shows?: Readonly<Record<string, (...args: readonly Argument[]) => unknown>>;
  readonly acts?: Readonly<Record<string, (...args: readonly Argument[]) => void>>;
}

export const registersOf = (
  peripheral: Registers,
  offsets: Readonly<Record<string, number>>,
): Stage['registers'] =>
  Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, [peripheral, offset]]));

/** The requested interrupts by their names. */
export const irqOf = (lines: RecordedLines) => (): string =>
  Object.entries(IRQ)
    .filter(([, number]) => lines.requested.has(number))
    .map(([name]) => name)
    .join(' ');

const STORES: Readonly<Record<string, typeof store>> = { '=': store, '|=': setBits, '&= ~': clearBits };

const numberIn = ({ names = {} }: Stage, text: string): number => evaluate(text, names);

function argumentsIn(stage: Stage, words: readonly string[]): Argument[] {
  const isNumber = (word: string) =>
    /^[\d-]/.test(word) || (/^\w+/.exec(word)?.[0] ?? '') in (stage.names ?? {});
  return words.map(word => (isNumber(word) ? numberIn(stage, word) : word));
}

/** Plays a store, if the statement is one. */
function playsStore(stage: Stage, statement: string): boolean {
  const [, name = '', half, how = '', value = ''] =
    /^(\w+)(\.low|\.high)? (=|\|=|&= ~)\s*(.+)$/.exec(statement) ?? [];
  const register = stage.registers[name];
  if (!register) return false;
  const [peripheral, offset] = register;
  if (half) storeHalf(peripheral, offset + (half === '.high' ? 2 : 0), numberIn(stage, value));
  else STORES[how]?.(peripheral, offset, numberIn(stage, value));
  return true;
}

function look(stage: Stage, text: string): unknown {
  const [name = '', ...words] = text.split(' ');
  const register = stage.registers[name];
  if (register) return register[0].read(register[1]) >>> 0;
  const show = stage.shows?.[name];
  if (!show) throw new Error(`nothing shows "${text}"`);
  return show(...argumentsIn(stage, words));
}

/** Plays a look, if the statement is one. */
function playsLook(stage: Stage, statement: string): boolean {
  const [, name = '', relation, text = ''] = /^(.+?) (is|has|lacks|above|below) (.+)$/.exec(statement) ?? [];
  if (relation === undefined) return false;
  const found = look(stage, name);
  if (typeof found !== 'number') {
    expect(`${found}` || 'nothing', statement).toBe(text);
    return true;
  }
  const expected = numberIn(stage, text);
  if (relation === 'is') expect(found, statement).toBe(name in stage.registers ? expected >>> 0 : expected);
  else if (relation === 'above') expect(found, statement).toBeGreaterThan(expected);
  else if (relation === 'below') expect(found, statement).toBeLessThan(expected);
  else expect((found & expected) >>> 0, statement).toBe(relation === 'has' ? expected >>> 0 : 0);
  return true;
}

/** Plays statements, which stand in lines or between semicolons. */
export function play(stage: Stage, script: string): void {
  for (const statement of script.split(/[;\n]/).map(text => text.trim())) {
    if (statement === '' || statement.startsWith('//')) continue;
    if (playsStore(stage, statement) || playsLook(stage, statement)) continue;
    const [act = '', ...words] = statement.split(' ');
    if (statement.endsWith(' us')) stage.pass?.(numberIn(stage, statement.slice(0, -3)));
    else if (act === 'read') look(stage, words.join(' '));
    else if (stage.acts?.[act]) stage.acts[act](...argumentsIn(stage, words));
    else throw new Error(`nothing does "${statement}"`);
  }
}

/**
 * Makes a test of each paragraph: its first line is the title with the clause of the manual, and ends with a colon. The
 * lines below it are the script.
 */
export const scripts =
  (what: string, make: () => Stage) =>
  (text: TemplateStringsArray, ...values: readonly unknown[]) =>
    describe(what, () => {
      for (const paragraph of filled(text, values).split(/\n\s*\n/)) {
        const [title = '', ...lines] = paragraph.split('\n');
        it(title.trim().replace(/:$/, ''), () => play(make(), lines.join('\n')));
      }
    });
