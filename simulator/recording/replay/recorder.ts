import { base64Of } from '../../base/base64.ts';
import type { BluetoothHost, SimulatedFob, UsbHid, Wire } from '../../base/fob.ts';
import { PRESS_HELD_MS, PRESS_SETTLE_MS } from '../../base/limits.ts';
import type { FobRecording, RecordedFacts } from './format.ts';
import type { OutsideInput, RecordedInput, RecordedWire } from './inputs.ts';
import { MAX_RECORDED_INPUTS, MAX_RECORDED_WIRE_BYTES } from './limits.ts';

/** Why a recording cannot be replayed exactly. */
export type Unrepeatable = 'full' | 'other-computer';

/** A fob whose inputs are recorded from now on. */
export interface Recorder {
  /** Give this one to everything that reaches the fob; the inner one is not recorded. */
  readonly fob: SimulatedFob;
  /** Returns the inputs so far, and the present time as their end. */
  recording(): FobRecording;
  /** Number of the inputs so far. */
  readonly count: number;
  /** `full`: further inputs are lost; `other-computer`: a USB computer outside polls the fob at times of its own. */
  readonly unrepeatable: Unrepeatable | undefined;
}

/** Collects inputs. */
class Inputs {
  readonly list: RecordedInput[] = [];
  unrepeatable: Unrepeatable | undefined;
  readonly #fob: SimulatedFob;
  readonly #startMs: number;
  #wireBytes = 0;
  /** Set while `advance` runs; its entry is the last one of the list. */
  #moving: { fromMs: number; leftMs: number } | undefined;

  constructor(fob: SimulatedFob, startMs: number) {
    this.#fob = fob;
    this.#startMs = startMs;
  }

