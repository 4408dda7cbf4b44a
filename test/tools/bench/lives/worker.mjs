// A process in which simulated fobs live their days, as built. Its parent sends it one message, and gets one.
import process from 'node:process';

const built = path => import(new URL(`../../../../${path}`, import.meta.url).href);
const { boot, memoryStore } = await built('simulator/dist/index.js');
const { hotp } = await built('protocol/dist/otp.js');
const { Hmac } = await built('protocol/dist/hmac.js');
const { SHA1 } = await built('protocol/dist/primitives.js');
const { hostPrimitives } = await built('host/dist/client/primitives.js');

const MINUTE_MS = 60_000;
const PAUSE_MS = 10 * MINUTE_MS;
const PRESSES = 144;
/** V8 compiles what it has seen often. */
const WARM_UP_LIVES = 8;
/** From one act of a person to the next. */
const HAND_MS = 500;
/** A hold that counts. */
const HOLD_MS = 700;
const PERIOD_MS = 30_000;
/** The key of RFC 4226, which is no secret. */
const mac = new Hmac(hostPrimitives, SHA1, new Uint8Array(Buffer.from('12345678901234567890', 'latin1')));

const shownOn = fob =>
  fob
    .screen()
    .text.find(line => /^\d{3} \d{3}$/.test(line))
    ?.replace(' ', '');

/** Wakes the fob and holds its button. Returns what it shows, and its time. */
function useOnce(fob, nth) {
  if (fob.screen().on) throw new Error(`the display is on after ten minutes: ${fob.screen().text}`);
  fob.press();
  fob.advance(HAND_MS);
  fob.press(0, HOLD_MS);
  return { shown: shownOn(fob), atMs: fob.now(), nth };
}

/** Throws where a passcode is not the right one. */
function check({ shown, atMs, nth }, aheadMs) {
  const steps = aheadMs === undefined ? [nth] : stepsAbout(atMs + aheadMs);
  if (!steps.some(step => shown === hotp(mac, step, 6))) throw new Error(`use ${nth}: no right passcode`);
}

/** A passcode stays on the display when its time is over: the step may have been that of the press. */
function stepsAbout(utcMs) {
  const late = Math.floor(utcMs / PERIOD_MS);
  return [late, Math.floor((utcMs - HOLD_MS - 2_000) / PERIOD_MS)];
}

/** One life of a day. Returns its simulated milliseconds, and each use. */
function live({ board, memories }) {
  const storage = memoryStore();
  storage.write(0, Buffer.from(memories, 'base64'));
  const fob = boot({ board, storage });
  const beganMs = fob.now();
  const uses = [];
  for (let nth = 0; nth < PRESSES; nth++) {
    fob.advance(beganMs + (nth + 1) * PAUSE_MS - fob.now());
    uses.push(useOnce(fob, nth));
  }
  if (fob.violations.length > 0) throw new Error(fob.violations.join(', '));
  fob.close();
  return { simulatedMs: fob.now() - beganMs, uses };
}

const usedMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000;

/** Lives some times to warm up, then for `forMs`. The passcodes are checked outside of the measured time. */
function liveFor({ kept, forMs }) {
  for (let life = 0; life < WARM_UP_LIVES; life++) live(kept);
  const sum = { lives: 0, simulatedMs: 0, tookMs: 0, usedMs: 0 };
  while (sum.tookMs < forMs) {
    const [beganMs, before] = [performance.now(), usedMs()];
    const { simulatedMs, uses } = live(kept);
    sum.tookMs += performance.now() - beganMs;
    sum.usedMs += usedMs() - before;
    sum.simulatedMs += simulatedMs;
    sum.lives++;
    for (const use of uses) check(use, kept.aheadMs);
  }
  return sum;
}

process.on('message', asked => process.send(liveFor(asked)));
process.on('disconnect', () => process.exit(0));
