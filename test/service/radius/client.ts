import { createHash, createHmac, randomBytes } from 'node:crypto';

/** One attribute: its type and its value. */
export type Pair = readonly [number, Uint8Array | string];

/** A RADIUS client's request, built by RFC 2865 and 2869 without the service's own code. */
export interface Request {
  readonly code?: number;
  readonly identifier?: number;
  readonly authenticator?: Buffer;
  readonly secret: string;
  readonly user?: string;
  readonly password?: string;
  readonly attributes?: readonly Pair[];
  /** Default: right, as the first attribute. */
  readonly message?: 'right' | 'last' | 'missing' | 'wrong';
}

export interface Sent {
  readonly bytes: Buffer;
  readonly authenticator: Buffer;
}

const md5 = (...parts: Uint8Array[]) => createHash('md5').update(Buffer.concat(parts)).digest();

/** Hides a password as in User-Password of RFC 2865 §5.2. */
export function hidden(password: string | Uint8Array, secret: string, authenticator: Uint8Array): Buffer {
  const plain = Buffer.from(password);
  const padded = Buffer.alloc(Math.max(16, Math.ceil(plain.length / 16) * 16));
  plain.copy(padded);
  let before = Buffer.from(authenticator);
  for (let at = 0; at < padded.length; at += 16) {
    const pad = md5(Buffer.from(secret), before);
    for (let index = at; index < at + 16; index++)
      padded[index] = (padded[index] ?? 0) ^ (pad[index - at] ?? 0);
    before = Buffer.from(padded.subarray(at, at + 16));
  }
  return padded;
}

export function makeRequest(request: Request): Sent {
  const { code = 1, identifier = 7, secret, user, password, attributes = [], message = 'right' } = request;
  const authenticator = request.authenticator ?? randomBytes(16);
  const all: Pair[] = [...attributes];
  if (password !== undefined) all.unshift([2, hidden(password, secret, authenticator)]);
  if (user !== undefined) all.unshift([1, user]);
  const own: Pair = [80, new Uint8Array(16)];
  if (message === 'last') all.push(own);
  else if (message !== 'missing') all.unshift(own);
  const body = Buffer.concat(
    all.map(([type, value]) => {
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([type, bytes.length + 2]), bytes]);
    }),
  );
  const bytes = Buffer.concat([Buffer.from([code, identifier, 0, 0]), authenticator, body]);
  bytes.writeUInt16BE(bytes.length, 2);
  if (message !== 'missing') {
    const mac = createHmac('md5', secret).update(bytes).digest();
    if (message === 'wrong') mac[0] = (mac[0] ?? 0) ^ 1;
    mac.copy(bytes, message === 'last' ? bytes.length - 16 : 22);
  }
  return { bytes, authenticator };
}

/** A response with valid signatures, whose Message-Authenticator comes first. */
export interface Answer {
  readonly code: number;
  readonly identifier: number;
  readonly attributes: readonly Pair[];
}

/** Checks a response as RFC 2865 §3 and the remedy of CVE-2024-3596 require. @throws Error */
export function readAnswer(bytes: Buffer, { authenticator }: Sent, secret: string): Answer {
  const signed = Buffer.from(bytes);
  authenticator.copy(signed, 4);
  if (!md5(signed, Buffer.from(secret)).equals(bytes.subarray(4, 20)))
    throw new Error('Response Authenticator');
  if (bytes.length !== bytes.readUInt16BE(2)) throw new Error('length');
  if (bytes[20] !== 80 || bytes[21] !== 18) throw new Error('Message-Authenticator is not the first');
  const mac = Buffer.from(bytes.subarray(22, 38));
  signed.fill(0, 22, 38);
  if (!createHmac('md5', secret).update(signed).digest().equals(mac))
    throw new Error('Message-Authenticator');
  const attributes: Pair[] = [];
  for (let at = 38; at < bytes.length; at += bytes[at + 1] ?? 0)
    attributes.push([bytes[at] ?? 0, bytes.subarray(at + 2, at + (bytes[at + 1] ?? 0))]);
  return { code: bytes[0] ?? 0, identifier: bytes[1] ?? 0, attributes };
}

/** Returns a seeded generator of numbers below a bound and of choices. */
export function makeRandomness(seed: number) {
  let state = seed;
  const below = (bound: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  const oneOf = <T>(some: readonly T[]): T => {
    const found = some[below(some.length)];
    if (found === undefined) throw new RangeError('none of nothing');
    return found;
  };
  const bytes = (most: number) => Buffer.from(Array.from({ length: below(most + 1) }, () => below(256)));
  return { below, oneOf, bytes };
}
