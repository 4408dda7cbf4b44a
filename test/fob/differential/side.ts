import type { BenchAnswer } from '../../kit/interpreter.ts';

/** One line that the bench image receives over Serial2. */
export type Order = Readonly<Record<string, boolean | number>>;

/** The bench image on one of the two interpreters, driven from outside only. */
export interface Side {
  /** Sends one line of control and returns the answer to it. */
  order(order: Order): Promise<BenchAnswer>;
  /** Sends characters over the link and returns those that came back, once all are handled. */
  send(text: string): Promise<string>;
  /** Turns the power off and on. */
  cut(): Promise<void>;
  /** The files beside Storage, by name: pages of the vault, clock, anti-rollback counter. */
  files(): ReadonlyMap<string, Uint8Array>;
  /** All bytes of Storage. */
  flash(): Uint8Array;
  /** All that the console has printed since the first boot. */
  console(): string;
  close(): Promise<void>;
}

/** Randomness of the fob's birth: known to everyone, as everything in a scenario. */
export const BIRTH = Uint8Array.from({ length: 32 }, (_, i) => i);

/**
 * Returns the script that runs before the image on both sides. The image takes only two facts from its interpreter: the
 * time of a trial of PBKDF2, in which the sides differ, so every trial takes a sixteenth of a second; and the version,
 * in which the simulator imitates the other side.
 */
export function preludeOf(version: string): string {
  const clock = 'global.getTime=(function(t){return function(){t+=0.0625;return t}})(0);';
  return `${clock}process.env.VERSION=${JSON.stringify(version)};`;
}