  nowMs(): number {
    return Math.max(0, this.#fob.now() - this.#startMs);
  }

  /** Records the input, then gives it to the fob. */
  take(input: OutsideInput, apply: () => void): void {
    const nowMs = this.nowMs();
    const moving = this.#moving;
    const before = this.list.length;
    if (moving) this.#split(moving, nowMs);
    this.#add(input, nowMs);
    if (moving) this.#add({ do: 'advance', ms: moving.leftMs }, nowMs);
    try {
      apply();
    } catch (error) {
      // The fob refused it, such as a key that is not there: nothing came in.
      this.list.splice(before, 1);
      throw error;
    }
  }

  bytes(wire: RecordedWire, bytes: Uint8Array, apply: () => void): void {
    this.#wireBytes += bytes.length;
    if (this.#wireBytes > MAX_RECORDED_WIRE_BYTES) this.unrepeatable ??= 'full';
    this.take({ do: 'bytes', wire, bytes: base64Of(bytes) }, apply);
  }

  move(ms: number): void {
    const fromMs = this.nowMs();
    this.#add({ do: 'advance', ms }, fromMs);
    this.#moving = { fromMs, leftMs: ms };
    try {
      this.#fob.advance(ms);
    } catch (error) {
      if (this.#moving) this.#split(this.#moving, this.nowMs());
      throw error;
    } finally {
      this.#moving = undefined;
    }
  }

  get isMoving(): boolean {
    return this.#moving !== undefined;
  }

  /** An input arrives while time moves: the move so far ends here, and the rest follows the input. */
  #split(moving: { fromMs: number; leftMs: number }, nowMs: number): void {
    if (this.unrepeatable === 'full') return;
    const doneMs = Math.min(Math.max(0, nowMs - moving.fromMs), moving.leftMs);
    this.list[this.list.length - 1] = { at: moving.fromMs, do: 'advance', ms: doneMs };
    moving.fromMs = nowMs;
    moving.leftMs -= doneMs;
  }

  #add(input: OutsideInput, at: number): void {
    if (this.list.length >= MAX_RECORDED_INPUTS) this.unrepeatable ??= 'full';
    if (this.unrepeatable !== 'full') this.list.push({ at, ...input });
  }
}

function recordedWire(inputs: Inputs, name: RecordedWire, wire: Wire): Wire {
  return {
    write: bytes => inputs.bytes(name, bytes, () => wire.write(bytes)),
    onData: listener => wire.onData(listener),
  };
}

/** The inner object may have private fields, so its members are called on the object itself. */
function recordedBluetooth(inner: BluetoothHost, inputs: Inputs): BluetoothHost {
  return {
    connect: bonded => inputs.take({ do: 'connectBluetooth', bonded }, () => inner.connect(bonded)),
    disconnect: () => inputs.take({ do: 'disconnectBluetooth' }, () => inner.disconnect()),
    get offered() {
      return inner.offered;
    },
    get reportDescriptor() {
      return inner.reportDescriptor;
    },
    get reports() {
      return inner.reports;
    },
    onReport: listener => inner.onReport(listener),
  };
}

function recordedUsb({ usbHid }: SimulatedFob, inputs: Inputs): UsbHid {
  const otherComputer = () => {
    inputs.unrepeatable ??= 'other-computer';
  };
  const usb: Pick<UsbHid, 'serve' | 'configure' | 'write'> = {
    serve: computer => {
      otherComputer();
      usbHid.serve(computer);
    },
    configure: configured => {
      otherComputer();
      usbHid.configure(configured);
    },
    write: report => {
      otherComputer();
      usbHid.write(report);
    },
  };
  return beside(usbHid, usb);
}

/**
 * Returns an object with the members `own`, and with all others of `inner`, whose values are read when they are asked
 * for. Only for an `inner` without private fields.
 */
function beside<T extends object>(inner: T, own: Partial<T>): T {
  return Object.defineProperties(Object.create(inner) as T, Object.getOwnPropertyDescriptors(own));
}

/** The calls that move keys and time. */
function recordedHands(fob: SimulatedFob, inputs: Inputs, isVirtual: boolean) {
  const keyDown = (key = 0) => inputs.take({ do: 'keyDown', key }, () => fob.keyDown(key));
  const keyUp = (key = 0) => inputs.take({ do: 'keyUp', key }, () => fob.keyUp(key));
  const advance = (ms: number) => {
    // The fob itself says why it refuses.
    if (!isVirtual || !(ms >= 0) || inputs.isMoving) fob.advance(ms);
    else inputs.move(ms);
  };
  const press = (key = 0, heldMs = PRESS_HELD_MS) => {
    if (!isVirtual) fob.press(key, heldMs);
    keyDown(key);
    advance(heldMs);
    keyUp(key);
    advance(PRESS_SETTLE_MS);
  };
  return { keyDown, keyUp, advance, press };
}

function recordedFaults(fob: SimulatedFob, inputs: Inputs) {
  const own: Partial<SimulatedFob> = {
    moveWrist: movement => inputs.take({ do: 'moveWrist', movement }, () => fob.moveWrist(movement)),
    cutPower: () => inputs.take({ do: 'cutPower' }, () => fob.cutPower()),
    powerOn: () => inputs.take({ do: 'powerOn' }, () => fob.powerOn()),
    loseTime: () => inputs.take({ do: 'loseTime' }, () => fob.loseTime()),
    cutPowerAtOperation: n => inputs.take({ do: 'cutPowerAtOperation', n }, () => fob.cutPowerAtOperation(n)),
    failCryptoCall: (n, times = 1) =>
      inputs.take({ do: 'failCryptoCall', n, times }, () => fob.failCryptoCall(n, times)),
    setUsb: plugged => inputs.take({ do: 'setUsb', plugged }, () => fob.setUsb(plugged)),
    setSupply: volts => inputs.take({ do: 'setSupply', volts }, () => fob.setSupply(volts)),
    setPart: (part, connected) =>
      inputs.take({ do: 'setPart', part, connected }, () => fob.setPart(part, connected)),
    setFaults: (plan = {}) => inputs.take({ do: 'setFaults', plan }, () => fob.setFaults(plan)),
  };
  return own;
}

/**
 * Records everything that comes to a fresh fob from outside, from now on. Call it right after `boot`: earlier inputs
 * are not in the recording, and a replay would differ.
 * @param facts how the fob was booted
 */
export function recordFob(fob: SimulatedFob, facts: RecordedFacts): Recorder {
  const inputs = new Inputs(fob, facts.startMs);
  const wires = new Map<RecordedWire, Wire>();
  const serial: SimulatedFob['serial'] = port => {
    const wire = wires.get(port) ?? recordedWire(inputs, port, fob.serial(port));
    wires.set(port, wire);
    return wire;
  };
  return {
    fob: beside(fob, {
      link: recordedWire(inputs, 'link', fob.link),
      frames: recordedWire(inputs, 'frames', fob.frames),
      serial,
      usbHid: recordedUsb(fob, inputs),
      bluetooth: fob.bluetooth && recordedBluetooth(fob.bluetooth, inputs),
      ...recordedHands(fob, inputs, facts.clock === 'virtual'),
      ...recordedFaults(fob, inputs),
    }),
    recording: () => ({ facts, inputs: [...inputs.list, { at: inputs.nowMs(), do: 'end' }] }),
    get count() {
      return inputs.list.length;
    },
    get unrepeatable() {
      return inputs.unrepeatable;
    },
  };
}
