import { tokenLimits } from '../../../base/limits/tokens.ts';
import {
  facts,
  named,
  nullable,
  number,
  object,
  oneOf,
  serviceText,
  time,
  whole,
} from '../../../base/shapes.ts';
import { revokedReasons, type TokenState, tokenStates } from '../../../base/token-states.ts';
import { algorithms, alphabets, pinPlaces } from '../../../subjects/tokens/facts.ts';

export const kind = oneOf('hotp', 'totp');
/** For tokens only: no policy makes tokens that answer questions. */
export const tokenKind = oneOf('hotp', 'totp', 'ocra');
const algorithm = oneOf(...algorithms);
const alphabet = oneOf(...alphabets);
const pinPlace = oneOf(...pinPlaces);
export const tokenState = oneOf(...(Object.keys(tokenStates) as TokenState[]));
export const revokedReason = oneOf(...revokedReasons);

/** Settable properties of a token or a policy. */
export const factFields = {
  algorithm,
  alphabet,
  digits: whole(tokenLimits.charactersMin, tokenLimits.digitsMax),
  period: whole(tokenLimits.periodMinSeconds, tokenLimits.periodMaxSeconds),
  pinPlace,
  lookAhead: whole(tokenLimits.lookAheadMin, tokenLimits.lookAheadMax),
} as const;

/** Properties of a token or a policy in responses. */
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
    serial: serviceText,
    user: nullable(serviceText),
    state: tokenState,
    revokedReason: nullable(serviceText),
    ...shownFacts,
    kind: tokenKind,
    suite: nullable(serviceText),
    driftSteps: number,
    issuer: serviceText,
    label: serviceText,
    createdMs: time,
    lastUsedMs: nullable(time),
  }),
  'Token',
);

export const assignment = object({
  user: serviceText,
  fromMs: time,
  toMs: nullable(time),
  actor: serviceText,
});
export const act = object({
  atMs: time,
  actor: serviceText,
  role: serviceText,
  action: serviceText,
  detail: facts,
});
