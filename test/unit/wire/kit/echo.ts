import { PACKET_ANSWER } from '@passfob/protocol/limits';
import type { Transport } from 'passfob/client';
import type { Randomness } from './randomness.ts';

/** Program of a board that answers each packet at a port, and sends every line back from its last mark on. */
export const ECHO = (port: string): string => `
var held = "";
${port}.on("data", function (data) {
  ${port}.write(${PACKET_ANSWER});
  held += data;
  var end = held.indexOf("\\n");
  if (end < 0) return;
  ${port}.write(held.slice(held.lastIndexOf("~", end), end + 1));
  held = held.slice(end + 1);
});`;

const SHORTEST = 20;
const LONGEST = 350;
const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Returns the text of a frame of 20 to 350 characters. */
function randomFrame(dice: Randomness): string {
  const length = SHORTEST + dice.below(LONGEST - SHORTEST + 1);
  return `~${Array.from({ length: length - 2 }, () => CHARS[dice.below(CHARS.length)]).join('')}\n`;
}

/** So many lost frames are enough to know. */
const LOST_ENOUGH = 40;

/**
 * Sends frames, each once, and waits for its echo before the next.
 * @param waitMs how long an echo may take before the frame counts as lost
 */
export async function echoed(
  transport: Transport,
  frames: number,
  dice: Randomness,
  waitMs: number,
): Promise<{ lost: number; chars: number }> {
  let text = '';
  let heard: () => void = () => undefined;
  const stop = transport.onText(chunk => {
    text += chunk;
    heard();
  });
  let lost = 0;
  let chars = 0;
  for (let sent = 0; sent < frames && lost < LOST_ENOUGH; sent++) {
    const frame = randomFrame(dice);
    chars += frame.length;
    text = '';
    const isBack = new Promise<boolean>(resolve => {
      const timer = setTimeout(() => resolve(false), waitMs);
      heard = () => {
        if (!text.includes('\n')) return;
        clearTimeout(timer);
        resolve(text.includes(frame));
      };
    });
    await transport.send(frame);
    if (!(await isBack)) lost++;
  }
  stop();
  return { lost, chars };
}
