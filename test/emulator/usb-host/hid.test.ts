import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import type { ReceivedReport } from '@passfob/emulator/usb-host/hid-driver';
import { describe, expect, test } from 'vitest';
import { Bench } from '../kit/usb/bench.ts';
import { POLL_MS } from '../kit/usb/gadget.ts';

describe('the HID driver of a USB host', () => {
  test('fetches a report at each interval and not sooner', () => {
    const bench = new Bench();
    const reports: ReceivedReport[] = [];
    bench.configure();
    bench.host.hid.onReport(report => {
      reports.push(report);
      bench.gadget.sendReport(Uint8Array.of(reports.length));
    });
    bench.gadget.sendReport(Uint8Array.of(0));
    bench.run(200);
    expect(reports.map(({ bytes }) => bytes[0])).toEqual([...reports.keys()]);
    expect(reports).toHaveLength(200 / POLL_MS);
    const times = reports.map(({ at }) => at / TICKS_PER_US / 1000);
    for (const [index, at] of times.entries())
      if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeCloseTo(POLL_MS, 1);
  });

  test('says which interface a report is from', () => {
    const bench = new Bench();
    const reports: ReceivedReport[] = [];
    bench.host.hid.onReport(report => reports.push(report));
    bench.configure();
    bench.gadget.sendReport(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    bench.run(20);
    expect(reports).toMatchObject([{ interfaceNumber: 2, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }]);
  });

  test('sends the lights of a keyboard', () => {
    const bench = new Bench();
    bench.configure();
    bench.host.hid.send(2, 0, Uint8Array.of(2));
    bench.run(20);
    expect(bench.gadget.lights).toEqual([2]);
  });

  test('fetches nothing while the cable is out, and nothing of before when it is back', () => {
    const bench = new Bench();
    const bytes: (number | undefined)[] = [];
    bench.host.hid.onReport(report => bytes.push(report.bytes[0]));
    bench.configure();
    bench.gadget.sendReport(Uint8Array.of(1));
    bench.run(20);
    bench.host.unplug();
    expect(bench.host.hid.reportDescriptors.size).toBe(0);
    bench.gadget.sendReport(Uint8Array.of(2));
    bench.run(100);
    bench.configure();
    bench.gadget.sendReport(Uint8Array.of(3));
    bench.run(100);
    expect(bytes).toEqual([1, 3]);
    expect(bench.host.hid.reportDescriptors.size).toBe(1);
  });

  test('forgets a request of before when the cable is back', () => {
    const bench = new Bench();
    bench.configure();
    bench.host.hid.send(2, 0, Uint8Array.of(2));
    bench.host.unplug();
    bench.run(10);
    bench.configure();
    bench.run(100);
    expect(bench.gadget.lights).toEqual([]);
  });
});
