import type { BootOptions, SimulatedFob } from '@passfob/simulator/base/fob';
import { describe, expect, it } from 'vitest';
import { filled } from '../../kit/filled.ts';
import { heardFrom } from '../../kit/heard.ts';
import { bytes, lines, run } from './kit.ts';

type Act = (fob: SimulatedFob, words: readonly string[]) => void;

const ACTS: Readonly<Record<string, Act>> = {
  advance: (fob, [ms]) => fob.advance(Number(ms)),
  press: (fob, [key = '0', heldMs]) =>
    fob.press(Number(key), heldMs === undefined ? undefined : Number(heldMs)),
  down: (fob, [key = '0']) => fob.keyDown(Number(key)),
  up: (fob, [key = '0']) => fob.keyUp(Number(key)),
  cut: fob => fob.cutPower(),
  cutAt: (fob, [operation]) => fob.cutPowerAtOperation(Number(operation)),
  on: fob => fob.powerOn(),
  die: fob => fob.loseTime(),
  plug: fob => fob.setUsb(true),
  unplug: fob => fob.setUsb(false),
  move: (fob, [movement]) => fob.moveWrist(movement as Parameters<SimulatedFob['moveWrist']>[0]),
  // Escaped as in JSON.
  send: (fob, words) => fob.link.write(bytes(JSON.parse(`"${words.join(' ')}"`))),
  sendSerial1: (fob, words) => fob.serial('Serial1').write(bytes(words.join(' '))),
};

const LOOKS: Readonly<Record<string, (fob: SimulatedFob) => unknown>> = {
  sleeping: fob => fob.sleeping,
  powered: fob => fob.powered,
  operations: fob => fob.operations,
  screen: fob => (fob.screen().on ? `on ${fob.screen().text.join(' | ')}`.trim() : 'off'),
  brightness: fob => fob.screen().brightness,
  typed: fob => fob.keyboard.map(({ bytes: report }) => [...report].join(' ')).join(', '),
};

/** Runs an image and what follows it; compares what it prints each time. */
function play(text: string, options: Partial<BootOptions>): void {
  const all = text.split('\n').map(line => line.trim());
  const behind = all.findIndex(line => /^[@>?<]( |$)/.test(line));
  const fob = run(all.slice(0, behind).join('\n'), options);
  const expected: string[] = [];
  const heard = heardFrom(fob.link);
  for (const [at, line] of all.entries()) {
    if (/^>( |$)/.test(line)) expected.push(line.slice(2));
    if (line.startsWith('@'))
      for (const act of line.slice(2).split('; ')) {
        const [name = '', ...words] = act.split(' ');
        if (!(name in ACTS)) throw new Error(`nothing does "${act}"`);
        ACTS[name]?.(fob, words);
      }
    if (/^<( |$)/.test(line)) {
      expect(heard.text, line).toBe(JSON.parse(`"${line.slice(2)}"`));
      heard.text = '';
    }
    if (line.startsWith('?')) {
      const [, name = '', value] = /^\? (\w+) ?(.*)$/.exec(line) ?? [];
      expect(String(LOOKS[name]?.(fob)), line).toBe(value);
    }
    if (at >= behind - 1 && !all[at + 1]?.startsWith('>')) expect(lines(fob), line).toEqual(expected);
  }
  fob.close();
}

/**
 * Makes a test of each paragraph: the title, which ends with a colon; the text of an image; then lines with `@` of what is
 * done to the board, lines with `>` that the image must have printed at that place, and no others, and lines with `?` of
 * what is then to be seen, and with `<` what the port of the board has sent since the last of these lines, escaped as in JSON.
 */
export const prints =
  (what: string, options: Partial<BootOptions> = {}) =>
  (text: TemplateStringsArray, ...values: readonly unknown[]) =>
    describe(what, () => {
      for (const paragraph of filled(text, values).split(/\n\s*\n/)) {
        const [title = '', ...rest] = paragraph.split('\n');
        it(title.trim().replace(/:$/, ''), () => play(rest.join('\n'), options));
      }
    });
