import type { BangleSystem } from './bangle-system.ts';
import { flatten, isRecord, wholeNumber } from './bytes.ts';
import type { Tools } from './host.ts';
import { isTypedArray } from './kinds.ts';
import type { Named, Realm, Value } from './realm.ts';

/** Options that Espruino knows and that have no effect here. */
const OTHER_OPTIONS = ['powerSave', 'manualWatchdog', 'hrmPollInterval'];

function setOptions(realm: Realm, bangle: BangleSystem, value: Value): void {
  if (value === undefined) return;
  if (!isRecord(value)) throw realm.error(`Expecting Object or undefined, got ${typeof value}`);
  for (const [name, given] of Object.entries(value)) {
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
export function bangleLibrary(realm: Realm, bangle: BangleSystem): Named {
  return realm.library({
    setOptions: options => setOptions(realm, bangle, options),
    setLCDPower: on => bangle.setLcdPower(Boolean(on)),
    setBacklight: on => bangle.setBacklight(Boolean(on)),
    setLCDBrightness: brightness => bangle.setBrightness(Number(brightness)),
    setLocked: locked => bangle.setLocked(Boolean(locked), 'js'),
    isLocked: () => bangle.locked,
    isLCDOn: () => bangle.lcdOn,
    getOptions: () => realm.object({ ...bangle.options, ...bangle.wakes }),
  });
}

function setServices({ realm, hardware }: Tools, data: Value, options: Value): void {
  if (data !== undefined && !isRecord(data)) {
    throw realm.typeError(`Expecting Object or undefined, got ${typeof data}`);
  }
  if (data !== undefined) throw realm.error('services of its own are not simulated');
  if (options !== undefined && !isRecord(options)) {
    throw realm.error(`Expecting Object or undefined, got ${typeof options}`);
  }
  for (const name of Object.keys(options ?? {})) {
    if (name !== 'hid' && name !== 'uart') throw realm.error(`Unknown option ${JSON.stringify(name)}`);
  }
  const hid = options?.hid;
  if (hid !== undefined && !Array.isArray(hid) && !isTypedArray(hid)) {
    throw realm.typeError("'hid' must be undefined, or an array");
  }
  if (options?.uart !== undefined && !options.uart)
    throw realm.error('a radio without UART is not simulated');
  hardware.radio.offer(hid === undefined ? undefined : flatten(realm, hid));
}

/** The global `NRF` (jswrap_bluetooth.c): HID, and the state of the connection. */
export function nrfLibrary(tools: Tools): Named {
  const { realm, hardware, queue } = tools;
  const { radio } = hardware;
  return realm.library({
    setServices: (data, options) => setServices(tools, data, options),
    sendHIDReport: (data, callback) => {
      const refusal = radio.send(flatten(realm, data), () => {
        if (typeof callback === 'function') queue(undefined, callback, []);
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
