import { base32nopad } from '@scure/base';
import { challengeLimits } from '../../../base/limits/challenges.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { refused } from '../../../base/results.ts';
import { count, justOne, object, text, whole } from '../../../base/shapes.ts';
import { shapesOf } from '../../../subjects/kit/act.ts';
import { repairLastSteps } from '../../../subjects/tokens/codes/repair.ts';
import { issueToken } from '../../../subjects/tokens/issue.ts';
import { kindFields, nameFields, tokenKind } from '../../../subjects/tokens/kind-fields.ts';
import { tokens } from '../../../subjects/tokens/list.ts';
import { tokenHistoryShape, tokenShape, viewToken } from '../../../subjects/tokens/views.ts';
import { routeOfPages } from '../kit/acts.ts';
import { serial, serialParams, userName } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const seed = justOne(
  object({}, { base32: text(tokenLimits.seedTextMax), hex: text(tokenLimits.seedTextMax) }),
);
export const tokenRoutes: readonly ApiRoute[] = [
  routeOfPages(tokens),
  route({
    name: 'tokens.issue',
    summary: 'Issue a token for a user or for the inventory.',
    method: 'POST',
    path: '/v1/tokens',
    permission: 'token.issue',
    body: object(
      { serial, seed },
      {
        ...shapesOf({ ...kindFields, ...nameFields }),
        kind: tokenKind.shape,
        suite: text(challengeLimits.ocraSuiteMax),
        counter: whole(0, tokenLimits.counterMax),
        policy: text(tokenLimits.policyNameMax),
        user: userName,
      },
    ),
    example: {
      serial: 'FOB-7',
      kind: 'totp',
      digits: 6,
      period: 30,
      seed: { base32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
      user: 'ada',
    },
    answer: tokenShape,
    status: 201,
    refusals: [
      'unreadable_seed',
      'bad_serial',
      'bad_kind',
      'bad_suite',
      'bad_algorithm',
      'bad_alphabet',
      'bad_digits',
      'bad_period',
      'bad_pin_place',
      'bad_look_ahead',
      'bad_counter',
      'bad_secret',
      'bad_issuer',
      'bad_label',
      'serial_taken',
      'unknown_policy',
      'unknown_user',
      'disabled_user',
      'too_many_tokens',
    ],
    handle: async ({ management, actor, body: { seed: given, ...body } }) => {
      const secret = bytesOfSeed(given);
      if (secret === undefined) return refused('unreadable_seed');
      try {
        return await issueToken(management, actor, { ...body, secret });
      } finally {
        secret.fill(0);
      }
    },
  }),
  route({
    name: 'tokens.get',
    summary: 'Show one token with what happened to it.',
    method: 'GET',
    path: '/v1/tokens/:serial',
    permission: 'read',
    params: serialParams,
    answer: tokenHistoryShape,
    refusals: ['unknown_serial'],
    handle: ({ management, params }) => viewToken(management.db, params.serial),
  }),
];

export const repairAllRoute: ApiRoute = route({
  name: 'tokens.repair-last-steps',
  summary:
    'Move the last accepted step back to the present for all tokens that are refused because a clock was ahead.',
  method: 'POST',
  path: '/v1/tokens/repair-last-steps',
  permission: 'token.repair-last-step',
  answer: object({ repaired: count }),
  refusals: ['step_not_ahead'],
  handle: ({ management, actor }) => repairLastSteps(management, actor),
});

interface SeedText {
  readonly base32?: string;
  readonly hex?: string;
}

/** Returns the bytes of a sent seed; undefined if its text does not match its field's encoding. */
function bytesOfSeed({ base32, hex }: SeedText): Uint8Array | undefined {
  if (hex !== undefined)
    return /^(?:[\da-f]{2})+$/i.test(hex) ? new Uint8Array(Buffer.from(hex, 'hex')) : undefined;
  try {
    return base32nopad.decode((base32 ?? '').toUpperCase().replace(/[ -]/g, '').replace(/=+$/, ''));
  } catch {
    return undefined;
  }
}
