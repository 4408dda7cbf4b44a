import { PACKET_ANSWER, PACKET_CHARS_MAX } from '@passfob/protocol/limits';
import { FobError } from 'passfob/client';
import { PACKET_QUEUE_CHARS_MAX, PACKET_TIMEOUT_MS } from 'passfob/limits';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const ANSWER = String.fromCharCode(PACKET_ANSWER);
/** A frame of five packets. */
const LONG = `~${'abcdefgh'.repeat(32)}\n`;
const SHORT = '~short\n';
const packetsOf = (text: string) => text.match(/[\s\S]{1,63}/g) ?? [];

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

/** A port whose fob has just answered a hello: it answers packets. */
async function known() {
  const made = port();
  await made.link.send(SHORT);
  await made.says(`${ANSWER}~hello\n`);
  made.written.length = 0;
  return made;
}

/** A port whose fob has answered a hello, and does not answer packets. */
async function silent() {
  const made = port();
  await made.link.send(SHORT);
  await made.says('~hello\n');
  made.written.length = 0;
  return made;
}

describe('packets', () => {
  it('a long frame goes packet by packet, each after the answer to the last', async () => {
    const { link, written, says, settled } = await known();
    const sent = link.send(LONG);
    await settled();
    const packets = packetsOf(LONG);
    expect(packets).toHaveLength(5);
    for (let count = 1; count < packets.length; count++) {
      await vi.advanceTimersByTimeAsync(PACKET_TIMEOUT_MS - 1);
      expect(written).toEqual(packets.slice(0, count));
      await says(ANSWER);
    }
    await sent;
    expect(written).toEqual(packets);
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

  it('a fob that answers no packets gets whole frames after its first response', async () => {
    const { link, written } = await silent();
    await link.send(LONG);
    await link.send(SHORT);
    expect(written).toEqual([LONG, SHORT]);
  });

  it('a fob that begins to answer packets, because it was flashed, gets packets again', async () => {
    const { link, written, says } = await silent();
    await link.send(LONG);
    await says(`${ANSWER}~response\n`);
    void link.send(LONG);
    await says('');
    expect(written).toEqual([LONG, LONG.slice(0, PACKET_CHARS_MAX)]);
  });

  it('a fob that ceases to answer packets gets whole frames after two frames without an answer', async () => {
    const { link, written, says } = await known();
    await link.send(SHORT);
    await says('~response\n');
    await link.send(SHORT);
    await says('~response\n');
    await link.send(LONG);
    expect(written).toEqual([SHORT, SHORT, LONG]);
  });

  it('the first frame to a fob that answers no packets arrives whole although it is long', async () => {
    const { link, written } = port();
    const sent = link.send(LONG);
    await vi.advanceTimersByTimeAsync(PACKET_TIMEOUT_MS);
    await sent;
    expect(written).toEqual([LONG.slice(0, 63), LONG.slice(63)]);
  });

  it('a short frame is sent again at once to a port of which nothing is known', async () => {
    const { link, written } = port();
    await link.send(SHORT);
    await link.send(SHORT);
    expect(written).toEqual([SHORT, SHORT]);
  });
});

describe('packets on a bad line', () => {
  it('a lost answer costs a wait, and the rest still goes in packets', async () => {
    const { link, written, says, settled } = await known();
    void link.send(LONG);
    await settled();
    await says(ANSWER);
    expect(written).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(PACKET_TIMEOUT_MS - 1);
    expect(written).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toHaveLength(3);
    await says(ANSWER);
    await says(ANSWER);
    expect(written).toEqual(packetsOf(LONG));
  });

  it('an answer that comes twice lets one packet go early, and counts for nothing after the response', async () => {
    const { link, written, says, settled } = await known();
    void link.send(LONG);
    await settled();
    await says(ANSWER + ANSWER);
    expect(written).toHaveLength(2);
    await says(ANSWER);
    await says(ANSWER);
    await says(ANSWER);
    expect(written).toEqual(packetsOf(LONG));
    await says(`${ANSWER}~response\n`);
    written.length = 0;
    void link.send(LONG);
    await settled();
    expect(written).toHaveLength(1);
  });

  it('answers that nobody owes let nothing go early', async () => {
    const { link, written, says, settled } = await known();
    await says(ANSWER.repeat(9));
    void link.send(LONG);
    await settled();
    expect(written).toHaveLength(1);
  });

  it('a response whose packet was not answered lets the next request go', async () => {
    const { link, written, says, settled } = await known();
    await link.send(SHORT);
    await says('~response\n');
    void link.send(LONG);
    await settled();
    expect(written).toEqual([SHORT, LONG.slice(0, 63)]);
  });

  it('a response to an earlier request tells nothing while a request is being written', async () => {
    const { link, written, says, settled } = await known();
    void link.send(LONG);
    await settled();
    await says('~late\n');
    await says('~late\n');
    expect(written).toHaveLength(1);
    await says(ANSWER);
    expect(written).toHaveLength(2);
  });

  it('the next frame waits for the answer to a frame that had no response', async () => {
    const { link, written, says, settled } = await known();
    await link.send(SHORT);
    void link.send(SHORT);
    await settled();
    expect(written).toHaveLength(1);
    await says(ANSWER);
    expect(written).toHaveLength(2);
    void link.send(SHORT);
    await vi.advanceTimersByTimeAsync(PACKET_TIMEOUT_MS);
    expect(written).toHaveLength(3);
  });

  it('frames keep their order, one whole after the other', async () => {
    const { link, written, says, settled } = await known();
    void link.send(LONG);
    void link.send(SHORT);
    await settled();
    for (let count = 0; count < 5; count++) await says(ANSWER);
    expect(written).toEqual([...packetsOf(LONG), SHORT]);
  });
});

describe('packets of a port that goes', () => {
  it('a send that waits for an answer fails when the port goes, and so do the sends behind it', async () => {
    const { link, lost, written, settled } = await known();
    const sends = [link.send(LONG), link.send(SHORT)];
    const failures = sends.map(send => expect(send).rejects.toMatchObject({ kind: 'unplugged' }));
    await settled();
    lost(new FobError('unplugged', { subject: 'port' }));
    await Promise.all(failures);
    expect(written).toHaveLength(1);
  });

  it('a closed port leaves no timer behind', async () => {
    const { link, settled } = await known();
    const failure = expect(link.send(LONG)).rejects.toMatchObject({ kind: 'unplugged' });
    await settled();
    await link.close();
    await failure;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('text that no port takes is refused instead of kept without bound', async () => {
    const { link } = await known();
    void link.send(SHORT);
    void link.send('x'.repeat(PACKET_QUEUE_CHARS_MAX - SHORT.length)).catch(() => undefined);
    await expect(link.send('x')).rejects.toMatchObject({ kind: 'port-hung' });
    await link.close();
  });
});
