import type { Factors } from '../../base/kinds.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import type { FormField } from '../web/fields.ts';
import { newAttempt } from '../web/forms.ts';

/** A field for a passcode. @param isNumber whether every passcode is a number */
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

/** The fields besides the user name by which the service's own application lets somebody in, the passcode last. */
export function logInFields(factors: Factors, isNumber: boolean): FormField[] {
  // A token's policy may want one where the application does not; a fob that asks for its own is proof enough.
  return proofFields(factors, isNumber, { ...pinField(texts.login.pinHint), optional: true });
}

/** The fields that show that somebody is there: the password where the application asks for one, a PIN if any, the passcode. */
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

/** The PIN of before, where a new one is chosen. */
export function presentPinField(): FormField {
  return { ...pinField(selfServiceTexts.pin.presentHint), label: selfServiceTexts.pin.present };
}

/** A key by which repeats of one page's form are one request. */
export function attemptField(): FormField {
  return {
    name: 'attempt',
    label: '',
    kind: 'hidden',
    value: newAttempt(),
  };
}
