import { base32nopad } from '@scure/base';
import type { AlgorithmName, Alphabet, PinPlace, TokenKind } from '../../../base/kinds.ts';
import { challengeLimits } from '../../../base/limits/challenges.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { refused } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { optional } from '../../../subjects/kit/field.ts';
import { user } from '../../../subjects/tokens/acts.ts';
import { type IssueInput, issueToken } from '../../../subjects/tokens/issue.ts';
import { kindFields, nameFields, tokenKind } from '../../../subjects/tokens/kind-fields.ts';
import { listPolicies } from '../../../subjects/tokens/policies.ts';
import type { TokenView } from '../../../subjects/tokens/views.ts';
import type { FormField } from '../../web/fields.ts';
import { formField, formFields } from '../kit/acts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';

const text = consoleTexts.tokens;

/** Serves issuing one token with a typed seed. */
export function serveIssuing(router: ConsoleRouter): void {
  serveForm(router, issueForm);
}

const issueForm: FormPage<TokenView> = {
  path: '/tokens/issue',
  action: 'token.issue',
  async view(visit) {
    const policies = await listPolicies(visit.management.db);
    return {
      title: text.issue,
      lead: text.issueLead,
      submit: text.issue,
      back: at('/tokens'),
      fields: await fieldsOf(
        visit,
        policies.map(({ name }) => name),
      ),
    };
  },
  run: issueTyped,
  done: (_context, { serial }) => ({ to: at('/token', { serial, done: 'issued' }) }),
};

async function fieldsOf(
  { management: { db }, value }: ConsoleContext,
  policies: readonly string[],
): Promise<FormField[]> {
  return [
    {
      name: 'serial',
      label: text.serial,
      hint: text.serialHint,
      max: tokenLimits.serialMax,
      faults: ['bad_serial', 'serial_taken'],
    },
    {
      name: 'seed',
      label: text.seed,
      hint: text.seedHint,
      kind: 'password',
      faults: ['bad_seed', 'bad_secret'],
    },
    { name: 'writing', label: text.seedWriting, kind: 'select', options: text.seedWritings, value: 'base32' },
    {
      ...(await formField(db, 'user', optional(user), value('user'))),
      hint: text.userHint,
      faults: [...user.refusals, 'too_many_tokens'],
    },
    {
      name: 'policy',
      label: text.policy,
      hint: text.policyHint,
      kind: 'select',
      options: [['', text.noPolicy], ...policies.map(name => [name, name] as const)],
      faults: ['unknown_policy'],
    },
    await formField(db, 'kind', tokenKind, 'totp'),
    ...(await formFields(db, kindFields)),
    {
      name: 'suite',
      label: text.suite,
      hint: text.suiteHint,
      optional: true,
      max: challengeLimits.ocraSuiteMax,
      faults: ['bad_suite'],
    },
    {
      name: 'counter',
      label: text.counter,
      hint: text.counterHint,
      value: '0',
      isNumber: true,
      faults: ['bad_counter'],
    },
    ...(await formFields(db, nameFields)),
  ];
}

async function issueTyped(visit: ConsoleContext) {
  const secret = seedOf(visit.value('seed'), visit.value('writing'));
  if (secret === undefined) return refused('bad_seed');
  try {
    return await issueToken(visit.management, visit.actor, inputOf(visit, secret));
  } finally {
    secret.fill(0);
  }
}

function inputOf({ value }: ConsoleContext, secret: Uint8Array): IssueInput {
  const user = value('user').trim();
  const policy = value('policy');
  const suite = value('suite').trim();
  return {
    serial: value('serial').trim(),
    secret,
    kind: value('kind') as TokenKind,
    algorithm: value('algorithm') as AlgorithmName,
    alphabet: value('alphabet') as Alphabet,
    digits: Number(value('digits')),
    period: Number(value('period')),
    lookAhead: Number(value('lookAhead') || tokenLimits.lookAheadDefault),
    pinPlace: value('pinPlace') as PinPlace,
    counter: Number(value('counter')),
    issuer: value('issuer'),
    label: value('label'),
    ...(suite !== '' && { suite }),
    ...(policy !== '' && { policy }),
    ...(user !== '' && { user }),
  };
}

/**
 * Returns the bytes of a printed seed, in groups or not, padded or not. The operator states the encoding, because
 * some seeds are valid in both.
 */
function seedOf(typed: string, writing: string): Uint8Array | undefined {
  const plain = typed.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (writing === 'hex')
    return /^(?:[0-9A-F]{2})+$/.test(plain) ? new Uint8Array(Buffer.from(plain, 'hex')) : undefined;
  try {
    return plain === '' ? undefined : base32nopad.decode(plain);
  } catch {
    return undefined;
  }
}
