import { recordLimits } from '../limits/records.ts';

/** Texts of the records: audit, alerts, channels, keys and backups. */
export const recordTexts = {
  /** Findings of the verification of the audit. */
  audit: {
    rowChanged: (row: number) => `Row ${row} was changed after it was written.`,
    rowsRemoved: (first: number, last: number) =>
      first === last ? `Row ${first} was removed.` : `Rows ${first} to ${last} were removed.`,
    rowInserted: (row: number) => `Row ${row} is out of place: it was inserted or moved.`,
    sealChanged: (seal: number) =>
      `Checkpoint ${seal} does not match its rows: the checkpoint or its rows were changed.`,
    sealUnlinked: (seal: number) => `Checkpoint ${seal} does not follow from the checkpoint before it.`,
    sealsMissing: (first: number, last: number) =>
      first === last ? `Checkpoint ${first} is missing.` : `Checkpoints ${first} to ${last} are missing.`,
    sealUnknown: (seal: number, row: number) => `Row ${row} names checkpoint ${seal}, which does not exist.`,
    anchorChanged: 'The record of how far the audit was rotated was changed or removed.',
    notRotated: 'Old rows of the audit do not verify, so they stay.',
    headChanged: 'The record of the last row number was changed or removed.',
  },
  keyFileNewer: 'The key file service.key was made by a newer Passfob. Use that version or a newer one.',
  keyFileIncomplete:
    'The key file service.key lacks a key that encrypted values need, and nothing was changed. Restore it from your backup, or copy it from the node that has that key.',
  keyFileBusy: 'The key file service.key is being changed by another program. Try again in a minute.',
  identityUnreadable:
    'This key file does not decrypt the service’s identity key. Restore the key file that belongs to the database.',
  /** Texts of notices by mail, webhook and syslog. */
  notices: {
    kinds: {
      replay: 'Passcode used again',
      revoked_use: 'Revoked token used',
      locked: 'Account locked',
      spray: 'Many users tried from one source',
      audit: 'Audit does not verify',
      audit_shortened: 'Audit is to be kept for a shorter time',
      clock: 'Service clock went back',
      report: 'Log-in reported by its user',
      denied: 'Log-in denied by its user',
      activation_expired: 'Activation expired unused',
      fob_wanted: 'Another fob wanted',
      undelivered: 'Mail to a user not delivered',
      lost: 'Fob reported lost by its user',
      fob_battery: 'Battery of a fob low',
      fob_drift: 'Clock of a fob drifts more than its board allows',
      fob_refused: 'Fob could not prove itself to its owner',
      fob_withheld: 'Fob reported for a day without a session',
      test: 'Test message',
    },
    title: (kind: string, count: number) => `Passfob: ${kind}${count > 1 ? ` (${count} times)` : ''}`,
    labels: {
      what: 'What',
      user: 'User',
      serial: 'Token',
      fob: 'Fob',
      source: 'From',
      at: 'At (UTC)',
      firstUse: 'First used (UTC)',
      firstUseSource: 'First used from',
      count: 'Times',
    },
  },
} as const;

/** Refusals of this area. */
export const recordRefusals = {
  audit_broken: [
    409,
    'The audit does not verify, so nothing was removed. Keep a copy, then run: passfob service audit verify',
  ],
  audit_kept: [
    409,
    'The audit is kept for longer than that. Choose an earlier time, or change in the settings how long it is kept.',
  ],
  bad_event_days: [400, `Log-ins are kept for ${days('events')} days.`],
  bad_mail_days: [400, `Mail is kept for ${days('mail')} days.`],
  bad_audit_days: [400, `The audit is kept for ${days('audit')} days.`],
  bad_time: [400, 'The time must be a whole number of milliseconds since 1970, and not later than now.'],
  unknown_alert: [404, 'There is no alert with this number.'],
  alert_acknowledged: [409, 'This alert has been acknowledged already.'],
  unknown_channel: [404, 'There is no channel with this identifier.'],
  too_many_channels: [409, 'The service cannot take more channels. Remove one first.'],
  bad_channel: [400, 'The channel is not complete, or one of its fields is out of range.'],
  bad_channel_url: [400, 'The address of a webhook must be an https URL without a user name and password.'],
  bad_channel_secret: [400, 'The secret of a channel is too short, too long or missing.'],
  channel_plain: [422, 'Mail without TLS is for a mail server on this computer only. Use tls or starttls.'],
  backup_exists: [409, 'There is a file of this name already. Choose another name.'],
  backup_damaged: [
    422,
    'The backup is damaged or incomplete, or it is not a backup of this service. Use another one.',
  ],
  backup_foreign: [
    422,
    'The backup does not match this key file, or it was changed. Put the matching service.key into the folder.',
  ],
  backup_other_version: [
    422,
    'The backup was made by another version of Passfob. Restore it with that version, then update.',
  ],
  database_not_empty: [409, 'The database is not empty. A backup is restored into an empty one only.'],
  bad_counter_gap: [400, 'The gap for counters is out of range.'],
  channel_failed: [502, 'The test message was not sent. Check the address, the certificate and the secret.'],
} as const;

function days(what: 'events' | 'mail' | 'audit'): string {
  return `${recordLimits.keptDays[what].least} to ${recordLimits.keptDays.most}`;
}
