import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { expect, it } from 'vitest';
import { scripts } from '../kit/register-script.ts';
import { Bench } from '../kit/usb/bench.ts';
import { POLL_MS } from '../kit/usb/gadget.ts';
import { benchStage } from '../kit/usb/stage.ts';

it('the HID driver of a USB host fetches a report at each interval and not sooner', () => {
  const bench = new Bench();
  const times: number[] = [];
  bench.configure();
  bench.host.hid.onReport(({ at, bytes }) => {
    expect(bytes[0]).toBe(times.length);
    times.push(at / TICKS_PER_US / 1000);
    bench.gadget.sendReport(Uint8Array.of(times.length));
  });
  bench.gadget.sendReport(Uint8Array.of(0));
  bench.run(200);
  expect(times).toHaveLength(200 / POLL_MS);
  for (const [index, at] of times.entries())
    if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeCloseTo(POLL_MS, 1);
});

scripts('the HID driver of a USB host', benchStage)`
  says which interface a report is from:
    configure; report 1 2 3 4 5 6 7 8; 20_000 us; faces is 2; reports is 1

  sends the lights of a keyboard:
    configure; light 2; 20_000 us; lights is 2

  fetches nothing while the cable is out, and nothing of before when it is back:
    configure; report 1; 20_000 us; unplug; descriptors is 0; report 2; 100_000 us
    configure; report 3; 100_000 us; reports is 1 3; descriptors is 1

  forgets a request of before when the cable is back:
    configure; light 2; unplug; 10_000 us; configure; 100_000 us; lights is nothing
`;
