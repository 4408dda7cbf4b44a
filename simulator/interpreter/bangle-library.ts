import type { BangleSystem } from './bangle-system.ts';
import type { SessionParts } from './device.ts';
import { wholeNumber } from './realm/bytes.ts';
import { type ImageObject, isFunction, isRecord, type Value } from './realm/held.ts';
import { isArray, isTypedArray } from './realm/kinds.ts';
import type { Realm } from './realm/realm.ts';

/** Options that Espruino knows and that have no effect here. */
const OTHER_OPTIONS = ['powerSave', 'manualWatchdog', 'hrmPollInterval'];

/** `typeof` in the image */
function typeOf(value: Value): string {
  return isFunction(value) ? 'function' : typeof value;
}

function setOptions(realm: Realm, bangle: BangleSystem, value: Value): void {
  if (value === undefined) return;
  if (!isRecord(value)) throw realm.error(`Expecting Object or undefined, got ${typeOf(value)}`);
  for (const [name, given] of realm.entries(value)) {
    if (Object.hasOwn(bangle.options, name)) {
      bangle.options[name as keyof BangleSystem['options']] = Math.max(0, wholeNumber(given));
    } else if (Object.hasOwn(bangle.wakes, name)) {
      bangle.wakes[name as keyof BangleSystem['wakes']] = Boolean(given);
    } else if (OTHER_OPTIONS.includes(name)) throw realm.error(`option ${name} is not simulated`);
    else throw realm.error(`Unknown option ${JSON.stringify(name)}`);
  }
  bangle.active();
}

/** The global `Bangle` (jswrap_bangle.c), as far as the firmware needs it. */
export function bangleLibrary(realm: Realm, bangle: BangleSystem): ImageObject {
  return realm.library({
    setOptions: options => setOptions(realm, bangle, options),
    setLCDPower: on => bangle.setLcdPower(Boolean(on)),
    setBacklight: on => bangle.setBacklight(Boolean(on)),
    setLCDBrightness: brightness => bangle.setBrightness(realm.number(brightness)),
    setLocked: locked => bangle.setLocked(Boolean(locked), 'js'),
    isLocked: () => bangle.locked,
    isLCDOn: () => bangle.lcdOn,
    getOptions: () => realm.object({ ...bangle.options, ...bangle.wakes }),
  });
}

function setServices({ realm, device }: SessionParts, data: Value, options: Value): void {
  if (data !== undefined && !isRecord(data)) {
    throw realm.typeError(`Expecting Object or undefined, got ${typeOf(data)}`);
  }
  if (data !== undefined) throw realm.error('services of its own are not simulated');
  if (options !== undefined && !isRecord(options)) {
    throw realm.error(`Expecting Object or undefined, got ${typeOf(options)}`);
  }
  const given = new Map(options === undefined ? [] : realm.entries(options));
  for (const name of given.keys()) {
    if (name !== 'hid' && name !== 'uart') throw realm.error(`Unknown option ${JSON.stringify(name)}`);
  }
  const hid = given.get('hid');
  if (hid !== undefined && !isArray(hid) && !isTypedArray(hid)) {
    throw realm.typeError("'hid' must be undefined, or an array");
  }
  if (given.get('uart') !== undefined && !given.get('uart'))
    throw realm.error('a radio without UART is not simulated');
  device.radio.offer(hid === undefined ? undefined : realm.flatten(hid));
}

/** The global `NRF` (jswrap_bluetooth.c): HID, and the state of the connection. */
export function nrfLibrary(parts: SessionParts): ImageObject {
  const { realm, device, queue } = parts;
  const { radio } = device;
  return realm.library({
    setServices: (data, options) => setServices(parts, data, options),
    sendHIDReport: (data, callback) => {
      const refusal = radio.send(realm.flatten(data), () => {
        if (isFunction(callback)) queue(undefined, callback, []);
      });
      if (refusal !== undefined) throw realm.error(refusal);
    },
    getSecurityStatus: () =>
      realm.object(
        radio.connected
          ? {
              connected: true,
              encrypted: radio.encrypted,
              mitm_protected: false,
              bonded: radio.encrypted,
            }
          : { connected: false },
      ),
  });
}
