import type { Factors } from '../../base/kinds.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import type { Db } from '../../storage/database/database.ts';
import { areAllDecimal } from '../../subjects/tokens/passcode-keys.ts';
import { asksServicePin } from '../../subjects/users/pin.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import type { FormField } from '../web/fields.ts';
import { newAttempt } from '../web/forms.ts';

/** Facts of the pages for users who are not signed in. */
export interface SignInFacts {
  /** The service's name. */
  readonly service: string;
  /** Whether every passcode is a number. */
  readonly isNumber: boolean;
  /** Whether any token needs a PIN at the service. */
  readonly asksPin: boolean;
}

export async function signInFacts(db: Db): Promise<SignInFacts> {
  return {
    service: await readServiceName(db),
    isNumber: await areAllDecimal(db),
    asksPin: await asksServicePin(db),
  };
}

/** Returns a field for a passcode. @param isNumber whether every passcode is a number */
export function passcodeField(name: string, label: string, isNumber: boolean): FormField {
  return {
    name,
    label,
    max: validationLimits.passcodeFieldMax,
    autocomplete: 'one-time-code',
    isNumber,
    hint: texts.login.passcodeHint,
  };
}

/**
 * Returns the fields besides the user name that the service's own application asks for, the passcode last.
 * @param asksPin whether the policy of a token may require a PIN at the service, even if the application does not
 */
export function logInFields(factors: Factors, isNumber: boolean, asksPin: boolean): FormField[] {
  // Not everybody has a PIN at the service: a fob with its own PIN is proof enough.
  const pin =
    factors === 'pin_otp' || asksPin ? { ...pinField(texts.login.pinHint), optional: true } : undefined;
  return proofFields(factors, isNumber, pin);
}

/** Returns the fields of a proof: the password if the application asks for one, a PIN if any, the passcode. */
export function proofFields(factors: Factors, isNumber: boolean, pin?: FormField): FormField[] {
  const password: FormField = {
    name: 'password',
    label: texts.login.password,
    kind: 'password',
    max: credentialLimits.passwordFieldMax,
    autocomplete: 'current-password',
  };
  const passcode = passcodeField('passcode', texts.login.passcode, isNumber);
  return [...(factors === 'password_otp' ? [password] : []), ...(pin === undefined ? [] : [pin]), passcode];
}

function pinField(hint: string): FormField {
  return {
    name: 'pin',
    label: texts.login.pin,
    kind: 'password',
    max: validationLimits.passcodeFieldMax,
    isNumber: true,
    hint,
  };
}

/** Returns the field of the present PIN, for choosing a new one. */
export function presentPinField(): FormField {
  return { ...pinField(selfServiceTexts.pin.presentHint), label: selfServiceTexts.pin.present };
}

/** Returns a hidden key that makes repeats of one page's form one request. */
export function attemptField(): FormField {
  return {
    name: 'attempt',
    label: '',
    kind: 'hidden',
    value: newAttempt(),
  };
}
