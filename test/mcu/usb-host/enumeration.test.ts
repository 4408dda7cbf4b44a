import { describe, expect, test } from 'vitest';
import { Bench } from '../kit/usb/bench.ts';
import { POLL_MS, PRODUCT, REPORT_DESCRIPTOR } from '../kit/usb/gadget.ts';

describe('a USB host and a device behind OTG FS', () => {
  test.each([8, 64])('a device is enumerated from a first request of %i bytes', firstDescriptorBytes => {
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
    expect(POLL_MS).toBe(10);
  });
});
