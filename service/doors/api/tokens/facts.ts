import { tokenLimits } from '../../../base/limits/tokens.ts';
import { revokedReasons, type TokenState, tokenStates } from '../../../base/token-states.ts';
import { algorithms, alphabets, pinPlaces } from '../../../features/tokens/facts.ts';
import { enumOf, facts, named, nullable, number, object, oneOf, time, whole } from '../kit/shapes.ts';

export const kind = oneOf('hotp', 'totp');
/** Of tokens alone: a policy makes none that answer questions. */
export const tokenKind = oneOf('hotp', 'totp', 'ocra');
const algorithm = oneOf(...algorithms);
const alphabet = oneOf(...alphabets);
const pinPlace = oneOf(...pinPlaces);
export const tokenState = oneOf(...(Object.keys(tokenStates) as TokenState[]));
export const revokedReason = oneOf(...revokedReasons);

/** What a token or a policy may be told to be like. */
export const factFields = {
  algorithm,
  alphabet,
  digits: whole(tokenLimits.charactersMin, tokenLimits.digitsMax),
  period: whole(tokenLimits.periodMinSeconds, tokenLimits.periodMaxSeconds),
  pinPlace,
  lookAhead: whole(tokenLimits.lookAheadMin, tokenLimits.lookAheadMax),
} as const;

/** What a token or a policy is like. */
export const shownFacts = {
  kind,
  algorithm,
  alphabet,
  digits: number,
  periodSeconds: nullable(number),
  pinPlace,
  lookAhead: nullable(number),
} as const;

export const token = named(
  object({
    serial: enumOf,
    user: nullable(enumOf),
    state: tokenState,
    revokedReason: nullable(enumOf),
    ...shownFacts,
    kind: tokenKind,
    suite: nullable(enumOf),
    driftSteps: number,
    issuer: enumOf,
    label: enumOf,
    createdMs: time,
    lastUsedMs: nullable(time),
  }),
  'Token',
);

export const assignment = object({ user: enumOf, fromMs: time, toMs: nullable(time), actor: enumOf });
export const act = object({ atMs: time, actor: enumOf, role: enumOf, action: enumOf, detail: facts });
