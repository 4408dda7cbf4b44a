import { tokenLimits } from '../../../base/limits/tokens.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { PolicyView } from '../../../subjects/tokens/policies.ts';
import type { FormField } from '../../web/fields.ts';

const text = consoleTexts.policies;

/**
 * Returns the fields for the kind of passcodes, of a token and of a policy.
 *
 * @param kinds the kinds to choose from, by default those of a policy
 */
export function kindFields({
  policy,
  kinds = text.kinds,
}: {
  readonly policy?: PolicyView | undefined;
  readonly kinds?: FormField['options'];
}): FormField[] {
  return [
    {
      name: 'kind',
      label: text.kind,
      kind: 'select',
      options: kinds,
      value: policy?.kind ?? 'totp',
      faults: ['bad_kind'],
    },
    {
      name: 'algorithm',
      label: text.algorithm,
      kind: 'select',
      options: text.algorithms,
      value: policy?.algorithm ?? 'sha1',
      faults: ['bad_algorithm'],
    },
    {
      name: 'alphabet',
      label: text.alphabet,
      kind: 'select',
      options: text.alphabets,
      value: policy?.alphabet ?? 'decimal',
      faults: ['bad_alphabet'],
    },
    {
      name: 'digits',
      label: text.digits,
      isNumber: true,
      value: String(policy?.digits ?? tokenLimits.digitsDefault),
      faults: ['bad_digits'],
    },
    {
      name: 'period',
      label: text.period,
      hint: text.periodHint,
      isNumber: true,
      value: String(policy?.periodSeconds ?? tokenLimits.periodDefaultSeconds),
      faults: ['bad_period'],
    },
    lookAheadField(policy),
    {
      name: 'pinPlace',
      label: text.pinPlace,
      kind: 'select',
      options: text.pinPlaces,
      value: policy?.pinPlace ?? 'none',
      faults: ['bad_pin_place'],
    },
  ];
}

function lookAheadField(policy: PolicyView | undefined): FormField {
  return {
    name: 'lookAhead',
    label: text.lookAhead,
    hint: text.lookAheadHint(tokenLimits.lookAheadMin, tokenLimits.lookAheadMax),
    isNumber: true,
    value: String(policy?.lookAhead ?? tokenLimits.lookAheadDefault),
    faults: ['bad_look_ahead'],
  };
}
