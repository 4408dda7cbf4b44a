import type { CarrierStep } from 'passfob/carrier/messages';
import type { Client } from 'passfob/client/client';
import type { Hello } from 'passfob/client/hello';
import type { OwnerTools } from 'passfob/owner/tools';
import type { Management } from '../../../../storage/management.ts';
import type { ActivationStep } from '../../../../storage/schema/schema.ts';
import type { Claim, ClaimedActivation } from '../records/claim.ts';
import type { CodeInput, CodeWait } from './typed-code.ts';

/** Facts that are sent with a step. */
export interface StepFacts {
  readonly again?: boolean;
  readonly seconds?: number;
  readonly same?: boolean;
}

/** The enrolment of one fob at the other end of a relay. */
export interface Run {
  readonly management: Management;
  readonly claim: Claim;
  readonly client: Client;
  readonly hello: Hello;
  /** As it was when it was entered: only its constant parts are valid. */
  readonly activation: ClaimedActivation;
  readonly tools: OwnerTools;
  /** Shows the user a step. */
  readonly tell: (step: CarrierStep, text: string, facts?: StepFacts) => void;
  /** Waits for the user's input about the code on the screen. @throws FobError `cancelled`, `unplugged` */
  readonly typedCode: (wait: CodeWait) => Promise<CodeInput>;
}

/** Stores the step that the enrolment has reached. @throws RelayRefusal if the claim is lost */
export function recordStep(claim: Claim, step: ActivationStep): Promise<void> {
  return claim.holding(async ({ db }, { id }) => {
    await db.updateTable('activations').set({ step }).where('id', '=', id).execute();
  });
}
