import { hexOf, textOf } from '../base/bytes.ts';
import type { Files } from '../board/chips/files.ts';
import { RCC_BDCR, type Stm32Clock } from '../board/chips/stm32-clock.ts';
import { bangleLibrary, nrfLibrary } from './bangle-library.ts';
import { aesLibrary, cryptoLibrary } from './crypto-library.ts';
import type { SessionParts } from './device.ts';
import { eLibrary } from './e-library.ts';
import { graphicsLibrary } from './graphics/graphics-library.ts';
import { i2cLibrary } from './i2c-library.ts';
import { moduleGlobals } from './modules.ts';
import { pinGlobals } from './pins.ts';
import { adopted } from './realm/adopted.ts';
import { describe } from './realm/describe.ts';
import type { ImageObject, Named, Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';
import { compact } from './storage/storage-compaction.ts';
import { storageLibrary } from './storage-library.ts';
import { textGlobals } from './text.ts';
import { timeGlobals } from './time-globals.ts';

/** `require("fs")` of the Linux build, on the files of the state image: one flat directory. */
function filesLibrary(realm: Realm, files: Files): ImageObject {
  return realm.library({
    readFileSync: name => {
      const bytes = files.read(realm.text(name));
      if (!bytes) throw realm.error('Could not open file : UNKNOWN');
      return textOf(bytes);
    },
    writeFileSync: (name, data) => {
      if (!files.write(realm.text(name), realm.flatten(data))) {
        throw realm.error('Could not open file : UNKNOWN');
      }
      return true;
    },
    readdirSync: () => realm.array(['.', '..', ...files.list()]),
    unlinkSync: name => {
      if (!files.remove(realm.text(name))) throw realm.error('Unable to delete file : UNKNOWN');
      return true;
    },
    statSync: name => {
      const bytes = files.read(realm.text(name));
      return bytes && realm.object({ size: bytes.length, dir: false });
    },
  });
}

/** `getSerial()` of the Linux build. */
const HOSTED_SERIAL = '00000000-addeadde-addeadde';
const JUNK_CHARACTERS = 64;

function serialOf({ device }: SessionParts): string {
  if (device.facts.hosted) return HOSTED_SERIAL;
  const hex = hexOf(device.serial.subarray(0, device.facts.serialBytes));
  return (hex.match(/.{8}/g) ?? []).join('-');
}

function modules(parts: SessionParts): Named {
  const { realm, device, repl, storage } = parts;
  const { facts } = device;
  const error = (text: string) => repl.error(text);
  const hasMemory = () => device.hasMemory();
  const AES = aesLibrary({ realm, error, hasMemory }, facts);
  const compactNow = () => compact(storage, text => repl.print(text));
  const storageModule = storageLibrary(realm, storage, facts.flash.at, compactNow);
  const builtIn: Record<string, ImageObject> = {
    Storage: storageModule,
    crypto: cryptoLibrary({ realm, error, hasMemory, spend: us => device.spend(us) }, facts, AES),
  };
  if (facts.hosted) builtIn.fs = filesLibrary(realm, device.files);
  const source = (name: string) => {
    const file = storage.find(name);
    return file && textOf(storage.flash.read(file.dataAt, file.header.size));
  };
  return { AES, ...moduleGlobals(realm, builtIn, source) };
}

function printing({ realm, repl }: SessionParts): Named {
  const print = realm.adopt((...values) => {
    repl.print(`${values.map(value => describe(realm, value)).join(' ')}\n`);
  });
  return {
    print,
    console: realm.object({ log: print, debug: print, info: print, warn: print, error: print }),
    trace: realm.adopt(() => undefined),
    echo: realm.adopt(() => undefined),
  };
}

function processGlobal(parts: SessionParts): ImageObject {
  const { realm, device, repl } = parts;
  const { facts } = device;
  const bytes = facts.flash.pageBytes * facts.flash.pages;
  const object = realm.object({
    version: facts.version,
    env: realm.object({
      VERSION: facts.version,
      BOARD: facts.build,
      STORAGE: bytes,
      SERIAL: serialOf(parts),
      CONSOLE: repl.port ?? null,
    }),
  });
  // Only the real interpreter counts variables: here the board's whole number of them is always free.
  const free = facts.variables;
  const memory = () => realm.object({ free, usage: 0, total: free, history: 0, gc: 0, gctime: 0 });
  realm.define(object, { memory: realm.adopt(memory) });
  return object;
}

function system(parts: SessionParts): Named {
  const { realm, device } = parts;
  return {
    ...adopted(realm, {
      getSerial: () => serialOf(parts),
      load: () => parts.restart('load'),
      reset: () => parts.restart('reset'),
      save: () => {
        throw realm.error('save is not simulated');
      },
      // Only in builds for the STM32 (jswrap_interactive.c).
      ...(device.facts.stm32 && {
        setDeepSleep: (allowed: Value) => device.allowDeepSleep(Boolean(allowed)),
      }),
      setSleepIndicator: () => undefined,
      setBusyIndicator: () => undefined,
      analogRead: () => device.randomness.fraction(),
    }),
    HIGH: 1,
    LOW: 0,
    process: processGlobal(parts),
    E: eLibrary({
      realm,
      repl: parts.repl,
      ports: parts.ports,
      device,
      reboot: () => parts.reboot(),
      enableWatchdog: (seconds, automatic) => parts.enableWatchdog(seconds, automatic),
      kickWatchdog: () => parts.kickWatchdog(),
    }),
  };
}

function graphicsGlobals({ realm, device }: SessionParts): Named {
  const { bangle } = device.facts;
  const { Graphics, onGlass } = graphicsLibrary(realm, log => device.drawnOn(log));
  return bangle ? { Graphics, g: onGlass(device.glass) } : { Graphics };
}

/** `peek32` and `poke32`, for the one register that an image needs. */
function registers(realm: Realm, crystal: Stm32Clock): Named {
  const checked = (address: Value): void => {
    if (address !== RCC_BDCR) throw realm.error('only RCC_BDCR is simulated');
  };
  return adopted(realm, {
    peek32: address => {
      checked(address);
      return crystal.register;
    },
    poke32: (address, value) => {
      checked(address);
      crystal.register = realm.number(value);
    },
  });
}

/** Returns everything that a board adds to the language. */
export function boardGlobals(parts: SessionParts): Named {
  const { device, realm, pins, call } = parts;
  const { facts } = device;
  const globals: Named = {
    ...pins.globals(),
    ...pinGlobals(realm, pins),
    ...parts.ports.globals(),
    ...timeGlobals({ ...parts, facts, call, spend: us => device.spend(us) }),
    ...textGlobals(realm, () => device.randomness.bytes(JUNK_CHARACTERS)),
    ...modules(parts),
    ...printing(parts),
    ...system(parts),
    ...graphicsGlobals(parts),
  };
  if (parts.bangle) {
    globals.Bangle = bangleLibrary(realm, parts.bangle);
    globals.NRF = nrfLibrary(parts);
  }
  if (device.crystal) Object.assign(globals, registers(realm, device.crystal));
  if (facts.i2c) globals.I2C1 = i2cLibrary(realm, device.i2c, pins, facts.i2c);
  return globals;
}
