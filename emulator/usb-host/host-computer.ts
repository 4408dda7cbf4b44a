import { makeRandomness, type Randomness } from '@passfob/simulator/for-emulator';
import { type Alarm, type BoardTime, TICKS_PER_US } from '../base/timeline.ts';
import type { UsbDevicePort, UsbHostPort } from '../base/usb-port.ts';
import { ControlPipe, type ControlResult } from './control-pipe.ts';
import type { UsbEndpoint } from './descriptors.ts';
import { type EnumeratedDevice, enumerate } from './enumeration.ts';
import type { FunctionPorts } from './function-ports.ts';
import { HidDriver } from './hid-driver.ts';
import { IncomingPipe } from './incoming-pipe.ts';
import { LIMITS, PORT_ATTEMPTS } from './limits.ts';
import { clearHalt, type UsbRequest } from './requests.ts';
import { runEnumeration } from './run-enumeration.ts';
import { Schedule } from './schedule.ts';
import { SerialDriver, type SerialDriverOptions } from './serial-driver.ts';

/**
 * The port of the host. `empty`: it gives power, and no device is attached. `attached`: a device is, and has not been
 * there for long. `failed`: the device could not be enumerated.
 */
export type HostComputerState =
  | 'unplugged'
  | 'empty'
  | 'attached'
  | 'enumerating'
  | 'configured'
  | 'asleep'
  | 'failed';

export interface HostComputerOptions {
  readonly time: BoardTime;
  readonly device: UsbDevicePort;
  /** Of the jitter: the same seed, the same times. Default 0. */
  readonly seed?: number;
  /** From news of a device to the host's next token for it, in µs: at most. Default 50. */
  readonly reactionUs?: number;
  /** How long a reset of the port lasts, in µs. Default 50,000. */
  readonly resetUs?: number;
  /** Bytes of the first GET_DESCRIPTOR: 64 on Linux and Windows, 8 by the book. Default 64. */
  readonly firstDescriptorBytes?: number;
  readonly serial?: SerialDriverOptions;
  /** The computer switches VBUS on or off at the connector: for others than the device's controller. */
  readonly onVbus?: (isOn: boolean) => void;
  /** A control transfer has ended. */
  readonly onControl?: (request: UsbRequest, result: ControlResult) => void;
}

/** The address that the host gives its only device. */
const ADDRESS = 1;
/** From the start of a frame to the first transaction in it. */
const AFTER_FRAME_START_TICKS = 5 * TICKS_PER_US;

/** A computer with one USB port: it enumerates a full-speed device, and drives its serial port and HID interfaces. */
export class HostComputer implements UsbHostPort {
  readonly serial: SerialDriver;
  readonly hid = new HidDriver();
  readonly #options: HostComputerOptions;
  readonly #schedule: Schedule;
  readonly #control: ControlPipe;
  readonly #jitter: Randomness;
  #listeners: ((state: HostComputerState) => void)[] = [];
  #state: HostComputerState = 'unplugged';
  #device: EnumeratedDevice | undefined;
  #isVbusOn = false;
  #attempts = 0;
  #step: Alarm | undefined;
  #look: Alarm | undefined;
  #abandon: () => void = () => {};

  constructor(options: HostComputerOptions) {
    this.#options = options;
    this.#jitter = makeRandomness(options.seed ?? 0, 'usb-host');
    this.#schedule = new Schedule(options.time, options.device);
    this.#control = new ControlPipe(this.#schedule, () => this.#random(options.reactionUs ?? 50));
    this.serial = new SerialDriver(options.serial);
    options.device.connect(this);
  }

  get state(): HostComputerState {
    return this.#state;
  }

  /** The device, once it is configured. */
  get device(): EnumeratedDevice | undefined {
    return this.#device;
  }

