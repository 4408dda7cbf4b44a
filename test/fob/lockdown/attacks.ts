import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { decodeFrame, encodeClear, FRAME_REQUEST } from '@passfob/protocol/frame';
import { PACKET_ANSWER } from '@passfob/protocol/limits';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect } from 'vitest';

/** Lines that a console would execute: each would print, or take the fob from its owner. */
const ORDERS = [
  'print("here")',
  '6*7',
  'process.memory()',
  'dump()',
  'E.getConsole()',
  'E.setConsole(USB,{force:true})',
  'USB.setConsole(true)',
  'E.setPassword()',
  'require("Storage").list()',
  'btoa(require("Storage").read("keys"))',
  'require("Storage").erase("keys")',
  'require("Storage").eraseAll()',
  'clearWatch()',
  'clearInterval()',
  'USB.removeAllListeners()',
  'eval("E.reboot()")',
  'E.reboot()',
  'load()',
  'reset()',
  'save()',
  'quit()',
  '(function f(){f()})()',
];

const hello = (): string =>
  encodeClear(
    hostPrimitives,
    new Writer(16).number(FRAME_REQUEST, 1).number(0, 1).number(COMMANDS.hello[0], 1),
  );

const chance = makeRandomness(20261125, 'lockdown');
const junk = (length: number): string => Buffer.from(chance.bytes(length)).toString('latin1');

function halves(frame: string): string {
  return Array.from(frame, (_, at) => `${frame.slice(0, at)}${at % 3 === 0 ? '\n' : ''}`).join('');
}

/** Bytes for a port, by their kind. None holds a whole frame that is a request. */
export const ATTACKS: readonly (readonly [string, string])[] = [
  ['orders, each end of line', ORDERS.map(line => `${line}\n${line}\r${line}\r\n`).join('')],
  ['orders after Ctrl-C, echo off', ORDERS.map(line => `\x03\x10${line}\n`).join('')],
  ['orders between marks', ORDERS.map(line => `~${line}\n~${btoa(line)}\n`).join('')],
  ['a flood of Ctrl-C', '\x03'.repeat(3000)],
  [
    'control characters',
    Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
      .join('')
      .repeat(20),
  ],
  [
    'escape sequences',
    ['[A', '[2J', '[0c', '[6n', 'OP', ']0;t\x07', '[200~print(1)\n'].map(end => `\x1b${end}`).join(''),
  ],
  ['packets of the console', `\x10\x01\x00\x05print\x10\x01\x60\x01\x00${'x'.repeat(90)}\x05\x06\x15\x05`],
  ['flow control', '\x13\x11\x13print(1)\n\x11'],
  ['half frames', halves(hello())],
  ['marks', '~'.repeat(2000)],
  ['frames with nothing in them', '~\n~=\n~==\n~===\n~ ==\n~====\n~A===\n~AAA=\n~A\n'],
  ['a frame that never ends', `~${'A'.repeat(5000)}`],
  ['a line that never ends', 'print('.repeat(2000)],
  ['NULs', '\0'.repeat(5000)],
  ['what is above ASCII', '\xff\xfe\x80'.repeat(1000)],
  ['garbage', junk(20_000)],
  ['lines of garbage', Array.from({ length: 200 }, () => `~${junk(40)}\n`).join('')],
];

/** Ends a line that an attack has left open. */
export const END = '\n';

/** Answers to packets: a fob sends one for each. */
const ANSWERS = new RegExp(String.fromCharCode(PACKET_ANSWER), 'g');

/** Fails unless `text` is whole frames from a fob, answers to packets, and nothing else. */
export function expectFramesOnly(text: string, what: string): void {
  const lines = text.replace(ANSWERS, '').split('\n');
  expect(lines.pop(), what).toBe('');
  for (const line of lines) {
    expect(line.startsWith('~'), `${what}: ${JSON.stringify(line)}`).toBe(true);
    expect(decodeFrame(hostPrimitives, line.slice(1)), `${what}: ${JSON.stringify(line)}`).toBeDefined();
  }
}
