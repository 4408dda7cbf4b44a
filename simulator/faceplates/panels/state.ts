import type { PartName } from '../../base/fob.ts';
import { MAX_SHOWN_LINES } from '../limits.ts';
import type { ControlMessage } from './channel.ts';

/** A line of the wire, as the event `wire` brings it. */
export interface WireLine {
  readonly number: number;
  /** Virtual UTC in ms since 1970. */
  readonly atMs: number;
  readonly port: string | null;
  readonly way: 'in' | 'out' | null;
  readonly kind: string;
  /** Whether a test's key opened this sealed frame. */
  readonly opened: boolean;
  readonly text: string;
}

export interface InsidePage {
  readonly fileBytes: number;
  readonly deletedBytes: number;
  readonly freeBytes: number;
  readonly erases: number;
}

export interface InsideFile {
  readonly name: string;
  readonly bytes: number;
  readonly at: number;
  readonly isDeleted: boolean;
}

export interface InsideWrite {
  readonly atMs: number;
  readonly memory: string;
  readonly act: string;
  readonly at: number;
  readonly length: number;
}

/** The inside of the fob, as the command `inside` answers. */
export interface Inside {
  readonly board: string;
  readonly image: string;
  readonly clock: 'virtual' | 'real';
  readonly now: number;
  readonly powered: boolean;
  readonly sleeping: boolean;
  readonly plugged: boolean;
  readonly supplyMillivolts: number;
  readonly parts: Readonly<Record<PartName, boolean>> | null;
  readonly operations: number;
  readonly transfers: number;
  readonly cryptoCalls: number;
  readonly storage: {
    readonly pageBytes: number;
    readonly pages: readonly InsidePage[];
    readonly files: readonly InsideFile[];
    readonly writes: number;
  };
  readonly eeprom: {
    readonly name: string;
    readonly pageBytes: number;
    readonly writes: readonly number[];
  } | null;
  readonly written: readonly InsideWrite[];
  readonly timers: readonly { readonly dueMs: number; readonly everyMs: number | null }[];
  readonly watches: readonly string[];
  readonly violations: readonly string[];
  readonly consoleChars: number;
  readonly recording: { readonly inputs: number; readonly unrepeatable: string | null } | null;
}

/** A recording that is being replayed, and the screen of its fob. */
export interface Replayed {
  readonly inputs: number;
  readonly board: string;
  readonly lastMs: number;
  readonly input: number;
  readonly atMs: number;
  /** The last input's name; null before the first. */
  readonly last: string | null;
  readonly powered: boolean;
  readonly on: boolean;
  readonly text: readonly string[];
  readonly bitmap: { readonly width: number; readonly height: number; readonly rows: readonly string[] };
}

/** Variables of an image on the real interpreter (`docs/ledger.json`). */
export interface MeasuredImage {
  readonly board: string;
  readonly image: string;
  readonly interpreter: string;
  readonly variablesAfterBoot: number;
  readonly variablesWith32Accounts: number;
  readonly variablesPeak: number;
}

/** Everything that the panels show. */
export interface PanelState {
  /** The latest lines, oldest first. */
  readonly lines: readonly WireLine[];
  /** The lines of the moment at which the person stopped the view; undefined while it runs. */
  readonly stopped: readonly WireLine[] | undefined;
  readonly framesOnly: boolean;
  /** Lines that a slow connection left out. */
  readonly lost: number;
  /** Whether a key was given to open sealed frames. */
  readonly hasKey: boolean;
  readonly inside: Inside | undefined;
  readonly console: string | undefined;
  readonly replayed: Replayed | undefined;
  readonly measured: readonly MeasuredImage[];
  /** The outcome of the last act, in a sentence. */
  readonly note: string;
}

export function emptyPanels(measured: readonly MeasuredImage[]): PanelState {
  return {
    lines: [],
    stopped: undefined,
    framesOnly: false,
    lost: 0,
    hasKey: false,
    inside: undefined,
    console: undefined,
    replayed: undefined,
    measured,
    note: '',
  };
}

/** Returns the state after an event. Other messages change nothing. */
export function afterEvent(state: PanelState, message: ControlMessage): PanelState {
  if (message.event === 'inside') return { ...state, inside: message as unknown as Inside };
  if (message.event !== 'wire') return state;
  const { again, items, lost } = message as unknown as {
    readonly again: boolean;
    readonly items: readonly WireLine[];
    readonly lost: number;
  };
  const before = again ? [] : state.lines;
  return {
    ...state,
    lines: [...before, ...items].slice(-MAX_SHOWN_LINES),
    // Frames that were opened meanwhile are shown opened, also in a view that was stopped.
    stopped: again && state.stopped ? items : state.stopped,
    lost: (again ? 0 : state.lost) + lost,
  };
}
