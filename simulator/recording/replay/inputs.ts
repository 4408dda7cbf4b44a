import { bytesOfBase64 } from '../../base/base64.ts';
import { PART_NAMES } from '../../base/boards-and-parts.ts';
import type { FaultPlan } from '../../base/fault-plan.ts';
import type { PartName, SimulatedFob, WristMovement } from '../../base/fob.ts';
import { isObject } from '../../base/objects.ts';
import { checkedPlan } from '../../faults/plan.ts';
import { MAX_RECORDED_ADVANCE_MS } from './limits.ts';

/** The wire that brought bytes: `frames` brings HID reports. */
export type RecordedWire = 'link' | 'frames' | 'USB' | 'Serial1' | 'Serial2' | 'Bluetooth';

type None = Readonly<Record<never, never>>;

/** What comes to the fob from outside, by kind, with the fields of each. */
interface InputFields {
  keyDown: { readonly key: number };
  keyUp: { readonly key: number };
  moveWrist: { readonly movement: WristMovement };
  /** In base64. */
  bytes: { readonly wire: RecordedWire; readonly bytes: string };
  advance: { readonly ms: number };
  cutPower: None;
  powerOn: None;
  loseTime: None;
  cutPowerAtOperation: { readonly n: number };
  failCryptoCall: { readonly n: number; readonly times: number };
  setUsb: { readonly plugged: boolean };
  setSupply: { readonly volts: number };
  setPart: { readonly part: PartName; readonly connected: boolean };
  setFaults: { readonly plan: FaultPlan };
  connectBluetooth: { readonly bonded: boolean };
  disconnectBluetooth: None;
  /** Nothing more came until this time. */
  end: None;
}

export type OutsideInput = {
  readonly [N in keyof InputFields]: { readonly do: N } & InputFields[N];
}[keyof InputFields];

/** An input with its simulated time: whole ms since the recording's `startMs`. */
export type RecordedInput = OutsideInput & { readonly at: number };

type Check = (value: unknown) => boolean;

interface Kind<F> {
  readonly fields: { readonly [K in keyof F]: Check };
  apply(fob: SimulatedFob, input: F): void;
}

const isWhole: Check = value => Number.isSafeInteger(value) && Number(value) >= 0;
const isFlag: Check = value => typeof value === 'boolean';
const isOneOf =
  (...choices: readonly string[]): Check =>
  value =>
    choices.includes(value as string);

/** Whether a value from outside is a plan of faults that a fob takes. */
export const isPlan: Check = value => {
  try {
    checkedPlan(value);
    return true;
  } catch {
    return false;
  }
};

const WIRES: readonly RecordedWire[] = ['link', 'frames', 'USB', 'Serial1', 'Serial2', 'Bluetooth'];

function wireOf(fob: SimulatedFob, name: RecordedWire) {
  if (name === 'link' || name === 'frames') return fob[name];
  return fob.serial(name);
}

/** Every kind of input: the fields it has, and how a fob gets it. */
const KINDS: { readonly [N in keyof InputFields]: Kind<InputFields[N]> } = {
  keyDown: { fields: { key: isWhole }, apply: (fob, { key }) => fob.keyDown(key) },
  keyUp: { fields: { key: isWhole }, apply: (fob, { key }) => fob.keyUp(key) },
  moveWrist: {
    fields: { movement: isOneOf('twist', 'faceUp', 'tap', 'doubleTap') },
    apply: (fob, { movement }) => fob.moveWrist(movement),
  },
  bytes: {
    fields: {
      wire: isOneOf(...WIRES),
      bytes: value => typeof value === 'string' && bytesOfBase64(value) !== undefined,
    },
    apply: (fob, { wire, bytes }) => wireOf(fob, wire).write(bytesOfBase64(bytes) ?? new Uint8Array()),
  },
  advance: {
    fields: { ms: value => typeof value === 'number' && value >= 0 && value <= MAX_RECORDED_ADVANCE_MS },
    apply: (fob, { ms }) => fob.advance(ms),
  },
  cutPower: { fields: {}, apply: fob => fob.cutPower() },
  powerOn: { fields: {}, apply: fob => fob.powerOn() },
  loseTime: { fields: {}, apply: fob => fob.loseTime() },
  disconnectBluetooth: { fields: {}, apply: fob => fob.bluetooth?.disconnect() },
  end: { fields: {}, apply: () => undefined },
  cutPowerAtOperation: {
    fields: { n: value => isWhole(value) && value !== 0 },
    apply: (fob, { n }) => fob.cutPowerAtOperation(n),
  },
  failCryptoCall: {
    fields: { n: value => isWhole(value) && value !== 0, times: isWhole },
    apply: (fob, { n, times }) => fob.failCryptoCall(n, times),
  },
  setUsb: { fields: { plugged: isFlag }, apply: (fob, { plugged }) => fob.setUsb(plugged) },
  setSupply: {
    fields: { volts: value => typeof value === 'number' && value >= 0 },
    apply: (fob, { volts }) => fob.setSupply(volts),
  },
  setPart: {
    fields: { part: isOneOf(...PART_NAMES), connected: isFlag },
    apply: (fob, { part, connected }) => fob.setPart(part, connected),
  },
  setFaults: { fields: { plan: isPlan }, apply: (fob, { plan }) => fob.setFaults(plan) },
  connectBluetooth: {
    fields: { bonded: isFlag },
    apply: (fob, { bonded }) => fob.bluetooth?.connect(bonded),
  },
};

/** Returns why a value is no recorded input, or undefined if it is one. */
export function inputFault(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is no object';
  const { at, do: name, ...fields } = value;
  if (!isWhole(at) || Number(at) > MAX_RECORDED_ADVANCE_MS) return '"at" is no whole number in its bounds';
  if (typeof name !== 'string' || !Object.hasOwn(KINDS, name)) return '"do" names no input';
  const checks = Object.entries(KINDS[name as keyof InputFields].fields) as [string, Check][];
  const wrong = checks.find(([field, check]) => !check(fields[field]));
  if (wrong !== undefined) return `"${wrong[0]}" is missing or wrong`;
  return Object.keys(fields).length === checks.length ? undefined : 'it has an unknown field';
}

/** Gives a fob one input. Throws as the fob does, for a key that is not there. */
export function applyInput(fob: SimulatedFob, input: OutsideInput): void {
  const kind = KINDS[input.do] as Kind<OutsideInput>;
  kind.apply(fob, input);
}
