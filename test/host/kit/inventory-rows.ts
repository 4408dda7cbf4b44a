import { randomBytes } from 'node:crypto';
import type { AccountSettings } from '@passfob/protocol/account';
import type { StoredFobSecrets } from 'passfob/inventory/pairings';
import { secret } from '../../kit/secrets.ts';

/** Data for an inventory to keep. */

export const FOB = { serial: 'PF-QPZR-Y9X8', board: 'pico', firmware: '0.1.0' };

export function secrets(): StoredFobSecrets {
  const fresh = () => secret(new Uint8Array(randomBytes(32)));
  return { deviceSecret: fresh(), pairingKey: fresh(), recoveryKey: fresh() };
}

export function settings(label = 'alice'): AccountSettings {
  const text = new TextEncoder();
  return {
    id: new Uint8Array(randomBytes(4)),
    kind: 2,
    algorithm: 1,
    digits: 6,
    period: 30,
    issuer: text.encode('Example'),
    label: text.encode(label),
  };
}
