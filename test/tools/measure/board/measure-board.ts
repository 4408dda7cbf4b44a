import { readFileSync } from 'node:fs';
import { TABLE } from '@passfob/emulator/core/table';
import { memoryStore } from '@passfob/simulator/recording/state/memory-store';
import { type ActCosts, MeasuredFob } from './acts.ts';
import { type Bare, measureBare } from './bare.ts';
import { espruinoBoards } from './boards.ts';
import type { BoardCost } from './cost.ts';
import { type Awake, type DailyCharge, dailyCharge } from './current.ts';
import { BoardDriver } from './driver.ts';
import { bootOf, FIRST_SCREEN } from './measure-acts.ts';
import { deepestStack, variablesInUse } from './memory.ts';

const REST_HOURS = 4;
const USES = 20;
/** Between two looks at the variables: each reads all of RAM. */
const LOOK_MS = 2;

/** Figures of an image on a virtual board with a firmware. */
export interface BoardFigures {
  /** Espruino's version and its commit. */
  readonly firmware: string;
  readonly commit: string;
  /** CRC-32 of the image's application file. */
  readonly image: string;
  readonly acts: ActCosts;
  readonly authentiwatchCode: BoardCost | undefined;
  /** Bytes that were ever written of the stack. */
  readonly stackBytes: number;
  readonly variablesTotal: number;
  readonly variablesPeak: number;
  /** Rows of the core's table of instructions: all, and those of which the firmware executed one in all of this. */
  readonly forms: number;
  readonly formsExecuted: number;
  /** One passcode, from sleep to sleep, with the cable out. */
  readonly use: Awake;
  readonly day: DailyCharge;
}

/** Measures everything with one firmware, in virtual time. */
export async function measureBoard(
  path: string,
  image: string,
  authentiwatch: string | undefined,
): Promise<BoardFigures> {
  const { firmware, commit, layout, authentiwatchCode }: Bare = measureBare(path, authentiwatch);
  const memories = memoryStore();
  const make = await espruinoBoards({ bytes: new Uint8Array(readFileSync(path)), board: 'pico' });
  const driver = new BoardDriver(make(memories));
  const { board } = driver;
  const ram = () => board.ram() ?? new Uint8Array();
  const atPowerOn = ram();
  const fob = new MeasuredFob(driver);
  const boot = await fob.boot(FIRST_SCREEN);
  let variablesPeak = 0;
  let lookedAtMs = 0;
  driver.onPiece = () => {
    if (board.now() - lookedAtMs < LOOK_MS) return;
    lookedAtMs = board.now();
    variablesPeak = Math.max(variablesPeak, variablesInUse(ram(), layout));
  };
  const enrolled = await fob.enrol();
  const bootOpen = await bootOf(memories, make);
  board.setUsb(false);
  const pressed = await fob.press();
  const rest = fob.rest(REST_HOURS);
  const use = await fob.use();
  await fob.plugIn();
  const typeOut = await fob.typeOut();
  const unlock = await fob.unlock();
  const stackBytes = deepestStack(atPowerOn, ram());
  driver.onPiece = () => {};
  const bootFull = await fob.reboot();
  const complaints = [driver.complaints(), ...board.violations].join('\n');
  if (complaints !== '') throw new Error(complaints);
  const executed = board.executedForms();
  const never = TABLE.map(({ name }) => name).filter(name => !executed.includes(name));
  console.log(`never executed: ${never.join('; ')}`);
  board.close();
  return {
    firmware,
    commit,
    image,
    acts: { boot, bootOpen, bootFull, ...enrolled, ...pressed, typeOut, unlock },
    authentiwatchCode,
    stackBytes,
    variablesTotal: layout.total,
    variablesPeak,
    forms: TABLE.length,
    formsExecuted: executed.length,
    use,
    day: dailyCharge(rest, use, USES),
  };
}
