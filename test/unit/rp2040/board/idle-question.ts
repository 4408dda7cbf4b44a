/**
 * Finds where Espruino's main loop asks whether a program has the USB port open. If one has, the loop runs on without a
 * pause, and 125 million cycles a second have to be executed only to see that there is nothing to do. With the answer
 * "no" at this place alone, it sleeps until the next timer or event, as on a board at a charger.
 */

/** `jshIsUSBSERIALConnected` of targets/rp2xxx/jshardware.c in Thumb code; `undefined` is half of a call. */
const FUNCTION: readonly (number | undefined)[] = [
  0x2001, // movs r0, #1
  0xb510, // push {r4, lr}
  0x2100, // movs r1, #0
  0x4240, // negs r0, r0
  undefined, // bl tud_task_ext
  undefined,
  0x2000, // movs r0, #0
  undefined, // bl tud_cdc_n_connected
  undefined,
  0xbd10, // pop {r4, pc}
];
const WFE = 0xbf20;
/** `jshSleep` has its WFE within so many half-words, and the question is so many before its call. */
const SLEEP_HALVES = 200;
const QUESTION_HALVES = 24;

/** movs r0, #0; nop */
export const ANSWER_NO = Uint8Array.of(0x00, 0x20, 0xc0, 0x46);

/** Returns the place of the call in the program, in bytes; undefined in a firmware that is not like this. */
export function findIdleQuestion(program: Uint8Array): number | undefined {
  const whole = program.slice(0, program.length & ~1);
  const halves = new Uint16Array(whole.buffer);
  const asked = halves.findIndex((_half, at) =>
    FUNCTION.every((code, nth) => code === undefined || halves[at + nth] === code),
  );
  if (asked < 0) return undefined;
  for (let at = 0; at < halves.length; at++) {
    if (callee(halves, at) === asked && sleepsSoon(halves, at)) return 2 * at;
  }
  return undefined;
}

/** Returns where a call at `at` leads, in half-words; undefined where there is none (ARMv6-M ARM, BL, T1). */
function callee(halves: Uint16Array, at: number): number | undefined {
  const [first = 0, second = 0] = halves.subarray(at, at + 2);
  if (first >> 11 !== 0x1e || (second & 0xd000) !== 0xd000) return undefined;
  const sign = (first >> 10) & 1;
  const [one, two] = [13, 11].map(bit => 1 ^ ((second >> bit) & 1) ^ sign);
  const bits =
    (sign << 23) | ((one ?? 0) << 22) | ((two ?? 0) << 21) | ((first & 0x3ff) << 11) | (second & 0x7ff);
  return at + 2 + ((bits << 8) >> 8);
}

function sleepsSoon(halves: Uint16Array, at: number): boolean {
  for (let next = at + 2; next < at + QUESTION_HALVES; next++) {
    const target = callee(halves, next);
    if (target !== undefined && halves.subarray(target, target + SLEEP_HALVES).includes(WFE)) return true;
  }
  return false;
}
