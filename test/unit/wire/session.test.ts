import { extract } from '@passfob/protocol/hmac';
import { COUNTER_BYTES, SESSION_RECORDS_MAX } from '@passfob/protocol/limits';
import {
  commonIv,
  FOB_ID,
  Handshake,
  handshakeContext,
  OWNER_ID,
  recordNonce,
  type Session,
  senderKey,
} from '@passfob/protocol/session';
import fc from 'fast-check';
import { hostPrimitives as primitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** All inputs of a handshake. */
const handshake = fc.record({
  kind: fc.constantFrom(0, 1),
  key: fc.oneof(bytes(32), bytes(16)),
  serial: bytes(5),
  ownerNonce: bytes(16),
  fobNonce: bytes(16),
  counter: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});
type Inputs = typeof handshake extends fc.Arbitrary<infer T> ? T : never;

function shake({ kind, key, serial, ownerNonce, fobNonce, counter }: Inputs): Handshake {
  return new Handshake(
    primitives,
    secret(key),
    handshakeContext(kind, serial, ownerNonce, fobNonce, counter),
  );
}

function sessions(inputs: Inputs): { owner: Session; fob: Session } {
  const both = shake(inputs);
  return { owner: both.session(OWNER_ID), fob: both.session(FOB_ID) };
}

/** A message: its type, then anything. */
const message = fc
  .tuple(fc.constantFrom(3, 4), fc.uint8Array({ minLength: 1, maxLength: 200 }))
  .map(([type, rest]) => Uint8Array.of(type, ...rest));

const read = (session: Session, record: Uint8Array) => session.open(record)?.bytes;

it('a handshake gives both sides the same proofs, and each another', () => {
  fc.assert(
    fc.property(handshake, inputs => {
      const [here, there] = [shake(inputs), shake(inputs)];
      expect(here.fobProof).toEqual(there.fobProof);
      expect(here.ownerProof).toEqual(there.ownerProof);
      expect(here.fobProof).not.toEqual(here.ownerProof);
      expect([here.fobProof.length, here.ownerProof.length]).toEqual([32, 32]);
    }),
  );
});

it('a handshake differs in all outputs when any one input bit differs', () => {
  const fields = ['key', 'serial', 'ownerNonce', 'fobNonce'] as const;
  fc.assert(
    fc.property(
      handshake,
      fc.constantFrom(...fields, 'kind', 'counter'),
      fc.nat(),
      message,
      (inputs, name, bit, plain) => {
        const other = { ...inputs };
        if (name === 'kind') other.kind ^= 1;
        else if (name === 'counter') other.counter = (other.counter ^ (1 << (bit % 32))) >>> 0;
        else {
          const changed = Uint8Array.from(inputs[name]);
          const at = bit % changed.length;
          changed[at] = (changed[at] ?? 0) ^ (1 << (bit % 8));
          other[name] = changed;
        }
        const [right, wrong] = [shake(inputs), shake(other)];
        expect(wrong.fobProof).not.toEqual(right.fobProof);
        expect(wrong.ownerProof).not.toEqual(right.ownerProof);
        expect(read(wrong.session(FOB_ID), right.session(OWNER_ID).seal(0, plain))).toBeUndefined();
        expect(read(wrong.session(OWNER_ID), right.session(FOB_ID).seal(0, plain))).toBeUndefined();
      },
    ),
  );
});

it('a handshake never gives two records one nonce under one key', () => {
  fc.assert(
    fc.property(handshake, inputs => {
      const master = extract(primitives, inputs.ownerNonce, secret(inputs.key));
      expect(senderKey(master, OWNER_ID)).not.toEqual(senderKey(master, FOB_ID));
      const nonces = new Set<string>();
      const counters = [0, 1, 2, 255, 256, 257, 65279, 65280, SESSION_RECORDS_MAX - 1];
      for (const id of [OWNER_ID, FOB_ID]) {
        for (const counter of counters) nonces.add(recordNonce(commonIv(master), id, counter).join());
      }
      expect(nonces.size).toBe(2 * counters.length);
    }),
  );
});

it('a sealed session carries messages both ways, with any growing counters', () => {
  const counters = fc.uniqueArray(fc.nat({ max: SESSION_RECORDS_MAX - 1 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(handshake, counters, message, (inputs, drawn, plain) => {
      const { owner, fob } = sessions(inputs);
      for (const counter of drawn.sort((a, b) => a - b)) {
        expect(read(fob, owner.seal(counter, plain))).toEqual(plain);
        expect(fob.received).toBe(counter);
        expect(read(owner, fob.seal(counter, plain))).toEqual(plain);
      }
    }),
  );
});

it('a sealed session refuses every record that is not later than the last, in whatever order they come', () => {
  const order = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(handshake, order, message, (inputs, drawn, plain) => {
      const { owner, fob } = sessions(inputs);
      const records = Array.from({ length: 10 }, (_, counter) => owner.seal(counter, plain));
      let last = -1;
      for (const counter of drawn) {
        expect(read(fob, records[counter] ?? new Uint8Array(0)) !== undefined).toBe(counter > last);
        last = Math.max(last, counter);
        expect(fob.received).toBe(last);
      }
    }),
  );
});

it('a sealed session refuses its own records, reflected', () => {
  fc.assert(
    fc.property(handshake, message, (inputs, plain) => {
      const { owner, fob } = sessions(inputs);
      expect(read(owner, owner.seal(0, plain))).toBeUndefined();
      expect(read(fob, fob.seal(0, plain))).toBeUndefined();
    }),
  );
});

it('a sealed session refuses records with any one bit changed, cut or longer, and keeps its state', () => {
  fc.assert(
    fc.property(handshake, message, fc.uint8Array({ minLength: 1, maxLength: 20 }), (inputs, plain, more) => {
      const { owner, fob } = sessions(inputs);
      const record = owner.seal(7, plain);
      for (let bit = 0; bit < 8 * record.length; bit++) {
        const changed = Uint8Array.from(record);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(fob.open(changed)).toBeUndefined();
      }
      for (let length = 0; length < record.length; length++) {
        expect(fob.open(record.subarray(0, length))).toBeUndefined();
      }
      expect(fob.open(Uint8Array.of(...record, ...more))).toBeUndefined();
      expect(fob.received).toBe(-1);
      expect(read(fob, record)).toEqual(plain);
    }),
    { numRuns: 20 },
  );
});

it('a sealed session refuses the records of another, also after a reboot with the same key', () => {
  fc.assert(
    fc.property(handshake, bytes(16), message, (inputs, fobNonce, plain) => {
      const rebooted = { ...inputs, fobNonce, counter: (inputs.counter + 16) >>> 0 };
      const [before, after] = [sessions(inputs), sessions(rebooted)];
      for (const counter of [0, 1, 100]) {
        expect(read(after.fob, before.owner.seal(counter, plain))).toBeUndefined();
        expect(read(after.owner, before.fob.seal(counter, plain))).toBeUndefined();
      }
      expect(read(after.fob, after.owner.seal(0, plain))).toEqual(plain);
    }),
  );
});

it('a sealed session is another after a reboot even with repeated randomness, because its counter moved on', () => {
  fc.assert(
    fc.property(handshake, message, (inputs, plain) => {
      const again = sessions({ ...inputs, counter: (inputs.counter + 1) >>> 0 });
      expect(read(again.fob, sessions(inputs).owner.seal(0, plain))).toBeUndefined();
    }),
  );
});

it('a sealed session believes only the type inside', () => {
  fc.assert(
    fc.property(handshake, message, fc.nat({ max: 255 }), (inputs, plain, type) => {
      fc.pre(type !== plain[0]);
      const { owner, fob } = sessions(inputs);
      const record = owner.seal(0, plain);
      record[0] = type;
      expect(fob.open(record)).toBeUndefined();
      expect(fob.received).toBe(-1);
    }),
  );
});

it('a sealed session ends: no counter at its end or beyond is taken', () => {
  fc.assert(
    fc.property(
      handshake,
      message,
      fc.integer({ min: SESSION_RECORDS_MAX, max: 2 ** 32 - 1 }),
      (inputs, plain, over) => {
        const { owner, fob } = sessions(inputs);
        expect(fob.open(owner.seal(over, plain))).toBeUndefined();
        expect(read(fob, owner.seal(SESSION_RECORDS_MAX - 1, plain))).toEqual(plain);
      },
    ),
  );
});

it('a sealed session has records of the message, its counter in front and 8 bytes of tag behind', () => {
  fc.assert(
    fc.property(handshake, message, (inputs, plain) => {
      const record = sessions(inputs).owner.seal(258, plain);
      expect(record.length).toBe(1 + COUNTER_BYTES + plain.length + 8);
      expect([...record.subarray(0, 5)]).toEqual([plain[0], 0, 0, 1, 2]);
    }),
  );
});

it('a sealed session refuses a record without a command', () => {
  const { owner, fob } = sessions({
    kind: 0,
    key: new Uint8Array(32),
    serial: new Uint8Array(5),
    ownerNonce: new Uint8Array(16),
    fobNonce: new Uint8Array(16),
    counter: 0,
  });
  expect(fob.open(owner.seal(0, Uint8Array.of(3)))).toBeUndefined();
});
