import type { UsbSignal } from '@passfob/emulator/base/usb-port';
import { OtgFs } from '@passfob/emulator/stm32f401/usb/otg-fs';
import { makeStillTime, RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage } from '../kit/register-script.ts';
import { OFFSET } from '../kit/usb/otg-driver.ts';
import { makeClocks } from './settable-clocks.ts';

const NAMES = {
  // GCCFG: the transceiver is on, and senses VBUS.
  ...{ PWRDWN: 1 << 16, POWERED: (1 << 16) | (1 << 19), NOVBUSSENS: 1 << 21 },
  // GINTSTS, from the session and the lines.
  ...{ OTGINT: 4, SOF: 8, RXFLVL: 0x10, GINAKEFF: 0x40, GONAKEFF: 0x80, ESUSP: 0x400, USBSUSP: 0x800 },
  ...{ USBRST: 0x1000, ENUMDNE: 0x2000, SRQINT: 0x4000_0000, WKUPINT: 0x8000_0000, ALL: 0xffff_ffff },
  ...{ LINES: 0xc000_3c0c, SUSPENDED: 1, FULL_SPEED: 6, RXFFLSH: 0x10, TXFFLSH: 0x20 },
  // Control registers of endpoints.
  ...{ ENABLE: 0x8000_0000, DISABLE: 1 << 30, DATA0: 1 << 28, SNAK: 1 << 27, CNAK: 1 << 26 },
  ...{ STALL: 1 << 21, BULK: 2 << 18, NAKSTS: 1 << 17, ACTIVE: 1 << 15 },
};

/** Registers of endpoint 1 have a 1 behind their names. */
const OFFSETS = {
  ...OFFSET,
  DIEPTXF1: OFFSET.DIEPTXF + 4,
  DIEPCTL1: OFFSET.DIEPCTL + 0x20,
  DIEPINT1: OFFSET.DIEPINT + 0x20,
  DIEPTSIZ1: OFFSET.DIEPTSIZ + 0x20,
  DTXFSTS1: OFFSET.DTXFSTS + 0x20,
  DOEPCTL1: OFFSET.DOEPCTL + 0x20,
  DOEPINT1: OFFSET.DOEPINT + 0x20,
  DOEPTSIZ1: OFFSET.DOEPTSIZ + 0x20,
  FIFO1: 2 * OFFSET.FIFO,
};

/** GET_DESCRIPTOR of a device. */
const REQUEST = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0);

/** Tokens of the host, and the answers to them. An IN token gets a handshake, or a packet as toggle and bytes. */
function tokensOf(otg: OtgFs): Required<Stage>['shows'] {
  return {
    in: (address, endpoint) => {
      const answer = otg.in(Number(address), Number(endpoint));
      return typeof answer === 'string' ? answer : `DATA${answer.toggle} ${answer.bytes.join(' ')}`.trim();
    },
    out: (address, endpoint, toggle, ...bytes) =>
      otg.out(Number(address), Number(endpoint), {
        toggle: toggle === 'DATA1' ? 1 : 0,
        bytes: Uint8Array.from(bytes, Number),
      }),
    setup: address => otg.setup(Number(address), REQUEST),
    // An entry of the receive FIFO: endpoint, kind, count, and the words of its data.
    pop: () => {
      const status = otg.read(OFFSET.GRXSTSP);
      const count = (status >>> 4) & 0x7ff;
      const data: string[] = [];
      for (let at = 0; at < count; at += 4) data.push((otg.read(OFFSET.FIFO) >>> 0).toString(16));
      return [status & 15, (status >>> 17) & 15, count, ...data].join(' ');
    },
  };
}

/** A controller that a script reads, writes and sends tokens to; frames are numbered by the script. */
export function makeOtg({ waitTicks = 0 } = {}): Stage {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const { clocks, change } = makeClocks();
  const seen = { news: 0, wakeups: 0, remoteWakeups: 0 };
  const otg = new OtgFs({ time, lines, clocks, waitTicks, wake: () => seen.wakeups++ });
  const host = {
    frame: 0,
    deviceChanged: () => {
      seen.news++;
    },
    remoteWakeup: () => {
      seen.remoteWakeups++;
    },
  };
  otg.connect(host);
  const stage: Stage = {
    registers: registersOf(otg, OFFSETS),
    names: NAMES,
    pass,
    shows: {
      irq: irqOf(lines),
      attached: () => otg.isAttached,
      frames: () => otg.wantsFrames,
      lines: () => (otg.read(OFFSET.GINTSTS) & NAMES.LINES) >>> 0,
      frame: () => (otg.read(OFFSET.DSTS) >>> 8) & 0x3fff,
      news: () => seen.news,
      wakeups: () => seen.wakeups,
      asked: () => seen.remoteWakeups,
      ticks: () => time.now,
      ...tokensOf(otg),
    },
    acts: {
      // To a host that drives the lines.
      attach: (signal = 'frames') => play(stage, `GCCFG = POWERED; vbus on; drive ${signal}`),
      vbus: level => otg.setVbus(level === 'on'),
      drive: signal => otg.drive(signal as UsbSignal),
      number: frame => {
        host.frame = Number(frame);
      },
      sof: () => otg.startOfFrame(),
      clock: hertz => change({ usbClock: Number(hertz) }),
      reset: () => otg.reset(),
    },
  };
  return stage;
}
