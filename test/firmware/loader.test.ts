import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../host/client/index.ts';
import { pipe } from '../../host/transports/pipe.ts';
import { boot, type Fob } from '../../simulator/index.ts';
import { imageFolder } from '../kit/interpreter.ts';

const read = (name: string) => new Uint8Array(readFileSync(join(imageFolder('pico'), name)));
const APP = read('app');

let fob: Fob | undefined;
afterEach(() => fob?.close());

/** A fob flashed with the loader and this application file. */
function flashed(app: Uint8Array | undefined): Fob {
  const image = { '.boot0': read('.boot0'), '.bootcde': read('.bootcde'), ...(app && { app }) };
  fob = boot({ board: 'pico', image });
  return fob;
}

async function answers(one: Fob): Promise<boolean> {
  const cable = pipe({
    name: 'simulator',
    write: async text => one.link.write(Buffer.from(text, 'latin1')),
    release: async () => {},
  });
  one.link.onData(bytes => cable.receive(bytes));
  const client = connect(cable.transport, { patience: { answerTimeoutMs: 20, sendsMax: 1 } });
  return client.hello().then(
    () => true,
    () => false,
  );
}

describe('the loader', () => {
  it('runs the application as it was built', async () => {
    expect(await answers(flashed(APP))).toBe(true);
    expect(fob?.consoleText()).toBe('');
  });

  const flipped = Uint8Array.from(APP, (byte, at) => (at === 20_000 ? byte ^ 1 : byte));
  it.each([
    ['is cut short', APP.subarray(0, 12_000)],
    ['has one wrong bit', flipped],
    ['has one in its header', Uint8Array.from(APP, (byte, at) => (at === 8 ? byte ^ 1 : byte))],
    ['is empty but for its header', APP.subarray(0, 15)],
    ['is not there', undefined],
  ])('runs nothing when the application %s, and gives the console back for flashing', async (_how, app) => {
    expect(await answers(flashed(app))).toBe(false);
    expect(fob?.consoleText()).toContain('image damaged');
  });
});