  /** Listens to changes of `state`. Returns a function that stops listening. */
  onState(listener: (state: HostComputerState) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter(other => other !== listener);
    };
  }

  /** Connects the cable. */
  plug(): void {
    if (this.#isVbusOn) return;
    this.#isVbusOn = true;
    this.#become('empty');
    this.#options.onVbus?.(true);
    this.#schedule.act(() => this.#options.device.setVbus(true));
    this.#lookSoon();
  }

  /** Pulls the cable out. */
  unplug(): void {
    if (!this.#isVbusOn) return;
    this.#isVbusOn = false;
    this.#lose('unplugged');
    this.#options.onVbus?.(false);
    this.#schedule.act(() => this.#options.device.setVbus(false));
  }

  /** The computer goes to sleep: no more frames, but VBUS stays on. The device suspends itself after some ms. */
  sleep(): void {
    if (this.#state === 'configured') {
      this.#schedule.stop();
      this.#schedule.act(() => this.#options.device.drive('idle'));
      this.#become('asleep');
    } else if (this.#isVbusOn) this.#lose('asleep');
  }

  /** The computer wakes up and resumes the device. */
  wake(): void {
    if (this.#state !== 'asleep') return;
    if (this.#device === undefined) {
      this.#become('empty');
      this.#lookSoon();
      return;
    }
    this.#schedule.act(() => this.#options.device.drive('resume'));
    this.#after(LIMITS.resumeUs, () => {
      this.#become('configured');
      this.#schedule.start(LIMITS.resumeRecoveryUs);
    });
  }

  /** Resets the port of a configured device, as after trouble, and enumerates it again. */
  resetPort(): void {
    if (this.#state === 'configured') this.#after(0, () => this.#enumerate());
  }

  get frame(): number {
    return this.#schedule.frame;
  }

  deviceChanged(): void {
    this.#schedule.deviceChanged();
    if (this.#options.device.isAttached !== this.#hasDevice) this.#lookSoon();
  }

  remoteWakeup(): void {
    if (this.#state === 'asleep') this.#after(0, () => this.wake());
  }

  get #hasDevice(): boolean {
    return (
      !['unplugged', 'empty'].includes(this.#state) &&
      (this.#state !== 'asleep' || this.#device !== undefined)
    );
  }

  #become(state: HostComputerState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #random(microseconds: number): number {
    return this.#jitter.fraction() * microseconds;
  }

  /** The next thing that the port does, in place of the one it was about to do. */
  #after(microseconds: number, run: () => void): void {
    const { time } = this.#options;
    time.cancel(this.#step);
    this.#step = time.at(time.now + microseconds * TICKS_PER_US, run);
  }

  #lookSoon(): void {
    const { time } = this.#options;
    this.#look ??= time.at(time.now + LIMITS.disconnectUs * TICKS_PER_US, () => {
      this.#look = undefined;
      const { isAttached } = this.#options.device;
      if (!isAttached && this.#hasDevice) this.#lose(this.#state === 'asleep' ? 'asleep' : 'empty');
      else if (isAttached && this.#state === 'empty') this.#attached();
    });
  }

  #attached(): void {
    this.#become('attached');
    this.#attempts = 0;
    this.#after(LIMITS.debounceUs + this.#random(LIMITS.thinkingUs), () => this.#enumerate());
  }

  /** Forgets the device. */
  #lose(state: HostComputerState): void {
    this.#options.time.cancel(this.#step);
    this.#forget();
    this.#schedule.stop();
    this.#schedule.act(() => this.#options.device.drive('idle'));
    this.#become(state);
  }

  #forget(): void {
    this.#abandon();
    this.#device = undefined;
    this.serial.unbind();
    this.hid.unbind();
    this.#control.clear();
    this.#schedule.clear();
  }

  #reset(done: () => void): void {
    this.#schedule.stop();
    this.#schedule.act(() => this.#options.device.drive('reset'));
    this.#after(this.#options.resetUs ?? LIMITS.resetUs, () => {
      this.#control.address = 0;
      this.#schedule.start(LIMITS.resetRecoveryUs);
      done();
    });
  }

  #enumerate(): void {
    this.#forget();
    this.#attempts++;
    if (this.#attempts > PORT_ATTEMPTS) {
      this.#lose('failed');
      return;
    }
    this.#become('enumerating');
    this.#control.packetBytes = 64;
    this.#schedule.add(this.#control);
    this.#reset(() => {
      this.#abandon = runEnumeration(enumerate(ADDRESS, this.#options.firstDescriptorBytes ?? 64), {
        request: (request, done) => this.#request(request, done),
        pause: (microseconds, done) => this.#after(microseconds, done),
        reset: done => this.#reset(done),
        setAddress: address => {
          this.#control.address = address;
        },
        setPacketBytes: bytes => {
          this.#control.packetBytes = bytes;
        },
        done: device => this.#configured(device),
        failed: () => this.#after(LIMITS.attemptUs, () => this.#enumerate()),
      });
    });
  }

  #request(request: UsbRequest, done: (result: ControlResult) => void): void {
    this.#after(this.#random(LIMITS.thinkingUs), () =>
      this.#control.request(request, result => {
        this.#options.onControl?.(request, result);
        done(result);
      }),
    );
  }

  #configured(device: EnumeratedDevice): void {
    this.#device = device;
    this.#attempts = 0;
    const ports = this.#functionPorts(device);
    this.serial.bind(device.configuration, ports);
    this.hid.bind(device.configuration, ports);
    this.#become('configured');
  }

  #functionPorts({ address }: EnumeratedDevice): FunctionPorts {
    const { time, reactionUs = 50, onControl } = this.#options;
    const schedule = this.#schedule;
    const control: FunctionPorts['control'] = (request, done) =>
      this.#control.request(request, result => {
        onControl?.(request, result);
        if (result === 'error' || result === 'timeout') this.resetPort();
        else done?.(result === 'stall' ? undefined : result);
      });
    const fail: FunctionPorts['fail'] = (handshake, clearing, restart) => {
      if (handshake === 'silent') this.resetPort();
      else control(clearing, restart);
    };
    const poll = (endpoint: UsbEndpoint, onData: (bytes: Uint8Array) => void) => {
      const pipe = new IncomingPipe({
        schedule,
        address,
        endpoint: endpoint.address & 0x7f,
        next: () => schedule.frameAfter(time.now, endpoint.interval) + AFTER_FRAME_START_TICKS,
        onData,
        onFailure: handshake => fail(handshake, clearHalt(endpoint.address), () => pipe.restart()),
      });
      schedule.add(pipe);
      pipe.want(true);
    };
    const soon = (isAfterData: boolean) =>
      time.now + (isAfterData ? 0 : this.#random(reactionUs) * TICKS_PER_US);
    return { schedule, address, control, poll, soon, fail };
  }
}
