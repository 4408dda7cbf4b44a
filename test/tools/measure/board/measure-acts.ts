import type { StateStore } from '@passfob/simulator/base/fob';
import { memoryStore } from '@passfob/simulator/recording/state/memory-store';
import type { Act } from './act-names.ts';
import { LIST, MeasuredFob } from './acts.ts';
import type { MakeMeasured } from './boards.ts';
import type { BoardCost } from './cost.ts';
import { BoardDriver } from './driver.ts';

export const FIRST_SCREEN = /passfob pair/;

/** The acts of a board of which nothing else is measured; without type-out where it has no keyboard. */
export async function measureActs(
  make: MakeMeasured,
  hasKeyboard: boolean,
): Promise<Partial<Record<Act, BoardCost>>> {
  const memories = memoryStore();
  const driver = new BoardDriver(make(memories));
  const fob = new MeasuredFob(driver);
  const boot = await fob.boot(FIRST_SCREEN);
  const enrolled = await fob.enrol();
  const bootOpen = await bootOf(memories, make);
  driver.board.setUsb(false);
  const pressed = await fob.press();
  await fob.plugIn();
  const typed = hasKeyboard ? { typeOut: await fob.typeOut() } : {};
  const unlock = await fob.unlock();
  const bootFull = await fob.reboot();
  const complaints = [driver.complaints(), ...driver.board.violations].join('\n');
  if (complaints !== '') throw new Error(complaints);
  driver.board.close();
  return { boot, bootOpen, bootFull, ...enrolled, ...pressed, ...typed, unlock };
}

/** The boot of a fob with these memories, which are full and without a PIN. */
export async function bootOf(memories: StateStore, make: MakeMeasured): Promise<BoardCost> {
  const copy = memoryStore();
  copy.write(0, memories.load() ?? new Uint8Array());
  const driver = new BoardDriver(make(copy));
  const cost = await new MeasuredFob(driver).boot(LIST);
  driver.board.close();
  return cost;
}
