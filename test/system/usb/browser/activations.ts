import { startActivation } from '@passfob/service/subjects/enrolment/activations';
import { localMail } from '@passfob/service/subjects/mail/outbox';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { createUser } from '@passfob/service/subjects/users/acts';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { secret } from '../../../kit/secrets.ts';
import { Rig } from '../../../service/kit.ts';
import { accepted, grace, Office } from '../../../service/users/kit.ts';

/** A service that has ended, and the links in its mails. */
export interface Mailed extends AsyncDisposable {
  readonly directory: string;
  readonly links: ReadonlyMap<string, string>;
}

/**
 * Prepares a service, outside the guest, that has mailed an activation for any fob and a token by counter to each
 * user.
 * @param origin its later address
 */
export async function mailedLinks(origin: string, users: readonly string[]): Promise<Mailed> {
  const rig = new Rig();
  rig.clock.nowMs = Date.now();
  const service = await rig.start();
  await using office = await Office.beside(rig);
  const { management } = office;
  accepted(await changeSettings(management, grace, { publicAddress: origin }));
  // Its next passcode is there at once.
  accepted(await createPolicy(management, grace, { name: 'by counter', kind: 'hotp' }));
  for (const name of users) {
    accepted(await createUser(management, grace, { name, email: `${name}@example.org` }));
    accepted(await startActivation(management, grace, { user: name, fobs: 'any', policy: 'by counter' }));
  }
  const mails = await localMail(management);
  const links = new Map(mails.map(({ to, link }) => [to.split('@')[0] ?? '', secret(link ?? '')]));
  for (const link of links.values()) secret(link.split('#')[1] ?? '');
  await service.close();
  return { directory: rig.directory, links, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}
