import { ByPurpose, Unopened } from '@passfob/service/doors/sockets/by-purpose';
import type { TextConnection } from '@passfob/service/features/connections/connection';
import { expect, it, onTestFinished } from 'vitest';

const OPEN = JSON.stringify({ type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) });

/** Connections that have said nothing yet, and the codes with which they were closed. */
function crowd(most: number, mostPerSource: number) {
  const unopened = new Unopened(most, mostPerSource);
  const codes: (number | undefined)[] = [];
  const connect = (from: string) => {
    const at = codes.push(undefined) - 1;
    const line: TextConnection = {
      send: () => undefined,
      close: code => {
        codes[at] = code;
      },
    };
    const talker = { receive: () => undefined, lost: () => undefined, shutDown: () => undefined };
    const connection = new ByPurpose(from, line, unopened, () => talker);
    onTestFinished(() => connection.lost());
    return connection;
  };
  return { connect, codes };
}

it('a source that opens nothing loses its own oldest connection, and displaces no other source', () => {
  const { connect, codes } = crowd(4, 3);
  connect('honest');
  for (let at = 0; at < 3; at++) connect('crowd');
  // The fourth of the source, then one more than the node may have.
  connect('crowd');
  expect(codes).toEqual([undefined, 1013, undefined, undefined, undefined]);
  connect('another');
  expect(codes).toEqual([undefined, 1013, 1013, undefined, undefined, undefined]);
});

it('a connection that has opened, or has ended, takes no place among those that have said nothing', () => {
  const { connect, codes } = crowd(2, 2);
  const first = connect('a');
  first.receive(OPEN);
  const second = connect('a');
  second.lost();
  second.lost();
  connect('a');
  connect('a');
  expect(codes).toEqual([undefined, undefined, undefined, undefined]);
  connect('a');
  expect(codes).toEqual([undefined, undefined, 1013, undefined, undefined]);
});
