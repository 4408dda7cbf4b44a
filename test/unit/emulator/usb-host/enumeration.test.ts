import type { UsbRequest } from '@passfob/emulator/usb-host/requests';
import { expect, test } from 'vitest';
import { Bench } from '../kit/usb/bench.ts';
import { PRODUCT, REPORT_DESCRIPTOR } from '../kit/usb/gadget.ts';

/** Has the device treat requests that `matches` in a way of its own. */
function treat(bench: Bench, matches: (request: Uint8Array) => boolean, how: () => void): void {
  bench.gadget.onSetup = request => {
    if (!matches(request)) return false;
    how();
    return true;
  };
}

test.each([8, 64])(
  'the enumeration by a USB host reads all of a device, from a first request of %i bytes on',
  firstDescriptorBytes => {
    const bench = new Bench({ firstDescriptorBytes });
    bench.configure();
    expect(bench.host.device).toMatchObject({
      address: 1,
      facts: { vendor: 0x0483, product: 0x5740, packetBytes: 64 },
      manufacturer: undefined,
      product: PRODUCT,
      serial: undefined,
    });
    expect(bench.host.device?.configuration.interfaces.map(face => face.class)).toEqual([2, 10, 3]);
    expect(bench.host.hid.reportDescriptors.get(2)).toEqual(REPORT_DESCRIPTOR);
    expect(bench.gadget.lineState).toBe(3);
    expect(bench.gadget.log).toEqual([
      'suspended',
      ...(firstDescriptorBytes === 64 ? ['reset', 'reset'] : ['reset']),
      'configured',
    ]);
  },
);

test('the enumeration by a USB host waits until the device has been attached for a tenth of a second', () => {
  const bench = new Bench();
  bench.host.plug();
  bench.run(99);
  expect(bench.gadget.log).not.toContain('reset');
  bench.run(2);
  expect(bench.gadget.log).toContain('reset');
});

test('the enumeration by a USB host goes on without a string that the device refuses', () => {
  const bench = new Bench();
  const isString = (request: Uint8Array) => request[1] === 6 && request[3] === 3;
  treat(bench, isString, () => bench.gadget.refuse());
  bench.configure();
  expect(bench.host.device?.product).toBeUndefined();
});

test('the enumeration by a USB host goes on after a refused SET_IDLE', () => {
  const bench = new Bench();
  const setsIdle = (request: Uint8Array) => request[1] === 0x0a;
  treat(bench, setsIdle, () => bench.gadget.refuse());
  bench.configure();
  expect(bench.host.hid.reportDescriptors.size).toBe(1);
});

test('the enumeration by a USB host gives a device up that refuses its configuration four times, and tries again after a plug', () => {
  const bench = new Bench();
  let refused = 0;
  treat(
    bench,
    request => request[1] === 6 && request[3] === 2,
    () => {
      refused++;
      bench.gadget.refuse();
    },
  );
  bench.host.plug();
  bench.until(() => bench.host.state === 'failed');
  expect(refused).toBe(4);
  bench.host.unplug();
  bench.run(10);
  bench.gadget.onSetup = () => false;
  bench.configure();
});

test.each([
  { ignoring: 1, results: ['timeout'], resets: 2 },
  { ignoring: 2, results: ['timeout', 'timeout'], resets: 4 },
])(
  'the enumeration by a USB host repeats a request after five seconds, and resets the port after another five',
  expected => {
    const results: string[] = [];
    const onControl = (_: UsbRequest, result: Uint8Array | string) => {
      if (typeof result === 'string') results.push(result);
    };
    const bench = new Bench({ onControl });
    let ignored = 0;
    const isIgnored = (request: Uint8Array) => request[1] === 9 && ignored++ < expected.ignoring;
    treat(bench, isIgnored, () => {});
    bench.host.plug();
    bench.run(5_000);
    expect(results).toEqual([]);
    bench.until(() => bench.host.state === 'configured', 20_000);
    expect(results).toEqual(expected.results);
    expect(bench.gadget.log.filter(line => line === 'reset')).toHaveLength(expected.resets);
  },
);

test('the enumeration by a USB host is repeated by a reset of the port', () => {
  const bench = new Bench();
  bench.configure();
  bench.host.resetPort();
  bench.run(1);
  expect(bench.host.state).toBe('enumerating');
  bench.until(() => bench.host.state === 'configured');
  expect(bench.gadget.log.filter(line => line === 'configured')).toHaveLength(2);
});

test('the enumeration by a USB host takes the same times from the same seed, and other times from another', () => {
  const configuredAt = (seed: number) => {
    const bench = new Bench({ seed });
    let at = 0;
    bench.host.onState(state => {
      if (state === 'configured') at = bench.time.now;
    });
    bench.configure();
    return at;
  };
  expect(configuredAt(1)).toBe(configuredAt(1));
  expect(configuredAt(1)).not.toBe(configuredAt(2));
});

test('the enumeration by a USB host is followed by no alarm at all while nothing happens', () => {
  const bench = new Bench();
  bench.configure();
  bench.alarms = 0;
  bench.run(1_000);
  expect(bench.alarms).toBe(0);
  expect((bench.gadget.driver.read(0x808) >>> 8) & 0x7ff).toBeGreaterThan(900);
});

test('the enumeration by a USB host is followed by an alarm for each frame that the device wants, and by its interrupt', () => {
  const bench = new Bench({}, { wantsFrames: true });
  bench.configure();
  bench.alarms = 0;
  let frames = 0;
  bench.gadget.onFrame = () => frames++;
  bench.run(1_000);
  expect(frames).toBe(1_000);
  expect(bench.alarms).toBe(2_000);
});
