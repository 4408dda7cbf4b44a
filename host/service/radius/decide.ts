import { randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Management } from '../management.ts';
import { radiusTexts } from '../texts/radius.ts';
import { resyncOwnToken } from '../tokens/codes/resync.ts';
import type { Outcome } from '../validation/outcomes.ts';
import type { ValidationRequest } from '../validation/request.ts';
import { prepareSource } from '../validation/source.ts';
import { revealPassword } from './authenticators.ts';
import { takeApart } from './field.ts';
import type { KnownClient, KnownClients } from './known-clients.ts';
import { outOfStep } from './next-code.ts';
import { codes, type NewPacket, type Packet, types, valuesOf } from './packet.ts';
import type { States } from './states.ts';

/** What log-ins over RADIUS are decided with. */
export interface Deciding {
  readonly management: Management;
  readonly clients: KnownClients;
  readonly states: States;
  /** The engine that decides for every front. */
  readonly decide: (request: ValidationRequest) => Promise<Outcome>;
}

/** An authentic Access-Request with who sent it. */
export interface Asked {
  readonly packet: Packet;
  readonly client: KnownClient;
  readonly address: string;
}

type Reply = Pick<NewPacket, 'code' | 'attributes'>;

const said = (text: string) => ({ type: types.replyMessage, value: Buffer.from(text) });
const accept: Reply = { code: codes.accessAccept, attributes: [] };
/** One refusal for every reason. */
const reject: Reply = { code: codes.accessReject, attributes: [said(radiusTexts.refused)] };

/**
 * Decides an Access-Request. Only Access-Accept may let anybody in, and the engine alone says so.
 *
 * @throws ServiceError `busy`, or a database error; then nothing was accepted, and nothing is answered
 */
export async function answerAccess(deciding: Deciding, asked: Asked): Promise<Reply> {
  const request = readRequest(asked);
  if (request === undefined || asked.client.application === undefined) return reject;
  if (asksForPush(request.field)) return reject;
  if (request.state === undefined) return await logIn(deciding, asked, request);
  const bound = { clientId: asked.client.id, user: request.user };
  const awaited = deciding.states.take(request.state, bound);
  if (awaited === undefined) return reject;
  if (awaited.kind === 'log_in') return await logIn(deciding, asked, request);
  const { userId, first } = awaited;
  const { source, requestId, field } = request;
  const actor = { name: request.user, role: 'user', source, requestId } as const;
  const found = await resyncOwnToken(deciding.management, actor, { userId, first, second: field });
  // Both passcodes are used up now: a log-in shows one after them.
  return found.ok ? challenge(deciding, bound, { kind: 'log_in' }, radiusTexts.logInAgain) : reject;
}

/** What an Access-Request said. `field` is a secret. */
interface Request {
  readonly user: string;
  readonly field: string;
  readonly state: Uint8Array | undefined;
  readonly source: string;
  readonly requestId: string;
}

/** Undefined where it is no PAP request (RFC 2865 §5.2) of one user. */
function readRequest({ packet, client, address }: Asked): Request | undefined {
  const [[user, second], [hidden, other], [state, more]] = [
    valuesOf(packet, types.userName),
    valuesOf(packet, types.userPassword),
    valuesOf(packet, types.state),
  ];
  if (user === undefined || hidden === undefined) return undefined;
  if (second !== undefined || other !== undefined || more !== undefined) return undefined;
  const isOther = ({ type }: { type: number }) => type === types.eapMessage || type === types.chapPassword;
  if (packet.attributes.some(isOther)) return undefined;
  const field = revealPassword(hidden, client.secret, packet.authenticator);
  if (field === undefined) return undefined;
  const [station] = valuesOf(packet, types.callingStationId);
  return {
    user: textOf(user),
    field: textOf(field),
    state,
    source: prepareSource(station === undefined ? address : textOf(station)),
    requestId: randomUUID(),
  };
}

/** Text in UTF-8; what is none is empty, and so nobody's name or passcode. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '';
  }
}

/** An empty or one-character field is not a passcode of any token: it asks for a press on the fob, where that is served. */
export function asksForPush(field: string): boolean {
  return [...field].length <= 1;
}

async function logIn(deciding: Deciding, asked: Asked, request: Request): Promise<Reply> {
  const { user, field } = request;
  const factors = asked.client.application?.factors ?? 'otp';
  const typed = await takeApart(deciding.management, user, { field, factors });
  if (typed.passcode.length > limits.passcodeFieldMax) return reject;
  const outcome = await decided(deciding, asked, { ...typed, ...request });
  if (outcome === 'accepted') return accept;
  const userId = outcome === 'wrong' ? await outOfStep(deciding.management, user, typed.passcode) : undefined;
  if (userId === undefined) return reject;
  const bound = { clientId: asked.client.id, user };
  return challenge(
    deciding,
    bound,
    { kind: 'next_code', userId, first: typed.passcode },
    radiusTexts.nextCode,
  );
}

type Shown = Pick<ValidationRequest, 'user' | 'passcode' | 'pin' | 'password' | 'source' | 'requestId'>;

/** By the engine, once; anew where the application has changed since this node last looked. */
async function decided(
  deciding: Deciding,
  { packet, client, address }: Asked,
  { user, passcode, pin, password, source, requestId }: Shown,
): Promise<Outcome | undefined> {
  const shown = { user, passcode, pin, password, source, requestId };
  const { identifier, authenticator } = packet;
  const idempotencyKey = `radius:${client.id}:${identifier}:${Buffer.from(authenticator).toString('hex')}`;
  const ask = async ({ application }: KnownClient) => {
    if (application === undefined) return undefined;
    const { id: applicationId, factors, standing } = application;
    return await deciding.decide({ ...shown, applicationId, factors, standing, idempotencyKey });
  };
  try {
    return await ask(client);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'application_changed') throw error;
    deciding.clients.forget();
    const now = await deciding.clients.find(address);
    // What was typed was taken apart by the factors as they were.
    const isSame = now?.application?.factors === client.application?.factors;
    return now?.id === client.id && isSame ? await ask(now) : undefined;
  }
}

function challenge(
  { states }: Deciding,
  bound: Parameters<States['open']>[0],
  awaited: Parameters<States['open']>[1],
  text: string,
): Reply {
  const state = { type: types.state, value: states.open(bound, awaited) };
  const timeout = Buffer.alloc(4);
  timeout.writeUInt32BE(limits.radiusChallengeMs / 1000);
  return {
    code: codes.accessChallenge,
    attributes: [said(text), state, { type: types.sessionSeconds, value: timeout }],
  };
}
