import { randomUUID } from 'node:crypto';
import { serviceActor } from '../base/actor.ts';
import { ServiceError } from '../base/errors.ts';
import type { Outcome } from '../base/outcomes.ts';
import { done, type Result } from '../base/results.ts';
import { prepareSource } from '../base/source.ts';
import { texts } from '../base/texts/texts.ts';
import type { TokenState } from '../base/token-states.ts';
import type { Changes } from '../storage/database/changes.ts';
import type { Db } from '../storage/database/database.ts';
import { ensureIdentity } from '../storage/encryption-at-rest/identity.ts';
import type { Management } from '../storage/management.ts';
import { type Alert, listAlerts } from '../subjects/alerts/alerts.ts';
import { rotateApplicationKey } from '../subjects/applications/acts.ts';
import type { Application } from '../subjects/applications/applications.ts';
import { applicationNow } from '../subjects/applications/cache.ts';
import { startActivation } from '../subjects/enrolment/activations.ts';
import type { ActivationView } from '../subjects/enrolment/views.ts';
import { type LocalMail, localMail } from '../subjects/mail/outbox.ts';
import { addToken, type NewToken } from '../subjects/tokens/issue.ts';
import { changeTokenState } from '../subjects/tokens/moves.ts';
import { createPolicy, type PolicyInput } from '../subjects/tokens/policies.ts';
import { listTokens, type TokenView } from '../subjects/tokens/views.ts';
import { createUser } from '../subjects/users/acts.ts';
import { findUser, prepareUserName } from '../subjects/users/users.ts';
import type { ValidationEngine } from '../subjects/validation/engine.ts';
import { listEvents, type ValidationEvent } from '../subjects/validation/events.ts';

/** One log-in to validate, from inside this process. */
export interface LocalValidation {
  readonly user: string;
  readonly passcode: string;
  /** Secrets, if the log-in application asks for them. */
  readonly password?: string;
  readonly pin?: string;
  readonly source: string;
  readonly idempotencyKey?: string;
}

/** A user who is invited to enrol a fob. */
export interface Invitation {
  readonly user: string;
  readonly email: string;
  /** The policy of the token; it is created if no policy has this name. */
  readonly policy?: PolicyInput;
}

/** Operations inside the process, without HTTP. */
export interface LocalOperations {
  addToken(token: NewToken): Promise<Result<TokenView>>;
  changeTokenState(serial: string, to: TokenState): Promise<Result<TokenView>>;
  tokens(): Promise<TokenView[]>;
  /** Mails a user an activation for any fob. Creates a missing user. */
  invite(invitation: Invitation): Promise<Result<ActivationView>>;
  /** Replaces the log-in application's API key; the old one stops working. A secret. */
  renewApiKey(): Promise<Result<string>>;
  /** The fingerprint of the service's identity, by which agents know it, in hexadecimal. */
  fingerprint(): Promise<string>;
  /**
   * Validates a log-in with the factors that the log-in application asks for. Only `accepted` may let a user in;
   * `outcome` is for operators.
   *
   * @throws ServiceError `application_changed` if that application is disabled or changes meanwhile
   */
  validate(request: LocalValidation): Promise<{ accepted: boolean; outcome: Outcome }>;
  alerts(): Promise<Alert[]>;
  /** Mail to users that stays local because there is no mail server; newest first. Links in it are secrets. */
  outbox(): Promise<LocalMail[]>;
  events(): Promise<ValidationEvent[]>;
}

/** The parts that the operations use. */
interface LocalDependencies {
  readonly management: Management;
  readonly engine: ValidationEngine;
  /** The log-in application. */
  readonly application: Application;
  readonly changes: Changes;
}

/** Makes the operations over the parts of a service. */
export function localOperations(parts: LocalDependencies): LocalOperations {
  const { changes, engine, management, application } = parts;
  const { db, keys, clock } = management;
  const announced = <T>(result: T): T => {
    changes.announce();
    return result;
  };
  return {
    addToken: async token => announced(await addToken(db, keys, token, clock())),
    changeTokenState: async (serial, to) =>
      announced(await changeTokenState(management, serviceActor, serial, to)),
    tokens: () => listTokens(db),
    invite: async invitation => announced(await invite(management, invitation)),
    renewApiKey: async () => {
      const renewed = await rotateApplicationKey(management, serviceActor, { id: application.id });
      return renewed.ok ? done(renewed.value.value) : renewed;
    },
    fingerprint: async () => {
      const { fingerprint } = await ensureIdentity(db, keys, clock());
      return fingerprint.replaceAll(' ', '');
    },
    validate: async request => {
      const now = await applicationNow(db, application.id);
      if (now === undefined) throw new ServiceError('application_changed', texts.startup.applicationDisabled);
      const { id: applicationId, factors, standing } = now;
      const source = prepareSource(request.source);
      const from = { source, applicationId, requestId: randomUUID() };
      const { idempotencyKey: value } = request;
      const idempotencyKey = value === undefined ? undefined : { door: 'local', value };
      const outcome = await engine.decide({
        ...request,
        ...from,
        factors,
        lockState: standing,
        idempotencyKey,
      });
      return announced({ accepted: outcome === 'accepted', outcome });
    },
    alerts: () => listAlerts(db),
    outbox: () => localMail({ db, keys }),
    events: () => listEvents(db),
  };
}

async function invite(management: Management, { user, email, policy }: Invitation) {
  if (!(await isThere(management.db, user))) {
    const made = await createUser(management, serviceActor, { name: user, email });
    if (!made.ok) return made;
  }
  if (policy !== undefined) {
    const made = await createPolicy(management, serviceActor, policy);
    if (!made.ok && made.refusal.code !== 'policy_taken') return made;
  }
  const input = { user, policy: policy?.name, fobs: 'any', delivery: 'mail' } as const;
  const started = await startActivation(management, serviceActor, input);
  return started.ok ? done(started.value.activation) : started;
}

async function isThere(db: Db, user: string): Promise<boolean> {
  return (await findUser(db, prepareUserName(user) ?? '')) !== undefined;
}
