import type { TraceItem } from '@passfob/protocol/trace/decode';
import type { TraceRecord } from '@passfob/protocol/trace/records';
import { type Fob, recordTrace } from '@passfob/simulator';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { BangleDriver } from '../../fob/conformance/banglejs2-driver.ts';
import { BangleHidDriver } from '../../fob/conformance/banglejs2-hid-driver.ts';
import { BenchSimulatorDriver } from '../../fob/conformance/bench-simulator-driver.ts';
import type { Driver } from '../../fob/conformance/driver.ts';
import { Owner } from '../../fob/conformance/owner.ts';
import { PicoHidDriver } from '../../fob/conformance/pico-hid-driver.ts';
import { bytes, run } from '../../unit/simulator/kit.ts';
import { decoded, readTrace, SEED } from './kit.ts';

const PORTS: readonly [string, string, () => Promise<Driver & { readonly fob: Fob }>][] = [
  ['pico-hid', 'HID', async () => new PicoHidDriver()],
  ['banglejs2 by UART', 'Bluetooth', async () => new BangleDriver()],
  ['banglejs2 by HID', 'HID', async () => new BangleHidDriver()],
  ['bench', 'Serial1', () => BenchSimulatorDriver.make()],
];

const commandOf = ({ is }: TraceItem) => (is.kind === 'sealed' ? is.opened?.command : undefined);

describe('traces of every board', () => {
  it.each(PORTS)(
    'a trace of %s decodes at its port %s, and its sealed frames open',
    async (_, port, make) => {
      const driver = await make();
      const pieces: Uint8Array[] = [];
      const recording = recordTrace(driver.fob, piece => pieces.push(piece));
      const owner = new Owner(driver);
      await owner.pair();
      await owner.put({ secret: SEED });
      recording.stop();
      const file = Buffer.concat(pieces);
      const keys = { keys: [owner.key], primitives: hostPrimitives, showsSecrets: false };
      const items = decoded(readTrace(file).records, keys).filter(item => item.port === port);
      const kinds = new Set(items.map(({ is }) => is.kind));
      expect(kinds).toEqual(
        new Set(['frame', 'sealed', 'left-out', ...(kinds.has('answer') ? ['answer'] : [])]),
      );
      expect(kinds.has('answer')).toBe(!(driver instanceof PicoHidDriver));
      expect(items.map(commandOf).filter(command => command === 'put')).toHaveLength(2);
      expect(items.filter(({ is }) => is.kind === 'sealed' && is.opened === undefined)).toEqual([]);
      for (const hidden of [owner.key, owner.deviceSecret, SEED])
        expect(file.toString('latin1')).not.toContain(Buffer.from(hidden).toString('base64').slice(0, 24));
      await driver.close();
    },
  );

  it('what a fob types as a keyboard is in no trace, only that it typed', () => {
    const offer = 'E.setUSBHID({reportDescriptor:[5,1,9,6,0xa1,1,0xc0]});';
    const fob = run(`${offer}USB.on("data", d => E.sendUSBHID([0, 0, 30]));E.setConsole(null);`);
    const events: TraceRecord[] = [];
    fob.onEvent(event => events.push(event));
    fob.advance(150);
    fob.serial('USB').write(bytes('type'));
    fob.advance(50);
    expect(fob.keyboard.map(({ bytes: report }) => [...report])).toEqual([[0, 0, 30]]);
    const typed = events.filter(({ kind }) => kind !== 'memory' && kind !== 'bytes');
    expect(typed).toEqual([
      { kind: 'left-out', atUs: expect.any(Number), port: 'HID', way: 'out', length: 3, why: 'typed' },
    ]);
    fob.close();
  });
});
