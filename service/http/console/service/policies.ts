import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { html, nothing } from '../../../base/html.ts';
import type { AlgorithmName, Alphabet, PinPlace, PolicyKind } from '../../../base/kinds.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import {
  changePolicy,
  createPolicy,
  listPolicies,
  type PolicyInput,
  type PolicyView,
  removePolicy,
} from '../../../subjects/tokens/policies.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, actions, moment } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { kindOf } from '../overview/tables.ts';
import { kindFields } from '../tokens/kind-fields.ts';

const text = consoleTexts.policies;

/** Serves policies: the properties of future tokens. */
export function servePolicies(router: ConsoleRouter): void {
  router.page('/policies', 'read', async visit => {
    const policies = await listPolicies(visit.management.db);
    const mayChange = visit.may('policy.change');
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([mayChange ? actionLink(at('/policies/create'), text.create) : nothing])}
${table(
  text.title,
  policies.map(policy => row(policy, mayChange)),
  text.none,
)}`,
    };
  });
  for (const form of [createForm, changeForm, removeForm]) serveForm(router, form);
}

function row(policy: PolicyView, mayChange: boolean): readonly Cell[] {
  const { name } = policy;
  const acts = mayChange
    ? html`<a href="${at('/policy/change', { id: name })}">${consoleTexts.change}<span class="unseen"> ${name}</span></a>
<a href="${at('/policy/remove', { id: name })}">${consoleTexts.remove}<span class="unseen"> ${name}</span></a>`
    : nothing;
  return [
    [text.name, html`<strong>${name}</strong>`, 'bare'],
    [text.kind, kindOf(policy)],
    [text.pinPlace, text.pinPlaces.find(([place]) => place === policy.pinPlace)?.[1] ?? null],
    [text.pinMinDigits, policy.pinMinDigits],
    [text.version, policy.version],
    [text.changed, moment(policy.changedMs)],
    ...(mayChange ? [[consoleTexts.actions, acts, 'bare'] as const] : []),
  ];
}

const nameField: FormField = {
  name: 'name',
  label: text.name,
  max: tokenLimits.policyNameMax,
  faults: ['bad_policy_name', 'policy_taken', 'too_many_policies'],
};

function factFields(policy?: PolicyView): FormField[] {
  return [
    ...kindFields({ policy }),
    {
      name: 'pinMinDigits',
      label: text.pinMinDigits,
      hint: text.pinMinDigitsHint(PIN_DIGITS_MIN, PIN_DIGITS_MAX),
      isNumber: true,
      value: String(policy?.pinMinDigits ?? PIN_DIGITS_MIN),
      faults: ['bad_pin_digits'],
    },
  ];
}

function inputOf({ value }: ConsoleContext, name: string): PolicyInput {
  return {
    name,
    kind: value('kind') as PolicyKind,
    algorithm: value('algorithm') as AlgorithmName,
    alphabet: value('alphabet') as Alphabet,
    digits: Number(value('digits')),
    period: Number(value('period')),
    lookAhead: Number(value('lookAhead') || tokenLimits.lookAheadDefault),
    pinPlace: value('pinPlace') as PinPlace,
    pinMinDigits: Number(value('pinMinDigits')),
  };
}

const backToList = at('/policies');

const createForm: FormPage<PolicyView> = {
  path: '/policies/create',
  action: 'policy.change',
  async view() {
    return {
      title: text.create,
      fields: [nameField, ...factFields()],
      submit: text.create,
      back: backToList,
    };
  },
  run: visit => createPolicy(visit.management, visit.actor, inputOf(visit, visit.value('name'))),
  done: () => ({ to: at('/policies', { done: 'created' }) }),
};

async function policyOf({ management, value }: ConsoleContext): Promise<PolicyView | undefined> {
  return (await listPolicies(management.db)).find(({ name }) => name === value('id'));
}

const subject = (policy: PolicyView): FormField => ({
  name: 'id',
  label: '',
  kind: 'hidden',
  value: policy.name,
});

const changeForm: FormPage<PolicyView> = {
  path: '/policy/change',
  action: 'policy.change',
  async view(visit) {
    const policy = await policyOf(visit);
    if (policy === undefined) return { instead: missingPage('unknown_policy') };
    return {
      title: text.changeOf(policy.name),
      lead: text.changeLead,
      fields: [subject(policy), ...factFields(policy)],
      submit: consoleTexts.save,
      back: backToList,
    };
  },
  run: visit => changePolicy(visit.management, visit.actor, inputOf(visit, visit.value('id'))),
  done: () => ({ to: at('/policies', { done: 'changed' }) }),
};

const removeForm: FormPage<PolicyView> = {
  path: '/policy/remove',
  action: 'policy.change',
  async view(visit) {
    const policy = await policyOf(visit);
    if (policy === undefined) return { instead: missingPage('unknown_policy') };
    return {
      title: text.removeOf(policy.name),
      lead: text.removeLead,
      fields: [subject(policy)],
      submit: consoleTexts.remove,
      isFinal: true,
      back: backToList,
    };
  },
  run: ({ management, actor, value }) => removePolicy(management, actor, { name: value('id') }),
  done: () => ({ to: at('/policies', { done: 'removed' }) }),
};
