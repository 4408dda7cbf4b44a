import { PACKET_ANSWER, PACKET_CHARS_MAX } from '@passfob/protocol/limits';
import { FobError } from 'passfob/client';
import { PACKET_QUEUE_CHARS_MAX, PACKET_TIMEOUT_MS } from 'passfob/limits';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const ANSWER = String.fromCharCode(PACKET_ANSWER);
/** A frame of five packets. */
const LONG = `~${'abcdefgh'.repeat(32)}\n`;
const SHORT = '~short\n';
const packetsOf = (text: string) => text.match(new RegExp(`[\\s\\S]{1,${PACKET_CHARS_MAX}}`, 'g')) ?? [];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A paced port whose other end the test plays. */
function port(packetChars?: number) {
  const written: string[] = [];
  const { transport, receive, lost } = pipe({
    name: 'port',
    ...(packetChars === undefined ? {} : { packetChars }),
    write: async text => void written.push(text),
    release: async () => undefined,
  });
  const link = paced(transport);
  let heard = '';
  link.onText(text => {
    heard += text;
  });
  const settled = () => vi.advanceTimersByTimeAsync(0);
  return {
    link,
    written,
    lost,
    heard: () => heard,
    settled,
    async says(text: string) {
      receive(Buffer.from(text, 'latin1'));
      await settled();
    },
  };
}

/** Of the fob: `fresh` has said nothing yet, `known` answered a packet and a hello, `silent` only a hello. */
type Fob = 'fresh' | 'known' | 'silent';

async function portOf(fob: Fob) {
  const made = port();
  if (fob === 'fresh') return made;
  await made.link.send(SHORT);
  await made.says(`${fob === 'known' ? ANSWER : ''}~hello\n`);
  made.written.length = 0;
  return made;
}

const PACKETS = packetsOf(LONG);
const [FIRST = ''] = PACKETS;

/**
 * What happens at a port, and what is written to it in the end. `L` and `S` send a long and a short frame; `a` is an
 * answer of the fob, `r` a response, and letters together come at once; `t` is a whole wait for an answer, `w` a wait
 * that is 1 ms shorter, `.` this millisecond; a number is how many pieces have been written by then; `done` waits for
 * all sends.
 */
const ROWS: [title: string, fob: Fob, steps: string, written: string[]][] = [
  ['each packet waits for the last answer', 'known', 'L w 1 a w 2 a w 3 a w 4 a done', PACKETS],
  ['a fob without answers gets whole frames', 'silent', 'L S done', [LONG, SHORT]],
  ['a fob flashed to answer gets packets again', 'silent', 'L ar L', [LONG, FIRST]],
  ['two frames without an answer end packets', 'known', 'S r S r L done', [SHORT, SHORT, LONG]],
  ['a first long frame arrives without answers', 'fresh', 'L t done', [FIRST, LONG.slice(FIRST.length)]],
  ['an unknown port gets a short frame again at once', 'fresh', 'S S done', [SHORT, SHORT]],
  ['a lost answer costs only a wait', 'known', 'L a 2 w 2 . 3 a a', PACKETS],
  ['a double answer counts until the response', 'known', 'L aa 2 a a a 5 ar L', [...PACKETS, FIRST]],
  ['answers that nobody owes let nothing go early', 'known', 'aaaaaaaaa L', [FIRST]],
  ['a response lets the next request go', 'known', 'S r L', [SHORT, FIRST]],
  ['a late response lets nothing go', 'known', 'L r r 1 a', PACKETS.slice(0, 2)],
  ['a frame without a response delays the next', 'known', 'S S 1 a 2 S t', [SHORT, SHORT, SHORT]],
  ['frames keep their order', 'known', 'L S a a a a a', [...PACKETS, SHORT]],
];

it.each(ROWS)('%s', async (_, fob, steps, expected) => {
  const { link, written, says, settled } = await portOf(fob);
  const sends: Promise<void>[] = [];
  const waits = { t: PACKET_TIMEOUT_MS, w: PACKET_TIMEOUT_MS - 1, '.': 1 };
  for (const step of steps.split(' ')) {
    if (step === 'L' || step === 'S') sends.push(link.send(step === 'L' ? LONG : SHORT));
    else if (step in waits) await vi.advanceTimersByTimeAsync(waits[step as keyof typeof waits]);
    else if (step === 'done') await Promise.all(sends);
    else if (/\d/.test(step)) expect(written).toHaveLength(Number(step));
    else await says(step.replaceAll('a', ANSWER).replaceAll('r', '~response\n'));
    await settled();
  }
  expect(written).toEqual(expected);
});

it('a port that takes less in one piece gets shorter packets', async () => {
  const { link, written, says, settled } = port(20);
  void link.send(LONG);
  await settled();
  await says(ANSWER);
  expect(written).toEqual([LONG.slice(0, 20), LONG.slice(20, 40)]);
});

it('answers to packets are removed from what a fob sends, and nothing else is', async () => {
  const { says, heard } = port();
  await says(`>boot${ANSWER}\n~AA${ANSWER}BB\n${ANSWER}${ANSWER}~CC`);
  await says(`DD\n${ANSWER}`);
  expect(heard()).toBe('>boot\n~AABB\n~CCDD\n');
});

it('a send that waits for an answer fails when the port goes, and so do the sends behind it', async () => {
  const { link, lost, written, settled } = await portOf('known');
  const sends = [link.send(LONG), link.send(SHORT)];
  const failures = sends.map(send => expect(send).rejects.toMatchObject({ kind: 'unplugged' }));
  await settled();
  lost(new FobError('unplugged', { subject: 'port' }));
  await Promise.all(failures);
  expect(written).toHaveLength(1);
});

it('a closed port leaves no timer behind', async () => {
  const { link, settled } = await portOf('known');
  const failure = expect(link.send(LONG)).rejects.toMatchObject({ kind: 'unplugged' });
  await settled();
  await link.close();
  await failure;
  expect(vi.getTimerCount()).toBe(0);
});

it('text that no port takes is refused instead of kept without bound', async () => {
  const { link } = await portOf('known');
  void link.send(SHORT);
  void link.send('x'.repeat(PACKET_QUEUE_CHARS_MAX - SHORT.length)).catch(() => undefined);
  await expect(link.send('x')).rejects.toMatchObject({ kind: 'port-hung' });
  await link.close();
});
