import { devicesText } from 'passfob/cli/base/result-format';
import { infoText } from 'passfob/cli/status-format';
import { connect } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { losesInput } from 'passfob/espruino';
import { expect, it } from 'vitest';
import { CoreFob } from './kit/core-fob.ts';

it('the versions of Espruino that lose input are told from those that do not', () => {
  const losing = ['2v25.334', '2v25.400', '2v26', '2v26.12', '2v27', '2v28.50', '2v29', '2v29.95'];
  const good = [
    '1v99',
    '2v21',
    '2v25',
    '2v25.333',
    '2v29.96',
    '2v29.277',
    '2v30',
    '2v30.1',
    '3v27',
    'unknown',
    '',
  ];
  expect(losing.filter(losesInput)).toEqual(losing);
  expect(good.filter(losesInput)).toEqual([]);
});

it.each([
  ['0.1.0 2v29', '0.1.0', '2v29'],
  ['0.12.10 2v29.277', '0.12.10', '2v29.277'],
  ['0.1.0', '0.1.0', undefined],
  ['0.1.0 ', '0.1.0', undefined],
])('a hello that says "%s" is read as image %s on Espruino %s', async (said, firmware, interpreter) => {
  const facts = {
    board: 'core',
    firmware: said,
    serial: new Uint8Array(5),
    algorithms: 7,
    keys: 1,
    clockPpm: 2,
  };
  const fob = new CoreFob(hostPrimitives, { facts });
  const hello = await connect(fob.plugIn().transport).hello();
  expect([hello.firmware, hello.interpreter]).toEqual([firmware, interpreter]);
});

it('the version of Espruino is shown where it is known, and not named where it is not', () => {
  const fob = { serial: 'PF-AAAA-AAAA', board: 'pico', firmware: '0.1.0' };
  const clock = { state: 'unset', errorMs: null, uncertaintyMs: null } as const;
  const info = { ...fob, protocolVersion: 2, clock, health: [] };
  expect(infoText({ ...info, interpreter: '2v29' })).toContain(
    'is of the kind pico, with firmware 0.1.0 on Espruino 2v29.',
  );
  expect(infoText(info)).toContain('is of the kind pico, with firmware 0.1.0.');
  const device = {
    ...fob,
    address: 'a',
    addresses: ['a'],
    state: 'blank',
    pairing: 'none',
    holder: null,
  } as const;
  const shown = (devices: Parameters<typeof devicesText>[0]['devices']) =>
    JSON.stringify(devicesText({ devices, silent: [] }));
  expect(shown([{ ...device, interpreter: '2v29' }])).toContain('Espruino 2v29');
  expect(shown([device])).not.toContain('Espruino');
});
