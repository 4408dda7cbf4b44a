import type { Session } from '@passfob/protocol/session';
import { expect, it } from 'vitest';
import { Receiver } from './kit/receiver.ts';
import { sample, vectorsOf } from './kit/samples.ts';
import { type HandshakeInput, OUTPUTS, sessionsOf } from './kit/vectors.ts';

const BY_KEY = sample('handshakes', 'pairing key');

/** A good frame, the message in it, and the session of the end of the line that receives it, as after the handshake. */
interface Sample {
  readonly name: string;
  readonly frame: string;
  readonly message: string;
  readonly session: Session;
}

const sessions = new Map<string, ReturnType<typeof sessionsOf>>();

function sessionsAfter(handshake: HandshakeInput): ReturnType<typeof sessionsOf> {
  const key = JSON.stringify(handshake);
  const both = sessions.get(key) ?? sessionsOf(handshake);
  sessions.set(key, both);
  return both;
}

const SAMPLE_FRAMES = [...Object.entries(vectorsOf('clear')), ...Object.entries(vectorsOf('sealed'))].flatMap(
  ([name, { in: input, out }]): Sample[] => {
    // In the clear any session will do.
    const { owner, fob } = sessionsAfter('handshake' in input ? input.handshake : BY_KEY);
    return [
      { name: `request ${name}`, frame: out.requestFrame, message: out.request, session: fob },
      { name: `response ${name}`, frame: out.responseFrame, message: out.response, session: owner },
    ];
  },
);

/** Returns the messages that the sample's receiver understands of a stream. */
function understood({ session }: Sample, ...chunks: string[]): string[] {
  session.received = -1;
  const receiver = new Receiver(session);
  for (const chunk of chunks) receiver.receive(chunk);
  return receiver.messages;
}

const isSealed = ({ message }: Sample) => !/^0[12]/.test(message);

/** Another good frame, which follows the damaged one. */
const NEXT = OUTPUTS.clear({ sequence: 200, command: 'pair', request: {}, response: { seconds: 77 } });

/**
 * After a fault the sender repeats the frame, then sends another. The receiver must understand exactly these: no
 * invented message, and no lost one that came whole.
 * @param before other allowed messages from the damaged text itself
 */
function expectRecovery(sample: Sample, damaged: string, where: string, ...before: string[]): void {
  const messages = understood(sample, damaged + sample.frame + NEXT.requestFrame);
  // Some faults beside its ends leave the frame whole; then it counts, in a session once.
  const twice = damaged.includes(sample.frame) && !isSealed(sample);
  const wanted = [...before, ...(twice ? [sample.message] : []), sample.message, NEXT.request];
  // Built only where it is needed: there are some hundred thousand of these.
  if (messages.join() !== wanted.join())
    expect({ sample: sample.name, where, messages }).toEqual({
      sample: sample.name,
      where,
      messages: wanted,
    });
}

const bitFlipped = (text: string, at: number, bit: number) =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);

/** Text that ports and consoles put between the characters of a frame. */
const NOISE: readonly [name: string, noise: string][] = [
  ['XON', '\u0011'],
  ['XOFF', '\u0013'],
  ['NUL', '\0'],
  ['Ctrl-C', '\u0003'],
  ['newline', '\n'],
  ['CR LF', '\r\n'],
  ['a mark', '~'],
  ['padding', '='],
  ['a base64 character', 'A'],
  ['four base64 characters', 'AAAA'],
  ['a prompt', '\r\n>'],
  ['an echo of the console', '=undefined\r\n>'],
  [
    'an error of the console',
    '\r\nUncaught ReferenceError: "x" is not defined\r\n at line 1 col 1\r\n~^\r\n>',
  ],
  ['a terminal sequence', '\u001b[2K\r'],
  ['8-bit characters', '\u00ff\u0080\u00fe'],
  ['a long line', 'x'.repeat(600)],
];

/** Visits every frame and every place in it. */
function everywhere(visit: (sample: Sample, at: number) => void): void {
  for (const sample of SAMPLE_FRAMES) {
    for (let at = 1; at < sample.frame.length; at++) visit(sample, at);
  }
}

it('frames are understood whole, in chunks of any size', () => {
  for (const sample of SAMPLE_FRAMES) {
    for (const size of [1, 2, 3, 7, 64]) {
      const chunks = sample.frame.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(understood(sample, ...chunks)).toEqual([sample.message]);
    }
  }
  everywhere((sample, at) => {
    expect(understood(sample, sample.frame.slice(0, at), sample.frame.slice(at))).toEqual([sample.message]);
  });
});

it('frames with any one bit flipped are no message, the mark and the newline included', () => {
  for (const sample of SAMPLE_FRAMES) {
    for (let bit = 0; bit < 8; bit++)
      expectRecovery(sample, bitFlipped(sample.frame, 0, bit), `bit ${bit} of 0`);
  }
  everywhere((sample, at) => {
    for (let bit = 0; bit < 8; bit++) {
      expectRecovery(sample, bitFlipped(sample.frame, at, bit), `bit ${bit} of ${at}`);
    }
  });
});

it('frames cut at any place are no message', () => {
  everywhere((sample, at) => {
    const { frame } = sample;
    expectRecovery(sample, frame.slice(0, at), `cut before ${at}`);
    expectRecovery(sample, `${frame.slice(0, at)}\n`, `line ended before ${at}`);
    expectRecovery(sample, frame.slice(at), `begun at ${at}`);
    expectRecovery(sample, frame.slice(0, at) + frame.slice(at + 1), `without ${at}`);
  });
});

it('frames with characters doubled or swapped are no message', () => {
  everywhere((sample, at) => {
    const { frame } = sample;
    expectRecovery(sample, frame.slice(0, at + 1) + frame.slice(at), `doubled ${at}`);
    const swapped = frame.slice(0, at) + frame.charAt(at + 1) + frame.charAt(at) + frame.slice(at + 2);
    if (swapped !== frame) expectRecovery(sample, swapped, `swapped ${at}`);
  });
});

it('repeated frames are understood twice in the clear and once in a session', () => {
  for (const sample of SAMPLE_FRAMES) {
    const { frame, message } = sample;
    expect(understood(sample, frame + frame)).toEqual(isSealed(sample) ? [message] : [message, message]);
  }
});

it.each(NOISE)('frames with %s inside are no message', (_, noise) => {
  everywhere((sample, at) => {
    expectRecovery(sample, sample.frame.slice(0, at) + noise + sample.frame.slice(at), `before ${at}`);
  });
});

it.each(NOISE)('frames are understood behind %s', (_, noise) => {
  for (const sample of SAMPLE_FRAMES) {
    const messages = understood(sample, noise + sample.frame + NEXT.requestFrame);
    expect(messages).toEqual([sample.message, NEXT.request]);
  }
});

it('a frame gives way to a whole other frame inside it', () => {
  const other = OUTPUTS.clear({ sequence: 201, command: 'hello', request: {}, refusal: 'internal' });
  everywhere((sample, at) => {
    const damaged = sample.frame.slice(0, at) + other.requestFrame + sample.frame.slice(at);
    expectRecovery(sample, damaged, `before ${at}`, other.request);
  });
});
