import { ConsoleText } from '@passfob/emulator/board/console-text';
import { type Font, fontIn } from '@passfob/emulator/board/font';
import { textOn } from '@passfob/emulator/board/screen-text';
import { Surroundings, type SurroundingsOptions } from '@passfob/emulator/board/surroundings';
import type { EventRecord, TraceRecord } from '@passfob/protocol/trace/records';
import {
  Listeners,
  PowerLost,
  programFiles,
  type Screen,
  StorageFiles,
  type Wire,
} from '@passfob/simulator/for-emulator';
import type { TrappedRom } from './boot-rom.ts';
import { Chip } from './chip.ts';
import { changeFlash, KEY, RP2040 } from './outside.ts';

export interface BoardOptions extends Pick<SurroundingsOptions, 'storage' | 'seed' | 'random' | 'faults'> {
  readonly startMs: number;
  readonly rom: TrappedRom;
  /** What the firmware puts at the beginning of the flash. */
  readonly program: Uint8Array;
  /** Files of Storage, written if the memory is new. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly sleepsWithPort: boolean;
}

/** The board's work since this process made it. */
export interface Counters {
  readonly instructions: number;
  /** Seconds with power. */
  readonly seconds: number;
  /** Of them, seconds in which the processor waited. */
  readonly idleSeconds: number;
}

const NANOS_PER_US = 1000;
const NANOS_PER_SECOND = 1e9;
/** Listeners hear what has happened after so long at the latest. */
const PIECE_US = 5_000;

/** A Raspberry Pi Pico with its parts, its time and its power. */
export class Board {
  readonly outside: Surroundings;
  readonly console = new ConsoleText();
  readonly #options: BoardOptions;
  readonly #listeners = new Listeners();
  #chip: Chip | undefined;
  #isPlugged = true;
  /** When the present chip started, in µs since 1970. */
  #startUs = 0;
  #past: Counters = { instructions: 0, seconds: 0, idleSeconds: 0 };
  #font: { readonly wear: string; readonly font: Font | undefined } | undefined;
  /** How often the watchdog has reset the chip. */
  resets = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.outside = new Surroundings({
      ...options,
      kind: RP2040,
      driftPpm: 0,
      parts: {},
      startUs: ({ nowUs }) => nowUs.get() || options.startMs * 1000,
      chipUs: () => this.#chip && this.#startUs + this.#chip.nanos / NANOS_PER_US,
      powerLost: () => this.#losePower(),
      pinChanged: (_pin, isDown) => this.#chip?.press(isDown),
      displayChanged: () => this.#listeners.screenChanged(),
      isConnected: () => this.#chip?.hasBus ?? false,
      holds: () => this.#chip?.pullBus(),
      halt: () => this.#chip?.pause(),
    });
    const { memories, flash, operations } = this.outside;
    operations.onOperation = (memory, act, at, length) =>
      this.#happened(atUs => ({ kind: 'memory', atUs, memory, act, at, length }));
    if (!memories.isNew) return;
    memories.flash.write(0, options.program);
    programFiles(flash, options.files);
  }

  get powered(): boolean {
    return this.#chip !== undefined;
  }

  /** The chip, while it has power. */
  get chip(): Chip | undefined {
    return this.#chip;
  }

  now(): number {
    return Math.floor(this.outside.nowUs / 1000);
  }

  get counters(): Counters {
    const { instructions, seconds, idleSeconds } = this.#past;
    const { instructions: more = 0, nanos = 0, waited = 0 } = this.#chip ?? {};
    return {
      instructions: instructions + more,
      seconds: seconds + nanos / NANOS_PER_SECOND,
      idleSeconds: idleSeconds + waited / NANOS_PER_SECOND,
    };
  }

  onScreen(listener: () => void): () => void {
    return this.#listeners.onScreen(listener);
  }

  onEvent(listener: (event: TraceRecord) => void): () => void {
    return this.#listeners.onEvent(listener);
  }

  #happened(event: (atUs: number) => TraceRecord): void {
    if (this.#listeners.wantsEvents) this.#listeners.happened(event(Math.floor(this.outside.nowUs)));
  }

