import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { registersOf, type Stage } from '../register-script.ts';
import { Bench } from './bench.ts';
import { OFFSET } from './otg-driver.ts';

const bytesOf = (list: readonly unknown[]): Uint8Array => Uint8Array.from(list, Number);

function actsOf(bench: Bench): Required<Stage>['acts'] {
  const { host, gadget } = bench;
  return {
    configure: () => bench.configure(),
    plug: () => host.plug(),
    unplug: () => host.unplug(),
    sleep: () => host.sleep(),
    wake: () => host.wake(),
    resetPort: () => host.resetPort(),
    until: state => bench.until(() => host.state === state),
    hold: state => host.serial.hold(state === 'on'),
    open: () => host.serial.open(),
    close: () => host.serial.close(),
    host: (...bytes) => host.serial.write(bytesOf(bytes)),
    hostBytes: count => host.serial.write(new Uint8Array(Number(count))),
    light: byte => host.hid.send(2, 0, bytesOf([byte])),
    device: (...bytes) => gadget.sendSerial(bytesOf(bytes)),
    deviceBytes: count => gadget.sendSerial(new Uint8Array(Number(count))),
    report: (...bytes) => gadget.sendReport(bytesOf(bytes)),
    listen: () => gadget.listen(),
    // Whether it asks for the next packet by itself.
    deaf: state => {
      gadget.onPacket = () => (state === 'on' ? undefined : gadget.listen());
    },
    stall: (address, state) => gadget.driver.stall(Number(address), state !== 'off'),
    forget: () => {
      gadget.log.length = 0;
      gadget.received.length = 0;
      bench.alarms = 0;
      bench.wakeups = 0;
    },
    usbClock: hertz => bench.clocks.change({ usbClock: Number(hertz) }),
    resetChip: () => bench.otg.reset(),
    start: () => gadget.driver.start(false),
  };
}

/** A host and a device for scripts. `host` and `device` begin what each side sends. */
export function benchStage(
  ...options: ConstructorParameters<typeof Bench>
): Stage & { readonly bench: Bench } {
  const bench = new Bench(...options);
  const { host, gadget } = bench;
  const read: number[] = [];
  const reports: { readonly first: number | undefined; readonly ms: number; readonly face: number }[] = [];
  host.serial.onData(bytes => read.push(...bytes));
  host.hid.onReport(({ bytes, at, interfaceNumber }) =>
    reports.push({ first: bytes[0], ms: at / TICKS_PER_US / 1000, face: interfaceNumber }),
  );
  return {
    bench,
    registers: registersOf(
      { read: at => gadget.driver.read(at), write: (at, value) => gadget.driver.write(at, value) },
      OFFSET,
    ),
    pass: us => bench.run(us / 1000),
    shows: {
      state: () => host.state,
      log: () => gadget.log.join(' '),
      read: () => read.join(' '),
      reports: () => reports.map(({ first }) => first).join(' '),
      faces: () => reports.map(({ face }) => face).join(' '),
      received: () => gadget.received.join(' '),
      receivedBytes: () => gadget.received.length,
      lights: () => gadget.lights.join(' '),
      pending: () => host.serial.pending,
      connected: () => host.serial.isConnected,
      sending: () => gadget.isSending,
      lineState: () => gadget.lineState,
      descriptors: () => host.hid.reportDescriptors.size,
      alarms: () => bench.alarms,
      wakeups: () => bench.wakeups,
      product: () => host.device?.product,
    },
    acts: actsOf(bench),
  };
}
