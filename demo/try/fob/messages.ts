import type { ScreenState } from '@passfob/simulator/display';

/** The messages between the page and the worker of a fob. They are cloned, and carry nothing but what stands here. */

/** The boards to choose from: those that a person could hold. */
export type TryBoard = 'pico' | 'pico-hid' | 'rpi-pico' | 'banglejs2';

/** The faults of the page that stay until they are switched off. */
export type LastingFault = 'cable' | 'bus' | 'display';
/** The faults that happen once: power is cut in the middle of the next write; the clock's battery dies. */
export type SingleFault = 'cut' | 'battery';

export type ToFob =
  | {
      readonly do: 'boot';
      readonly board: TryBoard;
      /** The files of the built image, by name. */
      readonly image: Readonly<Record<string, Uint8Array>>;
      /** The time of the page, ms since 1970. */
      readonly nowMs: number;
    }
  | { readonly do: 'key'; readonly key: number; readonly down: boolean }
  | { readonly do: 'bytes'; readonly bytes: Uint8Array }
  | { readonly do: 'power'; readonly on: boolean }
  | { readonly do: 'travel'; readonly ms: number }
  | { readonly do: 'fault'; readonly fault: LastingFault; readonly on: boolean }
  | { readonly do: 'fault'; readonly fault: SingleFault };

export type FromFob =
  | { readonly tell: 'ready'; readonly keys: number }
  | { readonly tell: 'screen'; readonly screen: ScreenState }
  | { readonly tell: 'bytes'; readonly bytes: Uint8Array }
  /** The fob's time, and how far it is behind the page's: more than a moment on a journey through time. */
  | { readonly tell: 'time'; readonly nowMs: number; readonly behindMs: number }
  /** The simulator itself failed, and the fob does nothing any more. */
  | { readonly tell: 'failed'; readonly why: string };
