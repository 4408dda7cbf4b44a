import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BOARDS } from '@passfob/simulator/fob/make-fob';
import { expect, it } from 'vitest';
import { printed } from '../simulator/kit.ts';

const PAGE = fileURLToPath(new URL('../../../docs/add-a-board.md', import.meta.url));
const [, PASTE = ''] = /\n```\n(\(\(\)=>.*)\n```\n/.exec(readFileSync(PAGE, 'utf8')) ?? [];

it.each(['pico', 'espruino-wifi', 'rpi-pico', 'rpi-pico2', 'banglejs2'] as const)(
  'the line that asks a board what it has is right about a simulated %s',
  board => {
    const { build, variables, hashes, aesModes, nativeCcm, pbkdf2, hidReportBytes, pinAliases, i2c } =
      BOARDS[board];
    const [line = ''] = printed(PASTE, { board });
    expect(JSON.parse(line)).toMatchObject({
      board: build,
      variables,
      hashes: ['SHA1', 'SHA256', 'SHA512'].filter(name => hashes.some(has => has === name)),
      aesModes,
      aesCcm: nativeCcm,
      pbkdf2,
      graphics: true,
      i2c: i2c !== undefined,
      usbHid: hidReportBytes > 0,
      button: 'BTN1' in pinAliases,
    });
  },
);
