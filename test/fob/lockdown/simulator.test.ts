import { boot, type Fob } from '@passfob/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heardFrom } from '../../kit/heard.ts';
import { writePackets } from '../../kit/packets.ts';
import { secret } from '../../kit/secrets.ts';
import { BangleDriver } from '../conformance/banglejs2-driver.ts';
import { BenchSimulatorDriver } from '../conformance/bench-simulator-driver.ts';
import type { Driver } from '../conformance/driver.ts';
import { ascii, Owner } from '../conformance/owner.ts';
import { PicoHidDriver } from '../conformance/pico-hid-driver.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { ATTACKS, END, expectFramesOnly } from './attacks.ts';

type PortName = Parameters<Fob['serial']>[0];

interface Target {
  readonly name: string;
  readonly ports: readonly PortName[];
  readonly make: () => Promise<Driver & { readonly fob: Fob }>;
}

const TARGETS: readonly Target[] = [
  { name: 'pico', ports: ['USB', 'Serial1', 'Serial2'], make: async () => new SimulatorDriver() },
  ...(['espruino-wifi', 'rpi-pico', 'rpi-pico2'] as const).map(board => ({
    name: board,
    ports: ['USB', 'Serial1', 'Serial2'] as const,
    make: async () => new SimulatorDriver({}, board),
  })),
  { name: 'pico-hid', ports: ['USB', 'Serial1', 'Serial2'], make: async () => new PicoHidDriver() },
  { name: 'banglejs2', ports: ['Bluetooth', 'Serial1'], make: async () => new BangleDriver() },
  // Serial2 is how tests control the bench's time and key: it obeys everyone, which is why the bench is no token.
  { name: 'bench', ports: ['USB', 'Serial1'], make: () => BenchSimulatorDriver.make() },
];

/** All bytes that leave the fob from now on, of which each call takes those that came since the last one. */
function hear(fob: Fob, ports: readonly PortName[]): { take(): string } {
  const heard = heardFrom(...ports.map(port => fob.serial(port)));
  return {
    take() {
      const { text } = heard;
      heard.text = '';
      return text;
    },
  };
}

function attacks(target: Target, isOwned: boolean): void {
  let driver: Driver & { readonly fob: Fob };
  let owner: Owner;
  let heard: { take(): string };
  beforeAll(async () => {
    driver = await target.make();
    owner = new Owner(driver);
    if (isOwned) {
      await owner.pair();
      await owner.put({ secret: secret(new Uint8Array(20).fill(0x5a)) });
    }
    heard = hear(driver.fob, target.ports);
  });
  afterAll(() => driver.close());

  for (const port of target.ports) {
    it.each(ATTACKS)(`an attack on ${port} gets frames or nothing: %s`, async (_what, bytes) => {
      const wire = driver.fob.serial(port);
      heard.take();
      writePackets(wire, ascii(bytes));
      await driver.advance(100);
      wire.write(ascii(END));
      await driver.advance(2000);
      expectFramesOnly(heard.take(), port);
      expect([driver.complaints(), driver.fob.violations]).toEqual(['', []]);
      if (isOwned) expect((await owner.client.call('info', {})).accounts).toBe(1);
      else expect((await owner.client.hello()).state).toBe('blank');
    });
  }

  it('the fob still works after the attacks, and after the power was off too', async () => {
    await driver.reboot();
    if (isOwned) {
      await owner.open();
      expect((await owner.client.call('list', { index: 0 })).health).toBe(0);
    } else {
      await owner.pair();
    }
    expect(driver.complaints()).toBe('');
  });
}

it('a console that is left on a port would be noticed', () => {
  const fob = boot({ board: 'pico', image: { '.bootcde': ascii('var app = 1;') } });
  const heard = hear(fob, ['USB']);
  const answered = ATTACKS.filter(([what, bytes]) => {
    // A console waits for the rest of an open bracket, until Ctrl-C.
    fob.serial('USB').write(ascii('\x03'));
    heard.take();
    fob.serial('USB').write(ascii(`${bytes}${END}`));
    fob.advance(100);
    try {
      expectFramesOnly(heard.take(), what);
      return false;
    } catch {
      return true;
    }
  });
  expect(answered.length).toBeGreaterThan(ATTACKS.length / 2);
});

for (const target of TARGETS) {
  describe(`the ports of a blank ${target.name}`, () => attacks(target, false));
  describe(`the ports of an owned ${target.name}`, () => attacks(target, true));
}
