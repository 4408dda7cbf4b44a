import type { BootOptions, SimulatedFob } from '@passfob/simulator/base/fob';
import { boot } from '@passfob/simulator/fob/boot';
import { heardFrom } from '../../kit/heard.ts';

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Boots a board that runs this text as its `.bootcde`; an Espruino Pico without a crystal, as it is sold. */
export function run(source: string, options: Partial<BootOptions> = {}): SimulatedFob {
  return boot({ board: 'pico', seed: 1, crystal: false, image: { '.bootcde': bytes(source) }, ...options });
}

/** Returns the lines an image has printed. */
export function lines(fob: SimulatedFob): string[] {
  return fob.consoleText().split('\n').slice(0, -1);
}

/** Returns the output of an image that runs this text on a new board. */
export function printed(source: string, options: Partial<BootOptions> = {}): string[] {
  const fob = run(source, options);
  fob.close();
  return lines(fob);
}

/** Collects everything a port sends from now on. */
export function listen(fob: SimulatedFob, port: 'USB' | 'Serial1' | 'Serial2'): { text(): string } {
  const heard = heardFrom(fob.serial(port));
  return { text: () => heard.text };
}

/** Image text that takes the console away from USB. */
export const QUIET = 'E.setConsole(null,{force:true});';

/** Image text that sets up I2C as the board is wired. */
export const I2C = 'I2C1.setup({scl:B8,sda:B9,bitrate:400000});';
