import { expect, it } from 'vitest';
import { play, scripts } from '../kit/register-script.ts';
import { Bench } from '../kit/usb/bench.ts';
import { benchStage } from '../kit/usb/stage.ts';

scripts('a USB host whose cable or computer comes and goes', benchStage)`
  the cable out in the middle of a transfer loses it, and all works after the next plug:
    configure; device 1; host 2; 5000 us; read is 1; deaf on; hostBytes 200; hold on; deviceBytes 100; 5000 us
    unplug; 50_000 us; state is unplugged; connected is false; pending is 0
    log is suspended reset reset configured disconnected; hostBytes 8; hold off; forget; deaf off
    configure; host 1; device 2; 10_000 us; received is 1; read is 1 2

  a sleeping computer suspends the device, and resumes it configured:
    configure; forget; sleep; 5000 us; log is nothing; 5000 us; log is suspended; host 5; 100_000 us; received is nothing
    wake; 50_000 us; log is suspended resumed; wakeups is 1; received is 5

  a device wakes its computer:
    configure; sleep; 10_000 us; DCTL |= 1; 50_000 us; state is configured

  a device that lets go of D+ is lost, and enumerated when it comes back:
    configure; DCTL |= 2; 1000 us; state is empty; DCTL = 0; 50_000 us; state is attached; 1e6 us; state is configured

  a device whose chip is reset in the middle is enumerated anew:
    configure; hostBytes 1000; resetChip; 10_000 us; state is empty; start; until configured

  a device that stops to answer gets a reset of the port:
    configure; forget; usbClock 0; host 1; 20_000 us; state is enumerating; usbClock 48e6; until configured
    log is reset reset configured
`;

it('the cable out at any moment of the enumeration is followed by a full one', () => {
  for (let milliseconds = 1; milliseconds < 270; milliseconds += 7)
    play(
      benchStage({ seed: milliseconds }),
      `plug; ${milliseconds} * 1000 us; unplug; 3000 us; configure; descriptors is 1`,
    );
});

it('VBUS is told to others before the controller senses it', () => {
  const told: boolean[] = [];
  const bench = new Bench({ onVbus: isOn => told.push(isOn) });
  bench.host.plug();
  bench.host.plug();
  bench.host.unplug();
  expect(told).toEqual([true, false]);
});
