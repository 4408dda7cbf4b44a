/** The device globals that boards use, as Espruino documents them. No other code may use device globals. */

interface DeviceStorage {
  read(name: string, offset?: number, length?: number): string | undefined;
  /** Throws if there is no room, or if bytes are already written there. `size` is the size of a new file. */
  write(name: string, data: Uint8Array | string, offset?: number, size?: number): boolean;
  erase(name: string): void;
  getFree(): number;
}
interface DeviceCrypto {
  SHA1(data: DeviceBytes): ArrayBuffer;
  SHA256(data: DeviceBytes): ArrayBuffer;
  SHA512(data: DeviceBytes): ArrayBuffer;
  PBKDF2(
    password: Uint8Array,
    salt: Uint8Array,
    options: { keySize: number; iterations: number; hasher: 'SHA256' },
  ): ArrayBuffer;
  AES: {
    /** Prints an error and returns undefined if the arguments are invalid. */
    encrypt(
      data: Uint8Array,
      key: Uint8Array,
      options: { mode: 'CBC' | 'ECB'; iv?: Uint8Array },
    ): ArrayBuffer;
    decrypt(data: Uint8Array, key: Uint8Array, options: { mode: 'CBC'; iv: Uint8Array }): ArrayBuffer;
  };
}
interface DeviceFiles {
  readFileSync(name: string): string | undefined;
  writeFileSync(name: string, data: string): unknown;
}
declare function require(name: 'Storage'): DeviceStorage;
declare function require(name: 'crypto'): DeviceCrypto;
declare function require(name: 'fs'): DeviceFiles;

interface DevicePin {
  read(): boolean;
}
/** High while a cable supplies an Espruino Pico. */
declare const A9: DevicePin;
declare const LED1: DevicePin;

/** Data for native calls: flattened, numbers modulo 256. */
type DeviceBytes = number | string | Uint8Array | ArrayBuffer | DeviceBytes[];

interface DeviceI2c {
  setup(options: { scl: DevicePin; sda: DevicePin; bitrate?: number }): void;
  writeTo(address: number, bytes: DeviceBytes): void;
  readFrom(address: number, length: number): Uint8Array;
}
declare const I2C1: DeviceI2c;

interface DevicePort {
  setup(baud: number, options?: { path?: string }): void;
  on(event: 'data', listener: (data: string) => void): void;
  write(data: string | number): void;
}
declare const USB: DevicePort;
declare const Serial1: DevicePort;
declare const Serial2: DevicePort;
declare const Bluetooth: DevicePort;

interface DeviceGraphics {
  readonly buffer: ArrayBuffer;
  clear(reset?: boolean): this;
  setColor(color: number): this;
  setFont(name: '6x8', scale: number): this;
  setFontCustom(bitmap: string, firstCharacter: number, width: number, heightAndScale: number): this;
  drawString(text: string, x: number, y: number): this;
  fillRect(x1: number, y1: number, x2: number, y2: number): this;
  setBgColor(color: number): this;
  /** Only on a built-in display: shows the drawing. */
  flip(): void;
}
/** The display of a board that has a built-in one. */
declare const g: DeviceGraphics;
declare const Graphics: {
  createArrayBuffer(
    width: number,
    height: number,
    bitsPerPixel: number,
    options: { vertical_byte?: boolean; msb?: boolean },
  ): DeviceGraphics;
};

declare const E: {
  CRC32(data: Uint8Array | string): number;
  hwRand(): number;
  toString(data: Uint8Array): string;
  toUint8Array(data: DeviceBytes): Uint8Array;
  setConsole(port: DevicePort | null, options: { force: boolean }): void;
  /** Resets the microcontroller. */
  reboot(): void;
  getBattery(): number;
  kickWatchdog(): void;
  /** Volts of the supply. */
  getAnalogVRef(): number;
  /** Only in builds with USB HID. Takes effect when a computer next sets the device up. */
  setUSBHID(options: { reportDescriptor: string }): void;
  /** False while the last report waits for its computer, or without a computer. */
  sendUSBHID(report: DeviceBytes): boolean;
  on(event: 'errorFlag', listener: (flags: string[]) => void): void;
  /**
   * An output report from the computer, its id first, bytes as characters. No stock build has this; the board
   * `pico-hid` assumes a build that has it (docs/boards/pico-hid.md).
   */
  on(event: 'HID', listener: (report: string) => void): void;
};