  #powerChanged(change: Extract<EventRecord, { kind: 'power' }>['change']): void {
    this.#happened(atUs => ({ kind: 'power', atUs, change }));
  }

  get usb(): Wire {
    return {
      write: bytes => this.#chip?.computer.write(bytes),
      onData: listener => this.#listeners.onData('USB', listener),
    };
  }

  #received(bytes: Uint8Array): void {
    this.console.add('USB', bytes);
    this.#listeners.send('USB', Uint8Array.from(bytes));
    this.#chip?.pause();
  }

  setKey(key: number, isDown: boolean): void {
    this.#happened(atUs => ({ kind: 'key', atUs, key, down: isDown }));
    this.outside.keys.set(key, isDown, this.outside.scheduler.nowUs);
  }

  /** Plugs the cable in, or pulls it off a board that another supply feeds. */
  setUsb(isPlugged: boolean): void {
    if (isPlugged === this.#isPlugged) return;
    this.#isPlugged = isPlugged;
    this.#chip?.plug(isPlugged);
  }

  powerOn(): void {
    if (this.#chip) return;
    this.outside.powerOn();
    this.#start();
    this.#powerChanged('on');
  }

  #start(): void {
    const { outside } = this;
    const { rom, program, sleepsWithPort, random } = this.#options;
    const { memories, scheduler, keys } = outside;
    this.#startUs = scheduler.nowUs;
    this.console.restart();
    this.#chip = new Chip({
      rom,
      program,
      sleepsWithPort,
      flash: memories.flash.bytes,
      flashId: memories.serial.subarray(0, 8),
      randomness: random('chip', memories.boots.get(), this.resets),
      wires: outside.i2c,
      change: change => changeFlash(outside, change),
      received: bytes => this.#received(bytes),
      violated: text => outside.violations.add(() => text),
    });
    this.#chip.press(keys.level(KEY));
    if (!this.#isPlugged) this.#chip.plug(false);
  }

  cutPower(): void {
    this.#losePower();
    this.#listeners.flush();
  }

  #losePower(): void {
    if (!this.#chip) return;
    this.outside.scheduler.moveTo(Math.floor(this.outside.nowUs));
    this.#powerChanged('off');
    this.#leaveChip();
    this.outside.powerOff();
    this.#listeners.screenChanged();
  }

  #leaveChip(): void {
    this.#past = this.counters;
    this.#chip?.pause();
    this.#chip = undefined;
  }

  /** A reset by the watchdog: the parts keep their power. */
  #restart(): void {
    this.outside.scheduler.moveTo(Math.floor(this.outside.nowUs));
    this.outside.i2c.abandon();
    this.#leaveChip();
    this.resets++;
    this.#start();
    this.#powerChanged('reset');
  }

  advance(ms: number): void {
    const { scheduler } = this.outside;
    const untilUs = scheduler.nowUs + Math.round(ms * 1000);
    this.#listeners.flush();
    while (scheduler.nowUs < untilUs) {
      this.#runPiece(Math.min(untilUs, scheduler.nextDueUs(), scheduler.nowUs + PIECE_US));
      scheduler.runDue();
      this.#listeners.flush();
    }
  }

  #runPiece(untilUs: number): void {
    const { scheduler } = this.outside;
    const chip = this.#chip;
    if (!chip) {
      scheduler.moveTo(untilUs);
      return;
    }
    let outcome: ReturnType<Chip['runUntil']> = 'paused';
    try {
      outcome = chip.runUntil((untilUs - this.#startUs) * NANOS_PER_US);
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
    }
    this.outside.sync();
    if (outcome === 'reset') this.#restart();
    scheduler.moveTo(outcome === 'there' ? untilUs : Math.floor(this.outside.nowUs));
  }

  screen(): Screen {
    const { display } = this.outside;
    const on = this.powered && display.on;
    const bitmap = display.bitmap();
    const font = on ? this.#fontNow() : undefined;
    return { on, bitmap, text: font ? textOn(bitmap, font) : [] };
  }

  /** The font of the image that is in Storage now. */
  #fontNow(): Font | undefined {
    const { flash } = this.outside;
    const wear = `${flash.writes} ${flash.erases}`;
    if (this.#font?.wear !== wear) {
      const application = this.storedFile('app');
      this.#font = { wear, font: application && fontIn(application) };
    }
    return this.#font.font;
  }

  storedFile(name: string): Uint8Array | undefined {
    const { flash } = this.outside;
    const file = new StorageFiles(flash, () => false).find(name);
    return file && flash.read(file.dataAt, file.header.size);
  }

  close(): void {
    this.outside.keepNow();
    this.#chip = undefined;
    this.#options.storage.close?.();
  }
}
