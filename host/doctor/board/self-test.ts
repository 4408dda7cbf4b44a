import { FobError, isFobError } from '../../errors.ts';
import { FLASH_BOARDS } from '../../flash/boards.ts';
import type { BoardConsole } from '../../flash/console.ts';
import { serialOfChip } from '../../flash/secrets.ts';
import { BOARD_END, BoardException, BoardUnderTest, type Watch } from './board.ts';
import { checkBus, lightDisplay } from './bus.ts';
import { checkButton } from './button.ts';
import { checkClockChip, checkRate } from './clock.ts';
import { checkEeprom } from './eeprom.ts';
import { BOARD_CHECKS, type BoardCheck, type BoardFinding, boardFinding } from './finding.ts';
import { checkMemory, checkRandom, checkSupply, checkVersion } from './interpreter.ts';
import { ASK_MS } from './limits.ts';
import { checkWire } from './wire.ts';

export interface SelfTestOptions {
  /** For how long the clock is compared. */
  readonly seconds: number;
  /** Frames of the loss test. */
  readonly frames: number;
  /** Whether a person presses the button. */
  readonly isPressed: boolean;
  readonly watch: Watch;
  readonly signal?: AbortSignal | undefined;
  readonly report: (progress: SelfTestProgress) => void;
}

/** Progress of a self-test. */
export type SelfTestProgress =
  | { readonly event: 'check'; readonly check: BoardCheck; readonly seconds?: number }
  | { readonly event: 'press-wanted'; readonly seconds: number; readonly isDisplayLit: boolean };

export interface SelfTestResult {
  /** `process.env.BOARD` of its Espruino. */
  readonly build: string;
  readonly interpreter: string;
  /** The serial that the fob has, derived from the chip's number by a hash. */
  readonly serial: string;
  readonly findings: readonly BoardFinding[];
}

/**
 * Tests a board with the parts of `pico` over its console, before it is flashed or in maintenance. Nothing is written to
 * flash; of the EEPROM one spare page, which is restored. At the end the board starts anew, and the console is closed.
 * @throws FobError `bad-input` for another kind of board, `unplugged`, `cancelled`; `no-answer` before the first finding
 */
export async function selfTest(repl: BoardConsole, options: SelfTestOptions): Promise<SelfTestResult> {
  const [build, interpreter, chip] = await environment(repl);
  const { build: wanted } = FLASH_BOARDS.pico;
  if (build !== wanted) {
    await repl.close();
    throw new FobError('bad-input', {
      sentence: `The self-test is for an Espruino Pico (${wanted}), and this board says that it is ${build}.`,
      next: 'Name the port of the Espruino Pico with --port.',
    });
  }
  const board = new BoardUnderTest(repl, options.watch, options.signal);
  try {
    await board.begin();
    const version = checkVersion(interpreter);
    const findings = [version, ...(version.state === 'problem' ? [] : await checks(board, options))];
    return { build, interpreter, serial: serialOfChip(chip), findings: inOrder(findings) };
  } finally {
    await repl.dismiss(BOARD_END).catch(() => repl.close());
  }
}

async function environment(repl: BoardConsole): Promise<[string, string, string]> {
  const facts = await repl.evaluate('[process.env.BOARD,process.env.VERSION,getSerial()]', ASK_MS);
  if (!Array.isArray(facts)) throw new FobError('no-answer', { subject: repl.name });
  return [String(facts[0]), String(facts[1]), String(facts[2])];
}

/** Runs the checks one after another. Once the board is silent the rest is left out. */
async function checks(board: BoardUnderTest, options: SelfTestOptions): Promise<BoardFinding[]> {
  const findings: BoardFinding[] = [];
  const { report, seconds, frames } = options;
  let running: BoardCheck = 'memory';
  const run = async (check: BoardCheck, work: () => Promise<BoardFinding | readonly BoardFinding[]>) => {
    running = check;
    report({ event: 'check', check, ...(check === 'rate' && { seconds }) });
    try {
      findings.push(...[await work()].flat());
    } catch (error) {
      if (!(error instanceof BoardException)) throw error;
      findings.push(boardFinding(check, 'problem', 'exception', {}, { error: error.message }));
    }
  };
  try {
    await run('memory', () => checkMemory(board));
    await run('supply', () => checkSupply(board));
    await run('random', () => checkRandom(board));
    let there: ReadonlySet<BoardCheck> = new Set();
    await run('lines', async () => {
      const bus = await checkBus(board);
      ({ there } = bus);
      return bus.findings.filter(({ check, state }) => state !== 'ok' || !MEASURED.includes(check));
    });
    if (there.has('clock')) await run('clock', () => checkClockChip(board));
    if (there.has('eeprom')) await run('eeprom', () => checkEeprom(board));
    await run('wire', () => checkWire(board, frames));
    if (there.has('clock')) await run('rate', () => checkRate(board, seconds));
    await run('button', () => pressed(board, options, there.has('display')));
  } catch (error) {
    if (!isFobError(error, 'no-answer')) throw error;
    findings.push(boardFinding(running, 'problem', 'silent', {}, { seconds: String(ASK_MS / 1_000) }));
  }
  return findings;
}

/** Checks whose own finding says that the part answers. */
const MEASURED: readonly BoardCheck[] = ['clock', 'eeprom'];

async function pressed(
  board: BoardUnderTest,
  { isPressed, report }: SelfTestOptions,
  isDisplayLit: boolean,
): Promise<BoardFinding> {
  if (!isPressed) return boardFinding('button', 'unknown', 'button-skipped');
  if (isDisplayLit) await lightDisplay(board, true);
  const finding = await checkButton(board, seconds =>
    report({ event: 'press-wanted', seconds, isDisplayLit }),
  );
  if (isDisplayLit) await lightDisplay(board, false);
  return finding;
}

function inOrder(findings: readonly BoardFinding[]): BoardFinding[] {
  return [...findings].sort(
    (one, other) => BOARD_CHECKS.indexOf(one.check) - BOARD_CHECKS.indexOf(other.check),
  );
}
