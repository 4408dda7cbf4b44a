import type { TraceRecord } from '@passfob/protocol/trace/records';
import type { Insides, PartName, Screen, UsbHid, Wire, WristMovement } from '../base/fob.ts';
import { throughFaults } from '../faults/wire.ts';
import { programFiles, reprogramFiles, StorageFiles } from '../interpreter/storage/storage-files.ts';
import { BoardScreen } from './board-screen.ts';
import { EventLoop } from './event-loop.ts';
import { BoardHardware, type HardwareOptions } from './hardware.ts';
import { insidesOf } from './insides.ts';
import { Microcontroller, type MicrocontrollerOptions } from './microcontroller.ts';
import { PowerSupply } from './power-supply.ts';
import { Signals } from './signals.ts';
import { cableClockOf, linkOf, usbHidOf, wireOf } from './wires.ts';
import type { LinkName } from './wiring/wiring.ts';

export interface MachineOptions extends HardwareOptions, MicrocontrollerOptions {
  /** Whether a state that exists gets the files of the image as well. */
  readonly updatesImage: boolean;
  /** Files of the image. */
  image(): Readonly<Record<string, Uint8Array>>;
  /** Files of Storage for a new state: the image and others. */
  files(): Readonly<Record<string, Uint8Array>>;
}

/**
 * A board of software, as a person and a computer beside it use it. Its parts, of which each knows only the earlier ones: the
 * `board` has the chips and all that stays without power, the `signals` and the `display` what is seen from outside, the
 * `microcontroller` the interpreter, the `loop` the time, the `supply` the power.
 */
export class Machine {
  readonly board: BoardHardware;
  readonly signals: Signals;
  readonly display: BoardScreen;
  readonly microcontroller: Microcontroller;
  readonly loop: EventLoop;
  readonly supply: PowerSupply;
  readonly #options: MachineOptions;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.board = new BoardHardware(options);
    this.signals = new Signals(this.board);
    const { scheduler, memories, flash } = this.board;
    const { listeners } = this.signals;
    this.display = new BoardScreen(this.board, listeners);
    this.microcontroller = new Microcontroller(this, options);
    this.loop = new EventLoop({ scheduler, microcontroller: this.microcontroller, listeners }, options.clock);
    this.supply = new PowerSupply(this);
    if (memories.isNew) programFiles(flash, options.files());
    else if (options.updatesImage) reprogramFiles(flash, options.image());
    memories.flash.sync();
  }

  now(): number {
    this.loop.follow();
    return Math.floor(this.board.scheduler.nowUs / 1000);
  }

  /** Returns the wire that carries frames, with the faults of the plan. */
  link(): Wire {
    return throughFaults(linkOf(this), this.board.faults, cableClockOf(this));
  }

  wire(port: LinkName): Wire {
    return wireOf(this, port);
  }

  usbHid(): UsbHid {
    return usbHidOf(this);
  }

  setUsb(plugged: boolean): void {
    const { usb, scheduler, facts } = this.board;
    this.loop.change(() => {
      const isChange = plugged !== usb.plugged;
      if (plugged) this.microcontroller.cablePlugged();
      usb.plug(plugged, this.microcontroller.powered);
      if (isChange && facts.cablePin !== undefined)
        this.microcontroller.pinChanged(facts.cablePin, plugged, scheduler.nowUs);
    });
  }

  setPart(part: PartName, connected: boolean): void {
    this.loop.change(() => this.board.setPart(part, connected, this.microcontroller.powered));
  }

  get sleeping(): boolean {
    this.loop.follow();
    return this.microcontroller.isAsleep;
  }

  setKey(key: number, down: boolean): void {
    const { loop } = this;
    loop.follow();
    this.signals.happened(atUs => ({ kind: 'key', atUs, key, down }));
    const { facts, keys, scheduler } = this.board;
    const touch = facts.bangle?.touches[key - keys.count];
    const busyAtUs = touch ? undefined : loop.busyAtUs;
    if (!touch) keys.set(key, down, busyAtUs ?? scheduler.nowUs);
    // Espruino reports a touch when it is over.
    else if (!down) this.microcontroller.touched(touch);
    if (busyAtUs === undefined) loop.react();
    else if (down) loop.goOnFrom(busyAtUs);
  }

  moveWrist(movement: WristMovement): void {
    if (!this.board.facts.bangle) throw new Error('nobody wears this board');
    this.loop.change(() => this.microcontroller.moved(movement));
  }

  screen(): Screen {
    return this.display.screen(this.microcontroller.powered);
  }

  onEvent(listener: (event: TraceRecord) => void): () => void {
    return this.signals.listeners.onEvent(listener);
  }

  onScreen(listener: () => void): () => void {
    return this.signals.listeners.onScreen(listener);
  }

  storedFile(name: string): Uint8Array | undefined {
    const { flash } = this.board;
    const file = new StorageFiles(flash, () => false).find(name);
    return file && flash.read(file.dataAt, file.header.size);
  }

  inspect(): Insides {
    const inspected = this.board.inspected();
    this.loop.follow();
    return insidesOf(inspected, this.microcontroller.inUse());
  }

  close(): void {
    this.loop.stop();
    if (this.microcontroller.powered) this.board.keepNow();
    this.microcontroller.powerOff();
    this.#options.storage.close?.();
  }
}