declare const AES: {
  ccmEncrypt(
    data: Uint8Array,
    key: Uint8Array,
    iv: Uint8Array,
    tagBytes: number,
  ): { data: ArrayBuffer; tag: ArrayBuffer };
  /** Prints an error and returns undefined if the tag is wrong. */
  ccmDecrypt(data: Uint8Array, key: Uint8Array, iv: Uint8Array, tag: Uint8Array): ArrayBuffer | undefined;
};

/** Times in milliseconds, 0 for never. */
interface DeviceBangleOptions {
  lockTimeout: number;
  lcdPowerTimeout: number;
  backlightTimeout: number;
  btnLoadTimeout: number;
  wakeOnTwist: boolean;
  wakeOnFaceUp: boolean;
  wakeOnTouch: boolean;
  wakeOnDoubleTap: boolean;
}
declare const Bangle: {
  setOptions(options: DeviceBangleOptions): void;
  setLCDPower(on: boolean): void;
  isLCDOn(): boolean;
  setLCDBrightness(brightness: number): void;
  setLocked(locked: boolean): void;
  on(event: 'lock', listener: (locked: boolean, reason: string) => void): void;
  on(event: 'touch', listener: (button: number, xy: { x: number; y: number }) => void): void;
  on(event: 'swipe', listener: (directionX: number, directionY: number) => void): void;
};

declare const NRF: {
  setServices(data: undefined, options: { hid: Uint8Array }): void;
  getSecurityStatus(): { connected?: boolean; encrypted?: boolean };
  /** Throws if no computer is connected or the last report is still on its way. */
  sendHIDReport(data: DeviceBytes): void;
  /** A report from the computer: one byte. */
  on(event: 'HID', listener: (byte: number) => void): void;
};
declare const JSON: {
  parse(text: string): unknown;
  stringify(value: unknown): string;
};
declare const process: {
  readonly env: { readonly VERSION: string };
  memory(): { usage: number; total: number };
  /** An exception in an event. Without a listener it is printed. */
  on(event: 'uncaughtException', listener: () => void): void;
};

declare function eval(code: string): unknown;
declare function atob(text: string): string;
declare function btoa(data: Uint8Array): string;
declare function getSerial(): string;
/** Seconds with a fraction. */
declare function getTime(): number;
declare function setTime(seconds: number): void;
declare function setTimeout(callback: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
declare function setWatch(
  callback: (event: { state: boolean; time: number }) => void,
  pin: DevicePin,
  options: { repeat: boolean; edge: 'both'; debounce?: number },
): number;
/** A 32-bit word of memory or registers. */
declare function peek32(address: number): number;
declare function poke32(address: number, value: number): void;
declare function setDeepSleep(on: number): void;
declare function pinMode(pin: DevicePin, mode: 'input' | 'input_pullup' | 'opendrain'): void;
declare function digitalWrite(pin: DevicePin, value: number): void;
declare function print(text: string): void;

/** Set by the bundler from package.json. */
declare const FIRMWARE_VERSION: string;
/** Bytes of the font, made by the bundler from `parts/font.txt`. */
declare const FONT_BITMAP: string;

/** Facts of the board, written into its image by the bundler (`build/facts.ts`). */
declare const BOARD: string;
declare const BUS_SCL: DevicePin;
declare const BUS_SDA: DevicePin;
declare const BUTTON: DevicePin;
/** Whether a pressed button is low. */
declare const BUTTON_IS_LOW: boolean;
declare const HAS_SHA512: boolean;
declare const HAS_USB_HID: boolean;
declare const IS_STM32: boolean;
declare const MEASURES_SUPPLY: boolean;
