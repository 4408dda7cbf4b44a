import { randomBytes } from 'node:crypto';
import { registerFob } from '@passfob/service/features/tokens/fobs';
import { type Client, connect } from 'passfob/client/client';
import { pairingCode } from 'passfob/client/handshake';
import { freshSecrets, giveSecrets } from 'passfob/owner/pairing';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { HASTY } from '../../host/kit/owned-fob.ts';
import { secret } from '../../kit/secrets.ts';
import { accepted, grace, type Office } from '../users/kit.ts';

const random = (length: number) => secret(new Uint8Array(randomBytes(length)));

/** A fob that a service owns. key: of its pairing. */
export interface OwnedFob {
  readonly fob: CoreFob;
  readonly serial: string;
  readonly id: string;
  readonly key: Uint8Array;
}

/** Makes a service the owner of a blank fob. */
export async function makeAssigned(office: Office, fob = new CoreFob()): Promise<OwnedFob> {
  const client = connect(fob.plugIn().transport, HASTY);
  return { fob, ...(await makeAssignedBy(office, client, async () => fob.code)) };
}

/** Makes a service the owner of the blank fob that a client is connected to. @param code reads it off the screen */
export async function makeAssignedBy(
  office: Office,
  client: Client,
  code: () => Promise<string>,
): Promise<Omit<OwnedFob, 'fob'>> {
  const { serial, board, firmware } = await client.hello();
  await client.startPairing();
  await client.openSession(pairingCode(await code()));
  const secrets = freshSecrets(random);
  await giveSecrets({ now: () => office.nowMs, random }, client, secrets);
  accepted(await registerFob(office.management, grace, { serial, board, firmware, secrets }));
  const { id } = await office.row('fobs', { serial });
  return { serial, id, key: secrets.pairingKey };
}
