// A process in which one virtual board works, as built. Its parent sends it one message, and gets one: V8 is as new as
// for somebody who starts the simulator, and knows of no other board.
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const built = path => import(new URL(`../../../../${path}`, import.meta.url).href);
const { virtualBoard } = await built('emulator/dist/board/virtual-board.js');
const { builtImage } = await built('simulator/dist/fob/built-image.js');

/** Espruino's mark for a line that is not echoed. */
const NO_ECHO = '\x10';
const PIECE_MS = 1;
const WORK_MS_MAX = 20_000;
const BIRTH = new Uint8Array(32).fill(7);

/** Returns the instructions of some work, and its seconds of the clock and of the processor. */
function measured(board, work) {
  const before = board.counters().instructions;
  const used = process.cpuUsage();
  const from = performance.now();
  work();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(used);
  return {
    instructions: board.counters().instructions - before,
    seconds,
    processorSeconds: (user + system) / 1e6,
  };
}

function advanceUntil(board, isThere) {
  for (let ms = 0; ms < WORK_MS_MAX; ms += PIECE_MS) {
    if (isThere()) return;
    board.advance(PIECE_MS);
  }
  throw new Error('the board did not finish its work');
}

/** Powers a board on, and runs it until its first output: the prompt, or the image's first screen. */
function booted({ firmware, image }) {
  const board = virtualBoard({
    firmware: new Uint8Array(Buffer.from(firmware, 'base64')),
    ...(image && { image: builtImage(image), files: { birth: BIRTH } }),
    seed: 1,
    crystal: false,
  });
  let isChanged = false;
  board.onScreen(() => {
    isChanged = true;
  });
  let text = '';
  board.link.onData(bytes => {
    text += Buffer.from(bytes).toString('latin1');
  });
  const isShown = () => {
    if (!isChanged) return false;
    isChanged = false;
    return board.screen().text.length > 0;
  };
  return { board, isUp: image ? isShown : () => text.includes('>'), output: () => text };
}

/** Boots, then executes a script, or only lets `busyMs` of the board's time pass. */
function worked(asked) {
  const nothing = { counters: () => ({ instructions: 0 }) };
  let made;
  const boot = measured(nothing, () => {
    made = booted(asked);
    if (!asked.busyMs) advanceUntil(made.board, made.isUp);
  });
  const { board, output } = made;
  boot.instructions = board.counters().instructions;
  const { busyMs, script } = asked;
  if (busyMs) return measured(board, () => board.advance(busyMs));
  if (!script) return boot;
  board.link.write(Buffer.from(`${NO_ECHO}${script};print("DO"+"NE")\n`, 'latin1'));
  return measured(board, () => advanceUntil(board, () => output().includes('DONE')));
}

process.once('message', asked => {
  process.send(worked(asked), () => process.disconnect());
});
